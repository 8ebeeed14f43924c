"""Which Python decides the outputs of a notebook: what it imports, through all imports."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from book import ROOT
from book.execution import dependencies

if TYPE_CHECKING:
    from pathlib import Path

MODULES = {
    "__init__": "",
    "alone": "",
    "room/__init__": "from rnnkit.room.window import pane\n",
    "room/door": "",
    "room/window": "from rnnkit.alone import nobody\n",
    "labs/__init__": "if TYPE_CHECKING:\n    from .lamp import Lamp\n",
    "labs/lamp": "from ._switch import Switch\nfrom ..alone import nobody\n",
    "labs/_switch": "",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, source in MODULES.items():
        path = tmp_path / "rnnkit" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    return tmp_path


def found(code: str, root: Path) -> set[str]:
    paths = dependencies([code], root)
    return {path.relative_to(root / "rnnkit").with_suffix("").as_posix() for path in paths}


def test_a_relative_import_is_followed(root: Path) -> None:
    assert found("from rnnkit.labs import Lamp", root) == {
        *("__init__", "labs/__init__", "labs/lamp", "labs/_switch", "alone")
    }


def test_a_package_is_run_when_a_module_inside_it_is_imported(root: Path) -> None:
    expected = {"__init__", "room/__init__", "room/door", "room/window", "alone"}
    assert found("from rnnkit.room.door import handle", root) == expected
    assert found("from rnnkit.room import door", root) == expected


def test_one_module_of_rnnkit_does_not_stand_for_all(root: Path) -> None:
    assert found("from rnnkit import alone", root) == {"__init__", "alone"}


@pytest.mark.parametrize("code", ["import rnnkit", "import rnnkit.alone", "from rnnkit import *"])
def test_the_whole_package_by_name_may_reach_every_module(code: str, root: Path) -> None:
    assert found(code, root) == set(MODULES) - {"room/door"}


def test_an_alias_names_one_module(root: Path) -> None:
    assert found("import rnnkit.alone as a", root) == {"__init__", "alone"}


def test_code_without_rnnkit_depends_on_none_of_it(root: Path) -> None:
    assert found("import torch\nfrom os import path", root) == set()


def test_a_lab_s_python_belongs_to_the_chapters_that_show_it() -> None:
    lab = found("from rnnkit.widgets import GradientExplorer", ROOT)
    assert {"widgets/explorer", "widgets/_lab"} <= lab


def test_the_order_of_a_set_of_names_decides_nothing(root: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from book.execution import dependencies\n"
        "found = dependencies(['from rnnkit.room import door'], Path(sys.argv[1]))\n"
        "print(sorted(p.as_posix() for p in found))"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", code, str(root)],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2", "3")
    }
    assert len(answers) == 1
