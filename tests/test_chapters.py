"""What the house asks of every page's source: width of code, colours by name, four admonitions."""

from __future__ import annotations

import ast
import re
import textwrap
from typing import TYPE_CHECKING

import pytest
from sphinx.config import Config
from sphinx.directives.code import LiteralIncludeReader

from book import ROOT
from book.execution import chapter_paths, has_code, read_notebook

if TYPE_CHECKING:
    from pathlib import Path

PAGES = chapter_paths()
NOTEBOOKS = [p for p in PAGES if has_code(p)]
CHAPTERS = [p for p in PAGES if re.match(r"\d\d", p.name)]
WIDTH = 78
KINDS = {"predict", "try-it", "pitfall", "aside"}


def _code(path: Path) -> list[str]:
    return [c.source for c in read_notebook(path).cells if c.cell_type == "code"]


def _name(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", NOTEBOOKS, ids=_name)
def test_code_fits_the_page(path: Path) -> None:
    wide = [line for cell in _code(path) for line in cell.splitlines() if len(line) > WIDTH]
    assert wide == [], f"lines over {WIDTH} characters are cut off on the page"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=_name)
def test_colours_are_named_by_meaning(path: Path) -> None:
    raw = [c for c in _code(path) if re.search(r"#[0-9a-fA-F]{6}\b", c)]
    assert raw == [], "take colours from rnnkit.plots.colours()"


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_admonitions_are_of_the_four_kinds(path: Path) -> None:
    text = path.read_text("utf-8")
    kinds = re.findall(r"\{admonition\}[^\n]*\n:class:\s*([\w-]+)", text)
    assert len(kinds) == len(re.findall(r"\{admonition\}", text)), "an admonition has no kind"
    assert set(kinds) <= KINDS
    assert not re.search(r"\{(note|tip|warning|important|caution|seealso)\}", text)


@pytest.mark.parametrize("path", CHAPTERS, ids=_name)
def test_a_chapter_follows_the_rhythm(path: Path) -> None:
    text = path.read_text("utf-8").lower()
    for part in ("what you will learn", "what you need", ":class: predict", "{exercise}"):
        assert part in text, f"{path.name} has no {part}"
    titles = re.findall(r"^## (.*)", text, flags=re.MULTILINE)
    for title in ("exercises", "summary", "further reading"):
        assert any(t.startswith(title) for t in titles), f"{path.name} has no section {title}"
    assert text.count("{exercise}") >= 3
    assert (
        text.count("{exercise}") == text.count("{solution-start}") == text.count("{solution-end}")
    )


@pytest.mark.parametrize("path", CHAPTERS, ids=_name)
def test_cells_are_short(path: Path) -> None:
    lengths = sorted(len([s for s in c.splitlines() if s.strip()]) for c in _code(path))
    assert lengths[len(lengths) // 2] <= 10, "the median cell is one idea of about ten lines"
    assert lengths[-1] <= 25, "a cell outgrows one idea"


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_the_house_words(path: Path) -> None:
    prose = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
    found = re.findall(r"\b(simply|obviously|just)\b", prose)
    assert found == []


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_every_figure_has_alt_caption_and_name(path: Path) -> None:
    text = path.read_text("utf-8")
    for block in re.findall(r"^```\{figure\}.*?^```", text, flags=re.DOTALL | re.MULTILINE):
        assert ":name:" in block, block
        assert ":alt:" in block, block
    for block in re.findall(r"^mystnb:\n.*?^---", text, flags=re.DOTALL | re.MULTILINE):
        if "figure:" in block:
            assert "alt:" in block, block
            assert "caption:" in block, block
            assert "name:" in block, block


def test_every_drawing_is_shown_on_a_page() -> None:
    text = "\n".join(p.read_text("utf-8") for p in PAGES)
    drawings = {p.name for p in (ROOT / "chapters" / "figures").glob("*.svg")}
    shown = set(re.findall(r"figures/([\w-]+\.svg)", text))
    assert shown <= drawings
    assert drawings - shown == set(), "drawings that no page shows"


def _listings(path: Path) -> list[str]:
    """Return what each literalinclude of a page shows, as Sphinx reads it."""
    shown = []
    blocks = re.findall(
        r"^```\{literalinclude\} (\S+)\n(.*?)^```", path.read_text("utf-8"), re.S | re.M
    )
    for name, head in blocks:
        options: dict[str, object] = dict(re.findall(r"^:([\w-]+): (.*)$", head, re.M))
        options["dedent"] = int(str(options["dedent"])) if "dedent" in options else None
        options = {k: v for k, v in options.items() if v is not None}
        reader = LiteralIncludeReader(str(path.parent / name), options, Config())
        shown.append(reader.read()[0])
    return shown


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_a_listing_of_rnnkit_is_whole_statements_that_fit_without_docstring(path: Path) -> None:
    for listing in _listings(path):
        body = f"async def shown():\n{textwrap.indent(textwrap.dedent(listing), '    ')}"
        strings = [
            node
            for node in ast.walk(ast.parse(body))
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        ]
        assert strings == [], f"a docstring, or half of one, stands in the listing:\n{listing}"
        wide = [line for line in listing.splitlines() if len(line) > WIDTH]
        assert wide == [], "lines are cut off on the page"


def test_the_chapters_show_listings_of_rnnkit() -> None:
    assert sum(len(_listings(path)) for path in PAGES) >= 5
