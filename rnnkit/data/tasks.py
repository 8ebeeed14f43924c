"""Synthetic tasks that need a long memory, as fresh random batches."""

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from rnnkit._checks import seeded, whole


def adding(batch: int, length: int, *, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Draw sequences of numbers, two of them marked; the target is the sum of the marked two.

    The first mark falls in the first half, the second in the second half. Answering 1 every time
    scores a mean squared error of 1/6 ≈ 0.167, the variance of a sum of two uniform numbers.

    Args:
        batch: B ≥ 1.
        length: T ≥ 2.
        generator: the source of randomness.

    Returns:
        x: (T, B, 2) float32, x[..., 0] uniform in [0, 1), x[..., 1] the mark, 0 or 1;
        y: (B, 1) float32, in [0, 2).

    Raises:
        TypeError: sizes that are not whole numbers, or no torch.Generator.
        ValueError: sizes too small.

    Source: Hochreiter & Schmidhuber (1997), experiment 4, in the form of Arjovsky, Shah & Bengio
    (2016).
    """
    batch = whole("batch", batch, at_least=1)
    length = whole("length", length, at_least=2)
    generator = seeded(generator)
    half = length // 2
    number = torch.rand(length, batch, generator=generator)
    first = torch.randint(0, half, (batch,), generator=generator)
    second = torch.randint(half, length, (batch,), generator=generator)
    mark = torch.zeros(length, batch)
    every = torch.arange(batch)
    mark[first, every] = 1.0
    mark[second, every] = 1.0
    y = number[first, every] + number[second, every]
    return torch.stack([number, mark], dim=-1), y[:, None]


def temporal_order(batch: int, length: int, *, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Draw sequences of distractors with an X or Y early and one in the middle; name their order.

    The first of the two stands in the second tenth of the sequence, the second in the sixth
    tenth, so that about half of the sequence must be bridged twice. Guessing is right one time in
    four.

    Args:
        batch: B ≥ 1.
        length: T ≥ 10.
        generator: the source of randomness.

    Returns:
        x: (T, B, 6) float32 one-hot over X, Y and the distractors a, b, c, d, in this order;
        y: (B,) int64, 0 = XX, 1 = XY, 2 = YX, 3 = YY.

    Raises:
        TypeError: sizes that are not whole numbers, or no torch.Generator.
        ValueError: sizes too small.

    Source: Hochreiter & Schmidhuber (1997), experiment 6a, without its start and end symbols.
    """
    batch = whole("batch", batch, at_least=1)
    length = whole("length", length, at_least=10)
    generator = seeded(generator)
    symbol = torch.randint(2, 6, (length, batch), generator=generator)
    early = torch.randint(length // 10, length // 5, (batch,), generator=generator)
    middle = torch.randint(length // 2, 6 * length // 10, (batch,), generator=generator)
    y = torch.randint(0, 4, (batch,), generator=generator)
    every = torch.arange(batch)
    symbol[early, every] = y // 2
    symbol[middle, every] = y % 2
    return one_hot(symbol, 6).float(), y


def recall(
    batch: int, length: int, *, symbols: int = 8, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Draw sequences whose first entry is a symbol and all others blank; name the symbol.

    Nothing distracts: the only difficulty is to hold one symbol for T − 1 steps. Guessing is
    right one time in `symbols`.

    Args:
        batch: B ≥ 1.
        length: T ≥ 1.
        symbols: how many different symbols, at least 2.
        generator: the source of randomness.

    Returns:
        x: (T, B, symbols + 1) float32 one-hot, the last entry being the blank;
        y: (B,) int64 in 0 … symbols − 1.

    Raises:
        TypeError: sizes that are not whole numbers, or no torch.Generator.
        ValueError: sizes too small.

    Source: the copying task of Arjovsky, Shah & Bengio (2016) with a single symbol to recall.
    """
    batch = whole("batch", batch, at_least=1)
    length = whole("length", length, at_least=1)
    symbols = whole("symbols", symbols, at_least=2)
    y = torch.randint(0, symbols, (batch,), generator=seeded(generator))
    symbol = torch.full((length, batch), symbols)
    symbol[0] = y
    return one_hot(symbol, symbols + 1).float(), y
