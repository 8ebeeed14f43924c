"""Argument checks that the modules share: an error names the argument, what came and what goes."""

import math
from numbers import Integral, Real

import torch
from torch import Tensor


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


def real(name: str, value: object, wanted: str) -> float:
    """Return `value` as a float, or say that `name` must be what is `wanted`.

    Raises:
        TypeError: not a real number (a bool is none).
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be {wanted}, got {value!r} ({type(value).__name__})")
    return float(value)


def finite(name: str, value: object) -> float:
    """Return `value` as a float, or say that `name` takes a finite number.

    Raises:
        TypeError: not a real number (a bool is none).
        ValueError: infinite or nan.
    """
    wanted = "a finite number"
    number = real(name, value, wanted)
    if not math.isfinite(number):
        raise ValueError(f"{name} must be {wanted}, got {value!r}")
    return number


def positive(
    name: str, value: object, *, or_none: bool = False, or_infinite: bool = False
) -> float:
    """Return `value` as a float, or say that `name` takes a positive finite number.

    `or_none` says so of None as well: whoever takes it has looked for it before.

    Raises:
        TypeError: not a real number (a bool is none).
        ValueError: zero, negative, nan, or infinite without `or_infinite`.
    """
    wanted = "a positive number" if or_infinite else "a positive finite number"
    wanted += " or None" if or_none else ""
    number = real(name, value, wanted)
    if not number > 0 or (number == math.inf and not or_infinite):
        raise ValueError(f"{name} must be {wanted}, got {value!r}")
    return number


def not_negative(name: str, value: object) -> float:
    """Return `value` as a float, or say that `name` takes 0 or a positive finite number.

    Raises:
        TypeError: not a real number (a bool is none).
        ValueError: negative, infinite or nan.
    """
    wanted = "0 or a positive finite number"
    number = real(name, value, wanted)
    if not 0 <= number < math.inf:
        raise ValueError(f"{name} must be {wanted}, got {value!r}")
    return number


def tensor(name: str, value: object, shape: str) -> Tensor:
    """Return `value`, or say that `name` takes a tensor of such a shape.

    Raises:
        TypeError: not a tensor.
    """
    if not isinstance(value, Tensor):
        raise TypeError(f"{name} must be a tensor {shape}, got {type(value).__name__}")
    return value


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
