"""Write `notebooks/` from the chapters and their cached outputs: `python -m book.notebooks`.

A Sphinx builder walks the resolved pages, so that every number and reference is the site's own.
With `--check` nothing is written: the command says whether `notebooks/` is in step.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from jupyter_cache import get_cache
from sphinx.builders import Builder
from sphinx.errors import ExtensionError

from book import ROOT
from book.cells import assemble, how_to_run
from book.execution import QUIET, cache_path, has_code, read_notebook
from book.markdown import Page
from book.standalone import standalone, style

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from docutils import nodes
    from sphinx.application import Sphinx

_SHOWN = ("text/plain", "text/html", "text/latex", "text/markdown")
"""What the pages are read with; the outputs come from the cache, whatever the page shows."""


class NotebookBuilder(Builder):
    """Writes one notebook for each page that has code, and the drawings that they show."""

    name = "notebooks"
    format = "notebook"
    epilog = ""

    def init(self) -> None:
        """Read what all pages share."""
        self.supported_image_types = ["image/svg+xml", "image/png", "image/jpeg"]
        source = Path(self.app.srcdir)
        place = self.config.nb_execution_cache_path or Path(self.outdir).parent / ".jupyter_cache"
        self.cache = get_cache(str(source / place))
        pyproject = source / "pyproject.toml"
        self.project = (
            tomllib.loads(pyproject.read_text("utf-8"))["project"] if pyproject.exists() else {}
        )
        self.css = style()
        self.dumps: Callable[[nbformat.NotebookNode], str] = nbformat.writes

    def get_outdated_docs(self) -> Iterator[str]:
        """Return all pages: a number may have changed on any."""
        yield from self.env.found_docs

    def get_target_uri(self, docname: str, typ: str | None = None) -> str:  # noqa: ARG002 (Sphinx's signature)
        """Name a page such that `Page` can tell it from a link to elsewhere."""
        return f"page:{docname}"

    def get_relative_uri(self, from_: str, to: str, typ: str | None = None) -> str:  # noqa: ARG002 (same)
        """Name a page, wherever the link stands."""
        return self.get_target_uri(to, typ)

    def prepare_writing(self, docnames: set[str]) -> None:
        """Find which pages become notebooks, and where the cited works can be read."""
        code = [d for d in sorted(docnames) if has_code(Path(self.env.doc2path(d)))]
        self.notebooks = {docname: f"{Path(docname).name}.ipynb" for docname in code}
        self.citations: dict[str, str | None] = {}
        if "cite" in self.env.domains:
            cite: Any = self.env.get_domain("cite")  # sphinxcontrib-bibtex has no types
            for citation in cite.citations:
                fields = citation.entry.fields
                doi = f"https://doi.org/{fields['doi']}" if "doi" in fields else None
                self.citations[citation.citation_id] = doi or fields.get("url")

    def _image(self, uri: str) -> str:
        source = Path(self.app.srcdir) / uri
        target = Path(self.outdir) / "figures" / source.name
        target.parent.mkdir(exist_ok=True)
        if source.suffix == ".svg":
            target.write_text(standalone(source.read_text("utf-8"), self.css), "utf-8")
        else:
            shutil.copyfile(source, target)
        return f"figures/{target.name}"

    def write_doc(self, docname: str, doctree: nodes.document) -> None:
        """Write the notebook of one page."""
        if docname not in self.notebooks:
            return

        def number(kind: str, node: nodes.Element) -> str:
            found = self.env.toc_fignumbers.get(docname, {}).get(kind, {})
            parts = next((found[i] for i in node["ids"] if i in found), ())
            text = ".".join(map(str, parts))
            if not text or kind == "displaymath":
                return text
            return str(self.config.numfig_format[kind] % text)

        source = read_notebook(Path(self.env.doc2path(docname)))
        try:
            _, executed = self.cache.merge_match_into_notebook(source)
        except KeyError as error:
            raise ExtensionError(f"{docname}: not executed yet; run `make book`") from error
        tags = {
            index: list(cell.metadata.get("tags", []))
            for index, cell in enumerate(source.cells)
            if cell.cell_type == "code"
        }
        page = Page(docname, self.notebooks, self.citations, number, self._image)
        name = self.notebooks[docname]
        run = how_to_run(name, self.project)
        notebook = assemble(page.blocks(doctree), executed, tags, run)
        nbformat.validate(notebook)
        (Path(self.outdir) / name).write_text(self.dumps(notebook) + "\n", "utf-8")


def write(root: Path, out: Path) -> int:
    """Write the notebooks of a book into an empty folder; return Sphinx's exit code.

    The pages are read into a place of their own, so that the site's own state stays as it is.
    """
    from jupyter_book.sphinx import build_sphinx  # slow to import

    os.environ.update(QUIET)
    os.chdir(root)
    result = build_sphinx(
        root,
        out,
        noconfig=True,
        path_config=root / "_config.yml",
        confoverrides={
            "external_toc_path": str(root / "_toc.yml"),
            "latex_individualpages": False,
            "nitpicky": True,
            "nb_execution_cache_path": str(cache_path(root)),
            "nb_mime_priority_overrides": [("notebooks", kind, 1) for kind in _SHOWN],
        },
        doctreedir=root / "_build" / ".doctrees-notebooks",
        builder="notebooks",
        warningiserror=True,
        keep_going=True,
    )
    for path in out.glob("*"):
        if path.is_dir() and path.name != "figures":  # what extensions copy for the site
            shutil.rmtree(path)
    return result if isinstance(result, int) else 1


def differences(here: Path, there: Path) -> list[str]:
    """Return the names of the files that two folders do not share byte by byte."""
    files = [
        {p.relative_to(d).as_posix(): p.read_bytes() for p in d.rglob("*") if p.is_file()}
        for d in (here, there)
    ]
    names = sorted({*files[0], *files[1]})
    return [name for name in names if files[0].get(name) != files[1].get(name)]


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Write or check the notebooks of the book."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail when out of step")
    options = parser.parse_args(arguments)
    folder = root / "notebooks"
    with tempfile.TemporaryDirectory() as temporary:
        new = Path(temporary) / "notebooks"
        if code := write(root, new):
            return code
        changed = differences(folder, new)
        if options.check:
            for name in changed:
                print(f"error: notebooks/{name} is not in step with chapters/", file=sys.stderr)
            return 1 if changed else 0
        if changed:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(new, folder)
    print(f"notebooks/: {len(changed)} files rewritten" if changed else "notebooks/: in step")
    return 0


def setup(app: Sphinx) -> None:
    """Register the builder."""
    app.add_builder(NotebookBuilder)


if __name__ == "__main__":
    raise SystemExit(main())
