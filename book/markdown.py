"""Plain Markdown from a resolved Sphinx page: what Jupyter, Colab and GitHub all render.

A page becomes blocks of Markdown and the places of its code cells. Every kind of node has a method
here; one that has none raises, so that no MyST is ever left in a notebook by oversight.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from docutils import nodes

from book.words import SKIPPED, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_INLINE = nodes.Inline, nodes.Text


@dataclass(frozen=True)
class CodeCell:
    """The place of a code cell: its index among the cells of the notebook."""

    index: int


Block = str | CodeCell


@dataclass
class Page(Words):
    """One page, block by block; what it needs from the rest of the book stands in `Words`."""

    _depth: int = field(default=0, init=False)
    _tight: int = field(default=0, init=False)

    def blocks(self, parent: nodes.Element | Iterable[nodes.Node]) -> list[Block]:
        """Return the blocks of the children of a node, in their order."""
        found: list[Block] = []
        line: list[nodes.Node] = []
        children = parent.children if isinstance(parent, nodes.Element) else parent
        for child in children:
            if isinstance(child, _INLINE) and not isinstance(child, nodes.image | nodes.raw):
                line.append(child)
                continue
            self._flush(line, found)
            if type(child).__name__ not in SKIPPED:
                found += self.method("block", child)(child)
        self._flush(line, found)
        return [block for block in found if block != ""]

    def _flush(self, line: list[nodes.Node], found: list[Block]) -> None:
        if line:
            found.append("".join(self.inline(node) for node in line).strip())
            line.clear()

    def text(self, parent: nodes.Element | Iterable[nodes.Node]) -> str:
        """Return blocks that must hold no code cell, as one text to be quoted or indented."""
        self._tight += 1
        blocks = self.blocks(parent)
        self._tight -= 1
        if cells := [block for block in blocks if isinstance(block, CodeCell)]:
            raise ValueError(f"{self.docname}: code cell {cells[0].index} stands inside a block")
        return "\n\n".join(str(block) for block in blocks)

    def _heading(self, title: str) -> str:
        return f"{'#' * min(self._depth, 6)} {title}"

    def _below(self, children: Iterable[nodes.Node]) -> list[Block]:
        self._depth += 1
        found = self.blocks(children)
        self._depth -= 1
        return found

    def _block_section(self, node: nodes.section) -> list[Block]:
        titled = bool(node.children) and isinstance(node.children[0], nodes.title)
        return self._below(node.children) if titled else self.blocks(node)

    def _block_title(self, node: nodes.title) -> list[Block]:
        return [self._heading(self.words(node))]

    def _block_paragraph(self, node: nodes.paragraph) -> list[Block]:
        return [] if "rnn-reading-time" in node["classes"] else [self.words(node)]

    def _block_compound(self, node: nodes.Element) -> list[Block]:
        return [] if "toctree-wrapper" in node["classes"] else self.blocks(node)

    def _block_rubric(self, node: nodes.rubric) -> list[Block]:
        return [f"**{self.words(node)}**"]

    def _block_PassthroughTextElement(  # noqa: N802 (the class is sphinx-design's)
        self, node: nodes.TextElement
    ) -> list[Block]:
        links = node.findall(nodes.reference)
        if any("sd-hide-link-text" in link["classes"] for link in links):
            return []  # it makes a whole card one link
        title = "sd-card-title" in node.parent["classes"]
        return [f"**{self.words(node)}**" if title else self.words(node)]

    def _block_transition(self, _node: nodes.transition) -> list[Block]:
        return ["---"]

    def _block_line_block(self, node: nodes.line_block) -> list[Block]:
        return ["  \n".join(self.words(line) for line in node.findall(nodes.line))]

    def _block_block_quote(self, node: nodes.Element) -> list[Block]:
        return [_quote(self.text(node))]

    def _block_attribution(self, node: nodes.attribution) -> list[Block]:
        return [f"— {self.words(node)}"]

    def _block_Admonition(self, node: nodes.Element) -> list[Block]:  # noqa: N802 (docutils' class)
        children = list(node.children)
        title = type(node).__name__.capitalize()
        if children and isinstance(children[0], nodes.title):
            title = self.words(children.pop(0))
        return [_quote(f"**{title}**\n\n{self.text(children)}")]

    _block_sidebar = _block_topic = _block_Admonition

    def _block_exercise_node(self, node: nodes.Element) -> list[Block]:
        title, *rest = node.children
        number = self.number("exercise", node)
        self._depth += 1
        head = self._heading(f"{number} {self.words(title)}".strip())
        self._depth -= 1
        return [head, *self._below(rest)]

    _block_exercise_enumerable_node = _block_exercise_node

    def _block_solution_node(self, node: nodes.Element) -> list[Block]:
        title, *rest = node.children
        blocks = self._below(rest)
        if any(isinstance(block, CodeCell) for block in blocks):
            self._depth += 1
            head = self._heading(self.words(title))
            self._depth -= 1
            return [head, *blocks]
        return [_details(self.words(title), "\n\n".join(str(block) for block in blocks))]

    def _block_container(self, node: nodes.Element) -> list[Block]:
        if node.get("nb_element") == "cell_code":
            captions = [self._caption(f) for f in node.findall(nodes.figure)]
            return [CodeCell(node["cell_index"]), *(c for c in captions if c)]
        if node.get("design_component") == "dropdown":
            children = list(node.children)
            titled = children and isinstance(children[0], nodes.rubric)
            title = self.words(children.pop(0)) if titled else "More"
            return [_details(title, self.text(children))]
        if "literal-block-wrapper" in node["classes"]:
            caption, *rest = node.children
            return [*self.blocks(rest), self._labelled("code-block", node, self.words(caption))]
        return self.blocks(node)

    def _block_literal_block(self, node: nodes.literal_block) -> list[Block]:
        language = str(node.get("language", ""))
        language = "" if language in {"default", "none", "text"} else language.split(" ")[0]
        text = node.astext().rstrip("\n")
        longest = max((len(ticks) for ticks in re.findall(r"`+", text)), default=0)
        fence = "`" * max(3, longest + 1)
        return [f"{fence}{'python' if language == 'ipython3' else language}\n{text}\n{fence}"]

    _block_doctest_block = _block_literal_block

    def _block_math_block(self, node: nodes.math_block) -> list[Block]:
        tex = re.sub(r"\n\s*\n", "\n", node.astext().strip())
        tex = re.sub(r"\\(begin|end)\{align\*?\}", r"\\\1{aligned}", tex)
        tex = re.sub(r"\\(begin|end)\{gather\*?\}", r"\\\1{gathered}", tex)
        tex = re.sub(r"\\(begin|end)\{equation\*?\}", "", tex).strip()
        if number := self.number("displaymath", node):
            tex += f" \\tag{{{number}}}" if "\n" not in tex else f"\n\\tag{{{number}}}"
        if self._tight:  # a quotation mark before a line of TeX would become part of it
            if re.search(r"(?<!\\)%", tex):
                raise ValueError(f"{self.docname}: a TeX comment stands inside a block: {tex!r}")
            return [f"$${' '.join(tex.split())}$$"]
        return [f"$$\n{tex}\n$$"]

    def _caption(self, node: nodes.Element) -> str:
        words = [self.words(part) for part in node.children if isinstance(part, nodes.caption)]
        return self._labelled("figure", node, words[0]) if words else ""

    def _labelled(self, kind: str, node: nodes.Element, words: str) -> str:
        number = self.number(kind, node)
        return f"**{number}.** {words}" if number else words

    def _block_figure(self, node: nodes.figure) -> list[Block]:
        caption = self._caption(node)
        rest = [child for child in node.children if not isinstance(child, nodes.caption)]
        blocks = self.blocks(rest)
        return [blocks[0], caption, *blocks[1:]]

    def _block_legend(self, node: nodes.legend) -> list[Block]:
        return self.blocks(node)

    def _block_image(self, node: nodes.image) -> list[Block]:
        return [self.inline(node)]

    def _block_raw(self, node: nodes.raw) -> list[Block]:
        return [node.astext().strip()] if "html" in node["format"].split() else []

    def _block_bullet_list(self, node: nodes.bullet_list) -> list[Block]:
        return [self._items("- " for _ in node.children)(node)]

    def _block_enumerated_list(self, node: nodes.enumerated_list) -> list[Block]:
        first = int(node.get("start", 1))
        return [self._items(f"{first + i}. " for i in range(len(node.children)))(node)]

    def _items(self, marks: Iterable[str]) -> Callable[[nodes.Element], str]:
        def write(node: nodes.Element) -> str:
            items = [
                mark + self.text(item).replace("\n", "\n" + " " * len(mark))
                for mark, item in zip(marks, node.children, strict=True)
            ]
            loose = any("\n\n" in item for item in items)
            joined = ("\n\n" if loose else "\n").join(items)
            return re.sub(r"[ ]+$", "", joined, flags=re.MULTILINE)

        return write

    def _block_definition_list(self, node: nodes.definition_list) -> list[Block]:
        items = []
        for item in node.children:
            if not isinstance(item, nodes.definition_list_item):
                continue
            terms = ", ".join(self.words(t) for t in item.children if isinstance(t, nodes.term))
            texts = [self.text(d) for d in item.children if isinstance(d, nodes.definition)]
            items.append(f"- **{terms}**: " + "\n\n".join(texts).replace("\n", "\n  "))
        return ["\n".join(items)]

    def _block_glossary(self, node: nodes.Element) -> list[Block]:
        return self.blocks(node)

    def _block_footnote(self, node: nodes.footnote) -> list[Block]:
        label, *rest = node.children
        return [f"<sup>{label.astext()}</sup> {self.text(rest)}"]

    def _block_citation(self, node: nodes.citation) -> list[Block]:
        return [f"- {self.text(node.children[1:])}"]

    def _block_table(self, node: nodes.table) -> list[Block]:
        title = next((c for c in node.children if isinstance(c, nodes.title)), None)
        rows = [
            [self.text(entry).replace("\n\n", "<br>").replace("\n", " ") for entry in row.children]
            for row in node.findall(nodes.row)
        ]
        rows = [[re.sub(r"(?<!\\)\|", r"\\|", cell) for cell in row] for row in rows]
        if next(node.findall(nodes.thead), None) is None:
            rows.insert(0, [""] * len(rows[0]))
        lines = [f"| {' | '.join(row)} |" for row in rows]
        lines.insert(1, "|" + " --- |" * len(rows[0]))
        table = "\n".join(lines)
        return [table, self._labelled("table", node, self.words(title))] if title else [table]


def _quote(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _details(title: str, text: str) -> str:
    return f"<details>\n<summary>{title}</summary>\n\n{text}\n\n</details>"
