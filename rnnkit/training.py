"""One small training loop: batches, clipping, early stopping, a history with named series."""

import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import torch
from torch import Tensor
from tqdm import tqdm

from rnnkit._checks import not_negative, positive, whole

Batch = TypeVar("Batch")

__all__ = ["EarlyStopping", "History", "fit"]


@dataclass(frozen=True)
class EarlyStopping:
    """When to stop: the series `name` has not improved for `patience` epochs in a row.

    Attributes:
        name: a series of the history: "loss", or one that `evaluate` returns.
        patience: epochs without improvement before the loop stops, at least 1.
        min_delta: what counts as an improvement; a change of `min_delta` or less does not.
        mode: "min" if smaller is better, "max" if larger is.

    Raises:
        TypeError: `name` is no string, `patience` no whole number, `min_delta` no real number.
        ValueError: an attribute outside its range.
    """

    name: str
    patience: int = 5
    min_delta: float = 0.0
    mode: Literal["min", "max"] = "min"

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise TypeError(f"name must be a string, got {self.name!r}")
        whole("patience", self.patience, at_least=1)
        not_negative("min_delta", self.min_delta)
        if self.mode not in ("min", "max"):
            raise ValueError(f"mode must be 'min' or 'max', got {self.mode!r}")

    def best_epoch(self, values: list[float]) -> int:
        """Return the index of the last improvement in values; NaN never improves."""
        sign = 1.0 if self.mode == "min" else -1.0
        best, at = math.inf, 0
        for epoch, value in enumerate(values):
            if sign * value < best - self.min_delta:
                best, at = sign * value, epoch
        return at


@dataclass
class History:
    """What was measured in training: one number an epoch in each named series.

    `history["loss"]` is a list of floats; `history.epochs` counts the epochs that were run.

    Attributes:
        series: name → one float an epoch.
        stopped: whether early stopping ended the run.
    """

    series: dict[str, list[float]] = field(default_factory=dict)
    stopped: bool = False

    def __getitem__(self, name: str) -> list[float]:
        if name not in self.series:
            raise KeyError(f"no series {name!r} in this history; it has {sorted(self.series)}")
        return self.series[name]

    @property
    def epochs(self) -> int:
        """How many epochs were run."""
        return max((len(values) for values in self.series.values()), default=0)

    def append(self, measured: Mapping[str, float]) -> None:
        """Add one epoch's numbers, each to the series of its name."""
        for name, value in measured.items():
            self.series.setdefault(name, []).append(float(value))


def fit(
    loss: Callable[[Batch], Tensor],
    batches: Iterable[Batch] | Callable[[], Iterable[Batch]],
    optimizer: torch.optim.Optimizer,
    *,
    epochs: int,
    clip: float | None = None,
    evaluate: Callable[[], Mapping[str, float]] | None = None,
    stop: EarlyStopping | None = None,
    label: str = "training",
) -> History:
    """Train for `epochs` passes over `batches`, and return what was measured.

    For each batch: zero the gradients, `loss(batch).backward()`, clip, `optimizer.step()`. The loop
    knows nothing of models: `loss` closes over one. Its only randomness is that of `loss` and
    `batches`. A progress bar runs unless the environment variable RNNKIT_QUIET is set.

    Args:
        loss: one batch → a scalar to minimise.
        batches: what to iterate over in each epoch, such as a DataLoader or a list; or a function
            that is called at the start of each epoch and returns it (to shuffle, to reset a
            carried state, or to draw fresh data).
        optimizer: it holds the parameters; those are the ones that are clipped.
        epochs: at least 1.
        clip: the largest allowed norm of the whole gradient; None switches clipping off.
        evaluate: called after each epoch under `no_grad`; each entry it returns becomes a series.
        stop: early stopping on one of the series.
        label: what the progress bar says.

    Returns:
        History with the series "loss" (mean over the epoch's batches, before each step); with
        `clip` also "grad_norm" (the largest norm in the epoch, before clipping) and "clipped" (how
        many steps were clipped); and those of `evaluate`.

    Raises:
        TypeError: an argument of another type than above, a `loss` that returned no tensor, an
            `evaluate` that returned no mapping.
        ValueError: `epochs` < 1, `clip` not positive, an epoch without batches, a loss that is not
            a scalar or depends on nothing that learns, a `stop` on a series that does not exist,
            an `evaluate` that reuses a name.
    """
    epochs = whole("epochs", epochs, at_least=1)
    clip = None if clip is None else positive("clip", clip, or_none=True)
    _check_types(loss, batches, optimizer, evaluate, stop)
    if not callable(batches) and isinstance(batches, Iterator) and epochs > 1:
        raise ValueError(
            "batches must be something to iterate over once an epoch; an iterator is empty after "
            "the first: pass a list, a DataLoader or a function that returns the iterator"
        )
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    history = History()
    quiet = bool(os.environ.get("RNNKIT_QUIET"))
    with tqdm(total=epochs, desc=label, unit="epoch", disable=quiet) as bar:
        for _ in range(epochs):
            measured = _epoch(loss, batches, optimizer, parameters, clip)
            if evaluate is not None:
                with torch.no_grad():
                    extra = evaluate()
                if not isinstance(extra, Mapping):
                    raise TypeError(
                        "evaluate must return a mapping of names to numbers, "
                        f"got {type(extra).__name__}"
                    )
                if clash := sorted(measured.keys() & extra.keys()):
                    raise ValueError(f"evaluate must not reuse the names of the loop, got {clash}")
                measured.update(extra)
            history.append(measured)
            bar.set_postfix({name: f"{value:.3g}" for name, value in measured.items()})
            bar.update()
            if stop is not None and _has_stalled(history, stop):
                history.stopped = True
                break
    return history


