"""The nbval run of `make test` turns red when a notebook and its outputs disagree."""

import re
import subprocess
import sys

import nbformat
import pytest

from book import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def printed(output):
    return output.get("text") or output.get("data", {}).get("text/plain", "")


def beginning_of_a_notebook():
    """Cut a notebook of the course after the first digit that it shows."""
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, 4)
        for number, cell in enumerate(notebook.cells):
            if any(re.search(r"\d", printed(output)) for output in cell.get("outputs", [])):
                notebook.cells = notebook.cells[: number + 1]
                return notebook
    raise AssertionError("no notebook of the course shows a digit")


def nbval(notebook, folder):
    path = folder / "copy.ipynb"
    nbformat.write(notebook, path)
    command = [sys.executable, "-m", "pytest", "-p", "tests.nbval_plugin", "--nbval", str(path)]
    flags = ["-p", "no:cacheprovider", "--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml")]
    return subprocess.run(
        [*command, *flags, "--color=no"], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.fixture
def notebook():
    return beginning_of_a_notebook()


def test_an_unaltered_copy_passes(notebook, tmp_path):
    result = nbval(notebook, tmp_path)
    assert result.returncode == 0, result.stdout
    assert " passed" in result.stdout


def test_one_altered_digit_turns_it_red(notebook, tmp_path):
    output = next(o for o in notebook.cells[-1].outputs if re.search(r"\d", printed(o)))
    altered = re.sub(r"\d", lambda d: str((int(d[0]) + 1) % 10), printed(output), count=1)
    if output.output_type == "stream":
        output.text = altered
    else:
        output.data["text/plain"] = altered
    result = nbval(notebook, tmp_path)
    assert result.returncode == 1
    assert "Cell outputs differ" in result.stdout
    assert "1 failed" in result.stdout


def test_a_cell_that_raises_turns_it_red(notebook, tmp_path):
    notebook.cells[-1].source = "raise RuntimeError('on purpose')"
    result = nbval(notebook, tmp_path)
    assert result.returncode == 1
    assert "Cell execution caused an exception" in result.stdout
    assert "on purpose" in result.stdout


def test_a_cell_that_raises_turns_it_red_even_when_it_is_exempt(notebook, tmp_path):
    notebook.cells[-1].metadata["tags"] = ["nbval-ignore-output", "volatile"]
    notebook.cells[-1].source = "raise RuntimeError('on purpose')"
    result = nbval(notebook, tmp_path)
    assert result.returncode == 1
    assert "Cell execution caused an exception" in result.stdout
    assert "on purpose" in result.stdout


def test_a_notebook_that_was_never_executed_turns_it_red(notebook, tmp_path):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    result = nbval(notebook, tmp_path)
    assert result.returncode == 1
    assert "the reference was never executed" in result.stdout


def test_a_notebook_without_outputs_turns_it_red(notebook, tmp_path):
    notebook.cells[-1].source = "quiet = 1"
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    result = nbval(notebook, tmp_path)
    assert result.returncode == 1
    assert "the reference holds no outputs" in result.stdout


def test_pictures_and_addresses_are_not_compared_but_the_text_beside_them_is(tmp_path):
    v4 = nbformat.v4
    source = (
        "from IPython.display import display\n"
        "class Drawing:\n"
        "    def __repr__(self): return f'<Drawing at {hex(id(self))}>'\n"
        "    def _repr_svg_(self): return '<svg/>'\n"
        "display(Drawing())"
    )
    data = {"text/plain": "<Drawing at 0x…>"}
    cell = v4.new_code_cell(
        source, execution_count=1, outputs=[v4.new_output("display_data", data=data)]
    )
    assert nbval(v4.new_notebook(cells=[cell]), tmp_path).returncode == 0
    data["text/plain"] = "<Picture at 0x…>"
    cell.outputs = [v4.new_output("display_data", data=data)]
    assert nbval(v4.new_notebook(cells=[cell]), tmp_path).returncode == 1
