"""Execute the chapters, two at a time, into the cache that MyST-NB reads.

jupyter-cache keys a notebook by its code cells alone. Here a cached run also counts as stale when
the Python of `rnnkit` that it imports (transitively), or the lock of the environment, has changed.
"""

from __future__ import annotations

import ast
import hashlib
import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from importlib.util import resolve_name
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.read import myst_nb_reader_plugin
from sphinx.errors import ExtensionError
from sphinx_external_toc.parsing import parse_toc_yaml
from tqdm import tqdm

from book import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbformat import NotebookNode
    from sphinx.application import Sphinx
    from sphinx.config import Config

WORKERS = 2
QUIET = {"RNNKIT_QUIET": "1", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
"""The environment of every kernel of a build: no progress bars, one thread."""


def chapter_paths(root: Path = ROOT) -> list[Path]:
    """Return the sources of the pages of the table of contents, in its order."""
    toc = parse_toc_yaml(root / "_toc.yml")
    return [root / f"{name.removesuffix('.md')}.md" for name in toc]


def has_code(path: Path) -> bool:
    """Tell whether a page is a notebook (it names a kernel)."""
    return "kernelspec:" in path.read_text("utf-8").split("\n---", 1)[0]


def read_notebook(path: Path) -> NotebookNode:
    """Read a chapter as MyST-NB does, so that the cache sees the same cells."""
    notebook: NotebookNode = myst_nb_reader_plugin(str(path))
    return notebook


def _imported(tree: ast.AST, modules: dict[str, Path], package: str = "") -> set[str]:
    """Return the rnnkit modules that some code of a package names in its imports."""
    names: set[str] = set()
    for part in ast.walk(tree):
        if isinstance(part, ast.Import):
            # without an alias it binds `rnnkit`, which may reach any module by attribute
            whole = any(a.name.split(".")[0] == "rnnkit" and not a.asname for a in part.names)
            names.update(alias.name for alias in part.names)
        elif isinstance(part, ast.ImportFrom):
            base = resolve_name("." * part.level + (part.module or ""), package)
            whole = base == "rnnkit" and any(alias.name == "*" for alias in part.names)
            names.add(base)
            names.update(f"{base}.{alias.name}" for alias in part.names)
        else:
            continue
        if whole:
            names.update(name for name in modules if name.count(".") == 1)
    return names & set(modules)


def rnnkit_modules(root: Path = ROOT) -> dict[str, Path]:
    """Map the names of rnnkit's modules to their files."""
    modules = {}
    for path in sorted((root / "rnnkit").rglob("*.py")):
        name = ".".join(path.relative_to(root).with_suffix("").parts)
        modules[name.removesuffix(".__init__")] = path
    return modules


def dependencies(code: Iterable[str], root: Path = ROOT) -> set[Path]:
    """Return the Python files of rnnkit that some code depends on, through all imports."""
    modules = rnnkit_modules(root)
    trees = {name: ast.parse(path.read_text("utf-8")) for name, path in modules.items()}
    source = "\n".join(code)
    todo = _imported(ast.parse(source), modules)
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        parent = name.rpartition(".")[0]  # Python runs a package before a module inside it
        package = name if modules[name].name == "__init__.py" else parent
        todo |= _imported(trees[name], modules, package) | ({parent} & set(modules))
    return {modules[name] for name in seen}


def digest(notebook: NotebookNode, root: Path = ROOT) -> str:
    """Return what, besides its own cells, decides the outputs of a notebook."""
    code = [_plain(c.source) for c in notebook.cells if c.cell_type == "code"]
    text = hashlib.sha256((root / "requirements.txt").read_bytes())
    for path in sorted(dependencies(code, root)):
        text.update(path.relative_to(root).as_posix().encode())
        text.update(path.read_bytes())
    return text.hexdigest()


def _plain(source: str) -> str:
    """Drop the lines that are IPython's, which Python's parser does not read."""
    return "\n".join("" if s.lstrip().startswith(("%", "!")) else s for s in source.split("\n"))


def merge_streams(notebook: NotebookNode) -> None:
    """Join what a cell printed into one output: where a kernel cuts it is a matter of timing."""
    for cell in notebook.cells:
        merged: list[Any] = []
        for output in cell.get("outputs", []):
            last = merged[-1] if merged else None
            if last and output.output_type == "stream" and last.get("name") == output.name:
                last.text += output.text
                continue
            merged.append(output)
        if cell.cell_type == "code":
            cell.outputs = merged


def _run(path: str) -> tuple[str, Any, str | None, float]:
    """Execute one notebook in a process of its own."""
    os.environ.update(QUIET)
    os.environ.pop("MPLBACKEND", None)  # the kernel's own: figures are shown inline
    notebook = read_notebook(Path(path))
    result = single_nb_execution(
        notebook,
        cwd=str(Path(path).parent),
        allow_errors=False,
        timeout=1800,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],  # its warning on TCP is for networks
    )
    merge_streams(notebook)
    return path, notebook, result.exc_string if result.err else None, result.time


