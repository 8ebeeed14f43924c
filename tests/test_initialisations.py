"""Initial weights are what their papers say, in torch's layout of the gates."""

import math

import pytest
import torch
from torch import nn

from rnnkit.initialisations import chrono_, default_, identity_, keep_bias_, orthogonal_

INPUTS, HIDDEN = 3, 400
GATED = pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU], ids=lambda k: k.__name__)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_default_weights_have_the_range_and_variance_that_torch_gives():
    for module in (nn.GRU(INPUTS, HIDDEN), nn.Linear(HIDDEN, 300)):
        by_torch = [p.detach().clone() for p in module.parameters()]
        default_(module, generator=seeded())
        for ours, theirs in zip(module.parameters(), by_torch, strict=True):
            assert not torch.equal(ours, theirs)
            assert ours.abs().max() <= 1 / math.sqrt(HIDDEN)
            assert ours.std().item() == pytest.approx(theirs.std().item(), rel=0.1)
            assert ours.std().item() == pytest.approx(1 / math.sqrt(3 * HIDDEN), rel=0.1)


@pytest.mark.parametrize(
    ("kind", "begin"),
    [
        (nn.LSTM, lambda layer, g: default_(layer, generator=g)),
        (nn.LSTM, lambda layer, g: chrono_(layer, 50, generator=g)),
        (nn.RNN, lambda layer, g: orthogonal_(layer, generator=g)),
        (nn.RNN, lambda layer, g: identity_(layer, generator=g)),
    ],
    ids=["default_", "chrono_", "orthogonal_", "identity_"],
)
def test_the_generator_decides_the_weights_and_the_global_random_state_stays(kind, begin):
    one, same, other = kind(INPUTS, 8), kind(INPUTS, 8), kind(INPUTS, 8)
    for layer in (same, other):
        layer.load_state_dict(one.state_dict())
    before = torch.get_rng_state()
    for layer, seed in ((one, 5), (same, 5), (other, 6)):
        begin(layer, seeded(seed))
    assert torch.equal(torch.get_rng_state(), before)
    for a, b in zip(one.parameters(), same.parameters(), strict=True):
        assert torch.equal(a, b)
    pairs = zip(one.parameters(), other.parameters(), strict=True)
    assert not all(torch.equal(a, b) for a, b in pairs)


@GATED
def test_keep_bias_opens_the_gate_that_keeps_the_old_state(kind):
    layer = kind(INPUTS, HIDDEN)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.zero_()
    h, c = torch.ones(1, 1, HIDDEN), torch.ones(1, 1, HIDDEN)
    keep_bias_(layer, 30.0)
    x = torch.zeros(1, 1, INPUTS)
    kept = layer(x, (h, c))[1][1] if kind is nn.LSTM else layer(x, h)[1]
    torch.testing.assert_close(kept, torch.ones_like(kept))
    keep_bias_(layer, -30.0)
    lost = layer(x, (h, c))[1][1] if kind is nn.LSTM else layer(x, h)[1]
    torch.testing.assert_close(lost, torch.zeros_like(lost), atol=1e-6, rtol=0)


@GATED
def test_keep_bias_touches_no_other_bias(kind):
    layer = kind(INPUTS, HIDDEN)
    before = layer.bias_ih_l0.detach().clone()
    keep_bias_(layer)
    changed = (layer.bias_ih_l0 != before).nonzero().flatten()
    assert (changed.min(), changed.max()) == (HIDDEN, 2 * HIDDEN - 1)
    assert (layer.bias_ih_l0 + layer.bias_hh_l0)[HIDDEN : 2 * HIDDEN].eq(1).all()


def test_chrono_spreads_the_lstms_memory_spans_evenly_and_closes_its_input_gate():
    layer = nn.LSTM(INPUTS, HIDDEN)
    chrono_(layer, 101, generator=seeded())
    bias = layer.bias_ih_l0 + layer.bias_hh_l0
    i, f, _, _ = bias.chunk(4)
    spans = f.exp()
    assert 1 <= spans.min() < 3
    assert 98 < spans.max() <= 100
    assert spans.mean().item() == pytest.approx(50.5, rel=0.1)
    torch.testing.assert_close(i, -f)


def test_chrono_leaves_the_grus_reset_gate_and_candidate_alone():
    layer = nn.GRU(INPUTS, HIDDEN)
    before = layer.bias_ih_l0.detach().clone()
    chrono_(layer, 101, generator=seeded())
    _, z, _ = (layer.bias_ih_l0 + layer.bias_hh_l0).chunk(3)
    assert 98 < z.exp().max() <= 100
    assert torch.equal(layer.bias_ih_l0[:HIDDEN], before[:HIDDEN])
    assert torch.equal(layer.bias_ih_l0[2 * HIDDEN :], before[2 * HIDDEN :])


