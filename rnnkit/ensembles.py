"""Several networks of one shape trained at once: each matrix product becomes a batched one.

A member is an ordinary `torch.nn.RNN`, `LSTM` or `GRU` with a `torch.nn.Linear` on its last state.
`Ensemble` stacks the members' parameters along a leading axis M, so that one `torch.baddbmm` per
time step serves them all. Members never mix: each has its own data, its own gradient norm when it
is clipped, and Adam is elementwise.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = [
    "Ensemble",
    "GRUMembers",
    "LSTMMembers",
    "RNNMembers",
    "Solved",
    "clip_each_",
    "cross_entropy_each",
    "error_rate_each",
    "squared_error_each",
    "train_until_solved",
]

EachLoss = Callable[[Tensor, Tensor], Tensor]


class Sampler(Protocol):
    """Draws sequences: `sample(batch, generator=g)` -> x: (T, B, n), y: (B, ...)."""

    def __call__(self, batch: int, /, *, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Draw `batch` sequences and what is asked about them."""


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
        heads: M `torch.nn.Linear(d, m)`; copied.

    Raises:
        ValueError: if the layers are of different types or shapes, stacked, bidirectional,
            without bias, `nonlinearity="relu"`, or not as many as the heads.
        TypeError: if a layer is not a recurrent layer of torch.
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
        self.head_weight = nn.Parameter(torch.stack([head.weight.detach() for head in heads]))
        self.head_bias = nn.Parameter(torch.stack([head.bias.detach() for head in heads]))

    def forward(self, x: Tensor) -> Tensor:
        """Read a sequence, answer after its last step; x: (M, T, B, n) -> o: (M, B, m).

        Raises:
            ValueError: if `x` has another shape.
        """
        members, _, size = self.cell.weight_ih.shape
        if x.dim() != 4 or (x.shape[0], x.shape[3]) != (members, size):
            raise ValueError(
                f"x must have shape (M={members}, T, B, n={size}); got {tuple(x.shape)}"
            )
        steps, batch = x.shape[1:3]
        projected = self.cell.project(x.reshape(members, steps * batch, size))
        state = self.cell.initial_state(batch)
        for p in projected.view(members, steps, batch, -1).unbind(1):
            state = self.cell.step(p, state)
        return torch.baddbmm(self.head_bias[:, None], state[0], self.head_weight.transpose(1, 2))


def clip_each_(parameters: Sequence[Tensor], max_norm: float) -> Tensor:
    """Clip each member's gradient to its own norm, as `torch.nn.utils.clip_grad_norm_` does.

    Args:
        parameters: tensors whose first axis is the member's; their `.grad` is changed in place.
        max_norm: largest Euclidean norm that a member's whole gradient keeps; > 0.

    Returns:
        The norms before clipping, (M,).

    Raises:
        ValueError: if `max_norm` is not positive.
    """
    if not max_norm > 0:
        raise ValueError(f"max_norm must be a positive number; got {max_norm!r}")
    grads = [p.grad for p in parameters if p.grad is not None]
    norms = torch.stack([g.flatten(1).square().sum(1) for g in grads]).sum(0).sqrt()
    scale = (max_norm / (norms + 1e-6)).clamp(max=1.0)
    for g in grads:
        g.mul_(scale.view(-1, *[1] * (g.dim() - 1)))
    return norms


def squared_error_each(o: Tensor, y: Tensor) -> Tensor:
    """Mean squared error of each member; o, y: (M, B, m) -> (M,)."""
    return (o - y).square().mean((1, 2))


def cross_entropy_each(o: Tensor, y: Tensor) -> Tensor:
    """Mean cross-entropy of each member in nats; logits o: (M, B, m), classes y: (M, B) -> (M,)."""
    return functional.cross_entropy(o.transpose(1, 2), y, reduction="none").mean(1)


def error_rate_each(o: Tensor, y: Tensor) -> Tensor:
    """Share of wrong answers of each member; logits o: (M, B, m), classes y: (M, B) -> (M,)."""
    return (o.argmax(-1) != y).float().mean(1)


