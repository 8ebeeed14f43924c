"""Drawings that carry their own colours, for places that show a picture and no style sheet."""

from __future__ import annotations

import re
from pathlib import Path

from book import ROOT

PALETTE = ROOT / "rnnkit" / "palette.css"
CLASSES = ROOT / "book" / "assets" / "figures.css"
FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'


def _properties(css: str, selector: str) -> str:
    """Return the declarations of the rule whose selectors begin with a text."""
    found = re.search(rf"^{re.escape(selector)}[^{{]*\{{(.*?)\}}", css, re.DOTALL | re.MULTILINE)
    if found is None:
        raise ValueError(f"palette: expected a rule for {selector!r}, got none")
    return " ".join(re.sub(r"/\*.*?\*/", "", found[1], flags=re.DOTALL).split())


def style(palette: Path = PALETTE, classes: Path = CLASSES) -> str:
    """Return the style sheet of a drawing that stands alone, light and dark.

    The drawing has a ground of its own: the page around it may follow another theme than the
    system.

    Raises:
        ValueError: when the palette lacks its light or its dark rule.
    """
    css = palette.read_text("utf-8")
    rules = re.sub(r"/\*.*?\*/", "", classes.read_text("utf-8"), flags=re.DOTALL).strip()
    return (
        f":root {{ {_properties(css, ':root')} }}\n"
        "@media (prefers-color-scheme: dark) { "
        f":root {{ {_properties(css, 'html[data-theme=')} }} }}\n"
        f"{rules}\n"
        f"svg.rnn-svg {{ background: var(--rnn-ground); font-family: {FONT}; }}"
    )


def standalone(svg: str, css: str) -> str:
    """Return a drawing as a file of its own, with its style and its size.

    Args:
        svg: the drawing, an SVG document with a viewBox.
        css: its style sheet, as `style` returns it.

    Raises:
        ValueError: when the text holds no svg element with a viewBox.
    """
    head = re.search(r"<svg\b[^>]*>", svg)
    box = re.search(r'viewBox="([^"]+)"', head[0]) if head else None
    if head is None or box is None:
        raise ValueError("svg: expected an SVG document with a viewBox, got none")
    width, height = box[1].replace(",", " ").split()[2:]
    tag = re.sub(r'\s(?:width|height|class)="[^"]*"', "", head[0])
    tag = tag.replace("<svg", f'<svg class="rnn-svg" width="{width}" height="{height}"', 1)
    rest = svg[head.end() :].rstrip()
    return f"{tag}\n<style>\n{css}\n</style>{rest}\n"
