"""Gradients through time: the one-number RNN whose gradients you can read, and norms for any cell.

Source: chapter 4; Bengio, Simard and Frasconi (1994), "Learning long-term dependencies with
gradient descent is difficult"; Pascanu, Mikolov and Bengio (2013).
"""

import math
from collections.abc import Callable, Iterable
from numbers import Real
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor, nn

from rnnkit._checks import whole
from rnnkit.unroll import Cell, State, _checked_start

__all__ = ["TinyGradients", "TinyRNN", "gradient_norms", "show_grads", "tiny_rnn_gradients"]

_ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "linear": lambda z: z,
}
_DTYPES = (torch.float32, torch.float64)


class TinyGradients(NamedTuple):
    """The three gradients of `TinyRNN` at one length, as Python floats."""

    length: int
    h_init: float
    wh: float
    wy: float


class TinyRNN(nn.Module):
    """A scalar RNN: h_t = act(wx·x_t + wh·h_{t-1}) from h_0 = h_init, and y_L = wy·h_L.

    Parameters h_init = 1, wh = `wh_init`, wy = 1; a fixed buffer wx = 0. As wx is 0 the input
    cannot matter, so a step leaves the term out: it is wh·h_{t-1}, rounded once, and anyone (a lab
    in JavaScript, say) who multiplies in the same order gets the same bits. All values are scalars
    without units.

    Raises:
        TypeError: `wh_init` is no real number, `activation` no string, `dtype` no float32/float64.
        ValueError: `wh_init` is not finite in `dtype`, or the activation is unknown.
    """

    wx: Tensor

    def __init__(
        self,
        wh_init: float,
        *,
        activation: str = "relu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__()
        if dtype not in _DTYPES:
            raise TypeError(f"dtype must be torch.float32 or torch.float64, got {dtype!r}")
        if not isinstance(activation, str):
            raise TypeError(f"activation must be a string, got {type(activation).__name__}")
        if activation not in _ACTIVATIONS:
            allowed = ", ".join(map(repr, _ACTIVATIONS))
            raise ValueError(f"activation must be one of {allowed}, got {activation!r}")
        self.activation = activation
        self.h_init = nn.Parameter(torch.tensor(1.0, dtype=dtype))
        self.wh = nn.Parameter(torch.tensor(_checked_weight(wh_init), dtype=dtype))
        self.wy = nn.Parameter(torch.tensor(1.0, dtype=dtype))
        self.register_buffer("wx", torch.tensor(0.0, dtype=dtype))
        if not torch.isfinite(self.wh):
            raise ValueError(f"wh_init must be finite in {dtype}, got {wh_init!r}")

    def forward(self, length: int) -> Tensor:
        """Unroll `length` steps and return the scalar y_L.

        Raises:
            TypeError: `length` is not an integer.
            ValueError: `length` is below 1.
        """
        act = _ACTIVATIONS[self.activation]
        h: Tensor = self.h_init
        for _ in range(_checked_length(length, "length")):
            h = act(self.wh * h)
        return self.wy * h

    def loss(self, length: int) -> Tensor:
        """Return (y_L - target)² with target = y_L - 1, held constant: 1, until rounding steps in.

        Raises:
            TypeError: `length` is not an integer.
            ValueError: `length` is below 1.
        """
        y: Tensor = self(length)
        return (y - (y.detach() - 1)) ** 2


def tiny_rnn_gradients(
    wh_init: float,
    lengths: Iterable[int],
    *,
    activation: str = "relu",
    dtype: torch.dtype = torch.float32,
) -> list[TinyGradients]:
    """Return the gradients of `TinyRNN`'s loss by autograd, one `TinyGradients` a length.

    While w = `wh_init` > 0 and w^L is below 2^24 (2^53 in float64), ∂h_init = ∂wy = 2·w^L and
    ∂wh = 2·L·w^(L-1). Beyond that y - 1 is rounded, and the loss becomes 0, or 4 where the tie goes
    to the even neighbour. Values may be 0, infinite or nan: that is the lesson.

    Raises:
        TypeError: as `TinyRNN`; or `lengths` is no iterable of integers (a string is none).
        ValueError: as `TinyRNN`; or `lengths` is empty or holds a length below 1.
    """
    model = TinyRNN(wh_init, activation=activation, dtype=dtype)
    rows = []
    for length in _checked_lengths(lengths):
        with torch.enable_grad():
            grads = torch.autograd.grad(model.loss(length), (model.h_init, model.wh, model.wy))
        rows.append(TinyGradients(length, *(g.item() for g in grads)))
    return rows


def show_grads(
    wh_init: float,
    lengths: Iterable[int] = (1, 2, 3, 4, 5, 10),
    *,
    activation: str = "relu",
    dtype: torch.dtype = torch.float32,
) -> None:
    """Print the table of `tiny_rnn_gradients`, with six decimals.

    Raises:
        TypeError: as `tiny_rnn_gradients`.
        ValueError: as `tiny_rnn_gradients`.
    """
    rows = tiny_rnn_gradients(wh_init, lengths, activation=activation, dtype=dtype)
    table = [["L", "d/dh_init", "d/dwh", "d/dwy"]]
    # adding 0.0 turns -0.0 into 0.0: the sign of a zero is no part of this lesson
    table += [[str(row.length), *(f"{value + 0.0:.6f}" for value in row[1:])] for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [f"wh = {wh_init}"]
    lines += ["  ".join(map(str.rjust, cells, widths)) for cells in table]
    print("\n".join(lines))  # noqa: T201  # the table is what this function is for


def gradient_norms(
    cell: Cell,
    x: Tensor,
    loss: Callable[[Tensor], Tensor] | None = None,
    state: State | None = None,
    *,
    component: int = 0,
) -> Tensor:
    """Return ‖∂L/∂h_t‖ for t = 1..T: the *total* derivative, through all later steps.

    Shapes: x: (T, B, n) -> norms: (T,). `loss` maps the outputs y: (T, B, d) to a scalar; without
    it L is the sum of the entries of y_T. The norm is the Frobenius norm over all batch and hidden
    entries, so copies of one sequence in a batch of B raise it by √B under a summed loss.
    `component` picks the tensor of a tuple state: for an LSTM 0 is h, 1 is C. ∂L/∂h_t then holds
    C_t fixed, while ∂L/∂C_t includes what goes through h_t (in torch's fused CUDA step it cannot:
    measure an LSTM's C on the CPU, or with a cell of your own). A time at which the loss does not
    depend on h_t has norm 0. No `.grad` is written.

    How: a cell loop that keeps each h_t, and one `torch.autograd.grad`. Trap: `retain_grad()` on
    the output of the fused `nn.RNN` does not give this. Its `output` is a copy that later steps
    never read, so what you get there is only the direct term of the readout, 0 for all t < T here.

    Raises:
        TypeError: as `unroll`; or `loss` is not callable or returns no tensor; or `component` is
            not an integer.
        ValueError: as `unroll`; or the loss is not a scalar or depends on no state; or the state
            has no such component, or the cell detaches it.

    Source: Pascanu, Mikolov and Bengio (2013), section 2.
    """
    if loss is not None and not callable(loss):
        raise TypeError(f"loss must be callable, y (T, B, d) -> scalar, got {type(loss).__name__}")
    current = _tracked(_checked_start(cell, x, state))
    kept, outputs = [], []
    with torch.enable_grad():
        for x_t in x:  # (B, n)
            y_t, current = cell(x_t, current)
            kept.append(_picked(current, component))
            outputs.append(y_t)
        value = outputs[-1].sum() if loss is None else loss(torch.stack(outputs))
    if not all(h.requires_grad for h in kept):
        raise ValueError("cell must not detach its state: ∂L/∂h_t has no path through time")
    if not isinstance(value, Tensor):
        raise TypeError(f"loss must return a scalar tensor, got {type(value).__name__}")
    if value.numel() != 1 or not value.requires_grad:
        raise ValueError(
            f"loss must return a scalar that depends on the outputs, got shape "
            f"{tuple(value.shape)}, requires_grad={value.requires_grad}"
        )
    grads = torch.autograd.grad(value, kept, allow_unused=True, materialize_grads=True)
    return torch.stack([torch.linalg.vector_norm(g) for g in grads])


def _tracked(state: Any) -> Any:  # noqa: ANN401  # a cell's state is the cell's own affair
    """Cut the start from its past and track it, so that a frozen cell has a graph as well."""
    for part in state if isinstance(state, tuple) else (state,):
        if not part.is_floating_point():
            raise TypeError(f"state must have a floating-point dtype, got {part.dtype}")
    if isinstance(state, tuple):
        return tuple(part.detach().requires_grad_() for part in state)
    return state.detach().requires_grad_()


def _picked(state: Any, component: int) -> Tensor:  # noqa: ANN401  # as above
    """Return the tensor of a state that `component` names."""
    if isinstance(component, bool) or not isinstance(component, int):
        raise TypeError(f"component must be an integer, got {component!r}")
    parts = state if isinstance(state, tuple) else (state,)
    if not 0 <= component < len(parts):
        raise ValueError(f"component must be in 0..{len(parts) - 1}, got {component}")
    return cast("Tensor", parts[component])


def _checked_weight(value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"wh_init must be a real number, got {value!r}")
    try:
        number = float(value)
    except OverflowError:  # an int beyond float64
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"wh_init must be finite, got {value!r}")
    return number


def _checked_length(value: int, name: str) -> int:
    return whole(name, value, at_least=1)


def _checked_lengths(values: Iterable[int]) -> list[int]:
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise TypeError(f"lengths must be a list of integers >= 1, got {values!r}")
    lengths = [_checked_length(value, "lengths") for value in values]
    if not lengths:
        raise ValueError("lengths must hold at least one integer >= 1, got none")
    return lengths
