"""The free-running forecaster and its errors, against closed forms."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnkit.data import sine
from rnnkit.forecasting import free_run, local_wave, phase_error, rmse_by_horizon


def law(windows):
    """x_{t+1} = 2 cos(dt) x_t − x_{t−1}: exact for a sine of frequency 1."""
    return 2 * math.cos(0.1) * windows[:, -1] - windows[:, -2]


def wave(steps, *, omega=1.0, phase=0.0, amplitude=1.0):
    return amplitude * torch.sin(omega * 0.1 * torch.arange(steps, dtype=torch.float64) + phase)


def test_the_exact_law_runs_free_for_a_thousand_steps():
    _, x = sine(1750, dtype=torch.float64)
    run = free_run(law, x[None, 740:750, None], 1000)
    assert run.shape == (1, 1000, 1)
    assert rmse_by_horizon(run[0, :, 0], x[750:])[-1] < 1e-12


def test_free_run_equals_the_loop_written_out():
    torch.manual_seed(0)
    matrix = 0.1 * torch.randn(8, 2, dtype=torch.float64)
    model = lambda w: torch.tanh(w.flatten(1) @ matrix)  # noqa: E731
    window = torch.randn(3, 4, 2, dtype=torch.float64)
    expected, current = [], window
    for _ in range(7):
        expected.append(model(current))
        current = torch.cat([current[:, 1:], expected[-1][:, None]], dim=1)
    assert torch.equal(free_run(model, window, 7), torch.stack(expected, dim=1))


def test_free_run_leaves_its_window_alone_and_records_no_gradient():
    window = torch.ones(1, 3, 1)
    weight = torch.ones(1, requires_grad=True)
    run = free_run(lambda w: weight * w[:, -1] + 1, window, 4)
    assert run.flatten().tolist() == [2, 3, 4, 5]
    assert not run.requires_grad
    assert window.eq(1).all()


@pytest.mark.parametrize(
    ("window", "steps", "error", "name"),
    [
        ([1.0], 3, TypeError, "window"),
        (torch.ones(1, 3, 1, dtype=torch.int64), 3, TypeError, "window"),
        (torch.ones(3, 1), 3, ValueError, "window"),
        (torch.ones(1, 0, 1), 3, ValueError, "window"),
        (torch.ones(1, 3, 1), 0, ValueError, "steps"),
        (torch.ones(1, 3, 1), 2.0, TypeError, "steps"),
        (torch.ones(1, 3, 1), True, TypeError, "steps"),
    ],
)
def test_free_run_names_a_bad_argument(window, steps, error, name):
    with pytest.raises(error, match=name):
        free_run(lambda w: w[:, -1], window, steps)


@pytest.mark.parametrize("model", [None, 3, "model"])
def test_free_run_needs_a_model_that_can_be_called(model):
    with pytest.raises(TypeError, match="model must be callable, got"):
        free_run(model, torch.ones(1, 3, 1), 2)


@pytest.mark.parametrize("answer", [lambda w: w[:, -1].squeeze(), lambda _: 1.0, lambda _: None])
def test_free_run_refuses_a_model_that_returns_something_else(answer):
    with pytest.raises(ValueError, match=r"model must return \(B, n\) = \(1, 1\), got"):
        free_run(answer, torch.ones(1, 3, 1), 2)


def test_rmse_of_predicting_zero_on_a_sine_is_one_over_root_two():
    truth = wave(6283)
    assert rmse_by_horizon(torch.zeros(6283), truth, [6283]) == pytest.approx(
        [1 / math.sqrt(2)], 1e-3
    )


def test_rmse_averages_over_the_whole_horizon_and_not_at_its_end():
    error = torch.tensor([3.0, 4.0, 0.0, 0.0])
    expected = [3.0, math.sqrt(12.5), math.sqrt(25 / 4)]
    assert rmse_by_horizon(error, torch.zeros(4), [1, 2, 4]) == pytest.approx(expected)


@pytest.mark.parametrize("horizons", [[0], [5], [-1], []])
def test_rmse_refuses_horizons_outside_the_forecast(horizons):
    with pytest.raises(ValueError, match="horizons must"):
        rmse_by_horizon(torch.zeros(4), torch.zeros(4), horizons)


@pytest.mark.parametrize("horizons", [[2.5], [True], ["2"], 3, "12", None])
def test_rmse_refuses_horizons_that_are_no_whole_numbers(horizons):
    with pytest.raises(TypeError, match="horizons must"):
        rmse_by_horizon(torch.zeros(4), torch.zeros(4), horizons)


@pytest.mark.parametrize("measure", [lambda a, b: rmse_by_horizon(a, b, [1]), phase_error])
@pytest.mark.parametrize("odd", [None, [1.0, 2.0], wave(100).numpy(), wave(100) * 1j])
def test_a_forecast_and_its_truth_must_be_real_tensors(measure, odd):
    with pytest.raises(TypeError, match="forecast must be a real tensor"):
        measure(odd, wave(100))
    with pytest.raises(TypeError, match="truth must be a real tensor"):
        measure(wave(100), odd)


def test_a_forecast_that_left_the_numbers_has_no_phase():
    broken = wave(100)
    broken[70] = math.nan
    with pytest.raises(ValueError, match="series must be finite, got nan at step 70"):
        local_wave(broken)
    with pytest.raises(ValueError, match="forecast must be finite, got nan at step 70"):
        phase_error(broken, wave(100))
    with pytest.raises(ValueError, match="truth must be finite"):
        phase_error(wave(100), broken)


def test_rmse_refuses_shapes_that_would_broadcast():
    with pytest.raises(ValueError, match="forecast and truth"):
        rmse_by_horizon(torch.zeros(4, 1), torch.zeros(4), [1])


@settings(max_examples=25, deadline=None)
@given(amplitude=st.floats(0.1, 10), phase=st.floats(-3.1, 3.1))
def test_local_wave_finds_amplitude_and_phase_of_any_sine(amplitude, phase):
    found = local_wave(wave(300, amplitude=amplitude, phase=phase))
    assert torch.allclose(found.amplitude, torch.tensor(amplitude, dtype=torch.float64), rtol=1e-9)
    # compare angles as points on the circle
    assert torch.allclose((found.phase - phase).cos(), torch.ones(238, dtype=torch.float64))
    assert found.phase.diff().abs().max() < 1e-6


def test_phase_error_of_a_faster_wave_grows_by_the_difference_of_the_frequencies():
    ahead = phase_error(wave(3000, omega=1.02), wave(3000))
    slope = ((ahead[-1] - ahead[0]) / (0.1 * (len(ahead) - 1))).item()
    assert slope == pytest.approx(0.02, rel=2e-3)
    assert ahead[-1] > math.pi  # unwrapped: it passes π without a jump
    assert ahead.diff().abs().max() < 0.1


def test_phase_error_is_positive_for_a_forecast_that_runs_ahead():
    assert phase_error(wave(200, phase=0.3), wave(200)).mean().item() == pytest.approx(
        0.3, abs=1e-9
    )


def test_phase_error_starts_within_half_a_turn():
    assert phase_error(wave(200, phase=3.0), wave(200, phase=-3.0))[0].abs() < math.pi


def test_local_wave_needs_a_whole_period():
    with pytest.raises(ValueError, match="one period"):
        local_wave(wave(62))
    assert len(local_wave(wave(63)).phase) == 1


@pytest.mark.parametrize("name", ["dt", "omega"])
def test_local_wave_names_bad_frequencies(name):
    for value in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match=f"{name} must be a positive finite number, got"):
            local_wave(wave(100), **{name: value})
    for value in (True, "1", None, 1j):
        with pytest.raises(TypeError, match=f"{name} must be a positive finite number, got"):
            local_wave(wave(100), **{name: value})


@pytest.mark.parametrize("dt", [3.0, 1e-300])
def test_local_wave_needs_three_samples_a_period_and_finitely_many(dt):
    with pytest.raises(ValueError, match="omega · dt must be"):
        local_wave(wave(100), dt=dt)
