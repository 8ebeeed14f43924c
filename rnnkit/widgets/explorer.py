"""GradientExplorer: gradients of a one-number RNN over the sequence length."""

from __future__ import annotations

from typing import ClassVar

from ._lab import Choice, Integer, Lab, Real

__all__ = ["GradientExplorer"]


class GradientExplorer(Lab):
    """How ∂loss/∂h_init, ∂loss/∂wh and ∂loss/∂wy of `TinyRNN` change with the sequence length.

    The lab computes in the browser what `rnnkit.gradients.tiny_rnn_gradients` computes with torch:
    bit for bit for "relu" and "linear"; for "tanh" the last digits depend on the machine's tanh.

    Args:
        wh_init: recurrent weight, a number from -10 to 10.
        length: sequence length L, a whole number of steps from 1 to 100.
        activation: "relu", "tanh" or "linear".
        precision: "float32" or "float64".

    Raises:
        LabValueError: a value is outside its range (also a ValueError).
        LabTypeError: a value has the wrong type (also a TypeError).
    """

    wh_init = Real(0.5, low=-10.0, high=10.0).tag(sync=True)
    length = Integer(10, low=1, high=100).tag(sync=True)
    activation = Choice("relu", ("relu", "tanh", "linear")).tag(sync=True)
    precision = Choice("float32", ("float32", "float64")).tag(sync=True)

    traits_of_lab: ClassVar[tuple[str, ...]] = ("wh_init", "length", "activation", "precision")

    def __init__(
        self,
        wh_init: float = 0.5,
        length: int = 10,
        activation: str = "relu",
        precision: str = "float32",
    ) -> None:
        super().__init__(wh_init=wh_init, length=length, activation=activation, precision=precision)
