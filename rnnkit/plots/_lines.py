"""What the line plots share: styles by meaning, direct labels, decade axes."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from rnnkit.plots._series import Series, Values
from rnnkit.plots._svg import palette

__all__ = [
    "decade_axis",
    "draw_lines",
    "draw_log_lines",
    "label_ends",
    "mark_unshown",
    "plot_series",
    "power_of_ten",
    "series_styles",
]

_STYLES: dict[str, dict[str, Any]] = {
    "input": {"linestyle": "-", "marker": "o"},
    "state": {"linestyle": "-", "marker": "s"},
    "output": {"linestyle": "--", "marker": "^"},
    "weight": {"linestyle": ":", "marker": "D", "linewidth": 2.0},
    "gradient": {"linestyle": "-.", "marker": "<"},
    "muted": {"linestyle": "-", "marker": "", "linewidth": 1.0},
}
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_LABEL_GAP = 0.075  # of the height of the axes: one line of text


def series_styles(
    names: Collection[str],
    tokens: Mapping[str, str] | None,
    order: Sequence[str] = ("state", "weight", "output", "gradient", "input", "muted"),
) -> list[dict[str, Any]]:
    """Return colour, line style and marker for each name: by its token, else in turn."""
    if tokens is not None and not isinstance(tokens, Mapping):
        raise TypeError(f"tokens must map names of lines to colours, got {type(tokens).__name__}")
    if strangers := [name for name in tokens or {} if name not in names]:
        raise ValueError(f"tokens must name lines among {[*names]}, got {strangers[0]!r}")
    chosen = [(tokens or {}).get(name, order[at % len(order)]) for at, name in enumerate(names)]
    if unknown := [token for token in chosen if token not in _STYLES]:
        raise ValueError(f"tokens must be among {', '.join(_STYLES)}, got {unknown[0]!r}")
    return [
        {
            "color": palette()["light"][token],
            # markers start at different points, so that lines on top of each other both show
            "markevery": (at * 0.06, 0.24),
            **_STYLES[token],
        }
        for at, token in enumerate(chosen)
    ]


def power_of_ten(value: float, _position: object = None) -> str:
    """Return 0.001 as 10⁻³: text that any font can show, where mathtext would bring its own."""
    exponent = round(np.log10(value))
    return {0: "1", 1: "10"}.get(exponent, "10" + str(exponent).translate(_SUPERSCRIPTS))


def decade_axis(ax: Axes, curves: Sequence[Values]) -> None:
    """Make y a log axis of whole decades around what can be shown, with at most nine ticks."""
    everything = np.concatenate([np.ravel(values) for values in curves])
    shown = everything[np.isfinite(everything) & (everything > 0)]
    low, high = (shown.min(), shown.max()) if shown.size else (1.0, 1.0)
    bottom, top = int(np.floor(np.log10(low))), int(np.ceil(np.log10(high)))
    if np.any(everything == 0):
        bottom -= 1  # room for the marks of zeros
    if bottom == top:
        bottom, top = bottom - 1, top + 1
    bottom, top = max(bottom, -323), min(top, 308)  # what a float64 can hold
    stride = next(s for s in (1, 2, 5, 10, 20, 50, 100) if (top - bottom) / s <= 8)
    first = -(-bottom // stride) * stride
    ax.set_ylim(10.0**bottom, 10.0**top)  # first: a log axis left to itself overflows near 1e308
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(FixedLocator([10.0**k for k in range(first, top + 1, stride)]))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(power_of_ten))


def mark_unshown(ax: Axes, series: Mapping[str, Series], lines: Sequence[Line2D]) -> None:
    """Mark zeros at the lower edge and values that are not finite at the upper one, in words."""
    zeros: list[float] = []
    wild: list[float] = []
    for (steps, values), line in zip(series.values(), lines, strict=True):
        for hit, height, found in (
            (values == 0, 0.025, zeros),
            (~np.isfinite(values), 0.975, wild),
        ):
            if not hit.any():
                continue
            found.extend(steps[hit].tolist())
            marker = line.get_marker()
            ax.plot(
                steps[hit],
                np.full(hit.sum(), height),
                linestyle="none",
                marker=marker if marker not in ("", "None") else "o",
                fillstyle="none",
                color=line.get_color(),
                transform=ax.get_xaxis_transform(),
                clip_on=False,
            )
    everything = np.concatenate([one.steps for one in series.values()])
    middle = (everything.min() + everything.max()) / 2
    for found, height, words in (
        (zeros, 0.06, "0 (cannot be shown on a log axis)"),
        (wild, 0.93, "not finite (inf or nan)"),
    ):
        if found:
            right = min(found) > middle
            ax.annotate(
                words,
                (max(found) if right else min(found), height),
                xycoords=ax.get_xaxis_transform(),
                ha="right" if right else "left",
                va="bottom" if height < 0.5 else "top",
                size=10.5,
                color=palette()["light"]["muted"],
            )


def label_ends(ax: Axes, lines: Sequence[Line2D], *, at_start: bool = False) -> None:
    """Write each line's name at its end in its colour; more than four lines get a legend.

    `at_start` names the lines at their left end, for curves that all meet at the right. Labels at
    the edge are moved apart until each has a line of its own.
    """
    if len(lines) > 4:
        ax.legend(handles=list(lines))
        return
    ax.autoscale_view()
    to_axes = ax.transData + ax.transAxes.inverted()
    end, edge, away = (0, -0.02, -9) if at_start else (-1, 1.02, 9)
    ends: list[tuple[Line2D, float, float]] = []
    for line in lines:
        points = np.column_stack([np.asarray(axis, dtype=float) for axis in line.get_data()])
        points = points[np.isfinite(points).all(axis=1)]
        if len(points) == 0:
            continue
        places = to_axes.transform(points)
        within = places[((places >= 0) & (places <= 1)).all(axis=1)]
        across, height = within[end] if len(within) else np.clip(places[end], 0.02, 0.98)
        ends.append((line, float(across), float(height)))
    near = {line: abs(across - edge) < 0.17 for line, across, _ in ends}
    beside = [(line, edge, height) for line, _, height in ends if near[line]]
    _write_apart(ax, beside, (-1 if at_start else 0, 0))
    early = sorted((e for e in ends if not near[e[0]]), key=lambda e: e[1])
    while early:  # lines that stop at about the same place share a column of labels
        column = [one for one in early if one[1] < early[0][1] + 0.2]
        early = early[len(column) :]
        place = column[end][1]
        _write_apart(ax, [(line, place, height) for line, _, height in column], (away, 0))


def _write_apart(
    ax: Axes, ends: Sequence[tuple[Line2D, float, float]], offset: tuple[int, int]
) -> None:
    ordered = sorted(ends, key=lambda end: end[2])
    heights = _spread([height for *_, height in ordered])
    for (line, across, _), height in zip(ordered, heights, strict=True):
        _write(ax, line, (across, height), offset)


def _write(ax: Axes, line: Line2D, at: tuple[float, float], offset: tuple[int, int]) -> None:
    ax.annotate(
        str(line.get_label()),
        at,
        xytext=offset,
        xycoords="axes fraction",
        textcoords="offset points",
        color=line.get_color(),
        ha="right" if offset[0] < 0 else "left",
        va="center",
        annotation_clip=False,
    )


def _spread(heights: Sequence[float]) -> list[float]:
    """Move sorted heights apart to one label gap, up from below, then down from the top."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + _LABEL_GAP) if placed else height)
    if placed and placed[-1] > 1.0:
        placed[-1] = 1.0
        for at in range(len(placed) - 2, -1, -1):
            placed[at] = min(placed[at], placed[at + 1] - _LABEL_GAP)
    return placed


