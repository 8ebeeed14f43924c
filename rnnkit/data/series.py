"""Series that are read in windows: a sine wave and Seattle's daily temperatures."""

import csv

import torch
from torch import Tensor

from rnnkit._checks import finite, positive, whole
from rnnkit.data._packages import package_files


def sine(
    steps: int, *, dt: float = 0.1, start: float = 0.0, dtype: torch.dtype = torch.float32
) -> tuple[Tensor, Tensor]:
    """Sample sin(t) at evenly spaced times, `dt` apart.

    The times are rounded to `dtype` first, as in `torch.sin(torch.arange(…))`; the sine of the
    rounded time is then rounded once, so that every machine has the same values. In float32 the
    times, not the values, set the floor of the noise: near t = 75 they are 8e-6 apart.

    Args:
        steps: how many samples, at least 1.
        dt: time between two samples, in radians; positive. One period is 2π/dt ≈ 62.8 samples.
        start: the first time, in radians.
        dtype: a floating dtype.

    Returns:
        t and x = sin(t), each (steps,).

    Raises:
        TypeError: `steps` is not a whole number, `dt` or `start` no real number, `dtype` not a
            floating dtype.
        ValueError: `steps` < 1, `dt` not positive and finite, `start` not finite.

    Source: made by formula; no licence needed.
    """
    steps = whole("steps", steps, at_least=1)
    dt, start = positive("dt", dt), finite("start", start)
    if not isinstance(dtype, torch.dtype) or not dtype.is_floating_point:
        raise TypeError(f"dtype must be a floating dtype such as torch.float32, got {dtype!r}")
    t = (start + dt * torch.arange(steps, dtype=torch.float64)).to(dtype)
    return t, torch.sin(t.double()).to(dtype)


def sliding_windows(
    series: Tensor, window: int, *, horizon: int = 1, stride: int = 1
) -> tuple[Tensor, Tensor]:
    """Cut a series into windows and the value that follows each.

    There are exactly (T − window − horizon) // stride + 1 windows; with the defaults that is
    T − window, for only the last window has no successor.

    Args:
        series: (T,) or (T, n).
        window: values in a window, at least 1.
        horizon: how many steps after the window's last value the target lies, at least 1.
        stride: steps from one window to the next, at least 1; stride=window does not overlap.

    Returns:
        X: (N, window, n) and y: (N, n), with n = 1 for a series of shape (T,). X[i] starts at
        series[i·stride]. Both are copies.

    Raises:
        TypeError: `series` is not a tensor, a size is not a whole number.
        ValueError: `series` has another shape, a size is below 1, or nothing fits.
    """
    if not isinstance(series, Tensor):
        raise TypeError(f"series must be a torch.Tensor, got {type(series).__name__}")
    if series.ndim not in (1, 2):
        raise ValueError(f"series must have shape (T,) or (T, n), got {tuple(series.shape)}")
    window = whole("window", window, at_least=1)
    horizon = whole("horizon", horizon, at_least=1)
    stride = whole("stride", stride, at_least=1)
    values = series[:, None] if series.ndim == 1 else series  # (T, n)
    if len(values) < window + horizon:
        raise ValueError(
            f"series must have at least window + horizon = {window + horizon} steps, "
            f"got {len(values)}"
        )
    last = len(values) - horizon
    windows = values[:last].unfold(0, window, stride)  # (N, n, window)
    targets = values[window + horizon - 1 :: stride][: len(windows)]  # (N, n)
    return windows.transpose(1, 2).contiguous(), targets.clone()


def time_split(*tensors: Tensor, train: int, gap: int = 0) -> tuple[Tensor, ...]:
    """Split tensors along their first dimension: the past to train on, the future to test on.

    A random split of overlapping windows leaks; this one leaks only across the border, and not at
    all with gap = window + horizon − 1 for windows one step apart, which is gap = window for the
    next value (an entry of the training part and one of the test part then share no value).

    Args:
        tensors: one or more of equal length N along dim 0.
        train: entries that go to the first part, 1 ≤ train < N − gap.
        gap: entries after the border that go to neither part.

    Returns:
        first_train, first_test, second_train, second_test, … in the order of scikit-learn's
        train_test_split; all of them views.

    Raises:
        TypeError: not tensors, not whole numbers.
        ValueError: no tensor, a scalar, lengths that differ, or one part would be empty.
    """
    if not tensors:
        raise ValueError("tensors must name at least one tensor, got none")
    for tensor in tensors:
        if not isinstance(tensor, Tensor):
            raise TypeError(f"tensors must be torch.Tensors, got {type(tensor).__name__}")
        if tensor.ndim == 0:
            raise ValueError("tensors must have a first dimension, got a scalar")
    lengths = [len(tensor) for tensor in tensors]
    if len(set(lengths)) > 1:
        raise ValueError(f"tensors must have one length, got {lengths}")
    train = whole("train", train, at_least=1)
    gap = whole("gap", gap, at_least=0)
    if train + gap >= lengths[0]:
        raise ValueError(
            f"train + gap must be below the length {lengths[0]}, got {train} + {gap}: "
            "nothing is left to test on"
        )
    return tuple(part for t in tensors for part in (t[:train], t[train + gap :]))


def seattle_temperatures() -> Tensor:
    """Read the daily maximum temperature in Seattle, 1 January 2012 to 31 December 2015.

    Returns:
        (1461,) float32, degrees Celsius, one a day with no gap; 2012 is a leap year, so the last
        365 entries are 2015.

    Raises:
        ModuleNotFoundError: vega_datasets is not installed.

    Source: NOAA National Centers for Environmental Information, daily observations, as
    `seattle-weather.csv` in the package vega_datasets 0.9 (BSD-3-Clause); the observations are a
    work of the US government and in the public domain.
    """
    (path,) = package_files(
        "vega_datasets", "_data/seattle-weather.csv", needed_by="data.seattle_temperatures"
    )
    with path.open(encoding="utf-8", newline="") as file:
        return torch.tensor([float(row["temp_max"]) for row in csv.DictReader(file)])
