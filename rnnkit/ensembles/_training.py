"""Training an ensemble until its members meet a target, each clipped and scored by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

from rnnkit._checks import finite, not_negative, positive, tensor, whole
from rnnkit.ensembles._members import Ensemble

EachLoss = Callable[[Tensor, Tensor], Tensor]


class Sampler(Protocol):
    """Draws sequences: `sample(batch, generator=g)` -> x: (T, B, n), y: (B, ...)."""

    def __call__(self, batch: int, /, *, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Draw `batch` sequences and what is asked about them."""


def clip_each_(parameters: Sequence[Tensor], max_norm: float) -> Tensor:
    """Clip each member's gradient to its own norm, as `torch.nn.utils.clip_grad_norm_` does.

    Args:
        parameters: tensors whose first axis is the member's; their `.grad` is changed in place.
        max_norm: largest Euclidean norm that a member's whole gradient keeps; > 0.

    Returns:
        The norms before clipping, (M,).

    Raises:
        TypeError: if `max_norm` is no real number.
        ValueError: if `max_norm` is not positive, or no parameter has a gradient.
    """
    max_norm = positive("max_norm", max_norm, or_infinite=True)
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        raise ValueError("parameters must hold at least one gradient; got none")
    norms = torch.stack([g.flatten(1).square().sum(1) for g in grads]).sum(0).sqrt()
    scale = (max_norm / (norms + 1e-6)).clamp(max=1.0)
    for g in grads:
        g.mul_(scale.view(-1, *[1] * (g.dim() - 1)))
    return norms


def squared_error_each(o: Tensor, y: Tensor) -> Tensor:
    """Mean squared error of each member; o, y: (M, B, m) -> (M,).

    Raises:
        TypeError: if one is no tensor.
        ValueError: if the shapes differ: nothing is broadcast.
    """
    tensor("o", o, "(M, B, m)")
    tensor("y", y, "(M, B, m)")
    if o.ndim != 3 or o.shape != y.shape:
        raise ValueError(
            f"o and y must both be (M, B, m); got {tuple(o.shape)} and {tuple(y.shape)}"
        )
    return (o - y).square().mean((1, 2))


def cross_entropy_each(o: Tensor, y: Tensor) -> Tensor:
    """Mean cross-entropy of each member in nats; logits o: (M, B, m), classes y: (M, B) -> (M,).

    Raises:
        TypeError: if one is no tensor, or `y` is not int64.
        ValueError: if the shapes do not fit, or `y` names a class that `o` has not.
    """
    _check_classes(o, y)
    return functional.cross_entropy(o.transpose(1, 2), y, reduction="none").mean(1)


def error_rate_each(o: Tensor, y: Tensor) -> Tensor:
    """Share of wrong answers of each member; logits o: (M, B, m), classes y: (M, B) -> (M,).

    Raises:
        TypeError: if one is no tensor, or `y` is not int64.
        ValueError: if the shapes do not fit, or `y` names a class that `o` has not.
    """
    _check_classes(o, y)
    return (o.argmax(-1) != y).float().mean(1)


def _check_classes(o: Tensor, y: Tensor) -> None:
    if tensor("o", o, "(M, B, m)").ndim != 3 or 0 in o.shape:
        raise ValueError(f"o must be (M, B, m), none of them 0; got {tuple(o.shape)}")
    if tensor("y", y, "(M, B)").shape != o.shape[:2]:
        raise ValueError(f"y must be (M, B) = {tuple(o.shape[:2])}; got {tuple(y.shape)}")
    if y.dtype != torch.int64:
        raise TypeError(f"y must hold classes as int64; got {y.dtype}")
    low, high = (int(end) for end in y.aminmax())
    if low < 0 or high >= o.shape[-1]:
        raise ValueError(f"y must hold classes within 0..{o.shape[-1] - 1}; got {low} to {high}")


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
        clip: largest gradient norm of a member; math.inf switches clipping off.
        check_every: steps between two checks.
        test: x: (T, B, n) and y: (B, ...) of the test set, one for all members; drawn by
            `sample` if not given.
        test_batch: sequences in a test set that is drawn.

    Raises:
        TypeError: if a count or a seed is no whole number, or another setting no real number.
        ValueError: if there are not as many seeds as members, a count is not positive, another
            setting is out of range, or `loss` or `score` does not return (M,).
    """
    members = ensemble.head_bias.shape[0]
    if len(seeds) != members:
        raise ValueError(f"seeds must hold one seed for each of {members} members; got {seeds!r}")
    counts = {"steps": steps, "batch": batch, "check_every": check_every, "test_batch": test_batch}
    for name, value in counts.items():
        whole(name, value, at_least=1)
    target, lr = finite("target", target), not_negative("lr", lr)
    clip = positive("clip", clip, or_infinite=True)
    generators = [
        torch.Generator().manual_seed(1_000_003 + whole("seeds", seed, at_least=0))
        for seed in seeds
    ]
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
        each = _one_a_member("loss", loss(ensemble(x), y), members)
        torch.autograd.backward(each.sum())  # a sum: members stay apart
        clip_each_(parameters, clip)
        optimizer.step()
        if step % check_every == 0 or step == steps:
            with torch.no_grad():
                seen = (score or loss)(ensemble(test_x), test_y)
                scores.append(_one_a_member("score", seen, members).tolist())
            first = [
                step if at is None and value <= target else at
                for at, value in zip(first, scores[-1], strict=True)
            ]
            if None not in first:
                break
    return Solved(first, scores, step)


def _one_a_member(name: str, values: Tensor, members: int) -> Tensor:
    if values.shape != (members,):
        raise ValueError(
            f"{name} must return one value a member, ({members},); got {tuple(values.shape)}"
        )
    return values