def cache_path(root: Path = ROOT) -> Path:
    """Return the folder of the cache that MyST-NB reads for a book built in its own folder."""
    return root / "_build" / ".jupyter_cache"


def refresh(paths: Iterable[Path], root: Path = ROOT, where: Path | None = None) -> list[Path]:
    """Execute what the cache does not hold, or holds for other code; return what was executed.

    Args:
        paths: of chapters.
        root: of the book.
        where: the cache is; `cache_path(root)` by default.

    Raises:
        ExtensionError: when a cell raises; the message names the chapter and shows the traceback.
    """
    cache = get_cache(str(where or cache_path(root)))
    stale: dict[str, str] = {}
    for path in paths:
        if not has_code(path):
            continue
        notebook = read_notebook(path)
        wanted = digest(notebook, root)
        try:
            record = cache.match_cache_notebook(notebook)
        except KeyError:
            stale[str(path)] = wanted
            continue
        if record.data.get("dependencies") != wanted:
            cache.remove_cache(record.pk)
            stale[str(path)] = wanted
    if not stale:
        print("nothing to execute: every chapter is in the cache", flush=True)
        return []
    with (
        ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool,
        tqdm(total=len(stale), desc="executing", unit="page", file=sys.stdout, disable=None) as bar,
    ):
        done = as_completed([pool.submit(_run, path) for path in stale])
        for count, future in enumerate(done, start=1):
            source, notebook, error, seconds = future.result()
            name = Path(source).relative_to(root).as_posix()
            if error is not None:
                pool.shutdown(cancel_futures=True)
                raise ExtensionError(f"{name}: a cell raised.\n{error}")
            cache.cache_notebook_bundle(
                CacheBundleIn(
                    notebook,
                    source,
                    data={"execution_seconds": seconds, "dependencies": stale[source]},
                ),
                check_validity=False,
                overwrite=True,
            )
            bar.write(f"executed {name} in {seconds:.0f} s, {count} of {len(stale)}")
            bar.update()
    return [Path(path) for path in stale]


_executed: set[str] = set()


def _before_reading(app: Sphinx) -> None:
    root = Path(app.srcdir)
    _executed.clear()
    set_place = app.config.nb_execution_cache_path
    where = root / set_place if set_place else Path(app.outdir).parent / ".jupyter_cache"
    done = refresh([p for p in chapter_paths(root) if p.exists()], root, where)
    _executed.update(p.relative_to(root).with_suffix("").as_posix() for p in done)


def _outdated(*_: object) -> list[str]:
    """A page whose notebook was executed again must be read again, whatever its own date."""
    return sorted(_executed)


def _only_the_table_of_contents(app: Sphinx, config: Config) -> None:
    """Read the pages of `_toc.yml` and no other file, also one that appears during the build."""
    root = Path(app.srcdir)
    config.include_patterns = [p.relative_to(root).as_posix() for p in chapter_paths(root)]


def setup(app: Sphinx) -> None:
    """Execute before any page is read."""
    app.connect("config-inited", _only_the_table_of_contents, priority=900)
    app.connect("builder-inited", _before_reading, priority=200)
    app.connect("env-get-outdated", _outdated)
