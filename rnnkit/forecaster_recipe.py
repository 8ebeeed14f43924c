"""How to train a forecaster that holds: two least-squares stages, and a test that it must pass."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from rnnkit._checks import positive, seeded, tensor, whole
from rnnkit.least_squares import Problem, levenberg_marquardt
from rnnkit.tanh_forecaster import TanhForecaster

__all__ = ["Recipe", "fit_forecaster"]


@dataclass(frozen=True)
class Recipe:
    """How `fit_forecaster` trains and what it accepts; the defaults are the quick recipe.

    Attributes:
        stride: every stride-th window takes part in stage 1.
        one_step_iterations: at most this many in stage 1, more than 20: a bad start is dropped
            after 20.
        rollout_steps, rollout_starts: stage 2 runs free for so many steps, from so many starts.
        rollout_iterations: at most this many in stage 2.
        tolerance: stage 2 stops at this rms, stage 1 at 2e-6.
        accept: largest rms of a 700-step free run inside the training series.
        accept_gain: largest effect of a small change of the start, relative to that change.
        attempts: initialisations tried at most.

    Raises:
        TypeError: a count is no whole number, a limit no real number.
        ValueError: a count below 1 (`one_step_iterations` below 21), a limit that is not positive.
    """

    stride: int = 16
    one_step_iterations: int = 60
    rollout_steps: int = 50
    rollout_starts: int = 6
    rollout_iterations: int = 6
    tolerance: float = 5e-6
    accept: float = 1e-4
    accept_gain: float = math.inf
    attempts: int = 30

    def __post_init__(self) -> None:
        for name in ("stride", "rollout_steps", "rollout_starts", "rollout_iterations", "attempts"):
            whole(name, getattr(self, name), at_least=1)
        whole("one_step_iterations", self.one_step_iterations, at_least=21)
        positive("tolerance", self.tolerance)
        positive("accept", self.accept)
        positive("accept_gain", self.accept_gain, or_infinite=True)

    @classmethod
    def careful(cls) -> "Recipe":
        """Return the recipe for the floor of float32 data: longer rollouts, harder to please."""
        return cls(
            one_step_iterations=80,
            rollout_steps=100,
            rollout_iterations=8,
            tolerance=2e-6,
            accept=1e-5,
            accept_gain=3.0,
        )


def fit_forecaster(
    series: Tensor,
    generator: torch.Generator,
    *,
    model: TanhForecaster | None = None,
    recipe: Recipe | None = None,
) -> tuple[Tensor, int]:
    """Fit a forecaster that holds: one-step fit, then free-running fit, restart until it passes.

    It is judged inside `series` alone: a free run over its whole length (700 steps of 725 with the
    defaults and 750 samples) must stay within `recipe.accept`, and a second run from a start that
    is changed by noise of size 1e-4 must not drift away from the first: an orbit can fit well and
    still be unstable.

    Shapes: series: (T,) -> θ: (P,), float64, and the number of initialisations it took.

    Raises:
        TypeError: `series` is no tensor, `generator` no torch.Generator.
        ValueError: `series` is not (T,), not finite, or too short for the recipe.
        RuntimeError: no initialisation passed in `recipe.attempts`.
    """
    model, recipe = model or TanhForecaster(), recipe or Recipe()
    window, steps = model.window, recipe.rollout_steps
    generator = seeded(generator)
    if tensor("series", series, "(T,)").ndim != 1 or len(series) < window + 2 * steps:
        raise ValueError(
            f"series must be (T,) with T >= {window + 2 * steps}, got {tuple(series.shape)}"
        )
    if not series.isfinite().all():
        raise ValueError("series must be finite, got nan or inf")
    series = series.double()
    windows = series[:-1].unfold(0, window, recipe.stride).contiguous()
    nearby = model.one_step(windows, series[window :: recipe.stride])
    room = len(series) - window - steps
    places = torch.linspace(0, room, recipe.rollout_starts).round().int().tolist()
    far = model.free_running(series, places, steps)
    for attempt in range(1, recipe.attempts + 1):
        with torch.inference_mode():
            theta = _two_stages(nearby, far, model.initial(generator), recipe)
            holds = theta is not None and _holds(model, theta, series, generator, recipe)
        if theta is not None and holds:
            return theta.clone(), attempt
    raise RuntimeError(f"no forecaster passed in {recipe.attempts} attempts")


def _two_stages(nearby: Problem, far: Problem, theta: Tensor, recipe: Recipe) -> Tensor | None:
    """Fit the next value, then the free run; None for a start that is not worth the patience."""
    fit = levenberg_marquardt(
        nearby,
        theta,
        iterations=20,
        damping=1e-2,
        tolerance=2e-6,
    )
    if fit.rms > 1e-4:
        return None  # another start is cheaper
    fit = levenberg_marquardt(
        nearby,
        fit.theta,
        iterations=recipe.one_step_iterations - 20,
        damping=fit.damping,
        tolerance=2e-6,
    )
    fit = levenberg_marquardt(
        far,
        fit.theta,
        iterations=recipe.rollout_iterations,
        damping=1e-3,
        tolerance=recipe.tolerance,
    )
    return fit.theta if fit.rms <= 3 * recipe.accept else None


def _holds(
    model: TanhForecaster,
    theta: Tensor,
    series: Tensor,
    generator: torch.Generator,
    recipe: Recipe,
) -> bool:
    """Run free from the first window and from a slightly changed one, inside the series."""
    length, start = model.window, series[: model.window]
    noise = 1e-4 * torch.randn(length, generator=generator).double()
    steps = (len(series) - length) // 10 * 10
    pair = torch.stack([start, start + noise])
    run = model.rollout(theta, pair, steps)[:, length:]
    misses = run[0] - series[length : length + steps]
    error = misses.square().mean().sqrt().item()
    tenths = (run[1] - run[0]).view(10, -1)  # how far the two are apart
    apart = tenths.square().mean(1).sqrt() / 1e-4  # relative to the push
    stable = apart[-1] < 2 * apart[0] and apart[0] < recipe.accept_gain
    return error < recipe.accept and bool(stable)
