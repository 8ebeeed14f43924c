"""ClippingLab's Python side: traits that sync, and bad values that say what is allowed."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rnnkit.widgets import ClippingLab

SOURCE = Path(__file__).parents[1] / "rnnkit" / "widgets" / "src" / "ClippingLab.js"
DEFAULTS = {
    "max_norm": 1.0,
    "learning_rate": 0.1,
    "start_w": 1.9,
    "start_b": -0.5,
    "optimiser": "SGD",
    "steps": 200,
}


def test_defaults_are_those_of_the_picture() -> None:
    lab = ClippingLab()
    assert {name: getattr(lab, name) for name in DEFAULTS} == DEFAULTS
    assert {name: ClippingLab.class_traits()[name].default_value for name in DEFAULTS} == DEFAULTS
    block = re.search(r"DEFAULT_STATE = \{(.*?)\};", SOURCE.read_text("utf-8"), re.DOTALL)
    assert block
    drawn = dict(re.findall(r"(\w+): ([^,\s]+)", block[1]))
    assert {name: json.loads(value) for name, value in drawn.items()} == DEFAULTS


def test_every_trait_is_synced_with_the_front_end() -> None:
    state = ClippingLab(max_norm=0.5, optimiser="Adam", steps=7).get_state()
    assert {name: state[name] for name in DEFAULTS} == {
        **DEFAULTS,
        "max_norm": 0.5,
        "optimiser": "Adam",
        "steps": 7,
    }


def test_a_value_from_the_front_end_reaches_python() -> None:
    lab = ClippingLab()
    seen: list[Any] = []
    lab.observe(lambda change: seen.append(change["new"]), "start_b")
    lab.set_state({"start_b": 1.25})
    assert lab.start_b == 1.25
    assert seen == [1.25]


@pytest.mark.parametrize(
    ("name", "value", "kind", "allowed"),
    [
        ("max_norm", 0.0, ValueError, "0.01 to 100"),
        ("max_norm", math.inf, ValueError, "0.01 to 100"),
        ("max_norm", None, TypeError, "0.01 to 100"),
        ("learning_rate", 1.5, ValueError, "0.001 to 1"),
        ("learning_rate", "0.1", TypeError, "0.001 to 1"),
        ("start_w", -0.1, ValueError, "0 to 4"),
        ("start_w", math.nan, ValueError, "0 to 4"),
        ("start_b", 2.1, ValueError, "-2 to 2"),
        ("optimiser", "sgd", ValueError, "'SGD', 'Adam'"),
        ("optimiser", 1, TypeError, "'SGD', 'Adam'"),
        ("steps", 0, ValueError, "1 to 400"),
        ("steps", 2.0, TypeError, "1 to 400"),
        ("steps", True, TypeError, "1 to 400"),
    ],
)
def test_bad_value_names_the_argument_what_came_and_what_is_allowed(
    name: str, value: Any, kind: type[Exception], allowed: str
) -> None:
    pattern = f"{name} must be .*{re.escape(allowed)}.*got {re.escape(repr(value))}"
    with pytest.raises(kind, match=pattern):
        ClippingLab(**{name: value})
    lab = ClippingLab()
    with pytest.raises(kind, match=pattern):
        setattr(lab, name, value)
    assert getattr(lab, name) == DEFAULTS[name]


def test_unknown_argument_is_refused() -> None:
    with pytest.raises(TypeError, match="optimizer"):
        ClippingLab(optimizer="SGD")


def test_importing_the_lab_does_not_import_torch() -> None:
    code = "import sys, rnnkit.widgets as w; w.ClippingLab(); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
