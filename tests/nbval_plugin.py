"""nbval as this course uses it: `pytest -p tests.nbval_plugin --nbval notebooks`.

Pictures are never compared, text always is. A reference that was never executed fails: nbval alone
would pass it, for it compares nothing there.
"""

import os

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile


def pytest_configure(config):
    config.option.nbval_cell_timeout = 300  # seconds; a whole notebook takes half of that
    os.environ.update(RNNKIT_QUIET="1", OMP_NUM_THREADS="1")
    os.environ.pop("MPLBACKEND", None)  # the kernel's own: figures are shown inline


@pytest.hookimpl(wrapper=True)
def pytest_collect_file():
    found = yield
    for file in found:
        if isinstance(file, IPyNbFile):
            file.skip_compare += ("image/svg+xml",)
            file.sanitize_patterns[r"\bat 0x[0-9a-f]{6,}"] = "at 0x…"
    return found


def pytest_runtest_setup(item):
    if not isinstance(item, IPyNbCell):
        return
    if item.cell.execution_count is None:
        pytest.fail("the reference was never executed: run `make notebooks`", pytrace=False)
    code = [cell for cell in item.parent.nb.cells if cell.cell_type == "code"]
    if not any(cell.outputs for cell in code):
        pytest.fail("the reference holds no outputs: run `make notebooks`", pytrace=False)
