"""What a plot is given: an Axes, names, lists of numbers. An error says which argument is wrong."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

__all__ = ["Series", "Values", "check_names", "checked_axes", "checked_series", "numbers"]

Values = npt.NDArray[np.float64]


class Series(NamedTuple):
    """A line: steps (K,) and values (K,)."""

    steps: Values
    values: Values


def checked_axes(ax: Axes) -> None:
    """Refuse what is no Axes."""
    if not isinstance(ax, Axes):
        raise TypeError(f"ax must be a matplotlib Axes, got {type(ax).__name__}")


def checked_series(
    name: str,
    curves: Mapping[str, Sequence[float]],
    ax: Axes,
    *,
    steps: tuple[str, Sequence[float]] | None = None,
) -> dict[str, Series]:
    """Return the curves as arrays, each over `steps`, (name, values), or over 1, 2 and so on."""
    checked_axes(ax)
    check_names(name, curves)
    given = None if steps is None else numbers(*steps, finite=True)
    series = {}
    for key, curve in curves.items():
        values = numbers(f"{name}[{key!r}]", curve)
        over = np.arange(1.0, len(values) + 1) if given is None else given
        if len(over) != len(values):
            raise ValueError(
                f"{name}[{key!r}] must have as many values as {steps and steps[0]}, {len(over)}, "
                f"got {len(values)}"
            )
        series[key] = Series(over, values)
    return series


def check_names(name: str, curves: object) -> None:
    """Refuse what maps no names to lists."""
    if not isinstance(curves, Mapping):
        raise TypeError(f"{name} must map names to lists of numbers, got {type(curves).__name__}")
    if not curves:
        raise ValueError(f"{name} must hold at least one curve, got none")


def numbers(name: str, values: Sequence[float], *, finite: bool = False) -> Values:
    """Return a list of numbers as an array (K,), K >= 1.

    Raises:
        TypeError: no list of numbers.
        ValueError: it has another shape, or is not `finite` where it must be.
    """
    wanted = f"{name} must be a list of {'finite ' if finite else ''}numbers"
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{wanted}, got {values!r}") from error
    if array.ndim == 0:
        raise TypeError(f"{wanted}, got {values!r}")
    if array.ndim != 1 or len(array) == 0:
        raise ValueError(f"{wanted}, got shape {array.shape}")
    if finite and not np.isfinite(array).all():
        raise ValueError(f"{wanted}, got {values!r}")
    return array
