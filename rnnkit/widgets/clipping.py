"""ClippingLab: descent on the loss surface of a one-unit RNN, with and without clipping."""

from __future__ import annotations

from typing import ClassVar

from ._lab import Choice, Integer, Lab, Real

__all__ = ["ClippingLab"]


class ClippingLab(Lab):
    """Gradient descent over a cliff, with and without a limit on the gradient's norm.

    The surface belongs to one tanh unit without input, `h_t = tanh(w h_{t-1} + b)`, `h_0 = 0.5`,
    read after 20 steps: loss `(h_20 + 0.5)²`. Loss, gradient, clipping and both optimisers
    are computed in the browser, in float64, as torch does. Source of the cliff: Pascanu, Mikolov
    & Bengio 2013.

    Args:
        max_norm: largest gradient norm, as `clip_grad_norm_` takes it, a number from 0.01 to 100.
        learning_rate: a number from 0.001 to 1.
        start_w: recurrent weight at the start, a number from 0 to 4.
        start_b: bias at the start, a number from -2 to 2.
        optimiser: "SGD" or "Adam" (torch's defaults otherwise).
        steps: how many, a whole number from 1 to 400.

    Raises:
        LabValueError: a value is outside its range (also a ValueError).
        LabTypeError: a value has the wrong type (also a TypeError).
    """

    max_norm = Real(1.0, low=0.01, high=100.0).tag(sync=True)
    learning_rate = Real(0.1, low=0.001, high=1.0).tag(sync=True)
    start_w = Real(1.9, low=0.0, high=4.0).tag(sync=True)
    start_b = Real(-0.5, low=-2.0, high=2.0).tag(sync=True)
    optimiser = Choice("SGD", ("SGD", "Adam")).tag(sync=True)
    steps = Integer(200, low=1, high=400).tag(sync=True)

    traits_of_lab: ClassVar[tuple[str, ...]] = (
        "max_norm",
        "learning_rate",
        "start_w",
        "start_b",
        "optimiser",
        "steps",
    )

    def __init__(
        self,
        max_norm: float = 1.0,
        learning_rate: float = 0.1,
        start_w: float = 1.9,
        start_b: float = -0.5,
        optimiser: str = "SGD",
        steps: int = 200,
    ) -> None:
        super().__init__(
            max_norm=max_norm,
            learning_rate=learning_rate,
            start_w=start_w,
            start_b=start_b,
            optimiser=optimiser,
            steps=steps,
        )
