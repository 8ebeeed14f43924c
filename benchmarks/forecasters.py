"""Forecasters that hold: Levenberg-Marquardt on the exact BPTT Jacobian against Lightning.

Every seed counts and restarts count as work. RNNKIT_BENCH_SEED chooses other fresh seeds.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from statistics import mean, median

import torch
from torch import Tensor

from benchmarks.variants import quiet_lightning, sine_parts, train_with_lightning
from rnnkit.forecaster_recipe import Recipe, fit_forecaster
from rnnkit.forecasting import free_run, rmse_by_horizon
from rnnkit.tanh_forecaster import TanhForecaster

SEEDS = 20


def law_error(series: Tensor, truth: Tensor) -> float:
    """Return RMSE(1000) of the exact recurrence in float64 on the float32 samples."""
    before, now = series[-2:].double()
    run = []
    for _ in truth:
        before, now = now, 2 * math.cos(0.1) * now - before
        run.append(now)
    return rmse_by_horizon(torch.stack(run), truth)[-1]


def recipe_error(seed: int, recipe: Recipe) -> tuple[float, int, float]:
    """Fit one seed; return RMSE(1000), initialisations and CPU seconds of the fit."""
    series, truth, _, _ = sine_parts(seed)
    start = time.process_time()
    theta, tries = fit_forecaster(series, torch.Generator().manual_seed(seed), recipe=recipe)
    seconds = time.process_time() - start
    run = TanhForecaster().rollout(theta, series[None, -25:].double(), len(truth))[0, 25:]
    return rmse_by_horizon(run, truth)[-1], tries, seconds


def lightning_error(seed: int) -> tuple[float, int, float]:
    """Train the Lightning baseline; return the same three numbers."""
    series, truth, training, validation = sine_parts(seed)
    start = time.process_time()
    model = train_with_lightning(training, validation, seed)
    seconds = time.process_time() - start
    run = free_run(model, series[None, -15:, None], len(truth))[0, :, 0]
    return rmse_by_horizon(run, truth)[-1], 1, seconds


def main() -> None:
    """Train all on the same seeds, taking turns, and print errors and CPU time."""
    torch.set_num_threads(1)
    quiet_lightning()
    first = int(os.environ.get("RNNKIT_BENCH_SEED", "20261121"))
    ways: dict[str, Callable[[int], tuple[float, int, float]]] = {
        "Lightning, Adam": lightning_error,
        "quick recipe": lambda seed: recipe_error(seed, Recipe()),
        "careful recipe": lambda seed: recipe_error(seed, Recipe.careful()),
    }
    for way in ways.values():
        way(first - 1)  # what happens once, such as loading kernels, is nobody's training time
    results: dict[str, list[tuple[float, int, float]]] = {name: [] for name in ways}
    for seed in range(first, first + SEEDS):
        for name, way in ways.items():
            results[name].append(way(seed))
    unit = mean(seconds for *_, seconds in results["Lightning, Adam"])
    print(f"RMSE over 1000 free-running steps, {SEEDS} seeds from {first}, none left out\n")
    columns = (
        f"{'< 0.001':>9}{'median':>10}{'worst':>10}{'tries':>7}{'CPU s':>8}{'of Lightning':>14}"
    )
    print(f"{'':<16}{columns}")
    for name, rows in results.items():
        errors, tries, seconds = zip(*rows, strict=True)
        held = f"{sum(error < 1e-3 for error in errors)}/{SEEDS}"
        print(
            f"{name:<16}{held:>9}{median(errors):>10.1e}{max(errors):>10.1e}{mean(tries):>7.2f}"
            f"{mean(seconds):>8.3f}{mean(seconds) / unit:>14.3f}"
        )
    series, truth, _, _ = sine_parts(first)
    print(
        f"\nexact recurrence, float64 on the same float32 samples: {law_error(series, truth):.1e}"
    )


if __name__ == "__main__":
    main()
