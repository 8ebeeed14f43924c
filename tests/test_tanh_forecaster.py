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
    assert linearise().shape == (20, MODEL.size)


@pytest.mark.parametrize("options", [{"hidden_size": 0}, {"window": 0}, {"window": 2.5}])
def test_bad_sizes_are_named(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        TanhForecaster(**options)


def test_a_theta_of_the_wrong_size_is_refused(windows):
    with pytest.raises(ValueError, match="theta"):
        MODEL.predict(torch.zeros(7, dtype=torch.float64), windows)
