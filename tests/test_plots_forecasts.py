"""Forecast plots: what is drawn is what was given, and bad input is named."""

import numpy as np
import pytest

from rnnkit.plots import colours, forecasts, step_curves


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


def test_a_run_never_takes_the_truth_s_place(ax):
    with pytest.raises(ValueError, match="runs must not hold a forecast called 'truth'"):
        forecasts([0.0, 1.0], [1.0, 2.0], {"truth": [0.0, 0.0]}, ax=ax)


@pytest.mark.parametrize("log", [False, True])
def test_a_curve_of_nothing_but_nan_is_drawn_as_nothing(ax, log):
    curves = {"lost": [np.nan, np.nan], "held": [1.0, 2.0]}
    step_curves([1, 2], curves, ax=ax, xlabel="step", ylabel="error", log=log)
    ax.figure.canvas.draw()
    assert np.array_equal(ax.lines[1].get_ydata(), [1.0, 2.0])


@pytest.mark.parametrize("steps", [[[1], [2]], [np.nan, 1.0], [np.inf, 1.0]])
def test_steps_are_finite_numbers_in_a_row(ax, steps):
    with pytest.raises(ValueError, match="steps must be a list of finite numbers"):
        step_curves(steps, {"a": [1.0, 2.0]}, ax=ax, xlabel="x", ylabel="y")


@pytest.mark.parametrize("odd", [None, 3, "ab", ["a", "b"], {"a": 1}])
def test_values_that_are_no_numbers_are_named(ax, odd):
    with pytest.raises(TypeError, match=r"curves\['a'\] must be a list of numbers, got"):
        step_curves([1, 2], {"a": odd}, ax=ax, xlabel="x", ylabel="y")
    with pytest.raises(TypeError, match="steps must be a list of finite numbers, got"):
        step_curves(odd, {"a": [1.0, 2.0]}, ax=ax, xlabel="x", ylabel="y")


@pytest.mark.parametrize("odd", [[1.0, 2.0], None, 3])
def test_curves_have_names(ax, odd):
    with pytest.raises(TypeError, match="curves must map names to lists of numbers, got"):
        step_curves([1, 2], odd, ax=ax, xlabel="x", ylabel="y")
    with pytest.raises(TypeError, match="runs must map names to lists of numbers, got"):
        forecasts([1, 2], [1.0, 2.0], odd, ax=ax)


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
    with pytest.raises(ValueError, match=r"tokens must be among .*, got 'pink'"):
        step_curves([1], {"a": [1.0]}, ax=ax, xlabel="x", ylabel="y", tokens={"a": "pink"})


def test_a_token_for_a_line_that_is_not_there_is_a_slip_of_the_pen(ax):
    with pytest.raises(ValueError, match=r"tokens must name lines among \['a'\], got 'A'"):
        step_curves([1], {"a": [1.0]}, ax=ax, xlabel="x", ylabel="y", tokens={"A": "state"})
    with pytest.raises(TypeError, match="tokens must map names of lines to colours, got list"):
        step_curves([1], {"a": [1.0]}, ax=ax, xlabel="x", ylabel="y", tokens=["state"])