def plot_series(
    series: Mapping[str, Series], ax: Axes, tokens: Mapping[str, str] | None
) -> list[Line2D]:
    """Draw each series in its style, without its name."""
    lines: list[Line2D] = []
    for (name, one), style in zip(series.items(), series_styles(series, tokens), strict=True):
        if not np.isfinite(one.values).any():
            style["markevery"] = None  # Matplotlib cannot space markers along no line
        lines += ax.plot(one.steps, one.values, label=name, **style)
    return lines


def draw_lines(
    series: Mapping[str, Series],
    ax: Axes,
    tokens: Mapping[str, str] | None = None,
) -> list[Line2D]:
    """Draw each series in its style, its name at its end."""
    lines = plot_series(series, ax, tokens)
    _step_axis(ax, series)
    label_ends(ax, lines)
    return lines


def draw_log_lines(
    series: Mapping[str, Series],
    ax: Axes,
    tokens: Mapping[str, str] | None = None,
    *,
    at_start: bool = False,
) -> list[Line2D]:
    """Draw each series on a log axis of decades; say in words what such an axis cannot show.

    `at_start` names the lines at their left end.
    """
    shown = {
        name: Series(steps, np.where(np.isfinite(values) & (values > 0), values, np.nan))
        for name, (steps, values) in series.items()
    }
    lines = plot_series(shown, ax, tokens)
    _step_axis(ax, series)
    decade_axis(ax, [one.values for one in series.values()])
    mark_unshown(ax, series, lines)
    label_ends(ax, lines, at_start=at_start)
    return lines


def _step_axis(ax: Axes, series: Mapping[str, Series]) -> None:
    """Count steps from 1: whole numbers, and no room for a step 0 that does not exist."""
    steps = np.concatenate([one.steps for one in series.values()])
    room = min(0.02 * float(np.ptp(steps)), 0.9) or 0.9
    ax.set_xlim(steps.min() - room, steps.max() + room)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
