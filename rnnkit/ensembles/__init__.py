"""Several networks of one shape trained at once: each matrix product becomes a batched one.

A member is an ordinary `torch.nn.RNN`, `LSTM` or `GRU` with a `torch.nn.Linear` on its last state.
`Ensemble` stacks the members' parameters along a leading axis M, so that one `torch.baddbmm` per
time step serves them all. Members never mix: each has its own data, its own gradient norm when it
is clipped, and Adam is elementwise.
"""

from rnnkit.ensembles._members import Ensemble, GRUMembers, LSTMMembers, RNNMembers
from rnnkit.ensembles._training import (
    Solved,
    clip_each_,
    cross_entropy_each,
    error_rate_each,
    squared_error_each,
    train_until_solved,
)

__all__ = [
    "Ensemble",
    "GRUMembers",
    "LSTMMembers",
    "RNNMembers",
    "Solved",
    "clip_each_",
    "cross_entropy_each",
    "error_rate_each",
    "squared_error_each",
    "train_until_solved",
]