def _check_types(
    loss: object, batches: object, optimizer: object, evaluate: object, stop: object
) -> None:
    iterates = any(hasattr(batches, name) for name in ("__iter__", "__getitem__", "__call__"))
    for name, fits, wanted, value in (
        ("loss", callable(loss), "callable, batch -> scalar", loss),
        ("batches", iterates, "something to iterate over, or a function that returns it", batches),
        (
            "optimizer",
            isinstance(optimizer, torch.optim.Optimizer),
            "a torch.optim.Optimizer",
            optimizer,
        ),
        ("evaluate", evaluate is None or callable(evaluate), "callable or None", evaluate),
        (
            "stop",
            stop is None or isinstance(stop, EarlyStopping),
            "an EarlyStopping or None",
            stop,
        ),
    ):
        if not fits:
            raise TypeError(f"{name} must be {wanted}, got {type(value).__name__}")


def _scalar(value: Tensor) -> Tensor:
    if not isinstance(value, Tensor):
        raise TypeError(f"loss must return a tensor, got {type(value).__name__}")
    if value.ndim != 0:
        raise ValueError(f"loss must return a scalar, got shape {tuple(value.shape)}")
    if not value.requires_grad:
        raise ValueError("loss must depend on a parameter that learns, got a constant")
    return value


def _epoch(
    loss: Callable[[Batch], Tensor],
    batches: Iterable[Batch] | Callable[[], Iterable[Batch]],
    optimizer: torch.optim.Optimizer,
    parameters: list[Tensor],
    clip: float | None,
) -> dict[str, float]:
    losses, norms = [], []
    for batch in batches() if callable(batches) else batches:
        optimizer.zero_grad()
        value = _scalar(loss(batch))
        torch.autograd.backward(value)
        if clip is not None:
            norms.append(float(torch.nn.utils.clip_grad_norm_(parameters, clip)))
        optimizer.step()
        losses.append(float(value.detach()))
    if not losses:
        raise ValueError("batches must hold at least one batch an epoch, got none")
    measured = {"loss": math.fsum(losses) / len(losses)}
    if clip is not None:
        measured["grad_norm"] = max(norms)
        measured["clipped"] = float(sum(norm > clip for norm in norms))
    return measured


def _has_stalled(history: History, stop: EarlyStopping) -> bool:
    if stop.name not in history.series:
        raise ValueError(
            f"stop must watch one of the series {sorted(history.series)}, got {stop.name!r}"
        )
    values = history[stop.name]
    return len(values) - 1 - stop.best_epoch(values) >= stop.patience
