"""Forecasts against the truth, and what grows or falls over steps, epochs or iterations."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from rnnkit.plots._lines import checked_series, draw_lines, draw_log_lines

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
        TypeError: `ax` is no Axes.
        ValueError: lengths differ, or no run.
    """
    if not runs:
        raise ValueError("runs must hold at least one forecast, got none")
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
        TypeError: `ax` is no Axes.
        ValueError: lengths differ, nothing to draw, or an unknown token.
    """
    series = checked_series("curves", curves, ax, steps=("steps", steps))
    (draw_log_lines if log else draw_lines)(series, ax, tokens)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    return ax
