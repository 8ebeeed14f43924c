"""What the labs share in Python: their bundle, and traits that refuse bad values in words."""

from __future__ import annotations

import math
import numbers
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets

__all__ = ["Choice", "Integer", "Lab", "LabTypeError", "LabValueError", "Real"]

_STATIC = Path(__file__).parent / "static"


class LabValueError(traitlets.TraitError, ValueError):
    """A value outside what a lab's trait allows."""


class LabTypeError(traitlets.TraitError, TypeError):
    """A value of a type that a lab's trait does not take."""


class Real(traitlets.TraitType[float, Any]):
    """A finite number from `low` to `high`, kept as a float. Nothing is clamped."""

    def __init__(self, default: float, *, low: float, high: float) -> None:
        self.low, self.high = low, high
        super().__init__(default_value=default)

    def validate(self, obj: object, value: object) -> float:  # noqa: ARG002  # traitlets' own
        """Return `value` as a float, or raise what is wrong with it."""
        allowed = f"a number from {self.low:g} to {self.high:g}"
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise LabTypeError(_message(self.name, value, allowed))
        number = float(value)
        if not math.isfinite(number) or not self.low <= number <= self.high:
            raise LabValueError(_message(self.name, value, allowed))
        return number


class Integer(traitlets.TraitType[int, Any]):
    """A whole number from `low` to `high`. Nothing is clamped or rounded."""

    def __init__(self, default: int, *, low: int, high: int) -> None:
        self.low, self.high = low, high
        super().__init__(default_value=default)

    def validate(self, obj: object, value: object) -> int:  # noqa: ARG002  # traitlets' own
        """Return `value` as an int, or raise what is wrong with it."""
        allowed = f"a whole number from {self.low} to {self.high}"
        if isinstance(value, bool) or not isinstance(value, numbers.Integral):
            raise LabTypeError(_message(self.name, value, allowed))
        number = int(value)
        if not self.low <= number <= self.high:
            raise LabValueError(_message(self.name, value, allowed))
        return number


class Choice(traitlets.TraitType[str, Any]):
    """One of a few words."""

    def __init__(self, default: str, words: tuple[str, ...]) -> None:
        self.words = words
        super().__init__(default_value=default)

    def validate(self, obj: object, value: object) -> str:  # noqa: ARG002  # traitlets' own
        """Return `value`, or raise what is wrong with it."""
        allowed = f"one of {', '.join(map(repr, self.words))}"
        if not isinstance(value, str):
            raise LabTypeError(_message(self.name, value, allowed))
        if value not in self.words:
            raise LabValueError(_message(self.name, value, allowed))
        return value


def _message(name: str | None, value: object, allowed: str) -> str:
    return f"{name} must be {allowed}, got {value!r} ({type(value).__name__})"


class Lab(anywidget.AnyWidget):
    """A lab: synced traits in Python, everything else in its bundle `static/NAME.js`.

    A subclass needs no more than its traits, each tagged `sync=True`, an `__init__` that names
    them, and their names in `traits_of_lab`.

    Raises:
        LabValueError: a trait got a value outside its range (also a ValueError).
        LabTypeError: a trait got a value of the wrong type (also a TypeError).
    """

    traits_of_lab: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        # add_traits makes a subclass of the same name, with _esm and _css as traits.
        if "_esm" not in cls.__dict__:
            cls._esm = (_STATIC / f"{cls.__name__}.js").read_text(encoding="utf-8")
            cls._css = (_STATIC / "lab.css").read_text(encoding="utf-8")
        super().__init_subclass__()
