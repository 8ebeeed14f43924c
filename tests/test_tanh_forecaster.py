"""The tanh forecaster against torch.nn, torch.func.jacrev and the free run written plainly."""

import pytest
import torch
from torch import nn
from torch.func import jacrev

from rnnkit.forecasting import free_run
from rnnkit.tanh_forecaster import TanhForecaster

MODEL = TanhForecaster(hidden_size=6, window=9)


@pytest.fixture
def theta():
    drawn = MODEL.initial(torch.Generator().manual_seed(3))
    return drawn + 0.1 * torch.randn(
        MODEL.size, generator=torch.Generator().manual_seed(4), dtype=torch.float64
    )


@pytest.fixture
def windows():
    return torch.randn(
        5, MODEL.window, generator=torch.Generator().manual_seed(5), dtype=torch.float64
    )


def test_prediction_is_that_of_nn_rnn_with_the_same_weights(theta, windows):
    rnn, head = nn.RNN(1, 6, batch_first=True).double(), nn.Linear(6, 1).double()
    w = MODEL.weights(theta)
    with torch.no_grad():
        rnn.weight_ih_l0.copy_(w.W_x[:, None])
        rnn.weight_hh_l0.copy_(w.W_h)
        rnn.bias_ih_l0.copy_(w.b_h)
        rnn.bias_hh_l0.zero_()
        head.weight.copy_(w.W_o[None])
        head.bias.copy_(w.b_o)
        expected = head(rnn(windows[..., None])[0][:, -1])[:, 0]
    assert torch.allclose(MODEL.predict(theta, windows), expected, atol=1e-12)
    assert torch.allclose(MODEL.readout(theta, MODEL.states(theta, windows)), expected, atol=1e-12)


def test_ten_units_make_131_parameters():
    assert TanhForecaster().size == 131 == len(TanhForecaster().initial(torch.Generator()))


def test_initial_recurrent_matrix_is_nine_tenths_orthogonal():
    w_h = MODEL.weights(MODEL.initial(torch.Generator().manual_seed(0))).W_h
    assert torch.allclose(torch.linalg.svdvals(w_h), torch.full((6,), 0.9, dtype=torch.float64))


def test_bptt_jacobian_is_that_of_jacrev(theta, windows):
    by_theta, by_window = MODEL.jacobian(theta, windows, MODEL.states(theta, windows))
    assert torch.allclose(
        by_theta, jacrev(lambda q: MODEL.predict(q, windows))(theta), rtol=1e-10, atol=1e-12
    )
    full = jacrev(lambda x: MODEL.predict(theta, x))(windows)  # (N, N, W): only N blocks count
    expected = torch.stack([full[i, i] for i in range(len(windows))])
    assert torch.allclose(by_window, expected, rtol=1e-10, atol=1e-12)


def plain_run(theta, starts, steps):
    series = starts
    for _ in range(steps):
        series = torch.cat(
            [series, MODEL.predict(theta, series[:, -MODEL.window :])[:, None]], dim=1
        )
    return series


@pytest.mark.parametrize("steps", [1, 4, 30])
def test_rollout_on_the_belt_is_a_free_run(theta, windows, steps):
    series = MODEL.rollout(theta, windows, steps)
    slow = free_run(lambda w: MODEL.predict(theta, w[..., 0])[:, None], windows[..., None], steps)
    assert torch.equal(series[:, : MODEL.window], windows)
    assert torch.allclose(series[:, MODEL.window :], slow[..., 0], atol=1e-12)


@pytest.mark.parametrize("steps", [1, 5, 25])
def test_rollout_jacobian_follows_the_fed_back_predictions(theta, windows, steps):
    ours = MODEL.rollout_jacobian(theta, MODEL.rollout(theta, windows, steps))
    by_autograd = jacrev(lambda q: plain_run(q, windows, steps)[:, MODEL.window :])(theta)
    assert torch.allclose(ours, by_autograd.flatten(0, 1), rtol=1e-8, atol=1e-10)


def test_free_running_problem_starts_where_it_is_told(theta):
    series = torch.randn(60, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    residual, linearise = MODEL.free_running(series, [0, 20], 10)(theta)
    expected = plain_run(theta, series[20:29][None], 10)[0, 9:] - series[29:39]
    assert torch.allclose(residual[10:], expected, atol=1e-12)
    starts = torch.stack([series[0:9], series[20:29]])
    by_autograd = jacrev(lambda q: plain_run(q, starts, 10)[:, 9:].flatten())(theta)
    assert torch.allclose(linearise(), by_autograd, rtol=1e-8, atol=1e-10)


def test_one_step_problem_is_the_miss_of_each_window_and_its_jacobian(theta, windows):
    targets = torch.arange(5.0, dtype=torch.float64)
    residual, linearise = MODEL.one_step(windows, targets)(theta)
    assert torch.allclose(residual, MODEL.predict(theta, windows) - targets, atol=1e-12)
    by_autograd = jacrev(lambda q: MODEL.predict(q, windows))(theta)
    assert torch.allclose(linearise(), by_autograd, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"hidden_size": 0}, ValueError),
        ({"window": 0}, ValueError),
        ({"window": 2.5}, TypeError),
        ({"window": True}, TypeError),
    ],
)
def test_bad_sizes_are_named(options, error):
    with pytest.raises(error, match=f"{next(iter(options))} must be a whole number >= 1"):
        TanhForecaster(**options)


