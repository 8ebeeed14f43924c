"""SVG figures, drawn by hand or by Matplotlib, set into the page so that they follow its theme."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LOGGER = logging.getLogger(__name__)


def inline_svg(text: str, *, alt: str, prefix: str) -> str:
    """Return an SVG file as markup that can stand in a page beside others.

    Args:
        text: the file.
        alt: the text alternative.
        prefix: made part of every id, so that two figures of a page never share one.

    Raises:
        ValueError: when the text holds no svg element.
    """
    start = text.find("<svg")
    if start < 0:
        raise ValueError("text: expected an SVG document, got none")
    svg = text[start:].strip()
    svg = re.sub(r"<(style|title|metadata)\b.*?</\1>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', svg)
    svg = re.sub(r'((?:xlink:)?href)="#([^"]+)"', rf'\1="#{prefix}-\2"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", svg)
    head, rest = svg.split(">", 1)
    head = re.sub(r'\s(?:width|height|role|aria-\w+|class|version)="[^"]*"', "", head)
    head = re.sub(r"\sxmlns(?::\w+)?=\"[^\"]*\"", "", head)
    return f'{head} class="rnn-svg" role="img" aria-label="{escape(alt)}">{rest}'


class InlineSvg(SphinxPostTransform):
    """Replace image nodes that name an SVG file by the drawing itself."""

    default_priority = 200
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:  # noqa: ARG002, ANN401 (Sphinx's signature)
        """Walk the images of one document."""
        for number, image in enumerate(list(self.document.findall(nodes.image))):
            uri = image.get("candidates", {}).get("*", image["uri"])
            if not image.get("alt"):
                LOGGER.warning("image without alt text: %s", uri, location=image, type="figures")
            if not uri.endswith(".svg"):
                continue
            path = Path(self.env.srcdir) / uri.lstrip("/")
            prefix = f"fig{number}"
            html = inline_svg(path.read_text("utf-8"), alt=image.get("alt", ""), prefix=prefix)
            # On a phone a drawing keeps a legible size and scrolls in a box of its own.
            start = '<div class="rnn-drawing" tabindex="0" role="group" aria-label="figure">'
            box = f"{start}{html}</div>"
            image.replace_self(nodes.raw("", box, format="html"))


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_post_transform(InlineSvg)
