"""The public surface: what is promised, that it is there, and that importing it is cheap."""

import importlib
import subprocess
import sys

import pytest

PUBLIC = {
    "rnnkit": [
        "__version__",
        "data",
        "ensembles",
        "forecaster_recipe",
        "forecasting",
        "gradients",
        "initialisations",
        "least_squares",
        "plots",
        "tanh_forecaster",
        "training",
        "unroll",
        "widgets",
    ],
    "rnnkit.data": [
        "Names",
        "Vowels",
        "adding",
        "japanese_vowels",
        "names",
        "recall",
        "seattle_temperatures",
        "shakespeare",
        "sine",
        "sliding_windows",
        "temporal_order",
        "time_split",
    ],
    "rnnkit.ensembles": [
        "Ensemble",
        "GRUMembers",
        "LSTMMembers",
        "RNNMembers",
        "Solved",
        "clip_each_",
        "cross_entropy_each",
        "error_rate_each",
        "squared_error_each",
        "train_until_solved",
    ],
    "rnnkit.forecaster_recipe": ["Recipe", "fit_forecaster"],
    "rnnkit.forecasting": ["LocalWave", "free_run", "local_wave", "phase_error", "rmse_by_horizon"],
    "rnnkit.gradients": [
        "TinyGradients",
        "TinyRNN",
        "gradient_norms",
        "show_grads",
        "tiny_rnn_gradients",
    ],
    "rnnkit.initialisations": ["chrono_", "default_", "identity_", "keep_bias_", "orthogonal_"],
    "rnnkit.least_squares": ["Fit", "Problem", "levenberg_marquardt"],
    "rnnkit.plots": [
        "character_bars",
        "class_probabilities",
        "colours",
        "confusion_matrix",
        "curves_and_levels",
        "figure_svg",
        "forecasts",
        "gradient_curves",
        "gradient_norms",
        "heat_map",
        "step_curves",
        "use_style",
    ],
    "rnnkit.tanh_forecaster": ["TanhForecaster", "Weights"],
    "rnnkit.training": ["EarlyStopping", "History", "fit"],
    "rnnkit.unroll": ["Cell", "State", "TorchCell", "as_cell", "unroll"],
    "rnnkit.widgets": ["ClippingLab", "GradientExplorer", "SineLab"],
}


def _in_a_fresh_python(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.mark.parametrize("name", PUBLIC)
def test_the_public_names_are_pinned_and_there(name):
    module = importlib.import_module(name)
    assert sorted(module.__all__) == sorted(PUBLIC[name])
    for public in module.__all__:
        getattr(module, public)


def test_every_public_module_is_pinned():
    import pkgutil

    import rnnkit

    found = {m.name for m in pkgutil.iter_modules(rnnkit.__path__) if m.name[0] != "_"}
    assert {f"rnnkit.{name}" for name in found} | {"rnnkit"} == set(PUBLIC)


def test_importing_rnnkit_is_quick():
    seconds = "import time; t = time.perf_counter(); import rnnkit; print(time.perf_counter() - t)"
    # the best of three: another process may have had the core
    assert min(float(_in_a_fresh_python(seconds)) for _ in range(3)) < 0.2


@pytest.mark.parametrize("module", ["rnnkit", "rnnkit.plots", "rnnkit.widgets"])
def test_torch_waits_for_its_first_use(module):
    assert _in_a_fresh_python(f"import {module}, sys; print('torch' in sys.modules)") == "False"


def test_submodules_load_when_they_are_asked_for():
    code = (
        "import rnnkit, sys; before = 'rnnkit.gradients' in sys.modules;"
        "print(before, rnnkit.gradients.TinyRNN.__name__)"
    )
    assert _in_a_fresh_python(code) == "False TinyRNN"


def test_dir_lists_the_lazy_submodules():
    import rnnkit

    assert {"gradients", "plots", "unroll", "widgets"} <= set(dir(rnnkit))


def test_an_unknown_attribute_is_named():
    import rnnkit

    with pytest.raises(AttributeError, match="'rnnkit' has no attribute 'utils'"):
        _ = rnnkit.utils
