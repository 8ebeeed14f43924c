"""Mathematics, set by KaTeX at build time: no script on the page; it works without JavaScript."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from book import ROOT, STAGE
from book.node import node

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

LOGGER = logging.getLogger(__name__)
KATEX = ROOT / "node_modules" / "katex" / "dist"


@cache
def _process() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(node()), str(ROOT / "book" / "katex.mjs")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


@cache
def render(tex: str, *, display: bool) -> str:
    """Return the HTML (with MathML inside) of one formula.

    Raises:
        ValueError: with KaTeX's message when the TeX cannot be set.
    """
    process = _process()
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the KaTeX process has no pipes")
    process.stdin.write(json.dumps({"tex": tex, "display": display}) + "\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise RuntimeError("the KaTeX process ended: is node_modules installed? Run `make book`")
    answer = json.loads(line)
    if "error" in answer:
        raise ValueError(answer["error"])
    return str(answer["html"])


def _set(tex: str, where: nodes.Element, *, display: bool) -> str:
    try:
        return render(tex, display=display)
    except ValueError as error:
        LOGGER.warning("TeX error: %s", error, location=where, type="maths", subtype="tex")
        return f"<code>{escape(tex)}</code>"


def _visit_math(self: HTML5Translator, node_: nodes.math) -> None:
    self.body.append(_set(node_.astext(), node_, display=False))
    raise nodes.SkipNode


def _visit_math_block(self: HTML5Translator, node_: nodes.math_block) -> None:
    ids = "".join(f'<span id="{i}"></span>' for i in node_["ids"])
    number = ""
    if node_["number"]:
        number = f'<span class="eqno">({get_node_equation_number(self, node_)})</span>'
    html = _set(node_.astext(), node_, display=True)
    # A wide equation scrolls in its own box, which the keyboard must be able to reach.
    self.body.append(
        f'<div class="math notranslate rnn-equation">{ids}'
        f'<div class="rnn-equation-scroll" tabindex="0" role="group" aria-label="equation">'
        f"{html}</div>{number}</div>\n"
    )
    raise nodes.SkipNode


def _stage_stylesheet(*_: object) -> None:
    """Put KaTeX's stylesheet and the fonts of the same version beside the pages."""
    out = STAGE / "katex"
    (out / "fonts").mkdir(parents=True, exist_ok=True)
    css = (KATEX / "katex.min.css").read_text("utf-8")
    css = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)', "", css)
    (out / "katex.min.css").write_text(css, "utf-8")
    for font in sorted(set(re.findall(r"fonts/([\w-]+\.woff2)", css))):
        shutil.copyfile(KATEX / "fonts" / font, out / "fonts" / font)


def _link_stylesheet(
    app: Sphinx, _page: str, _template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Load the stylesheet on the pages that have mathematics, and there alone."""
    has_maths = doctree is not None and any(
        True for _ in doctree.findall(lambda n: isinstance(n, nodes.math | nodes.math_block))
    )
    if has_maths or "katex" in context.get("body", ""):
        app.add_css_file("katex/katex.min.css")


def setup(app: Sphinx) -> None:
    """Register the renderer under the name that `_config.yml` chooses."""
    app.add_html_math_renderer("katex", (_visit_math, None), (_visit_math_block, None))
    app.connect("html-page-context", _link_stylesheet)
    app.connect("config-inited", _stage_stylesheet, priority=100)
