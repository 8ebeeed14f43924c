"""Judge a forecaster by letting it run free: it reads what it predicted itself."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

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
        TypeError: `window` is no floating-point tensor, `steps` is no whole number.
        ValueError: `window` is not (B, L, n), `steps` < 1, or the model returns another shape.
    """
    if not isinstance(window, Tensor) or not window.is_floating_point():
        raise TypeError(f"window must be a floating-point tensor (B, L, n), got {_kind(window)}")
    if window.ndim != 3 or 0 in window.shape:
        raise ValueError(f"window must be (B, L, n), none of them 0, got {tuple(window.shape)}")
    _whole("steps", steps)
    batch, length, size = window.shape
    series = torch.cat([window, window.new_empty(batch, steps, size)], dim=1)
    for step in range(steps):
        prediction = model(series[:, step : step + length])  # (B, n)
        if prediction.shape != (batch, size):
            raise ValueError(
                f"model must return (B, n) = {(batch, size)}, got {tuple(prediction.shape)}"
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
        ValueError: other shapes, or a horizon that is not within 1..T.
    """
    _same_length("forecast", forecast, "truth", truth)
    squares = (forecast.double() - truth.double()) ** 2
    for horizon in horizons:
        if not 1 <= horizon <= len(squares):
            raise ValueError(f"horizons must be within 1..{len(squares)}, got {horizon}")
    return [squares[:horizon].mean().sqrt().item() for horizon in horizons]


def local_wave(series: Tensor, *, dt: float = 0.1, omega: float = 1.0) -> LocalWave:
    """Measure amplitude and phase of a wave of frequency near `omega`, one period at a time.

    Entry k fits a·sin(ωt) + b·cos(ωt) by least squares to the samples k, …, k + span − 1, where
    span is one period, rounded to whole samples, and t is 0 at sample 0 of the series. Amplitude is
    √(a² + b²), phase atan2(b, a), unwrapped so that it has no jumps.

    Shapes: series: (T,) -> amplitude, phase: (T − span + 1,). Phase in radians.

    Raises:
        TypeError: `series` is no tensor.
        ValueError: it is not (T,), shorter than one period, or `dt`, `omega` are not positive.
    """
    if not isinstance(series, Tensor):
        raise TypeError(f"series must be a tensor (T,), got {_kind(series)}")
    if not (0 < dt < math.inf and 0 < omega < math.inf):
        raise ValueError(f"dt and omega must be positive and finite, got {dt!r} and {omega!r}")
    span = round(2 * math.pi / (omega * dt))
    if series.ndim != 1 or len(series) < span or span < 3:
        raise ValueError(
            f"series must be (T,) with at least one period, {max(span, 3)} samples, "
            f"got {tuple(series.shape)}"
        )
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
    _same_length("forecast", forecast, "truth", truth)
    ours = local_wave(forecast, dt=dt, omega=omega).phase
    theirs = local_wave(truth, dt=dt, omega=omega).phase
    ahead = ours - theirs
    turns = torch.round(ahead[0] / (2 * math.pi))
    return ahead - 2 * math.pi * turns


def _same_length(name: str, one: Tensor, other_name: str, other: Tensor) -> None:
    if one.ndim != 1 or one.shape != other.shape or len(one) == 0:
        raise ValueError(
            f"{name} and {other_name} must both be (T,), "
            f"got {tuple(one.shape)} and {tuple(other.shape)}"
        )


def _whole(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number >= 1, got {value!r}")
    if value < 1:
        raise ValueError(f"{name} must be a whole number >= 1, got {value}")


def _kind(value: object) -> str:
    return f"{type(value).__name__}" + (f" of {value.dtype}" if isinstance(value, Tensor) else "")
