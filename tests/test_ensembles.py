"""Every member of an ensemble is the torch.nn network it was built from, in training too."""

import pytest
import torch
from torch import Tensor, nn

from rnnkit.ensembles import (
    Ensemble,
    clip_each_,
    cross_entropy_each,
    error_rate_each,
    squared_error_each,
    train_until_solved,
)

KINDS = pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU], ids=lambda k: k.__name__)
MEMBERS, STEPS, BATCH, INPUTS, HIDDEN, OUTPUTS = 4, 9, 6, 3, 5, 2


def networks(kind, members=MEMBERS):
    """Independent torch.nn networks with weights large enough that a mix-up would show."""
    generator = torch.Generator().manual_seed(7)
    layers = [kind(INPUTS, HIDDEN) for _ in range(members)]
    heads = [nn.Linear(HIDDEN, OUTPUTS) for _ in range(members)]
    with torch.no_grad():
        for module in [*layers, *heads]:
            for parameter in module.parameters():
                parameter.normal_(0, 0.7, generator=generator)
    return layers, heads


def inputs(members=MEMBERS):
    generator = torch.Generator().manual_seed(8)
    x = torch.randn(members, STEPS, BATCH, INPUTS, generator=generator)
    return x, torch.randn(members, BATCH, OUTPUTS, generator=generator)


def answer(layer, head, x):
    return head(layer(x)[0][-1])


def stacked_names(layer, head):
    """Pair the ensemble's parameters with one member's, by the names of both."""
    return {
        "cell.weight_ih": layer.weight_ih_l0,
        "cell.weight_hh": layer.weight_hh_l0,
        "cell.bias_ih": layer.bias_ih_l0,
        "cell.bias_hh": layer.bias_hh_l0,
        "head_weight": head.weight,
        "head_bias": head.bias,
    }


@KINDS
def test_each_member_answers_as_its_torch_network(kind):
    layers, heads = networks(kind)
    x, _ = inputs()
    got = Ensemble(layers, heads)(x)
    for k in range(MEMBERS):
        torch.testing.assert_close(got[k], answer(layers[k], heads[k], x[k]), rtol=1e-5, atol=1e-6)


@KINDS
def test_each_members_gradients_are_those_of_its_torch_network(kind):
    layers, heads = networks(kind)
    x, y = inputs()
    ensemble = Ensemble(layers, heads)
    squared_error_each(ensemble(x), y).sum().backward()
    for k in range(MEMBERS):
        nn.functional.mse_loss(answer(layers[k], heads[k], x[k]), y[k]).backward()
        for name, parameter in stacked_names(layers[k], heads[k]).items():
            stacked = ensemble.get_parameter(name).grad[k]
            torch.testing.assert_close(stacked, parameter.grad, rtol=1e-4, atol=1e-6)


@KINDS
def test_a_cell_stepped_by_hand_gives_what_the_torch_layer_gives_at_every_step(kind):
    layers, heads = networks(kind)
    x, _ = inputs()
    cell = Ensemble(layers, heads).cell
    state = cell.initial_state(BATCH)
    expected = torch.stack([layer(x[k])[0] for k, layer in enumerate(layers)])
    for t in range(STEPS):
        y_t, state = cell(x[:, t], state)
        torch.testing.assert_close(y_t, expected[:, t], rtol=1e-5, atol=1e-6)


@KINDS
def test_ensembles_copy_their_members_and_leave_them_alone(kind):
    layers, heads = networks(kind)
    before = layers[0].weight_hh_l0.detach().clone()
    ensemble = Ensemble(layers, heads)
    with torch.no_grad():
        ensemble.cell.weight_hh.zero_()
    assert torch.equal(layers[0].weight_hh_l0, before)


