"""Matplotlib figures as SVG that follows the page: `currentColor` and `var(--rnn-…)`.

The colours are those of palette.css, the only place where they are written down.
"""

import hashlib
import io
import re
from functools import cache
from importlib.resources import files

import matplotlib as mpl
from matplotlib.figure import Figure

__all__ = ["CRISP", "figure_svg", "palette"]

CRISP = "rnn-crisp"  # the gid of what must not show seams between neighbouring cells
_ROOT_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"


@cache
def palette() -> dict[str, dict[str, str]]:
    """Return {"light": {token: hex}, "dark": {token: hex}} as palette.css has them."""
    css = files("rnnkit").joinpath("palette.css").read_text(encoding="utf-8")
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    themes: dict[str, dict[str, str]] = {}
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", css):
        theme = "dark" if "dark" in selector else "light"
        found = re.findall(r"--rnn-([\w-]+)\s*:\s*(#[0-9a-fA-F]{6})\b", body)
        themes.setdefault(theme, {}).update((token, hex_.lower()) for token, hex_ in found)
    return themes


def figure_svg(fig: Figure) -> str:
    """Return a figure as one theme-aware `<svg>` element, the same bytes on every run.

    The palette's colours become `var(--rnn-state, #…)`, ink (and black) `currentColor`, the ground
    (and white) `var(--rnn-ground, #…)`; text stays text in the font of the page; the size is a
    viewBox alone, so that the page decides. Every id is prefixed by a digest of the drawing, so
    that several figures live in one page. Shown by itself (`<img>`, JupyterLab) the drawing brings
    its own ground and follows the reader's light or dark preference.

    Raises:
        TypeError: `fig` is not a Matplotlib figure.
    """
    if not isinstance(fig, Figure):
        raise TypeError(f"fig must be a matplotlib Figure, got {type(fig).__name__}")
    buffer = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "rnnkit"}):
        fig.savefig(buffer, format="svg", metadata={"Date": None}, transparent=True)
    svg = _without_preamble(buffer.getvalue())
    svg = _with_own_ids(_in_theme_colours(svg))
    return f"{_opening(fig)}\n{svg}"


def _without_preamble(svg: str) -> str:
    """Drop prolog, doctype, metadata, the page-wide `*` rule, comments, and the opening tag."""
    svg = svg[svg.index("<svg") :]
    svg = svg[svg.index(">") + 1 :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\s*font-family: [^;\"]*;?", "", svg)
    svg = re.sub(r'\s*transform="rotate\(-?0 [^)]*\)"', "", svg)
    svg = re.sub(r"\s*\n\s*([LMCQzZ])", r" \1", svg)
    svg = re.sub(r'\s*\n"', '"', svg)
    svg = re.sub(r"<[^>]*>", _with_short_coordinates, svg)  # tags alone: words keep their digits
    svg = svg.replace("xlink:href", "href")
    return re.sub(r"\n\s*", "\n", svg).strip()


def _with_short_coordinates(tag: re.Match[str]) -> str:
    return re.sub(r"-?\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", tag[0])


def _in_theme_colours(svg: str) -> str:
    light = palette()["light"]
    themed = {hex_: f"var(--rnn-{token}, {hex_})" for token, hex_ in light.items()}
    themed |= {light["ink"]: "currentColor", "#000000": "currentColor"}
    themed["#ffffff"] = themed[light["ground"]]
    return re.sub(r"(?<=[:\s\"])#[0-9a-f]{6}\b", lambda found: themed.get(found[0], found[0]), svg)


def _with_own_ids(svg: str) -> str:
    """Keep only the ids that are referred to, prefixed by a digest of the whole drawing."""
    digest = hashlib.sha256(svg.encode()).hexdigest()[:10]
    svg = svg.replace(f'id="{CRISP}"', 'shape-rendering="crispEdges"')
    used = set(re.findall(r'(?:url\(|href=")#([^)"]+)', svg))

    def renamed(found: re.Match[str]) -> str:
        return f' id="p{digest}-{found[1]}"' if found[1] in used else ""

    svg = re.sub(r'\sid="([^"]*)"', renamed, svg)
    return re.sub(r'(url\(|href=")#', rf"\1#p{digest}-", svg)


def _opening(fig: Figure) -> str:
    """Return the opening tag, and the rules that hold only where the drawing is the document."""
    width, height = (f"{72 * side:g}" for side in fig.get_size_inches())
    rules = {
        theme: "".join(f"--rnn-{token}:{hex_};" for token, hex_ in tokens.items())
        + f"color:{tokens['ink']};background:{tokens['ground']}"
        for theme, tokens in palette().items()
    }
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="rnn-plot" viewBox="0 0 {width} {height}"'
        ' role="img" font-family="inherit" fill="currentColor" stroke-linejoin="round">\n'
        f"<style>svg:root{{font-family:{_ROOT_FONT};{rules['light']}}}"
        f"@media (prefers-color-scheme:dark){{svg:root{{{rules['dark']}}}}}</style>"
    )
