"""What every page gets: a reading time, the palette, and repairs to the theme's HTML."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pydata_sphinx_theme
from docutils import nodes

from book import ROOT, STAGE

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

WORDS_PER_MINUTE = 238  # silent reading of non-fiction, mean of 190 studies (Brysbaert 2019)
SECONDS_PER_EQUATION = 10
SECONDS_PER_CODE_LINE = 2


def reading_minutes(doctree: nodes.document) -> int:
    """Estimate how long a page takes; solutions and answers, closed at first, do not count."""
    words = equations = lines = 0
    for node in doctree.findall(nodes.TextElement):
        if _is_closed(node):
            continue
        if isinstance(node, nodes.literal_block):
            lines += node.astext().count("\n") + 1
        elif isinstance(node, nodes.math_block):
            equations += 1
        elif isinstance(node, nodes.paragraph | nodes.title | nodes.caption | nodes.term):
            words += len(node.astext().split())
    seconds = equations * SECONDS_PER_EQUATION + lines * SECONDS_PER_CODE_LINE
    return max(1, round(words / WORDS_PER_MINUTE + seconds / 60))


def _is_closed(node: nodes.Node) -> bool:
    while node := node.parent:
        if isinstance(node, nodes.Element) and {"dropdown", "sd-dropdown"} & set(node["classes"]):
            return True
    return False


def _add_reading_time(_app: Sphinx, doctree: nodes.document) -> None:
    title = next(iter(doctree.findall(nodes.title)), None)
    if title is None:
        return
    minutes = reading_minutes(doctree)
    text = f"Reading time: about {minutes} minute{'s' if minutes > 1 else ''}"
    note = nodes.paragraph("", text, classes=["rnn-reading-time"])
    title.parent.insert(title.parent.index(title) + 1, note)


def _repair_roles(
    _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Replace roles that ARIA 1.3 deprecates in docutils' citations by ones that say the same."""
    if "body" in context:
        body = context["body"].replace(' role="doc-biblioentry"', ' role="listitem"')
        context["body"] = body.replace(' role="doc-backlink"', "")


def _discard_failed_build(app: Sphinx, exception: Exception | None) -> None:
    """Forget a build with warnings, so that the next one does not pass by not reading the page."""
    if exception is not None or app._warncount:
        (Path(app.doctreedir) / "environment.pickle").unlink(missing_ok=True)


def _stage_palette(*_: object) -> None:
    shutil.copyfile(ROOT / "rnnkit" / "palette.css", STAGE / "palette.css")


def _stage_theme(*_: object) -> None:
    """Put the theme's stylesheet in place without its icon font, which no page uses (200 KB)."""
    home = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme"
    css = (home / "static" / "styles" / "pydata-sphinx-theme.css").read_text("utf-8")
    css = re.sub(r"@font-face\{[^}]*\}", "", css)
    css = re.sub(r"(?<=\})(?:\.fa-[\w-]+::?before,?)+\{content:[^}]*\}", "", css)
    (STAGE / "styles").mkdir(exist_ok=True)
    (STAGE / "styles" / "pydata-sphinx-theme.css").write_text(css, "utf-8")


def _note_assets(app: Sphinx, config: Config) -> None:
    """Let an edit of a stylesheet or script write every page anew.

    With no page out of date, Sphinx would not even copy the changed file.
    """
    text = hashlib.sha256()
    for folder in (Path(app.confdir) / name for name in config.html_static_path):
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            text.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    config.rnn_assets = text.hexdigest()


def setup(app: Sphinx) -> None:
    """Connect the repairs."""
    app.add_config_value("rnn_assets", "", "html")
    app.connect("config-inited", _note_assets, priority=900)
    app.add_css_file("palette.css", priority=600)
    app.add_css_file("figures.css", priority=610)
    app.add_css_file("house.css", priority=620)
    app.connect("html-page-context", _repair_roles)
    app.connect("doctree-read", _add_reading_time, priority=900)
    app.connect("config-inited", _stage_theme, priority=100)
    app.connect("config-inited", _stage_palette, priority=100)
    app.connect("build-finished", _discard_failed_build, priority=900)
