"""Gradients over time and over the length of the sequence."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from rnnkit.plots._lines import draw_log_lines
from rnnkit.plots._series import Series, checked_series

__all__ = ["gradient_curves", "gradient_norms"]


def gradient_curves(
    lengths: Sequence[int],
    gradients: Mapping[str, Sequence[float]],
    *,
    ax: Axes,
    tokens: Mapping[str, str] | None = None,
) -> Axes:
    """Draw |gradient| over the sequence length L on a log axis, one labelled line a name.

    Shapes: `lengths` (K,), each value of `gradients` (K,). Zeros and values that are not finite
    stand at the edge of the picture, marked in words. `tokens` maps a name to its palette token;
    without it names take state, weight, output, … in turn.

    Raises:
        TypeError: `ax` is no Axes.
        ValueError: lengths differ, nothing to draw, or an unknown token.
    """
    series = checked_series("gradients", gradients, ax, steps=("lengths", lengths))
    sizes = {name: Series(one.steps, np.abs(one.values)) for name, one in series.items()}
    draw_log_lines(sizes, ax, tokens)
    ax.set_xlabel("sequence length L")
    ax.set_ylabel("size of the gradient")
    return ax


def gradient_norms(
    curves: Mapping[str, Sequence[float]],
    *,
    ax: Axes,
    tokens: Mapping[str, str] | None = None,
    ylabel: str = "‖∂L/∂hₜ‖ relative to the last step",
) -> Axes:
    """Draw ‖∂L/∂h_t‖ over t = 1..T on a log axis, one labelled line a name.

    Shapes: each curve (T,); T may differ between curves. The values are drawn as they come. A
    gradient travels from right to left: the scale stands on the right, where curves relative to
    their last step meet, and the names on the left, where they have come apart.

    Raises:
        TypeError: `ax` is no Axes.
        ValueError: nothing to draw, or an unknown token.
    """
    draw_log_lines(checked_series("curves", curves, ax), ax, tokens, at_start=True)
    ax.yaxis.tick_right()
    ax.yaxis.set_label_position("right")
    ax.set_xlabel("time step t")
    ax.set_ylabel(ylabel)
    return ax
