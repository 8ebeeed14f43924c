"""Argument checks that the data modules share."""

from numbers import Integral

import torch


def whole(name: str, value: object, *, at_least: int) -> int:
    """Return `value` as an int, or say what `name` takes.

    Raises:
        TypeError: not a whole number (a bool is none).
        ValueError: below `at_least`.
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(
            f"{name} must be a whole number >= {at_least}, got {value!r} ({type(value).__name__})"
        )
    if value < at_least:
        raise ValueError(f"{name} must be a whole number >= {at_least}, got {value}")
    return int(value)


def seeded(generator: object) -> torch.Generator:
    """Return `generator`, or say that a torch.Generator is wanted.

    Raises:
        TypeError: anything else, a bare seed included.
    """
    if not isinstance(generator, torch.Generator):
        raise TypeError(
            "generator must be a torch.Generator, as in torch.Generator().manual_seed(0), "
            f"got {generator!r}"
        )
    return generator
