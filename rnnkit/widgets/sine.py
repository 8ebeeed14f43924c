"""SineLab: a small RNN that learns a sine, retrained in the page for every sequence length."""

from __future__ import annotations

from typing import ClassVar

from ._lab import Integer, Lab

__all__ = ["SineLab"]


class SineLab(Lab):
    """How the sequence length changes what an RNN learns of a sine, and how far it can forecast.

    The chapter's network (tanh, hidden size 10, linear maps of [x_t, h_{t-1}]) is trained in the
    browser, in float64: Adam at 0.01, 50 epochs in batches of 128, on 80% of the windows of 750
    samples of sin(t), ten samples to a time unit. The forecast is free-running. Weights and batches
    come from xoshiro128** (Blackman & Vigna 2021), so a seed means the same in every browser, and
    something else than the same seed in torch.

    Args:
        length: samples in a window, a whole number from 2 to 60.
        seed: a whole number from 0 to 999.

    Raises:
        LabValueError: a value is outside its range (also a ValueError).
        LabTypeError: a value has the wrong type (also a TypeError).
    """

    length = Integer(15, low=2, high=60).tag(sync=True)
    seed = Integer(2, low=0, high=999).tag(sync=True)

    traits_of_lab: ClassVar[tuple[str, ...]] = ("length", "seed")

    def __init__(self, length: int = 15, seed: int = 2) -> None:
        super().__init__(length=length, seed=seed)
