"""What turns chapters into the site: a Sphinx extension, the installer and the notebook writer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parent.parent
"""The repository."""


STAGE = ROOT / "_build" / "assets"
"""Assets made at build time (bundles, stylesheets, fonts): Sphinx copies them into `_static`."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register every part of the extension with Sphinx."""
    from book import execution, figures, labs, maths, notebooks, pages

    STAGE.mkdir(parents=True, exist_ok=True)
    app.connect("config-inited", lambda _, config: config.html_static_path.append(str(STAGE)))
    for part in (execution, figures, labs, maths, notebooks, pages):
        part.setup(app)
    return {"parallel_read_safe": False, "parallel_write_safe": False}
