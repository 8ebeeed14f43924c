"""Ways to begin: initial weights for one recurrent layer of torch, set in place.

Every function takes a single-layer, one-direction `torch.nn.RNN`, `LSTM` or `GRU`, changes it in
place and leaves the global random state alone. Gate biases follow torch's conventions: the LSTM's
rows are (input, forget, candidate, output), the GRU's (reset, update, candidate), and the GRU's
update gate z multiplies the *old* state.
"""

import math

import torch
from torch import Tensor, nn

from rnnkit._checks import finite, not_negative, seeded, whole

__all__ = ["chrono_", "default_", "identity_", "keep_bias_", "orthogonal_"]


@torch.no_grad()
def default_(layer: nn.RNNBase | nn.Linear, *, generator: torch.Generator) -> None:
    """Draw every weight and bias from U(-1/√k, 1/√k), as torch does.

    k is the hidden size of a recurrent layer and the input size of a linear one.

    Raises:
        TypeError: if `layer` is no recurrent or linear layer, or `generator` no torch.Generator.
    """
    if not isinstance(layer, nn.RNNBase | nn.Linear):
        raise TypeError(
            f"layer must be a torch.nn.RNN, LSTM, GRU or Linear; got {type(layer).__name__}"
        )
    generator = seeded(generator)
    size = layer.in_features if isinstance(layer, nn.Linear) else layer.hidden_size
    bound = 1 / math.sqrt(size)
    for parameter in layer.parameters():
        parameter.uniform_(-bound, bound, generator=generator)


@torch.no_grad()
def keep_bias_(layer: nn.RNNBase, value: float = 1.0) -> None:
    """Set the bias of the gate that keeps the old state: forget (LSTM) or update (GRU) gate.

    The two biases of torch are summed in that gate: one becomes `value`, the other 0.

    Source: Gers, Schmidhuber and Cummins (2000); Jozefowicz, Zaremba and Sutskever (2015).

    Raises:
        TypeError: if `layer` has no such gate, or `value` is no real number.
        ValueError: if it is stacked, bidirectional or without biases, or `value` not finite.
    """
    _check_gated(layer)
    _set_keep_gate(layer, torch.full((layer.hidden_size,), finite("value", value)))


@torch.no_grad()
def chrono_(layer: nn.RNNBase, longest: int, *, generator: torch.Generator) -> None:
    """Spread the units' memory spans, 1 + u, over 2..longest steps through the gate biases.

    LSTM: b_f = log u, b_i = -b_f; GRU: b_z = log u; u ~ U(1, longest - 1).

    Source: Tallec and Ollivier (2018), "Can recurrent neural networks warp time?".

    Raises:
        ValueError: if `longest` is less than 3 (there is no spread to draw from), or the layer is
            stacked, bidirectional or without biases.
        TypeError: if `layer` has no gates, `longest` is no whole number or `generator` none.
    """
    whole("longest", longest, at_least=3)
    seeded(generator)
    _check_gated(layer)
    u = torch.empty(layer.hidden_size)
    u.uniform_(1, longest - 1, generator=generator)
    _set_keep_gate(layer, u.log())
    if isinstance(layer, nn.LSTM):
        rows = slice(0, layer.hidden_size)
        layer.get_parameter("bias_ih_l0")[rows] = -u.log()
        layer.get_parameter("bias_hh_l0")[rows] = 0


@torch.no_grad()
def orthogonal_(layer: nn.RNN, *, generator: torch.Generator, gain: float = 1.0) -> None:
    """Make W_h `gain` times a random orthogonal matrix, from a QR decomposition.

    Source: Saxe, McClelland and Ganguli (2014).

    Raises:
        TypeError: if `layer` is not a `torch.nn.RNN`, `gain` no real number, `generator` none.
        ValueError: if it is stacked, bidirectional or without biases, or `gain` is not finite.
    """
    _check_ungated(layer)
    gain, generator = finite("gain", gain), seeded(generator)
    nn.init.orthogonal_(layer.get_parameter("weight_hh_l0"), gain=gain, generator=generator)


@torch.no_grad()
def identity_(layer: nn.RNN, *, generator: torch.Generator, scale: float = 1e-3) -> None:
    """Make W_h the identity, W_x ~ N(0, scale²) and the biases 0: the state starts as a sum.

    Source: Le, Jaitly and Hinton (2015), who use it with ReLU.

    Raises:
        TypeError: if `layer` is not a `torch.nn.RNN`, `scale` no real number, `generator` none.
        ValueError: if it is stacked, bidirectional or without biases, or `scale` is negative or not
            finite.
    """
    _check_ungated(layer)
    scale, generator = not_negative("scale", scale), seeded(generator)
    nn.init.eye_(layer.get_parameter("weight_hh_l0"))
    layer.get_parameter("weight_ih_l0").normal_(0, scale, generator=generator)
    layer.get_parameter("bias_ih_l0").zero_()
    layer.get_parameter("bias_hh_l0").zero_()


def _check_ungated(layer: nn.RNNBase) -> None:
    if not isinstance(layer, nn.RNN):
        raise TypeError(f"layer must be a torch.nn.RNN; got {type(layer).__name__}")
    _check_plain(layer)


def _check_gated(layer: nn.RNNBase) -> None:
    if not isinstance(layer, nn.LSTM | nn.GRU):
        raise TypeError(f"layer must be a torch.nn.LSTM or GRU; got {type(layer).__name__}")
    _check_plain(layer)


def _set_keep_gate(layer: nn.RNNBase, bias: Tensor) -> None:
    rows = slice(layer.hidden_size, 2 * layer.hidden_size)  # second block in both conventions
    layer.get_parameter("bias_ih_l0")[rows] = bias
    layer.get_parameter("bias_hh_l0")[rows] = 0


def _check_plain(layer: nn.RNNBase) -> None:
    if layer.num_layers != 1 or layer.bidirectional or not layer.bias:
        raise ValueError(f"layer must have one layer, one direction and biases; got {layer}")