DOUBLES = {"dtype": torch.float64}


@pytest.mark.parametrize(
    ("odd", "error"),
    [
        (torch.zeros(5, MODEL.window + 3, **DOUBLES), ValueError),
        (torch.zeros(5, MODEL.window - 1, **DOUBLES), ValueError),
        (torch.zeros(MODEL.window, **DOUBLES), ValueError),
        (torch.zeros(0, MODEL.window, **DOUBLES), ValueError),
        (torch.zeros(5, MODEL.window), TypeError),
        ([[0.0] * MODEL.window], TypeError),
    ],
    ids=["longer", "shorter", "one", "none", "float32", "list"],
)
def test_windows_that_do_not_fit_are_named(theta, windows, odd, error):
    states = MODEL.states(theta, windows)
    for call in (
        lambda: MODEL.states(theta, odd),
        lambda: MODEL.jacobian(theta, odd, states),
        lambda: MODEL.one_step(odd, torch.zeros(5, **DOUBLES)),
    ):
        with pytest.raises(error, match="windows must be"):
            call()
    with pytest.raises(error, match="starts must be"):
        MODEL.rollout(theta, odd, 3)


def test_states_of_other_windows_are_refused(theta, windows):
    states = MODEL.states(theta, windows)
    with pytest.raises(ValueError, match=r"states must be \(10, 5, 6\), got \(10, 4, 6\)"):
        MODEL.jacobian(theta, windows, states[:, :4])
    with pytest.raises(TypeError, match=r"states must be a tensor \(L \+ 1, N, d\), got list"):
        MODEL.jacobian(theta, windows, [1.0])
    with pytest.raises(ValueError, match=r"states must be \(10, N, 6\), got \(9, 5, 6\)"):
        MODEL.readout(theta, states[:-1])


@pytest.mark.parametrize("shape", [(1,), (4,), (5, 1)])
def test_targets_are_never_broadcast(windows, shape):
    with pytest.raises(ValueError, match=r"targets must be \(5,\), one a window, got"):
        MODEL.one_step(windows, torch.zeros(shape, **DOUBLES))


@pytest.mark.parametrize(
    ("starts", "steps", "error", "name"),
    [
        ([], 10, ValueError, "starts"),
        ([0, 42], 10, ValueError, "starts"),
        ([-1], 10, ValueError, "starts"),
        ([True], 10, TypeError, "starts"),
        ([0.5], 10, TypeError, "starts"),
        ([0], 0, ValueError, "steps"),
        ([0], True, TypeError, "steps"),
        ([0], 2.0, TypeError, "steps"),
    ],
)
def test_a_free_run_that_leaves_its_series_is_refused(starts, steps, error, name):
    with pytest.raises(error, match=f"{name} must be"):
        MODEL.free_running(torch.zeros(60, **DOUBLES), starts, steps)


def test_the_last_start_that_fits_is_taken(theta):
    residual, _ = MODEL.free_running(torch.zeros(60, **DOUBLES), [41], 10)(theta)
    assert len(residual) == 10


@pytest.mark.parametrize(("steps", "error"), [(0, ValueError), (-1, ValueError), (True, TypeError)])
def test_a_rollout_takes_at_least_one_step(theta, windows, steps, error):
    with pytest.raises(error, match="steps must be a whole number >= 1"):
        MODEL.rollout(theta, windows, steps)


def test_a_rollout_without_predictions_has_no_jacobian(theta, windows):
    with pytest.raises(ValueError, match=r"series must be \(S, L \+ K\)"):
        MODEL.rollout_jacobian(theta, windows)


def test_initial_weights_never_come_from_the_global_random_state():
    with pytest.raises(TypeError, match="generator must be"):
        MODEL.initial(None)


def test_a_theta_of_the_wrong_size_is_refused(windows):
    with pytest.raises(ValueError, match="theta"):
        MODEL.predict(torch.zeros(7, dtype=torch.float64), windows)
    for call in (MODEL.predict, MODEL.states, lambda theta, w: MODEL.rollout(theta, w, 3)):
        with pytest.raises(TypeError, match=r"theta must be a tensor \(P,\), got list"):
            call([0.0] * MODEL.size, windows)