@KINDS
def test_a_step_of_training_equals_adam_with_clipping_on_each_torch_network(kind):
    layers, heads = networks(kind)
    x, y = inputs()
    stacked = Ensemble(layers, heads)
    seeds = range(MEMBERS)

    def sample(batch, *, generator):
        k = generator.initial_seed() % 1_000_003  # which member asks ...
        k = k if k < MEMBERS else 0  # ... or the test set
        return x[k][:, :batch], y[k][:batch]

    train_until_solved(
        stacked, sample, squared_error_each, seeds=seeds, target=-1.0, steps=5, batch=BATCH,
        clip=0.5,
    )  # fmt: skip
    for k in range(MEMBERS):
        parameters = [*layers[k].parameters(), *heads[k].parameters()]
        optimizer = torch.optim.Adam(parameters, lr=1e-2)
        for _ in range(5):
            optimizer.zero_grad()
            nn.functional.mse_loss(answer(layers[k], heads[k], x[k]), y[k]).backward()
            nn.utils.clip_grad_norm_(parameters, 0.5)
            optimizer.step()
        for name, parameter in stacked_names(layers[k], heads[k]).items():
            member = stacked.get_parameter(name)[k]
            torch.testing.assert_close(member, parameter, rtol=1e-3, atol=1e-5)


def test_each_member_is_clipped_to_its_own_norm_as_torch_clips_it():
    generator = torch.Generator().manual_seed(3)
    scale = torch.tensor([0.01, 1.0, 100.0])
    shapes = [(3, 4, 5), (3, 4)]
    parameters = [torch.zeros(shape, requires_grad=True) for shape in shapes]
    for p in parameters:
        p.grad = torch.randn(p.shape, generator=generator)
        p.grad *= scale.view(-1, *[1] * (p.dim() - 1))
    members = [[nn.Parameter(torch.zeros(p.shape[1:])) for p in parameters] for _ in range(3)]
    for k in range(3):
        for own, p in zip(members[k], parameters, strict=True):
            own.grad = p.grad[k].clone()
    norms = clip_each_(parameters, 1.0)
    for k in range(3):
        torch.testing.assert_close(norms[k], nn.utils.clip_grad_norm_(members[k], 1.0))
        for own, p in zip(members[k], parameters, strict=True):
            torch.testing.assert_close(p.grad[k], own.grad)


def test_losses_are_those_of_torch_member_by_member():
    generator = torch.Generator().manual_seed(4)
    o = torch.randn(3, 7, 4, generator=generator)
    y = torch.randint(0, 4, (3, 7), generator=generator)
    target = torch.randn(3, 7, 4, generator=generator)
    for k in range(3):
        torch.testing.assert_close(
            cross_entropy_each(o, y)[k], nn.functional.cross_entropy(o[k], y[k])
        )
        torch.testing.assert_close(
            squared_error_each(o, target)[k], nn.functional.mse_loss(o[k], target[k])
        )
        assert error_rate_each(o, y)[k] == (o[k].argmax(1) != y[k]).float().mean()


def last_number(batch, *, generator):
    x = torch.rand(STEPS, batch, INPUTS, generator=generator)
    return x, x[-1, :, :OUTPUTS]


def test_the_first_step_that_meets_the_target_is_recorded_and_training_ends_when_all_have():
    seen = train_until_solved(
        Ensemble(*networks(nn.RNN)), last_number, squared_error_each,
        seeds=range(MEMBERS), target=0.01, steps=2000, check_every=10,
    )  # fmt: skip
    columns = list(zip(*seen.scores, strict=True))
    for at, column in zip(seen.first, columns, strict=True):
        assert at == 10 * next(i + 1 for i, score in enumerate(column) if score <= 0.01)
    assert seen.count == MEMBERS
    assert seen.steps == max(seen.first) < 2000


def test_a_target_out_of_reach_is_reported_as_none():
    seen = train_until_solved(
        Ensemble(*networks(nn.GRU)), last_number, squared_error_each,
        seeds=range(MEMBERS), target=-1.0, steps=15, check_every=10,
    )  # fmt: skip
    assert seen.first == [None] * MEMBERS
    assert seen.count == 0
    assert (seen.steps, len(seen.scores)) == (15, 2)


def test_the_score_is_taken_on_the_test_set_that_is_given():
    layers, heads = networks(nn.RNN)
    x, y = last_number(50, generator=torch.Generator().manual_seed(1))
    seen = train_until_solved(
        Ensemble(layers, heads), last_number, squared_error_each,
        seeds=range(MEMBERS), target=-1.0, steps=1, lr=0.0, test=(x, y),
    )  # fmt: skip
    for k in range(MEMBERS):
        score = nn.functional.mse_loss(answer(layers[k], heads[k], x), y)
        assert seen.scores[0][k] == pytest.approx(score.item(), rel=1e-5)


