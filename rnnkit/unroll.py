"""One contract for every recurrent cell, and one loop that unrolls it.

A cell takes an input and a state and returns an output and the next state:
`y_t, state = cell(x_t, state)`, with `cell.initial_state(batch)` for the state before step 1.
"""

from typing import Any, Protocol, cast, runtime_checkable

import torch
from torch import Tensor, nn

from rnnkit._checks import tensor, whole

__all__ = ["Cell", "State", "TorchCell", "as_cell", "unroll"]

State = Tensor | tuple[Tensor, ...]
_TorchCells = (nn.RNNCell, nn.GRUCell, nn.LSTMCell)


@runtime_checkable
class Cell(Protocol):
    """The contract: `y_t, state = cell(x_t, state)` and `cell.initial_state(batch)`.

    Shapes: x_t: (B, n) -> y_t: (B, d); a state is one tensor (B, d) or a tuple of them (an LSTM's
    is `(h, C)`). Source: the recurrent cores of Haiku, `(input, state) -> (output, next state)`.
    """

    def __call__(self, x_t: Tensor, state: Any, /) -> tuple[Tensor, Any]:  # noqa: ANN401  # its own affair
        """Take one step: x_t: (B, n) and a state -> y_t: (B, d) and the next state."""
        ...

    def initial_state(self, batch: int, /) -> Any:  # noqa: ANN401  # its own affair
        """Return the state before the first step, for a batch of this size."""
        ...


class TorchCell(nn.Module):
    """A `torch.nn` cell under the contract: its output y_t is its hidden state h_t.

    Shapes: x_t: (B, n) -> y_t: (B, d). The state of an RNN or GRU cell is h: (B, d); that of an
    LSTM cell is the tuple (h, C), (B, d) each. The initial state is zero.

    Raises:
        TypeError: `module` is no `RNNCell`, `GRUCell` or `LSTMCell`; x_t or the state is no tensor
            (an LSTM's state: no pair of tensors), or has another dtype.
        ValueError: x_t is not (B, input_size), or the state not (B, hidden_size).
    """

    def __init__(self, module: nn.RNNCell | nn.GRUCell | nn.LSTMCell) -> None:
        super().__init__()
        if not isinstance(module, _TorchCells):
            raise TypeError(
                f"module must be a torch.nn.RNNCell, GRUCell or LSTMCell, got {_kind(module)}"
            )
        self.module = module

    def initial_state(self, batch: int) -> State:
        """Return zeros: (B, d), or (h, C) of that shape for an LSTM cell."""
        rows = whole("batch", batch, at_least=1)
        h = self.module.weight_hh.new_zeros(rows, self.module.hidden_size)
        return (h, torch.zeros_like(h)) if isinstance(self.module, nn.LSTMCell) else h

    def forward(self, x_t: Tensor, state: State) -> tuple[Tensor, State]:
        """Take one step: x_t: (B, n), state -> y_t = h_t: (B, d), next state."""
        size, dtype = self.module.input_size, self.module.weight_ih.dtype
        if tensor("x_t", x_t, f"(B, {size})").ndim != 2 or x_t.shape[-1] != size:
            raise ValueError(f"x_t must have shape (B, {size}), got {tuple(x_t.shape)}")
        if x_t.dtype != dtype:
            raise TypeError(f"x_t must have the cell's dtype {dtype}, got {x_t.dtype}")
        self._check_state(state, len(x_t), dtype)
        following = cast("State", self.module(x_t, state))
        return (following[0] if isinstance(following, tuple) else following), following

    def _check_state(self, state: State, batch: int, dtype: torch.dtype) -> None:
        pair, wanted = isinstance(self.module, nn.LSTMCell), (batch, self.module.hidden_size)
        parts = state if pair and isinstance(state, tuple) else (state,)
        if len(parts) != 1 + pair or not all(isinstance(part, Tensor) for part in parts):
            kind = "a tuple (h, C) of tensors" if pair else "a tensor (B, d)"
            raise TypeError(f"state must be {kind}, got {_kind(state)}")
        for part in cast("tuple[Tensor, ...]", parts):
            if part.shape != wanted:
                raise ValueError(f"state must be (B, d) = {wanted}, got {tuple(part.shape)}")
            if part.dtype != dtype:
                raise TypeError(f"state must have the cell's dtype {dtype}, got {part.dtype}")


def as_cell(module: nn.Module) -> Cell:
    """Return `module` under the cell contract: as it is if it obeys it, else wrapped.

    Shapes: those of `TorchCell`. An LSTM cell's state is the tuple (h, C).

    Raises:
        TypeError: `module` neither obeys the contract nor is a cell of `torch.nn`. The fused
            `nn.RNN`, `nn.GRU` and `nn.LSTM` are no cells: they unroll themselves.
    """
    if isinstance(module, Cell):
        return module
    if isinstance(module, _TorchCells):
        return TorchCell(module)
    raise TypeError(
        "module must be a torch.nn.RNNCell, GRUCell or LSTMCell, or have initial_state(batch), "
        f"got {_kind(module)}"
    )


def unroll(cell: Cell, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
    """Run a cell over a sequence, step by step.

    Shapes: x: (T, B, n) -> y: (T, B, d), and the state after step T. Without a `state` the cell's
    own `initial_state(B)` is taken.

    Raises:
        TypeError: `cell` is not under the contract, `x` is no floating-point tensor, or `state` is
            no tensor or tuple of tensors.
        ValueError: `x` is not of rank 3, or has no steps or an empty batch.
    """
    state = _checked_start(cell, x, state)
    outputs = []
    for x_t in x:  # (B, n)
        y_t, state = cell(x_t, state)
        outputs.append(y_t)
    return torch.stack(outputs), cast("State", state)


def _checked_start(cell: Cell, x: Tensor, state: State | None) -> State:
    """Check what a loop over a cell is given, and return the state that it starts from."""
    if not (callable(cell) and callable(getattr(cell, "initial_state", None))):
        raise TypeError(
            "cell must be callable as y_t, state = cell(x_t, state) and have initial_state(batch) "
            f"(wrap a torch.nn cell: as_cell(module)), got {_kind(cell)}"
        )
    if not isinstance(x, Tensor):
        raise TypeError(f"x must be a tensor (T, B, n), got {_kind(x)}")
    if not x.is_floating_point():
        raise TypeError(f"x must have a floating-point dtype, got {x.dtype}")
    if x.ndim != 3 or x.shape[0] == 0 or x.shape[1] == 0:
        raise ValueError(f"x must be (T, B, n) with T >= 1 and B >= 1, got {tuple(x.shape)}")
    if state is None:
        return cast("State", cell.initial_state(x.shape[1]))
    parts = state if isinstance(state, tuple) else (state,)
    if not parts or not all(isinstance(part, Tensor) for part in parts):
        raise TypeError(f"state must be a tensor or a tuple of tensors, got {_kind(state)}")
    return state


def _kind(value: object) -> str:
    return type(value).__name__