def test_orthogonal_weights_keep_every_length_up_to_the_gain():
    layer = nn.RNN(INPUTS, 20)
    orthogonal_(layer, generator=seeded(), gain=1.5)
    singular = torch.linalg.svdvals(layer.weight_hh_l0)
    torch.testing.assert_close(singular, torch.full_like(singular, 1.5))


def test_identity_begins_as_a_running_sum_of_small_inputs():
    layer = nn.RNN(INPUTS, HIDDEN)
    identity_(layer, generator=seeded())
    x = torch.randn(10, 1, INPUTS, generator=seeded(1))
    sums = (x @ layer.weight_ih_l0.T).cumsum(0)
    torch.testing.assert_close(layer(x)[0], sums, rtol=1e-3, atol=1e-5)  # tanh(h) = h - h³/3
    assert layer.weight_ih_l0.std().item() == pytest.approx(1e-3, rel=0.1)


@pytest.mark.parametrize("layer", [nn.RNN(2, 3), nn.Linear(2, 3)], ids=["RNN", "Linear"])
def test_gate_biases_need_a_layer_with_gates(layer):
    with pytest.raises(TypeError, match=f"LSTM or GRU; got {type(layer).__name__}"):
        keep_bias_(layer)
    with pytest.raises(TypeError, match="LSTM or GRU"):
        chrono_(layer, 50, generator=seeded())


def test_orthogonal_and_identity_are_for_the_ungated_network():
    with pytest.raises(TypeError, match=r"layer must be a torch\.nn\.RNN; got GRU"):
        orthogonal_(nn.GRU(2, 3), generator=seeded())
    with pytest.raises(TypeError, match=r"layer must be a torch\.nn\.RNN; got LSTM"):
        identity_(nn.LSTM(2, 3), generator=seeded())


@pytest.mark.parametrize(
    ("longest", "error"), [(2, ValueError), (True, TypeError), (3.5, TypeError), ("50", TypeError)]
)
def test_chrono_needs_a_length_with_something_to_spread_over(longest, error):
    with pytest.raises(error, match="longest must be a whole number >= 3, got"):
        chrono_(nn.LSTM(2, 3), longest, generator=seeded())


@pytest.mark.parametrize("kind", [nn.RNNCell, nn.LSTMCell, nn.Conv1d], ids=lambda k: k.__name__)
def test_default_weights_are_for_layers_alone(kind):
    module = kind(2, 3, 1) if kind is nn.Conv1d else kind(2, 3)
    with pytest.raises(TypeError, match=rf"RNN, LSTM, GRU or Linear; got {kind.__name__}"):
        default_(module, generator=seeded())


@pytest.mark.parametrize("seed", [None, 0, "0"])
@pytest.mark.parametrize(
    ("kind", "begin"),
    [
        (nn.GRU, default_),
        (nn.LSTM, lambda layer, *, generator: chrono_(layer, 50, generator=generator)),
        (nn.RNN, orthogonal_),
        (nn.RNN, identity_),
    ],
    ids=["default_", "chrono_", "orthogonal_", "identity_"],
)
def test_nothing_but_a_generator_gives_random_weights(kind, begin, seed):
    layer = kind(2, 3)
    before = torch.get_rng_state()
    with pytest.raises(TypeError, match=r"generator must be a torch\.Generator.* got"):
        begin(layer, generator=seed)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    ("name", "begin"),
    [
        ("value", lambda bad: keep_bias_(nn.GRU(2, 3), bad)),
        ("gain", lambda bad: orthogonal_(nn.RNN(2, 3), generator=seeded(), gain=bad)),
        ("scale", lambda bad: identity_(nn.RNN(2, 3), generator=seeded(), scale=bad)),
    ],
)
def test_sizes_of_weights_are_finite_numbers(name, begin):
    for bad in (math.nan, math.inf):
        with pytest.raises(ValueError, match=f"{name} must be .*finite number, got {bad}"):
            begin(bad)
    for bad in (True, "1", None, 1j):
        with pytest.raises(TypeError, match=f"{name} must be .*finite number, got"):
            begin(bad)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (nn.GRU, keep_bias_),
        (nn.LSTM, lambda layer: chrono_(layer, 50, generator=seeded())),
        (nn.RNN, lambda layer: orthogonal_(layer, generator=seeded())),
        (nn.RNN, lambda layer: identity_(layer, generator=seeded())),
    ],
    ids=["keep_bias_", "chrono_", "orthogonal_", "identity_"],
)
@pytest.mark.parametrize("odd", [{"num_layers": 2}, {"bidirectional": True}, {"bias": False}])
def test_stacked_and_two_way_layers_are_refused(kind, change, odd):
    with pytest.raises(ValueError, match="layer must have one layer, one direction and biases"):
        change(kind(2, 3, **odd))
