"""Judge a forecaster by letting it run free: it reads what it predicted itself."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from rnnkit._checks import positive, whole

__all__ = ["LocalWave", "free_run", "local_wave", "phase_error", "rmse_by_horizon"]


class LocalWave(NamedTuple):
    """Amplitude and phase of a wave, seen through a window that slides along it: (K,) each."""

    amplitude: Tensor
    phase: Tensor  # radians, unwrapped


@torch.no_grad()
def free_run(model: Callable[[Tensor], Tensor], window: Tensor, steps: int) -> Tensor:
    """Forecast `steps` steps from a window: each prediction becomes the newest input.

    The window keeps its length: the oldest value leaves, the prediction enters, and the model reads
    the whole window afresh. No gradient is recorded.

    Shapes: model: (B, L, n) -> (B, n); window: (B, L, n) -> forecast: (B, steps, n).

    Raises:
        TypeError: `model` is not callable, `window` is no floating-point tensor, `steps` is no
            whole number.
        ValueError: `window` is not (B, L, n), `steps` < 1, or the model returns another shape.
    """
    if not callable(model):
        raise TypeError(f"model must be callable, got {_kind(model)}")
    _check_window(window)
    whole("steps", steps, at_least=1)
    batch, length, size = window.shape
    series = torch.cat([window, window.new_empty(batch, steps, size)], dim=1)
    for step in range(steps):
        prediction = model(series[:, step : step + length])  # (B, n)
        if getattr(prediction, "shape", None) != (batch, size):
            raise ValueError(
                f"model must return (B, n) = {(batch, size)}, got {_shape_or_kind(prediction)}"
            )
        series[:, step + length] = prediction
    return series[:, length:]


def rmse_by_horizon(
    forecast: Tensor, truth: Tensor, horizons: Sequence[int] = (100, 300, 1000)
) -> list[float]:
    """Return the root mean squared error over the first k steps, for each horizon k.

    Shapes: forecast, truth: (T,). The error has the unit of the series. Entry i averages over *all*
    of the first horizons[i] steps; it is not the error at that step.

    Raises:
        TypeError: `forecast` or `truth` is no real tensor, or `horizons` no list of whole numbers.
        ValueError: other shapes, no horizon, or one that is not within 1..T.
    """
    _check_pair(forecast, truth)
    squares = (forecast.double() - truth.double()) ** 2
    horizons = _checked_horizons(horizons, len(squares))
    return [squares[:horizon].mean().sqrt().item() for horizon in horizons]


def local_wave(series: Tensor, *, dt: float = 0.1, omega: float = 1.0) -> LocalWave:
    """Measure amplitude and phase of a wave of frequency near `omega`, one period at a time.

    Entry k fits a·sin(ωt) + b·cos(ωt) by least squares to the samples k, …, k + span − 1, where
    span is one period, rounded to whole samples, and t is 0 at sample 0 of the series. Amplitude is
    √(a² + b²), phase atan2(b, a), unwrapped so that it has no jumps.

    Shapes: series: (T,) -> amplitude, phase: (T − span + 1,). Phase in radians.

    Raises:
        TypeError: `series` is no real tensor, `dt` or `omega` no real number.
        ValueError: it is not (T,), not finite or shorter than one period; `dt` or `omega` is not
            positive and finite, or a period has less than 3 samples.
    """
    return _local_wave("series", series, dt, omega)


def _local_wave(name: str, series: Tensor, dt: float, omega: float) -> LocalWave:
    _check_series(name, series)
    dt, omega = positive("dt", dt), positive("omega", omega)
    if not 1e-9 < omega * dt < 2.5:
        raise ValueError(
            "omega · dt must be below 2.5 radians a sample (a period needs 3 samples) and above "
            f"1e-9, got {omega * dt:.3g}"
        )
    span = round(2 * math.pi / (omega * dt))
    if len(series) < span:
        raise ValueError(
            f"{name} must be (T,) with at least one period, {span} samples, "
            f"got {tuple(series.shape)}"
        )
    if len(wild := (~series.isfinite()).nonzero()):
        at = int(wild[0])
        raise ValueError(f"{name} must be finite, got {series[at].item()} at step {at}")
    angle = omega * dt * torch.arange(span, dtype=torch.float64)
    basis = torch.stack([angle.sin(), angle.cos()], dim=1)  # (span, 2)
    chunks = series.double().unfold(0, span, 1)  # (K, span)
    a, b = torch.linalg.lstsq(basis, chunks.T).solution  # (K,) each
    turned = omega * dt * torch.arange(len(chunks), dtype=torch.float64)
    phase = torch.atan2(b, a) - turned  # relative to a wave that started at sample 0
    phase = phase - 2 * math.pi * torch.floor((phase + math.pi) / (2 * math.pi))
    jumps = torch.diff(phase)
    turns = torch.cumsum(torch.round(jumps / (2 * math.pi)), 0)
    phase[1:] -= 2 * math.pi * turns
    return LocalWave(torch.hypot(a, b), phase)


def phase_error(forecast: Tensor, truth: Tensor, *, dt: float = 0.1, omega: float = 1.0) -> Tensor:
    """Return how far a forecast runs ahead of the truth (negative: lags), in radians.

    Both phases are those of `local_wave`; entry k belongs to the period that starts at step k.

    Shapes: forecast, truth: (T,) -> (T − span + 1,), starting within ±π.

    Raises:
        TypeError, ValueError: as `local_wave`, or the two have different lengths.
    """
    _check_pair(forecast, truth)
    ours = _local_wave("forecast", forecast, dt, omega).phase
    theirs = _local_wave("truth", truth, dt, omega).phase
    ahead = ours - theirs
    turns = torch.round(ahead[0] / (2 * math.pi))
    return ahead - 2 * math.pi * turns


def _check_window(window: object) -> None:
    if not isinstance(window, Tensor) or not window.is_floating_point():
        raise TypeError(f"window must be a floating-point tensor (B, L, n), got {_kind(window)}")
    if window.ndim != 3 or 0 in window.shape:
        raise ValueError(f"window must be (B, L, n), none of them 0, got {tuple(window.shape)}")


def _check_real(name: str, series: object) -> None:
    if not isinstance(series, Tensor) or series.is_complex():
        raise TypeError(f"{name} must be a real tensor (T,), got {_kind(series)}")


def _check_series(name: str, series: Tensor) -> None:
    _check_real(name, series)
    if series.ndim != 1 or len(series) == 0:
        raise ValueError(f"{name} must be (T,), got {tuple(series.shape)}")


def _check_pair(forecast: Tensor, truth: Tensor) -> None:
    _check_real("forecast", forecast)
    _check_real("truth", truth)
    if forecast.ndim != 1 or forecast.shape != truth.shape or len(forecast) == 0:
        raise ValueError(
            f"forecast and truth must both be (T,), "
            f"got {tuple(forecast.shape)} and {tuple(truth.shape)}"
        )


def _checked_horizons(values: Sequence[int], steps: int) -> list[int]:
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise TypeError(f"horizons must be a list of whole numbers, got {values!r}")
    horizons = [whole("horizons", value, at_least=1) for value in values]
    if not horizons or max(horizons) > steps:
        raise ValueError(f"horizons must be whole numbers within 1..{steps}, got {horizons}")
    return horizons


def _kind(value: object) -> str:
    return type(value).__name__ + (f" of {value.dtype}" if isinstance(value, Tensor) else "")


def _shape_or_kind(value: object) -> str:
    return str(tuple(value.shape)) if isinstance(value, Tensor) else _kind(value)
