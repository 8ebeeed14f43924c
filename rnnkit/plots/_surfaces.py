"""Plots with two axes and a height: loss surfaces and matrices."""

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import cast

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_rgba
from matplotlib.figure import Figure

from rnnkit.plots._lines import label_ends, series_styles
from rnnkit.plots._series import checked_axes
from rnnkit.plots._style import colours
from rnnkit.plots._svg import CRISP

__all__ = ["descent_paths", "heat_map"]

Grid = npt.ArrayLike


def descent_paths(
    x: Sequence[float],
    y: Sequence[float],
    loss: Grid,
    paths: Mapping[str, Grid],
    *,
    ax: Axes,
    xlabel: str = "w",
    ylabel: str = "b",
) -> Axes:
    """Draw paths of descent over a loss surface: the darker the ground, the higher the loss.

    Shapes: `x` (K,), `y` (M,), `loss` (M, K), each path (steps + 1, 2) as (x, y). A ring marks the
    start, a name the end; what leaves the picture is cut at its edge.

    Raises:
        TypeError: `ax` is no Axes.
        ValueError: shapes that do not fit, `x` or `y` that do not rise, no positive finite loss, or
            no paths.
    """
    checked_axes(ax)
    for name, values in (("x", x), ("y", y)):
        if len(values) < 2 or not (np.diff(values) > 0).all():
            raise ValueError(f"{name} must be at least two rising numbers, got {values!r}")
    heights = np.asarray(loss, dtype=float)
    if heights.shape != (len(y), len(x)):
        raise ValueError(f"loss must be (len(y), len(x)), {len(y), len(x)}, got {heights.shape}")
    if not paths:
        raise ValueError("paths must hold at least one path, got none")
    shown = heights[np.isfinite(heights) & (heights > 0)]
    if shown.size == 0:
        raise ValueError("loss must hold a positive finite value, got none")
    tokens = colours()
    levels = np.geomspace(shown.min(), shown.max() * 1.001, 13)
    shades = [to_rgba(tokens["muted"], 0.04 + 0.4 * step / 11) for step in range(12)]
    clipped = np.clip(np.nan_to_num(heights, nan=levels[-1]), levels[0], levels[-1])
    ax.contourf(x, y, clipped, levels=levels, colors=shades)
    lines = []
    for (name, path), style in zip(
        paths.items(),
        series_styles(paths, None, ("gradient", "weight", "state", "output")),
        strict=True,
    ):
        points = np.asarray(path, dtype=float)
        if points.ndim != 2 or points.shape[1] != 2 or len(points) == 0:
            raise ValueError(f"paths[{name!r}] must be (steps, 2), got {points.shape}")
        lines += ax.plot(points[:, 0], points[:, 1], label=name, **style | {"markevery": 1})
        ax.plot(*points[0], marker="o", markersize=11, fillstyle="none", color=tokens["ink"])
    ax.set_xlim(min(x), max(x))
    ax.set_ylim(min(y), max(y))
    ax.grid(visible=False)
    label_ends(ax, lines, inside=True)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    return ax


def heat_map(
    values: Grid,
    *,
    ax: Axes,
    xlabel: str,
    ylabel: str,
    label: str,
    limit: float | None = None,
    write: str | None = None,
) -> Axes:
    """Draw a matrix as cells: 0 is the ground, positive is state green, negative output red.

    Shapes: `values` (rows, columns), row 0 on top. `label` names the value and its unit beside the
    scale. The scale is symmetric, ±`limit`, or ± the largest magnitude. `write` is a format such
    as ".2f" that writes each value into its cell: for small matrices the sign needs no colour.

    Raises:
        TypeError: `ax` is no Axes, `limit` no number.
        ValueError: `values` is not a finite matrix, or `limit` is not above 0.
    """
    checked_axes(ax)
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, Real)):
        raise TypeError(f"limit must be a number above 0 or None, got {limit!r}")
    cells = np.asarray(values, dtype=float)
    if cells.ndim != 2 or cells.size == 0 or not np.isfinite(cells).all():
        raise ValueError(f"values must be a finite matrix (rows, columns), got {cells.shape}")
    reach = float(np.abs(cells).max() or 1.0) if limit is None else float(limit)
    if not reach > 0 or not np.isfinite(reach):
        raise ValueError(f"limit must be finite and above 0, got {limit!r}")
    tokens = colours()
    strongest = 0.45 if write else 1.0  # ink must stay legible on the strongest cell
    ramp = [
        to_rgba(tokens["output"], strongest),
        to_rgba(tokens["output"], 0.0),
        to_rgba(tokens["state"], 0.0),
        to_rgba(tokens["state"], strongest),
    ]
    # Opacity carries the value, so that 0 is the ground of a light page and of a dark one
    scale = LinearSegmentedColormap.from_list(
        "rnn", list(zip((0.0, 0.5, 0.5, 1.0), ramp, strict=True)), N=128
    )
    edges = [np.arange(size + 1) + 0.5 for size in cells.shape]
    mesh = ax.pcolormesh(
        edges[1], edges[0], cells, cmap=scale, norm=Normalize(-reach, reach), gid=CRISP
    )
    ax.invert_yaxis()
    ax.grid(visible=False)
    ax.locator_params(integer=True)
    if write:
        for (row, column), value in np.ndenumerate(cells):
            ax.text(column + 1, row + 1, format(value, write), ha="center", va="center")
    bar = cast("Figure", ax.figure).colorbar(mesh, ax=ax, label=label, drawedges=False)
    if bar.solids is not None:
        bar.solids.set_gid(CRISP)
        bar.solids.set_rasterized(False)  # a bitmap could not follow the page
    bar.ax.grid(visible=False)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    return ax
