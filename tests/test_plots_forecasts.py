"""Forecast plots: what is drawn is what was given, and bad input is named."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from rnnkit.plots import colours, forecasts, step_curves


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def test_forecasts_draws_the_truth_as_input_and_the_run_as_output(ax):
    times, truth, run = [0.0, 0.1, 0.2], [1.0, 2.0, 3.0], [1.0, 2.5, 2.0]
    assert forecasts(times, truth, {"forecast": run}, ax=ax) is ax
    drawn = {line.get_label(): line for line in ax.lines}
    assert np.array_equal(drawn["truth"].get_ydata(), truth)
    assert np.array_equal(drawn["forecast"].get_ydata(), run)
    assert np.array_equal(drawn["forecast"].get_xdata(), times)
    assert drawn["truth"].get_color() == colours()["input"]
    assert drawn["forecast"].get_color() == colours()["output"]
    assert drawn["truth"].get_linestyle() != drawn["forecast"].get_linestyle()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time t", "x(t)")


def test_forecasts_needs_a_forecast(ax):
    with pytest.raises(ValueError, match="runs"):
        forecasts([0.0], [1.0], {}, ax=ax)


def test_forecasts_refuses_a_run_of_another_length(ax):
    with pytest.raises(ValueError, match="times"):
        forecasts([0.0, 1.0], [1.0, 2.0], {"short": [1.0]}, ax=ax)


@pytest.mark.parametrize("log", [False, True])
def test_step_curves_draws_each_curve_over_its_steps_with_labelled_axes(ax, log):
    step_curves([10, 20], {"a": [1.0, 100.0]}, ax=ax, xlabel="step", ylabel="error (rad)", log=log)
    assert np.array_equal(ax.lines[0].get_xdata(), [10, 20])
    assert np.array_equal(ax.lines[0].get_ydata(), [1.0, 100.0])
    assert ax.get_yscale() == ("log" if log else "linear")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("step", "error (rad)")


def test_step_curves_names_an_unknown_token(ax):
    with pytest.raises(ValueError, match="tokens"):
        step_curves([1], {"a": [1.0]}, ax=ax, xlabel="x", ylabel="y", tokens={"a": "pink"})