def test_a_member_does_not_feel_who_trains_beside_it():
    layers, heads = networks(nn.LSTM)
    few = Ensemble(layers[:2], heads[:2])
    many = Ensemble(layers, heads)
    for ensemble, members in ((few, 2), (many, MEMBERS)):
        train_until_solved(
            ensemble, last_number, squared_error_each, seeds=range(members), target=-1.0, steps=20
        )
    for name, parameter in few.named_parameters():
        torch.testing.assert_close(many.get_parameter(name)[:2], parameter, rtol=1e-3, atol=1e-5)


def test_the_global_random_state_is_left_alone():
    layers, heads = networks(nn.RNN)
    before = torch.get_rng_state()
    train_until_solved(
        Ensemble(layers, heads), last_number, squared_error_each,
        seeds=range(MEMBERS), target=-1.0, steps=2,
    )  # fmt: skip
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    ("layers", "heads", "error", "message"),
    [
        ([], [], ValueError, "at least one"),
        ([nn.RNN(2, 3)], [], ValueError, "1 layers and 0 heads"),
        ([nn.Linear(2, 3)], [nn.Linear(3, 1)], TypeError, "RNN, LSTM or GRU; got Linear"),
        ([nn.RNN(2, 3), nn.GRU(2, 3)], [nn.Linear(3, 1)] * 2, TypeError, "all be torch.nn.RNN"),
        ([nn.RNN(2, 3), nn.RNN(2, 4)], [nn.Linear(3, 1)] * 2, ValueError, r"\(2, 4\) beside"),
        ([nn.GRU(2, 3, num_layers=2)], [nn.Linear(3, 1)], ValueError, "one layer"),
        ([nn.GRU(2, 3, bidirectional=True)], [nn.Linear(3, 1)], ValueError, "one direction"),
        ([nn.RNN(2, 3, nonlinearity="relu")], [nn.Linear(3, 1)], ValueError, "tanh"),
        ([nn.LSTM(2, 3, bias=False)], [nn.Linear(3, 1)], ValueError, "biases"),
        ([nn.LSTM(2, 3, proj_size=1)], [nn.Linear(3, 1)], ValueError, "no projection"),
        ([nn.GRU(2, 3, batch_first=True)], [nn.Linear(3, 1)], ValueError, "time first"),
        ([nn.GRU(2, 3), 3], [nn.Linear(3, 1)] * 2, TypeError, "all be torch.nn.GRU; got int"),
        ([nn.RNN(2, 3)], [nn.Linear(4, 1)], ValueError, "heads must read the 3 units.*; got 4"),
        (
            [nn.RNN(2, 3)] * 2,
            [nn.Linear(3, 1), nn.Linear(3, 2)],
            ValueError,
            "heads must .*; got 2",
        ),
        ([nn.RNN(2, 3)], [nn.Linear(3, 1, bias=False)], ValueError, "heads must have biases"),
        ([nn.RNN(2, 3)], [nn.RNN(3, 1)], TypeError, "heads must be torch.nn.Linear; got RNN"),
        (
            [nn.RNN(2, 3), nn.RNN(2, 3).double()],
            [nn.Linear(3, 1)] * 2,
            ValueError,
            "share one dtype; got torch.float64 beside torch.float32",
        ),
        ([nn.RNN(2, 3).double()], [nn.Linear(3, 1)], ValueError, "heads must .*dtype"),
    ],
)
def test_members_that_cannot_be_stacked_are_refused(layers, heads, error, message):
    with pytest.raises(error, match=message):
        Ensemble(layers, heads)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"seeds": range(2)}, ValueError, "one seed for each of 4 members"),
        ({"seeds": [0.5, 1, 2, 3]}, TypeError, "seeds must be a whole number >= 0, got 0.5"),
        ({"steps": 0}, ValueError, "steps must be a whole number >= 1, got 0"),
        ({"batch": -1}, ValueError, "batch must be a whole number >= 1, got -1"),
        ({"check_every": 0}, ValueError, "check_every must be a whole number >= 1, got 0"),
        ({"check_every": 2.5}, TypeError, "check_every must be a whole number >= 1, got 2.5"),
        ({"test_batch": 0}, ValueError, "test_batch must be a whole number >= 1, got 0"),
        ({"clip": 0.0}, ValueError, "clip must be a positive number, got 0.0"),
        ({"target": float("nan")}, ValueError, "target must be a finite number, got nan"),
        ({"target": None}, TypeError, "target must be a finite number, got None"),
        ({"lr": float("inf")}, ValueError, "lr must be 0 or a positive finite number, got inf"),
        (
            {"loss": lambda o, y: (o - y).square().mean()},
            ValueError,
            r"loss must return one value a member, \(4,\); got \(\)",
        ),
        (
            {"score": lambda o, y: (o - y).square().mean()},
            ValueError,
            r"score must return one value a member, \(4,\); got \(\)",
        ),
    ],
)
def test_settings_that_make_no_sense_are_refused_by_name(change, error, message):
    settings = {"seeds": range(MEMBERS), "target": 0.1, "steps": 1, "loss": squared_error_each}
    with pytest.raises(error, match=message):
        train_until_solved(Ensemble(*networks(nn.RNN)), last_number, **(settings | change))


