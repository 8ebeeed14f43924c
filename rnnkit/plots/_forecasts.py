"""Forecasts against the truth, and what grows or falls over steps, epochs or iterations."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from rnnkit.plots._lines import draw_lines, draw_log_lines
from rnnkit.plots._series import check_names, checked_series

__all__ = ["forecasts", "step_curves"]


def forecasts(
    times: Sequence[float],
    truth: Sequence[float],
    runs: Mapping[str, Sequence[float]],
    *,
    ax: Axes,
    xlabel: str = "time t",
    ylabel: str = "x(t)",
) -> Axes:
    """Draw the truth as a solid line and each forecast beside it, with labels at their ends.

    Shapes: `times`, `truth` and each run (T,). One run is drawn as an output; more take the
    outputs', gradients' and weights' styles in turn.

    Raises:
        TypeError: `ax` is no Axes, or what should be numbers is none.
        ValueError: lengths differ, no run, one called "truth", or times that are not finite.
    """
    check_names("runs", runs)
    if "truth" in runs:
        raise ValueError("runs must not hold a forecast called 'truth': that line is drawn already")
    order = ("output", "gradient", "weight", "state")
    tokens = {name: order[at % len(order)] for at, name in enumerate(runs)} | {"truth": "input"}
    series = checked_series("runs", {"truth": truth, **runs}, ax, steps=("times", times))
    for line in draw_lines(series, ax, tokens):
        line.set_marker("")  # on a wave, markers hide what the dashes say
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    return ax


def step_curves(
    steps: Sequence[float],
    curves: Mapping[str, Sequence[float]],
    *,
    ax: Axes,
    xlabel: str,
    ylabel: str,
    log: bool = False,
    tokens: Mapping[str, str] | None = None,
) -> Axes:
    """Draw curves over steps, epochs or iterations, one labelled line a name.

    Shapes: `steps` (K,), each curve (K,). `log` asks for a log axis of decades.

    Raises:
        TypeError: `ax` is no Axes, or what should be numbers is none.
        ValueError: lengths differ, nothing to draw, steps that are not finite, an unknown token, or
            a token for a curve that is not there.
    """
    series = checked_series("curves", curves, ax, steps=("steps", steps))
    (draw_log_lines if log else draw_lines)(series, ax, tokens)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    return ax
