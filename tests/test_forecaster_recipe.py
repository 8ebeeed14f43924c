"""The recipe holds, judges only inside its series, and says so when it cannot."""

import math

import pytest
import torch

from rnnkit.data import sine
from rnnkit.forecaster_recipe import Recipe, _holds, fit_forecaster
from rnnkit.forecasting import rmse_by_horizon
from rnnkit.tanh_forecaster import TanhForecaster

MODEL = TanhForecaster()


def error_1000(theta):
    _, x = sine(1750)
    run = MODEL.rollout(theta, x[None, 725:750].double(), 1000)[0, 25:]
    return rmse_by_horizon(run, x[750:])[-1]


@pytest.mark.parametrize("seed", [11, 12])
def test_a_fresh_seed_holds_for_a_thousand_steps(seed):
    theta, tries = fit_forecaster(sine(750)[1], torch.Generator().manual_seed(seed))
    assert error_1000(theta) < 1e-3
    assert tries >= 1


def test_the_careful_recipe_reaches_the_floor_of_float32_data():
    theta, _ = fit_forecaster(
        sine(750)[1], torch.Generator().manual_seed(5), recipe=Recipe.careful()
    )
    assert error_1000(theta) < 1e-4


def test_one_seed_gives_one_network():
    fits = [fit_forecaster(sine(750)[1], torch.Generator().manual_seed(7))[0] for _ in range(2)]
    assert torch.equal(*fits)


def test_an_untrained_network_fails_the_exam():
    generator = torch.Generator().manual_seed(0)
    series = sine(750)[1].double()
    assert not _holds(MODEL, MODEL.initial(generator), series, generator, Recipe())


def test_noise_cannot_be_forecast_and_the_recipe_says_so():
    noise = torch.randn(750, generator=torch.Generator().manual_seed(0))
    with pytest.raises(RuntimeError, match="2 attempts"):
        fit_forecaster(noise, torch.Generator().manual_seed(0), recipe=Recipe(attempts=2))


@pytest.mark.parametrize(
    ("series", "error"),
    [
        (torch.zeros(100), ValueError),
        (torch.zeros(750, 1), ValueError),
        (torch.full((750,), torch.nan), ValueError),
        ([0.0] * 750, TypeError),
    ],
)
def test_a_bad_series_is_named(series, error):
    with pytest.raises(error, match="series must be"):
        fit_forecaster(series, torch.Generator())


def test_a_seed_is_no_generator():
    with pytest.raises(TypeError, match="generator must be"):
        fit_forecaster(sine(750)[1], 0)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"stride": 0}, ValueError),
        ({"stride": 2.5}, TypeError),
        ({"one_step_iterations": 20}, ValueError),
        ({"rollout_steps": 0}, ValueError),
        ({"rollout_starts": 0}, ValueError),
        ({"rollout_iterations": True}, TypeError),
        ({"attempts": 0}, ValueError),
        ({"tolerance": math.nan}, ValueError),
        ({"accept": 0.0}, ValueError),
        ({"accept": "1e-4"}, TypeError),
        ({"accept_gain": math.nan}, ValueError),
        ({"accept_gain": 0.0}, ValueError),
    ],
)
def test_a_recipe_that_cannot_work_is_refused_when_it_is_written(change, error):
    with pytest.raises(error, match=f"{next(iter(change))} must be"):
        Recipe(**change)
