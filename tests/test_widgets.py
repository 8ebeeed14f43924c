"""GradientExplorer and the traits of every lab, on the Python side."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import traitlets

import rnnkit.widgets as widgets
from rnnkit.widgets import GradientExplorer

TRAITS = {"wh_init": 0.5, "length": 10, "activation": "relu", "precision": "float32"}


def test_public_names_are_the_labs() -> None:
    assert widgets.__all__ == ["ClippingLab", "GradientExplorer", "SineLab"]
    assert dir(widgets) == widgets.__all__
    with pytest.raises(AttributeError, match="no attribute 'NoLab'"):
        _ = widgets.NoLab


def test_the_labs_never_import_torch_and_load_when_asked_for() -> None:
    code = (
        "import sys, rnnkit.widgets as w; light = 'anywidget' not in sys.modules; "
        "[getattr(w, name)() for name in w.__all__]; "
        "assert light and 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_state_sent_to_the_page_is_the_traits_and_the_bundle() -> None:
    lab = GradientExplorer(wh_init=1.05, length=40, activation="tanh", precision="float64")
    sent = lab.get_state()
    assert [sent[name] for name in TRAITS] == [1.05, 40, "tanh", "float64"]
    assert "GradientExplorer" in sent["_esm"]
    assert ".rnn-lab" in sent["_css"]
    assert "--rnn-gradient" in sent["_css"]


def test_defaults_are_those_of_the_signature() -> None:
    lab = GradientExplorer()
    assert {name: getattr(lab, name) for name in TRAITS} == TRAITS
    assert set(lab.traits_of_lab) == set(TRAITS)


def test_a_change_from_the_page_reaches_python_observers() -> None:
    lab = GradientExplorer()
    heard = []
    lab.observe(lambda change: heard.append((change["name"], change["new"])), names=list(TRAITS))
    lab.set_state({"wh_init": 2, "length": 25})
    assert sorted(heard) == [("length", 25), ("wh_init", 2.0)]
    assert isinstance(lab.wh_init, float)


def test_every_trait_is_synced_with_the_page() -> None:
    assert set(TRAITS) <= set(GradientExplorer().keys)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("wh_init", 10.01, "a number from -10 to 10"),
        ("wh_init", -11, "a number from -10 to 10"),
        ("wh_init", float("nan"), "a number from -10 to 10"),
        ("wh_init", float("inf"), "a number from -10 to 10"),
        ("length", 0, "a whole number from 1 to 100"),
        ("length", 101, "a whole number from 1 to 100"),
        ("activation", "gelu", "one of 'relu', 'tanh', 'linear'"),
        ("precision", "float16", "one of 'float32', 'float64'"),
    ],
)
def test_out_of_range_is_a_value_error_that_names_trait_value_and_range(
    name: str, value: object, allowed: str
) -> None:
    with pytest.raises(ValueError, match=name) as caught:
        GradientExplorer(**{name: value})
    assert allowed in str(caught.value)
    assert repr(value) in str(caught.value)
    lab = GradientExplorer()
    with pytest.raises(traitlets.TraitError, match=name):
        setattr(lab, name, value)
    assert getattr(lab, name) == TRAITS[name], "the trait keeps its value"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("wh_init", "1"),
        ("wh_init", None),
        ("wh_init", True),
        ("wh_init", 1j),
        ("length", 2.0),
        ("length", "10"),
        ("length", True),
        ("activation", None),
        ("precision", np.float32),
    ],
)
def test_a_wrong_type_is_a_type_error_that_names_the_trait(name: str, value: object) -> None:
    with pytest.raises(TypeError, match=name):
        GradientExplorer(**{name: value})


def test_numpy_numbers_are_taken_and_kept_as_python_s_own() -> None:
    lab = GradientExplorer(wh_init=np.float64(0.25), length=np.int64(3))
    assert (type(lab.wh_init), type(lab.length)) == (float, int)
    assert (lab.wh_init, lab.length) == (0.25, 3)


def test_an_unknown_argument_is_refused() -> None:
    with pytest.raises(TypeError, match="wh"):
        GradientExplorer(wh=1.0)
