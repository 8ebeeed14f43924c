"""Plots of text models: bits over training, next characters, and what is taken for what."""

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_rgba
from matplotlib.patches import Rectangle

from rnnkit.plots._lines import label_ends, plot_series
from rnnkit.plots._series import Series, check_names, checked_axes, numbers
from rnnkit.plots._style import colours
from rnnkit.plots._svg import CRISP

__all__ = ["character_bars", "class_probabilities", "confusion_matrix", "curves_and_levels"]

Grid = npt.ArrayLike


def curves_and_levels(
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    levels: Mapping[str, float],
    *,
    ax: Axes,
    xlabel: str,
    ylabel: str,
    ylim: tuple[float, float] | None = None,
    tokens: Mapping[str, str] | None = None,
) -> Axes:
    """Draw curves, each (x, y) of one length, over thin horizontal levels to compare them with.

    Each curve carries its name at its end, each level at the right edge, above its line. `ylim`
    fixes the limits of the value axis here, before the names are placed by them.

    Raises:
        TypeError: `ax` is no Axes, or what should be numbers is none.
        ValueError: no curve, a curve whose x and y differ in length, a level that is not finite, an
            unknown token, or a token for a curve that is not there.
    """
    checked_axes(ax)
    check_names("curves", curves)
    if not isinstance(levels, Mapping):
        raise TypeError(f"levels must map names to numbers, got {type(levels).__name__}")
    numbers("levels", [0.0, *levels.values()], finite=True)
    series = {}
    for name, (x, y) in curves.items():
        one = Series(numbers(f"curves[{name!r}][0]", x), numbers(f"curves[{name!r}][1]", y))
        if len(one.steps) != len(one.values):
            raise ValueError(f"curves[{name!r}] must pair x and y, got {len(x)} and {len(y)}")
        series[name] = one
    lines = plot_series(series, ax, tokens)
    muted = colours()["muted"]
    for name, level in levels.items():
        ax.axhline(level, color=muted, linewidth=1, zorder=1)
        ax.annotate(
            name,
            (1.0, level),
            xycoords=ax.get_yaxis_transform(),
            xytext=(0, 3),
            textcoords="offset points",
            ha="right",
            va="bottom",
            size=10.5,
            color=muted,
        )
    if ylim is not None:
        ax.set_ylim(ylim)
    label_ends(ax, lines)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    return ax


def character_bars(
    symbols: Sequence[str], probabilities: Mapping[str, Sequence[float]], *, ax: Axes
) -> Axes:
    """Draw the probabilities of some next characters as groups of bars, one bar a setting.

    Shapes: `symbols` (K,); each value of `probabilities` (K,), between 0 and 1. Settings differ in
    colour and in hatching.

    Raises:
        TypeError: `ax` is no Axes.
        ValueError: no character, no setting, lengths that differ, or numbers that are no
            probabilities.
    """
    checked_axes(ax)
    if len(symbols) == 0:
        raise ValueError("symbols must hold at least one character, got none")
    if not probabilities:
        raise ValueError("probabilities must hold at least one setting, got none")
    tokens = colours()
    looks: list[dict[str, Any]] = [
        {"facecolor": to_rgba(tokens["output"], 0.75), "edgecolor": tokens["output"]},
        {"facecolor": "none", "edgecolor": tokens["input"], "hatch": "///"},
        {"facecolor": "none", "edgecolor": tokens["muted"], "hatch": "..."},
    ]
    width = 0.8 / len(probabilities)
    for at, (name, values) in enumerate(probabilities.items()):
        heights = np.asarray(values, dtype=float)
        if heights.shape != (len(symbols),):
            raise ValueError(
                f"probabilities[{name!r}] must have one value a symbol, {len(symbols)}, "
                f"got {heights.shape}"
            )
        if not ((heights >= 0) & (heights <= 1)).all():
            raise ValueError(f"probabilities[{name!r}] must lie between 0 and 1, got {values}")
        places = np.arange(len(symbols)) + (at + 0.5) * width - 0.4
        ax.bar(places, heights, width * 0.9, label=name, **looks[at % len(looks)])
    ax.set_xticks(range(len(symbols)), symbols)
    ax.tick_params(axis="x", length=0)
    ax.legend()
    ax.set_xlabel("next character")
    ax.set_ylabel("probability")
    return ax


