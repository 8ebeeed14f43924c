"""Matrices as cells: hidden states over time, weights."""

from numbers import Real
from typing import cast

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_rgba
from matplotlib.figure import Figure

from rnnkit.plots._series import checked_axes
from rnnkit.plots._style import colours
from rnnkit.plots._svg import CRISP

__all__ = ["heat_map"]

Grid = npt.ArrayLike


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
