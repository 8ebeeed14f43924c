"""The words of a resolved Sphinx page as plain Markdown: what stands inside a line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from docutils import nodes

if TYPE_CHECKING:
    from collections.abc import Callable

SKIPPED = frozenset(
    {"comment", "index", "meta", "substitution_definition", "system_message"}
    | {"tabular_col_spec", "target", "toctree"}
)
"""Nodes that say nothing to a reader."""


@dataclass
class Words:
    """What the words of one page need from the rest of the book.

    Args:
        docname: the page.
        notebooks: maps the pages that become notebooks to the names of their files.
        citations: maps the anchors of the bibliography to where the work can be read, or None.
        number: gives the number of a figure, table, exercise, listing or equation, or "".
        image: takes the path of a picture in the book, returns where the notebook finds it.
    """

    docname: str
    notebooks: dict[str, str]
    citations: dict[str, str | None]
    number: Callable[[str, nodes.Element], str]
    image: Callable[[str], str]

    def method(self, kind: str, node: nodes.Node) -> Callable[[Any], Any]:
        """Return what writes a node, as a block or inside a line.

        Raises:
            ValueError: when nothing does; it names the source, the line and the node.
        """
        for base in type(node).__mro__:
            method: Callable[[Any], Any] | None = getattr(self, f"_{kind}_{base.__name__}", None)
            if method is not None:
                return method
        where = f"{getattr(node, 'source', None) or self.docname}:{getattr(node, 'line', '?')}"
        raise ValueError(f"{where}: no plain Markdown for a {kind} <{type(node).__name__}>")

    def words(self, node: nodes.Node) -> str:
        """Return the Markdown of what stands in one paragraph, caption or title."""
        text = "".join(self.inline(child) for child in node.children).strip()
        return re.sub(r"^([#>+-](?=\s)|\d+(?=[.)]\s))", r"\\\1", text)

    def inline(self, node: nodes.Node) -> str:
        """Return the Markdown of one inline node."""
        if type(node).__name__ in SKIPPED:
            return ""
        return str(self.method("inline", node)(node))

    def _plain(self, node: nodes.Element) -> str:
        return "".join(self.inline(child) for child in node.children)

    _inline_inline = _inline_abbreviation = _inline_generated = _inline_caption = _plain
    _inline_download_reference = _inline_label = _inline_citation_reference = _plain

    def _inline_Text(self, node: nodes.Text) -> str:  # noqa: N802 (docutils' class)
        return escape(node.astext())

    def _inline_emphasis(self, node: nodes.Element) -> str:
        return f"*{self._plain(node)}*"

    _inline_title_reference = _inline_emphasis

    def _inline_strong(self, node: nodes.Element) -> str:
        return f"**{self._plain(node)}**"

    def _inline_literal(self, node: nodes.Element) -> str:
        text = node.astext()
        ticks = "``" if "`" in text else "`"
        return f"{ticks} {text} {ticks}" if "`" in text else f"{ticks}{text}{ticks}"

    def _inline_math(self, node: nodes.math) -> str:
        tex: str = " ".join(node.astext().split())
        if _in_table(node):  # a bar would end the table's cell, and an escaped bar is another sign
            tex = tex.replace(r"\|", r"\Vert ").replace("|", r"\vert ")
        return f"${tex}$"

    def _inline_subscript(self, node: nodes.Element) -> str:
        return f"<sub>{self._plain(node)}</sub>"

    def _inline_superscript(self, node: nodes.Element) -> str:
        return f"<sup>{self._plain(node)}</sup>"

    def _inline_footnote_reference(self, node: nodes.Element) -> str:
        return f"<sup>{node.astext()}</sup>"

    def _inline_raw(self, node: nodes.raw) -> str:
        text: str = node.astext().strip("\n")
        if "html" not in node["format"].split() or re.match(r"</?span\b", text):
            return ""  # a span's style is the site's
        return text

    def _inline_image(self, node: nodes.image) -> str:
        return f"![{' '.join(node.get('alt', '').split())}]({self.image(str(node['uri']))})"

    def _inline_reference(self, node: nodes.reference) -> str:
        uri, anchor = str(node.get("refuri", "")), str(node.get("refid", ""))
        if uri.startswith("page:"):
            uri, _, anchor = uri.partition("#")
        elif uri:
            return f"[{self._plain(node)}]({uri})"
        if anchor in self.citations:
            place = self.citations[anchor]
        else:
            docname = uri.removeprefix("page:") or self.docname
            place = self.notebooks.get(docname) if docname != self.docname else None
        words = self._unquoted(node)
        if place is None or any("std-term" in n["classes"] for n in node.findall(nodes.inline)):
            return words
        return f"[{words}]({place})"

    def _unquoted(self, node: nodes.Element) -> str:
        """Write a `numref` to an exercise, a literal in Sphinx's tree, as prose."""
        first = node.children[0] if node.children else None
        if isinstance(first, nodes.literal) and "std-numref" in first["classes"]:
            return escape(node.astext())
        return self._plain(node)

    _inline_number_reference = _inline_reference


def _in_table(node: nodes.Node) -> bool:
    while node.parent is not None:
        node = node.parent
        if isinstance(node, nodes.entry):
            return True
    return False


def escape(text: str) -> str:
    """Return words such that Markdown shows them as they are."""
    text = re.sub(r"([\\`*$])", r"\\\1", text)
    text = re.sub(r"(?<!\w)_|_(?!\w)", r"\\_", text)
    text = re.sub(r"\](?=[(\[:])", r"\\]", text)
    text = re.sub(r"<(?=[\w/!?])", "&lt;", text)
    return text.replace("~~", r"\~\~")