def class_probabilities(
    probabilities: Grid, *, letters: Sequence[str], classes: Sequence[str], ax: Axes
) -> Axes:
    """Draw how the probability of each class changes as a name is read: a column a letter.

    Shapes: `probabilities` (classes, letters), between 0 and 1, the first class on top. Cells of
    at least 0.1 say their percentage.

    Raises:
        TypeError: `ax` is no Axes.
        ValueError: a shape that does not fit, or numbers that are no probabilities.
    """
    values = _shares("probabilities", probabilities, (len(classes), len(letters)), ax)
    _cells(values, ax, written=0.1)
    ax.set_xticks(range(len(letters)), letters)
    ax.set_yticks(range(len(classes)), classes)
    ax.set_xlabel("letters read so far")
    ax.set_ylabel("class")
    return ax


def confusion_matrix(
    shares: Grid, names: Sequence[str], *, ax: Axes, groups: Sequence[int] = ()
) -> Axes:
    """Draw what share of each true class (row) is taken for which class (column).

    Shapes: `shares` (K, K), each row summing to 1; `names` (K,). Cells of at least 0.05 say their
    percentage. `groups` are sizes of blocks of neighbouring classes, framed along the diagonal.

    Raises:
        TypeError: `ax` is no Axes.
        ValueError: no class, a shape that does not fit, numbers outside 0 to 1, a row that does not
            sum to 1 (within 1e-3), or groups that are no whole numbers or exceed K.
    """
    if len(names) == 0:
        raise ValueError("names must hold at least one class, got none")
    values = _shares("shares", shares, (len(names), len(names)), ax)
    totals = values.sum(1)
    if len(odd := np.flatnonzero(np.abs(totals - 1) > 1e-3)):
        raise ValueError(
            f"each row of shares must sum to 1, got {totals[odd[0]]:.3g} in row {odd[0]}"
        )
    whole = all(isinstance(size, Integral) and not isinstance(size, bool) for size in groups)
    if not whole or sum(groups) > len(names) or any(size < 1 for size in groups):
        raise ValueError(f"groups must be sizes that sum to at most {len(names)}, got {groups}")
    _cells(values, ax, written=0.05)
    start = -0.5
    for size in groups:
        ax.add_patch(Rectangle((start, start), size, size, fill=False, edgecolor=colours()["ink"]))
        start += size
    ax.set_xticks(range(len(names)), names, rotation=90)
    ax.set_yticks(range(len(names)), names)
    ax.set_aspect("equal")
    ax.set_xlabel("taken for")
    ax.set_ylabel("true class")
    return ax


def _shares(name: str, shares: Grid, shape: tuple[int, int], ax: Axes) -> npt.NDArray[np.float64]:
    checked_axes(ax)
    values = np.asarray(shares, dtype=float)
    if values.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got {values.shape}")
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError(f"{name} must lie between 0 and 1, got {values.min()} to {values.max()}")
    return values


def _cells(values: npt.NDArray[np.float64], ax: Axes, *, written: float) -> None:
    # Opacity carries the value, so that 0 is the ground of a light page and of a dark one; the
    # strongest cell stays pale enough for ink.
    output = colours()["output"]
    ramp = LinearSegmentedColormap.from_list("share", [to_rgba(output, 0.0), to_rgba(output, 0.5)])
    edges = [np.arange(size + 1) - 0.5 for size in values.shape]
    ax.pcolormesh(edges[1], edges[0], values, cmap=ramp, norm=Normalize(0, 1), gid=CRISP)
    ax.invert_yaxis()
    ax.grid(visible=False)
    ax.tick_params(length=0)
    for (row, column), value in np.ndenumerate(values):
        if value >= written:
            ax.text(column, row, f"{100 * value:.0f}", ha="center", va="center", size=9.5)
