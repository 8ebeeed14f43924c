"""The cell contract, against torch.nn's own unrolled layers."""

import pytest
import torch
from torch import nn

from rnnkit.unroll import Cell, TorchCell, as_cell, unroll

T, B, N, D = 7, 3, 2, 5


def _pair(kind):
    torch.manual_seed(0)
    layer = getattr(nn, kind)(N, D, dtype=torch.float64)
    cell = getattr(nn, kind + "Cell")(N, D, dtype=torch.float64)
    for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        getattr(cell, name).data.copy_(getattr(layer, name + "_l0"))
    return layer, as_cell(cell), torch.randn(T, B, N, dtype=torch.float64)


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
@pytest.mark.parametrize("given_state", [False, True])
def test_unrolled_cell_equals_the_fused_layer(kind, given_state):
    layer, cell, x = _pair(kind)
    state = None
    if given_state:
        h = torch.randn(B, D, dtype=torch.float64)
        state = (h, h.flip(0)) if kind == "LSTM" else h
    fused_state = (
        None if state is None else tuple(s[None] for s in state) if kind == "LSTM" else state[None]
    )
    y, last = unroll(cell, x, state)
    expected, expected_last = layer(x, fused_state)
    torch.testing.assert_close(y, expected, rtol=1e-12, atol=1e-14)
    for part, expected_part in zip(
        last if kind == "LSTM" else (last,),
        expected_last if kind == "LSTM" else (expected_last,),
        strict=True,
    ):
        torch.testing.assert_close(part, expected_part[0], rtol=1e-12, atol=1e-14)


def test_unrolling_two_halves_equals_unrolling_the_whole():
    _, cell, x = _pair("GRU")
    first, state = unroll(cell, x[:3])
    second, _ = unroll(cell, x[3:], state)
    assert torch.equal(torch.cat([first, second]), unroll(cell, x)[0])


class Adder:
    """A cell of two lines: its state is the running sum."""

    def initial_state(self, batch):
        return torch.zeros(batch, 1)

    def __call__(self, x_t, state):
        state = state + x_t
        return 10 * state, state


def test_any_object_under_the_contract_unrolls():
    x = torch.arange(1.0, 5.0).reshape(4, 1, 1)
    y, state = unroll(Adder(), x)
    assert y.flatten().tolist() == [10, 30, 60, 100]
    assert state.item() == 10


def test_as_cell_leaves_a_cell_alone_and_adds_no_parameters():
    adder = Adder()
    assert as_cell(adder) is adder
    cell = nn.LSTMCell(N, D)
    wrapped = as_cell(cell)
    assert isinstance(wrapped, TorchCell)
    assert isinstance(wrapped, Cell)
    assert {id(p) for p in wrapped.parameters()} == {id(p) for p in cell.parameters()}


def test_the_initial_state_is_zero_and_has_the_dtype_of_the_cell():
    h, c = as_cell(nn.LSTMCell(N, D, dtype=torch.float64)).initial_state(B)
    assert torch.equal(h, torch.zeros(B, D, dtype=torch.float64))
    assert torch.equal(c, h)
    assert h.data_ptr() != c.data_ptr()


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: as_cell(nn.RNN(N, D)), TypeError, "module must be .*RNNCell.*got RNN"),
        (lambda: TorchCell(nn.Linear(N, D)), TypeError, "module must be .*got Linear"),
        (lambda: unroll(nn.RNNCell(N, D), torch.ones(T, B, N)), TypeError, "cell .*as_cell"),
        (lambda: unroll(lambda x, h: (x, h), torch.ones(T, B, N)), TypeError, "initial_state"),
        (lambda: unroll(Adder(), [[1.0]]), TypeError, "x must be a tensor .*got list"),
        (lambda: unroll(Adder(), torch.ones(T, B)), ValueError, r"x must be \(T, B, n\).*\(7, 3\)"),
        (lambda: unroll(Adder(), torch.ones(0, B, 1)), ValueError, r"T >= 1.*\(0, 3, 1\)"),
        (lambda: unroll(Adder(), torch.ones(T, 0, 1)), ValueError, "B >= 1"),
        (lambda: unroll(Adder(), torch.ones(T, B, 1).int()), TypeError, "x .*floating.*int32"),
        (lambda: unroll(Adder(), torch.ones(T, B, 1), "0"), TypeError, "state must be .*got str"),
        (lambda: unroll(Adder(), torch.ones(T, B, 1), ()), TypeError, "state must be"),
        (lambda: as_cell(nn.RNNCell(N, D)).initial_state(0), ValueError, "batch .*>= 1, got 0"),
        (lambda: as_cell(nn.RNNCell(N, D)).initial_state(True), TypeError, "batch .*got True"),
        (
            lambda: unroll(as_cell(nn.RNNCell(N, D)), torch.ones(T, B, N + 1)),
            ValueError,
            r"x_t must have shape \(B, 2\), got \(3, 3\)",
        ),
        (
            lambda: unroll(as_cell(nn.RNNCell(N, D)), torch.ones(T, B, N).double()),
            TypeError,
            "x_t must have the cell's dtype torch.float32, got torch.float64",
        ),
        *(
            (
                lambda kind=kind, state=state: unroll(
                    as_cell(getattr(nn, kind)(N, D)), torch.ones(T, B, N), state
                ),
                error,
                words,
            )
            for kind, state, error, words in (
                (
                    "RNNCell",
                    torch.zeros(B, D + 1),
                    ValueError,
                    r"\(B, d\) = \(3, 5\), got \(3, 6\)",
                ),
                ("GRUCell", torch.zeros(1, D), ValueError, r"\(B, d\) = \(3, 5\), got \(1, 5\)"),
                ("RNNCell", torch.zeros(D), ValueError, r"\(B, d\) = \(3, 5\), got \(5,\)"),
                ("RNNCell", torch.zeros(B, D).double(), TypeError, "dtype torch.float32, got .*64"),
                ("RNNCell", (torch.zeros(B, D),), TypeError, "state must be a tensor .*got tuple"),
                ("LSTMCell", torch.zeros(B, D), TypeError, r"state must be a tuple \(h, C\)"),
                ("LSTMCell", (torch.zeros(B, D),), TypeError, r"state must be a tuple \(h, C\)"),
                ("LSTMCell", (torch.zeros(B, D), torch.zeros(B, 1)), ValueError, r"got \(3, 1\)"),
            )
        ),
        (
            lambda: as_cell(nn.RNNCell(N, D))(torch.ones(B, N), None),
            TypeError,
            "state must be a tensor .*got NoneType",
        ),
        (
            lambda: as_cell(nn.RNNCell(N, D))([[1.0, 2.0]], torch.zeros(1, D)),
            TypeError,
            r"x_t must be a tensor \(B, 2\), got list",
        ),
    ],
)
def test_bad_input_is_named(call, error, words):
    with pytest.raises(error, match=words):
        call()
