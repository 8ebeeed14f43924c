"""SineLab on the Python side: synced traits, bad values in words, a bundle with its Worker."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rnnkit.widgets import SineLab

WIDGETS = Path(__file__).parents[1] / "rnnkit" / "widgets"
DEFAULTS = {"length": 15, "seed": 2}


def test_defaults_are_those_of_the_picture() -> None:
    lab = SineLab()
    assert {name: getattr(lab, name) for name in DEFAULTS} == DEFAULTS
    assert {name: SineLab.class_traits()[name].default_value for name in DEFAULTS} == DEFAULTS
    source = (WIDGETS / "src" / "SineLab.js").read_text("utf-8")
    block = re.search(r"DEFAULT_STATE = \{(.*?)\};", source, re.DOTALL)
    assert block
    drawn = {name: json.loads(value) for name, value in re.findall(r"(\w+): ([^,\s]+)", block[1])}
    assert drawn == DEFAULTS


def test_every_trait_is_synced_with_the_front_end() -> None:
    state = SineLab(length=40, seed=7).get_state()
    assert (state["length"], state["seed"]) == (40, 7)


def test_a_value_from_the_front_end_reaches_python() -> None:
    lab = SineLab()
    seen: list[Any] = []
    lab.observe(lambda change: seen.append(change["new"]), "length")
    lab.set_state({"length": 33})
    assert (lab.length, seen) == (33, [33])


@pytest.mark.parametrize(
    ("name", "value", "kind", "allowed"),
    [
        ("length", 1, ValueError, "2 to 60"),
        ("length", 61, ValueError, "2 to 60"),
        ("length", 15.0, TypeError, "2 to 60"),
        ("length", math.nan, TypeError, "2 to 60"),
        ("length", "15", TypeError, "2 to 60"),
        ("length", True, TypeError, "2 to 60"),
        ("seed", -1, ValueError, "0 to 999"),
        ("seed", 1000, ValueError, "0 to 999"),
        ("seed", None, TypeError, "0 to 999"),
    ],
)
def test_bad_value_names_the_argument_what_came_and_what_is_allowed(
    name: str, value: Any, kind: type[Exception], allowed: str
) -> None:
    pattern = f"{name} must be .*{allowed}.*got {re.escape(repr(value))}"
    with pytest.raises(kind, match=pattern):
        SineLab(**{name: value})
    lab = SineLab()
    with pytest.raises(kind, match=pattern):
        setattr(lab, name, value)
    assert getattr(lab, name) == DEFAULTS[name]


def test_the_bundle_carries_its_worker_and_the_default_run() -> None:
    bundle = (WIDGETS / "static" / "SineLab.js").read_text("utf-8").replace('\\"', '"')
    assert "__SINE_" not in bundle
    assert "new Worker" in bundle
    assert 'self.addEventListener("message"' in bundle
    assert re.search(r'"theta":\[(-?[\d.e-]+,){131}', bundle), "132 trained parameters"


def test_importing_the_lab_does_not_import_torch() -> None:
    code = "import sys, rnnkit.widgets as w; w.SineLab(); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