@pytest.mark.parametrize("shape", [(5, 2), (3, 5, 1), (1, 5, 2), (3, 1, 2), (3, 5)])
def test_a_squared_error_is_never_taken_of_shapes_that_would_broadcast(shape):
    with pytest.raises(ValueError, match=r"o and y must both be \(M, B, m\); got"):
        squared_error_each(torch.zeros(3, 5, 2), torch.zeros(shape))


@pytest.mark.parametrize("each", [cross_entropy_each, error_rate_each])
@pytest.mark.parametrize("shape", [(5,), (1, 5), (3, 1), (3, 5, 2)])
def test_classes_are_one_for_each_answer(each, shape):
    with pytest.raises(ValueError, match=r"y must be \(M, B\) = \(3, 5\); got"):
        each(torch.zeros(3, 5, 2), torch.zeros(shape, dtype=torch.int64))
    with pytest.raises(TypeError, match=r"y must be a tensor \(M, B\), got list"):
        each(torch.zeros(3, 5, 2), [[0] * 5] * 3)
    with pytest.raises(TypeError, match=r"y must hold classes as int64; got torch.float32"):
        each(torch.zeros(3, 5, 2), torch.zeros(3, 5))
    with pytest.raises(ValueError, match=r"y must hold classes within 0..1; got 0 to 2"):
        each(torch.zeros(3, 5, 2), torch.arange(15).view(3, 5) % 3)


def test_a_squared_error_is_taken_of_tensors():
    with pytest.raises(TypeError, match=r"y must be a tensor \(M, B, m\), got list"):
        squared_error_each(torch.zeros(1, 1, 1), [[[0.0]]])
    with pytest.raises(TypeError, match=r"o must be a tensor \(M, B, m\), got NoneType"):
        squared_error_each(None, torch.zeros(1, 1, 1))


def test_clipping_needs_gradients_and_a_limit():
    with pytest.raises(ValueError, match="parameters must hold at least one gradient"):
        clip_each_([torch.zeros(2, 3, requires_grad=True)], 1.0)
    for bad in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="max_norm must be a positive"):
            clip_each_([], bad)


def test_inputs_of_a_wrong_shape_are_refused_by_name():
    ensemble = Ensemble(*networks(nn.RNN))
    for shape in ((STEPS, BATCH, INPUTS), (MEMBERS + 1, STEPS, BATCH, INPUTS)):
        with pytest.raises(ValueError, match=r"x must have shape \(M=4, T, B, n=3\); got"):
            ensemble(Tensor(*shape))
    with pytest.raises(TypeError, match=r"x must be a tensor .*; got list"):
        ensemble([[1.0]])
    with pytest.raises(TypeError, match=r"x must have the members' dtype .*32; got .*64"):
        ensemble(torch.zeros(MEMBERS, STEPS, BATCH, INPUTS, dtype=torch.float64))
    with pytest.raises(ValueError, match=r"T >= 1 and B >= 1; got \(4, 0, 6, 3\)"):
        ensemble(torch.zeros(MEMBERS, 0, BATCH, INPUTS))
