"""The members: recurrent layers stacked along an axis M, one batched product per time step."""

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn


class _Members(nn.Module):
    """The recurrent layers of M members; a subclass says what one step computes."""

    member: ClassVar[type[nn.RNNBase]]

    def __init__(self, layers: Sequence[nn.RNNBase]) -> None:
        super().__init__()
        _check_layers(layers, self.member)
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            stacked = torch.stack([getattr(layer, f"{name}_l0").detach() for layer in layers])
            setattr(self, name, nn.Parameter(stacked))  # (M, g d, n), (M, g d, d), (M, g d) twice

    weight_ih: Tensor
    weight_hh: Tensor
    bias_ih: Tensor
    bias_hh: Tensor

    def project(self, x: Tensor) -> Tensor:
        """Compute W_x x + b for many inputs at once; x: (M, S, n) -> (M, S, g d)."""
        bias = (self.bias_ih + self.bias_hh)[:, None]
        return torch.baddbmm(bias, x, self.weight_ih.transpose(1, 2))

    def initial_state(self, batch: int) -> tuple[Tensor, ...]:
        """Return the state before the first step: zeros, each (M, B, d)."""
        members, _, hidden = self.weight_hh.shape
        return (self.weight_hh.new_zeros(members, batch, hidden),)

    def step(self, projected: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Advance all members by one step; projected: (M, B, g d), state: each (M, B, d)."""
        raise NotImplementedError

    def forward(self, x_t: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Take one step under the cell contract; x_t: (M, B, n) -> y_t: (M, B, d), state."""
        state = self.step(self.project(x_t), state)
        return state[0], state


class RNNMembers(_Members):
    """h_t = tanh(W_x x_t + W_h h_{t-1} + b), M times; layers: M `torch.nn.RNN`."""

    member = nn.RNN

    def step(self, projected: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Advance all members by one step; projected: (M, B, d), state: (h,), h: (M, B, d)."""
        return (torch.baddbmm(projected, state[0], self.weight_hh.transpose(1, 2)).tanh(),)


class LSTMMembers(_Members):
    """The LSTM of Hochreiter and Schmidhuber (1997) with its forget gate (Gers, 2000), M times."""

    member = nn.LSTM

    def initial_state(self, batch: int) -> tuple[Tensor, ...]:
        """Return the state before the first step: (h, C), zeros, each (M, B, d)."""
        return super().initial_state(batch) * 2

    def step(self, projected: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Advance all members by one step; projected: (M, B, 4d), state: (h, C)."""
        h, c = state
        z = torch.baddbmm(projected, h, self.weight_hh.transpose(1, 2))
        i, f, g, o = z.chunk(4, -1)  # input, forget, candidate, output
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c


class GRUMembers(_Members):
    """The GRU of Cho et al. (2014) in torch's convention (z keeps the old state), M times."""

    member = nn.GRU

    def project(self, x: Tensor) -> Tensor:
        """Compute W_x x + b_ih for many inputs; b_hh waits for the reset gate, which scales it."""
        return torch.baddbmm(self.bias_ih[:, None], x, self.weight_ih.transpose(1, 2))

    def step(self, projected: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Advance all members by one step; projected: (M, B, 3d), state: (h,)."""
        (h,) = state
        hidden = h.shape[-1]
        recurrent = torch.baddbmm(self.bias_hh[:, None], h, self.weight_hh.transpose(1, 2))
        p_rz, p_n = torch.split(projected, [2 * hidden, hidden], -1)
        q_rz, q_n = torch.split(recurrent, [2 * hidden, hidden], -1)
        r, z = (p_rz + q_rz).sigmoid().chunk(2, -1)  # reset, update
        n = torch.addcmul(p_n, r, q_n).tanh()  # candidate
        return (torch.lerp(n, h, z),)  # (1 - z) n + z h


_STACKS: dict[type[nn.RNNBase], type[_Members]] = {
    stack.member: stack for stack in (RNNMembers, LSTMMembers, GRUMembers)
}


class Ensemble(nn.Module):
    """M many-to-one networks: a recurrent layer each, and a linear map of its last state.

    Args:
        layers: M `torch.nn.RNN` (tanh), `LSTM` or `GRU` of one type and one shape; copied.
        heads: M `torch.nn.Linear(d, m)` of one shape; copied.

    Raises:
        ValueError: if the layers are of different shapes or dtypes, stacked, bidirectional,
            without bias, `batch_first`, `nonlinearity="relu"`, or not as many as the heads; if the
            heads do not read the layers' units, have no bias or differ.
        TypeError: if a layer is not a recurrent layer of torch, or of another type than the first;
            if a head is no `torch.nn.Linear`.
    """

    def __init__(self, layers: Sequence[nn.RNNBase], heads: Sequence[nn.Linear]) -> None:
        super().__init__()
        if len(layers) == 0 or len(layers) != len(heads):
            raise ValueError(
                f"layers and heads must be equally many and at least one; "
                f"got {len(layers)} layers and {len(heads)} heads"
            )
        stack = _STACKS.get(type(layers[0]))
        if stack is None:
            raise TypeError(
                f"layers must be torch.nn.RNN, LSTM or GRU; got {type(layers[0]).__name__}"
            )
        self.cell = stack(layers)
        _check_heads(heads, layers[0])
        self.head_weight = nn.Parameter(torch.stack([head.weight.detach() for head in heads]))
        self.head_bias = nn.Parameter(torch.stack([head.bias.detach() for head in heads]))

    def forward(self, x: Tensor) -> Tensor:
        """Read a sequence, answer after its last step; x: (M, T, B, n) -> o: (M, B, m).

        Raises:
            TypeError: if `x` is no tensor, or of another dtype than the members.
            ValueError: if `x` has another shape, no step or an empty batch.
        """
        members, _, size = self.cell.weight_ih.shape
        if not isinstance(x, Tensor):
            raise TypeError(f"x must be a tensor (M, T, B, n); got {type(x).__name__}")
        if x.dim() != 4 or (x.shape[0], x.shape[3]) != (members, size):
            raise ValueError(
                f"x must have shape (M={members}, T, B, n={size}); got {tuple(x.shape)}"
            )
        if 0 in x.shape:
            raise ValueError(f"x must have T >= 1 and B >= 1; got {tuple(x.shape)}")
        if x.dtype != (dtype := self.head_weight.dtype):
            raise TypeError(f"x must have the members' dtype {dtype}; got {x.dtype}")
        steps, batch = x.shape[1:3]
        projected = self.cell.project(x.reshape(members, steps * batch, size))
        state = self.cell.initial_state(batch)
        for p in projected.view(members, steps, batch, -1).unbind(1):
            state = self.cell.step(p, state)
        return torch.baddbmm(self.head_bias[:, None], state[0], self.head_weight.transpose(1, 2))


def _check_layers(layers: Sequence[nn.RNNBase], member: type[nn.RNNBase]) -> None:
    if len(layers) == 0:
        raise ValueError(f"layers must hold at least one torch.nn.{member.__name__}; got none")
    first = layers[0]
    for layer in layers:
        if type(layer) is not member:
            raise TypeError(
                f"layers must all be torch.nn.{member.__name__}; got {type(layer).__name__}"
            )
        size = (layer.input_size, layer.hidden_size)
        if size != (first.input_size, first.hidden_size):
            raise ValueError(
                f"layers must share one (input_size, hidden_size); got {size} beside "
                f"{(first.input_size, first.hidden_size)}"
            )
        plain = layer.num_layers == 1 and not layer.bidirectional and layer.bias
        plain = plain and not layer.batch_first and not layer.proj_size
        if not plain or getattr(layer, "nonlinearity", "tanh") != "tanh":
            raise ValueError(
                "layers must have one layer, one direction, biases, time first, tanh and "
                f"no projection; got {layer}"
            )
        _check_dtype("layers", layer, first)


def _check_heads(heads: Sequence[nn.Linear], layer: nn.RNNBase) -> None:
    for head in heads:
        if not isinstance(head, nn.Linear):
            raise TypeError(f"heads must be torch.nn.Linear; got {type(head).__name__}")
        if head.in_features != layer.hidden_size:
            raise ValueError(
                f"heads must read the {layer.hidden_size} units of a layer; got {head.in_features}"
            )
        if head.out_features != heads[0].out_features:
            raise ValueError(
                f"heads must all give {heads[0].out_features} numbers; got {head.out_features}"
            )
        if head.bias is None:
            raise ValueError(f"heads must have biases; got {head}")
        _check_dtype("heads", head, layer)


def _check_dtype(name: str, module: nn.Module, first: nn.Module) -> None:
    ours, theirs = (next(m.parameters()).dtype for m in (module, first))
    if ours != theirs:
        raise ValueError(f"{name} must share one dtype; got {ours} beside {theirs}")