@dataclass(frozen=True)
class Solved:
    """What `train_until_solved` saw, member by member.

    Attributes:
        first: the step at whose check the member first met the target, or None.
        scores: one row a check, one column a member: the score on the test set.
        steps: how many steps were trained in all.
    """

    first: list[int | None]
    scores: list[list[float]]
    steps: int

    @property
    def count(self) -> int:
        """How many members met the target."""
        return sum(step is not None for step in self.first)


def train_until_solved(
    ensemble: Ensemble,
    sample: Sampler,
    loss: EachLoss,
    *,
    seeds: Sequence[int],
    target: float,
    score: EachLoss | None = None,
    steps: int = 800,
    batch: int = 32,
    lr: float = 1e-2,
    clip: float = 1.0,
    check_every: int = 50,
    test: tuple[Tensor, Tensor] | None = None,
    test_batch: int = 256,
) -> Solved:
    """Train every member by Adam on fresh sequences until each has met the target once.

    Args:
        ensemble: the M networks; trained in place.
        sample: `sample(batch, generator=...)` -> x: (T, B, n), y: (B, ...), a new draw each call.
        loss: what is minimised, `loss(o, y)` -> (M,); for example `squared_error_each`.
        seeds: one seed a member for its stream of training sequences.
        target: a member is solved at the first check where its score is at most this.
        score: what is checked on the test set, lower is better; the loss if not given.
        steps: the most steps to train.
        batch: sequences a step and member.
        lr: Adam's learning rate.
        clip: largest gradient norm of a member.
        check_every: steps between two checks.
        test: x: (T, B, n) and y: (B, ...) of the test set, one for all members; drawn by
            `sample` if not given.
        test_batch: sequences in a test set that is drawn.

    Raises:
        ValueError: if there are not as many seeds as members, or a count is not positive.
    """
    members = ensemble.head_bias.shape[0]
    if len(seeds) != members:
        raise ValueError(f"seeds must hold one seed for each of {members} members; got {seeds!r}")
    counts = {"steps": steps, "batch": batch, "check_every": check_every, "test_batch": test_batch}
    for name, value in counts.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1; got {value!r}")
    generators = [torch.Generator().manual_seed(1_000_003 + seed) for seed in seeds]
    if test is None:
        test = sample(test_batch, generator=torch.Generator().manual_seed(2_000_003))
    test_x, test_y = (part.expand(members, *part.shape) for part in test)
    parameters = list(ensemble.parameters())
    optimizer = torch.optim.Adam(parameters, lr=lr)
    first: list[int | None] = [None] * members
    scores: list[list[float]] = []
    for step in range(1, steps + 1):
        x, y = map(torch.stack, zip(*(sample(batch, generator=g) for g in generators), strict=True))
        optimizer.zero_grad()
        torch.autograd.backward(loss(ensemble(x), y).sum())  # a sum: members stay apart
        clip_each_(parameters, clip)
        optimizer.step()
        if step % check_every == 0 or step == steps:
            with torch.no_grad():
                scores.append((score or loss)(ensemble(test_x), test_y).tolist())
            first = [
                step if at is None and value <= target else at
                for at, value in zip(first, scores[-1], strict=True)
            ]
            if None not in first:
                break
    return Solved(first, scores, step)


def _check_layers(layers: Sequence[nn.RNNBase], member: type[nn.RNNBase]) -> None:
    first = layers[0]
    for layer in layers:
        if type(layer) is not member:
            raise ValueError(
                f"layers must all be torch.nn.{member.__name__}; got {type(layer).__name__}"
            )
        size = (layer.input_size, layer.hidden_size)
        if size != (first.input_size, first.hidden_size):
            raise ValueError(
                f"layers must share one (input_size, hidden_size); got {size} beside "
                f"{(first.input_size, first.hidden_size)}"
            )
        plain = layer.num_layers == 1 and not layer.bidirectional and layer.bias
        if not plain or getattr(layer, "nonlinearity", "tanh") != "tanh" or layer.proj_size:
            raise ValueError(
                "layers must have one layer, one direction, biases, tanh and no projection; "
                f"got {layer}"
            )
