"""Gradients through time, against printed tables, closed forms, NumPy and autograd."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch import nn

from rnnkit.gradients import TinyRNN, gradient_norms, show_grads, tiny_rnn_gradients
from rnnkit.unroll import as_cell, unroll

GOLDEN = json.loads((Path(__file__).parent / "golden" / "tiny_rnn.json").read_text())
DTYPES = {torch.float32: np.float32, torch.float64: np.float64}


# --- the scalar network ---


@pytest.mark.parametrize("wh", list(GOLDEN["tables"]))
def test_tables_come_out_to_the_printed_digit(wh):
    rows = tiny_rnn_gradients(float(wh), GOLDEN["lengths"])
    assert [row.length for row in rows] == GOLDEN["lengths"]
    for name, expected in GOLDEN["tables"][wh].items():
        printed = [f"{getattr(row, name):.6f}" for row in rows]
        assert printed == [f"{value:.6f}" for value in expected], name


@pytest.mark.parametrize("wh", list(GOLDEN["tables"]))
def test_show_grads_prints_the_table(wh, capsys):
    assert show_grads(float(wh)) is None
    title, header, *lines = capsys.readouterr().out.splitlines()
    assert title == f"wh = {float(wh)}"
    assert header.split() == ["L", "d/dh_init", "d/dwh", "d/dwy"]
    table = GOLDEN["tables"][wh]
    columns = zip(GOLDEN["lengths"], table["h_init"], table["wh"], table["wy"], strict=True)
    expected = [[str(length), *(f"{g:.6f}" for g in gs)] for length, *gs in columns]
    assert [line.split() for line in lines] == expected
    assert {len(line) for line in lines} == {len(header)}, "the columns stand under their names"
    narrowest = [max(map(len, column)) for column in zip(header.split(), *expected, strict=True)]
    assert len(header) == sum(narrowest) + 2 * 3, "a table fits on a phone when its numbers do"


def test_show_grads_prints_no_negative_zero(capsys):
    assert math.copysign(1, tiny_rnn_gradients(-2, [1])[0].h_init) == -1  # there is one to hide
    show_grads(-2)
    assert "-0.0" not in capsys.readouterr().out


@pytest.mark.parametrize(("dtype", "digits"), [(torch.float32, 24), (torch.float64, 53)])
@pytest.mark.parametrize("wh", [0.1, 0.5, 0.9, 1.0, 1.05, 1.5, 2.0, 3.0, 10.0])
def test_closed_form_holds_while_the_state_is_below_the_digits(wh, dtype, digits):
    eps = torch.finfo(dtype).eps
    w = torch.tensor(wh, dtype=dtype).item()  # the weight as stored
    lengths = [n for n in range(1, 61) if w**n < 2.0 ** (digits - 1)]
    tiny = torch.finfo(dtype).tiny
    for row in tiny_rnn_gradients(wh, lengths, dtype=dtype):
        n = row.length
        # the loss: y - (y - 1) is off from 1 by at most half the spacing of numbers near y, eps/2·y
        # when y > 1. Each of the ~2n products and n sums rounds by eps/2.
        slack = eps * (3 * n + 2 + w**n)
        for value, closed in (
            (row.h_init, 2 * w**n),
            (row.wy, 2 * w**n),
            (row.wh, 2 * n * w ** (n - 1)),
        ):
            assert value == pytest.approx(closed, rel=slack, abs=tiny)


def test_gradient_vanishes_when_wh_below_one_and_explodes_above():
    (below,), (above,) = tiny_rnn_gradients(0.5, [20]), tiny_rnn_gradients(1.5, [20])
    assert below.h_init == 2 * 0.5**20
    assert above.h_init > 6000


def test_wh_of_one_is_not_stable_for_the_shared_weight():
    assert [row.wh for row in tiny_rnn_gradients(1, range(1, 101))] == [
        2.0 * n for n in range(1, 101)
    ]


def test_explosion_ends_in_exact_zeros_from_length_8_in_float32():
    rows = tiny_rnn_gradients(10, [7, 8, 9, 10])
    assert [row.h_init for row in rows] == [2e7, 0, 0, 0]
    assert [(row.wh, row.wy) for row in rows[1:]] == [(0, 0)] * 3


def test_float64_still_sees_the_gradient_that_float32_lost():
    assert tiny_rnn_gradients(10, [10], dtype=torch.float64)[0] == (10, 2e10, 2e10, 2e10)


@pytest.mark.parametrize(("dtype", "digits"), [(torch.float32, 24), (torch.float64, 53)])
def test_powers_of_two_are_exact_up_to_the_last_digit_and_zero_past_it(dtype, digits):
    last, past = tiny_rnn_gradients(2, [digits, digits + 1], dtype=dtype)
    assert last.h_init == 2.0 ** (digits + 1)  # 2^24 - 1 is a float32: below 2^24 the spacing is 1
    # 2^25 - 1 lies halfway between 2^25 - 2 and 2^25 and goes to the even one: the loss is 0
    assert past[1:] == (0, 0, 0)
    assert TinyRNN(2, dtype=dtype).loss(digits + 1).item() == 0


def test_a_tie_can_make_the_loss_four():
    # y = 2^24 + 2 has neighbours 2 apart: y - 1 is a tie between 2^24 and y, and 2^24 is even
    assert TinyRNN(2.0**24 + 2).loss(1).item() == 4
    assert tiny_rnn_gradients(2.0**24 + 2, [1])[0].wh == 4  # 2·(the difference 2)·h_0


def test_overflow_gives_nan_gradients():
    row = tiny_rnn_gradients(10, [39])[0]  # 1e39 is no float32; inf - (inf - 1) is nan
    assert all(math.isnan(value) for value in row[1:])


def test_relu_has_gradient_zero_at_zero_and_below():
    for wh in (0.0, -0.5, -10.0):
        for row in tiny_rnn_gradients(wh, [1, 2, 10]):
            assert row[1:] == (0, 0, 0), wh


def test_a_linear_unit_survives_a_negative_weight():
    odd, even = tiny_rnn_gradients(-2, [3, 4], activation="linear")
    assert (odd.h_init, odd.wh, odd.wy) == (2 * -8, 2 * 3 * 4, 2 * -8)
    assert (even.h_init, even.wh, even.wy) == (2 * 16, 2 * 4 * -8, 2 * 16)


def test_model_has_the_four_numbers_of_the_chapter():
    model = TinyRNN(wh_init=0.5)
    numbers = {name: p.item() for name, p in model.named_parameters()}
    assert numbers == {"h_init": 1, "wh": 0.5, "wy": 1}
    assert dict(model.named_buffers()) == {"wx": torch.tensor(0.0)}
    assert model(3).item() == 0.125
    assert model.loss(3).item() == 1


def _by_hand(wh, length, activation, real):
    """Forward and backward by NumPy scalars, in the order of operations of the chain rule."""
    one, two, w = real(1), real(2), real(wh)
    states = [one]
    for _ in range(length):
        z = w * states[-1]
        states.append(real(0) if activation == "relu" and z <= 0 else z)
    y = one * states[-1]
    back = two * (y - (y - one))  # d loss / d y
    wy, back = back * states[-1], back * one
    shared = real(0)
    for h_new, h_old in zip(reversed(states[1:]), reversed(states[:-1]), strict=True):
        if activation == "relu" and h_new <= 0:
            back = real(0)
        shared = shared + back * h_old
        back = back * w
    return float(back), float(shared), float(wy)


@settings(max_examples=150, deadline=None)
@given(
    wh=st.floats(-10, 10),
    length=st.integers(1, 100),
    activation=st.sampled_from(["relu", "linear"]),
    dtype=st.sampled_from(list(DTYPES)),
)
@example(wh=10.0, length=8, activation="relu", dtype=torch.float32)
@example(wh=2.0, length=25, activation="relu", dtype=torch.float32)
@example(wh=10.0, length=100, activation="linear", dtype=torch.float32)
@example(wh=-10.0, length=45, activation="linear", dtype=torch.float32)
@example(wh=0.0, length=3, activation="relu", dtype=torch.float64)
def test_autograd_equals_numpy_bit_for_bit(wh, length, activation, dtype):
    row = tiny_rnn_gradients(wh, [length], activation=activation, dtype=dtype)[0]
    with np.errstate(all="ignore"):
        expected = _by_hand(wh, length, activation, DTYPES[dtype])
    np.testing.assert_array_equal(row[1:], expected)  # nan equals nan, -0.0 equals 0.0


@settings(max_examples=50, deadline=None)
@given(wh=st.floats(-3, 3), length=st.integers(1, 30))
def test_tanh_gradients_equal_the_chain_rule(wh, length):
    states = [1.0]
    for _ in range(length):
        states.append(math.tanh(wh * states[-1]))
    back, shared = 2.0, 0.0
    for h_new, h_old in zip(reversed(states[1:]), reversed(states[:-1]), strict=True):
        back *= 1 - h_new**2
        shared += back * h_old
        back *= wh
    row = tiny_rnn_gradients(wh, [length], activation="tanh", dtype=torch.float64)[0]
    # 1 - h² loses digits where tanh saturates: h off by an ulp moves it by 2e-16/(1 - h²) < 1e-12
    assert row[1:] == pytest.approx((back, shared, 2 * states[-1]), rel=1e-9, abs=1e-300)


def test_gradients_do_not_need_grad_mode():
    with torch.no_grad():
        assert tiny_rnn_gradients(0.5, [2])[0] == (2, 0.5, 2.0, 0.5)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((0.5, [0]), ValueError, "lengths .*>= 1, got 0"),
        ((0.5, [3, -1]), ValueError, "lengths .*got -1"),
        ((0.5, [1.0]), TypeError, "lengths .*whole number.*got 1.0"),
        ((0.5, torch.tensor([True])), TypeError, r"lengths .*whole number.*got tensor\(True\)"),
        ((0.5, [True]), TypeError, "lengths .*got True"),
        ((0.5, ["3"]), TypeError, "lengths .*got '3'"),
        ((0.5, "123"), TypeError, "lengths must be a list.*got '123'"),
        ((0.5, 10), TypeError, "lengths must be a list.*got 10"),
        ((0.5, []), ValueError, "lengths must hold at least one"),
        ((math.nan, [1]), ValueError, "wh_init must be finite.*nan"),
        ((math.inf, [1]), ValueError, "wh_init must be finite.*inf"),
        ((1e39, [1]), ValueError, "wh_init must be finite in torch.float32.*1e\\+39"),
        (("0.5", [1]), TypeError, "wh_init must be a real number, got '0.5'"),
        ((None, [1]), TypeError, "wh_init must be a real number, got None"),
        ((True, [1]), TypeError, "wh_init must be a real number, got True"),
        ((np.True_, [1]), TypeError, "wh_init must be a real number, got np.True_"),
        ((torch.tensor(True), [1]), TypeError, "wh_init must be a real number, got tensor"),
        ((10**400, [1]), ValueError, "wh_init must be finite, got 1000"),
        ((1j, [1]), TypeError, "wh_init must be a real number"),
    ],
)
def test_bad_arguments_are_named(arguments, error, words):
    with pytest.raises(error, match=words):
        tiny_rnn_gradients(*arguments)
    with pytest.raises(error, match=words):
        show_grads(*arguments)


@pytest.mark.parametrize(
    ("keywords", "error", "words"),
    [
        ({"activation": "gelu"}, ValueError, "activation .*'relu', 'tanh', 'linear', got 'gelu'"),
        ({"activation": torch.relu}, TypeError, "activation must be a string"),
        ({"dtype": torch.float16}, TypeError, "dtype .*float32 or torch.float64.*float16"),
        ({"dtype": "float32"}, TypeError, "dtype .*got 'float32'"),
        ({"dtype": torch.int64}, TypeError, "dtype .*got torch.int64"),
    ],
)
def test_bad_options_are_named(keywords, error, words):
    with pytest.raises(error, match=words):
        tiny_rnn_gradients(0.5, [1], **keywords)


def test_forward_refuses_a_length_of_zero():
    with pytest.raises(ValueError, match=r"length .*got 0"):
        TinyRNN(1.0)(0)


# --- norms for any cell ---


class Linear(nn.Module):
    """h_t = W h_{t-1} + x_t, read out as it is: every derivative is known."""

    def __init__(self, weight):
        super().__init__()
        self.weight = weight  # no parameter: the norms must not need one

    def initial_state(self, batch):
        return torch.zeros(batch, len(self.weight), dtype=self.weight.dtype)

    def forward(self, x_t, state):
        h = state @ self.weight.T + x_t
        return h, h


def test_norms_of_a_scalar_linear_cell_are_powers_of_its_weight():
    norms = gradient_norms(Linear(torch.tensor([[0.5]])), torch.ones(10, 1, 1))
    assert norms.tolist() == [0.5 ** (10 - t) for t in range(1, 11)]


def test_norms_of_a_linear_cell_are_those_of_transposed_powers():
    torch.manual_seed(0)
    weight = torch.randn(4, 4, dtype=torch.float64)
    g = torch.randn(4, dtype=torch.float64)
    x = torch.randn(6, 1, 4, dtype=torch.float64)
    norms = gradient_norms(Linear(weight), x, lambda y: y[-1, 0] @ g)
    expected = [
        torch.linalg.vector_norm(torch.linalg.matrix_power(weight.T, 6 - t) @ g)
        for t in range(1, 7)
    ]
    torch.testing.assert_close(norms, torch.stack(expected), rtol=1e-12, atol=0)


def test_the_derivative_is_total_when_every_step_has_a_loss():
    norms = gradient_norms(Linear(torch.tensor([[2.0]])), torch.ones(4, 1, 1), lambda y: y.sum())
    assert norms.tolist() == [15, 7, 3, 1]  # 1 + 2 + 4 + 8, …: direct term and all later ones


@pytest.mark.parametrize(("kind", "component"), [("RNN", 0), ("GRU", 0), ("LSTM", 0), ("LSTM", 1)])
def test_norms_equal_those_of_a_perturbed_state(kind, component):
    torch.manual_seed(1)
    cell = as_cell(getattr(nn, kind + "Cell")(3, 5, dtype=torch.float64))
    x = torch.randn(8, 2, 3, dtype=torch.float64)

    def loss_of(y):
        return (y**2).sum()

    nudges = torch.zeros(8, 2, 5, dtype=torch.float64, requires_grad=True)

    def rest(state, t):
        """The loss of the steps after t, with the state after t nudged, plus that of step t."""
        h, c = state if kind == "LSTM" else (state, None)
        if component == 0:
            h = h + nudges[t]
        else:  # C_t acts on h_t as well: o · tanh(C_t), where o does not depend on C_t
            h = h / torch.tanh(c) * torch.tanh(c + nudges[t])
            c = c + nudges[t]
        total = loss_of(h)
        if t + 1 < len(x):
            total = total + loss_of(unroll(cell, x[t + 1 :], h if c is None else (h, c))[0])
        return total

    expected = []
    for t in range(len(x)):
        _, state = unroll(cell, x[: t + 1])
        state = tuple(s.detach() for s in state) if kind == "LSTM" else state.detach()
        (grad,) = torch.autograd.grad(rest(state, t), nudges)
        expected.append(grad[t].norm())
    norms = gradient_norms(cell, x, loss_of, component=component)
    torch.testing.assert_close(norms, torch.stack(expected), rtol=1e-9, atol=1e-14)


def test_norms_leave_no_trace_and_need_no_grad_mode():
    cell = as_cell(nn.RNNCell(2, 3))
    x = torch.ones(4, 1, 2)
    with torch.no_grad():
        norms = gradient_norms(cell, x)
    assert not norms.requires_grad
    assert torch.equal(norms, gradient_norms(cell, x))
    assert all(p.grad is None for p in cell.parameters())


def test_steps_after_the_loss_have_norm_zero():
    norms = gradient_norms(Linear(torch.tensor([[2.0]])), torch.ones(4, 1, 1), lambda y: y[1].sum())
    assert norms.tolist() == [2, 1, 0, 0]


def test_copies_in_a_batch_raise_the_norm_by_the_root_of_their_number():
    x = torch.randn(5, 1, 1, generator=torch.Generator().manual_seed(0))
    cell = Linear(torch.tensor([[0.5]]))
    one, four = gradient_norms(cell, x), gradient_norms(cell, x.expand(5, 4, 1))
    torch.testing.assert_close(four, 2 * one)


def test_retained_gradients_of_the_fused_output_are_only_the_direct_term():
    torch.manual_seed(0)
    layer, cell = nn.RNN(2, 3), nn.RNNCell(2, 3)
    for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        getattr(cell, name).data.copy_(getattr(layer, name + "_l0"))
    x = torch.randn(6, 1, 2)
    output, _ = layer(x)
    output.retain_grad()
    output[-1].sum().backward()
    assert output.grad[:-1].abs().max() == 0, "the trap that the docstring names"
    assert (gradient_norms(as_cell(cell), x) > 1e-6).all()


def test_a_given_start_is_used_and_left_alone():
    start = torch.full((1, 3), 0.9)
    cell = as_cell(nn.RNNCell(2, 3))
    x = torch.zeros(3, 1, 2)
    assert not torch.equal(gradient_norms(cell, x, state=start), gradient_norms(cell, x))
    assert not start.requires_grad


class Forgetful(Linear):
    """A cell that detaches its state, so that nothing flows back."""

    def forward(self, x_t, state):
        y, h = super().forward(x_t, state)
        return y, h.detach()


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"loss": "sum"}, TypeError, "loss must be callable.*got str"),
        ({"loss": lambda y: y[-1]}, ValueError, "loss must return a scalar"),
        ({"loss": lambda _: 1.0}, TypeError, "loss must return a scalar tensor, got float"),
        ({"loss": lambda y: y.detach().sum()}, ValueError, "requires_grad=False"),
        ({"component": 1}, ValueError, r"component must be in 0..0, got 1"),
        ({"component": -1}, ValueError, "component .*got -1"),
        ({"component": True}, TypeError, "component must be an integer, got True"),
        ({"x": torch.ones(3, 1)}, ValueError, r"x must be \(T, B, n\)"),
        ({"cell": nn.RNNCell(1, 2)}, TypeError, "cell .*initial_state"),
        ({"state": [1]}, TypeError, "state must be"),
        ({"state": torch.ones(1, 2).int()}, TypeError, "state must have .*floating.*int32"),
        ({"cell": Forgetful(torch.eye(2))}, ValueError, "cell must not detach"),
    ],
)
def test_bad_input_to_the_norms_is_named(change, error, words):
    arguments = {"cell": Linear(torch.eye(2)), "x": torch.ones(3, 1, 2)} | change
    with pytest.raises(error, match=words):
        gradient_norms(**arguments)
