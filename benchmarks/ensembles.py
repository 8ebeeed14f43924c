"""Training several seeds as one batched ensemble against training them one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from rnnkit.ensembles import Ensemble, squared_error_each

T, WIDTH, REPEATS = 50, 32, 12


def _alternating(calls: list[Callable[[], None]]) -> list[float]:
    """Return the median seconds of each call, taken in turns so that all share the noise."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(REPEATS):
        for call, taken in zip(calls, times, strict=True):
            start = time.perf_counter()
            call()
            taken.append(time.perf_counter() - start)
    return [sorted(taken)[REPEATS // 2] for taken in times]


def _loop(layers: Sequence[nn.RNNBase], heads: Sequence[nn.Linear], x: Tensor, y: Tensor) -> None:
    for layer, head, x_k, y_k in zip(layers, heads, x, y, strict=True):
        torch.autograd.backward((head(layer(x_k)[0][-1]) - y_k).square().mean())


def main() -> None:
    """Print forward plus backward of M members: a loop over torch's layers over one ensemble."""
    torch.set_num_threads(1)
    print(f"T={T}, {WIDTH} units, forward and backward; a ratio above 1: the ensemble is faster\n")
    print(f"{'members':>8}{'batch':>7}{'RNN':>8}{'GRU':>8}{'LSTM':>8}")
    for members, batch in ((5, 32), (32, 32), (5, 4), (32, 4)):
        ratios = []
        for kind in (nn.RNN, nn.GRU, nn.LSTM):
            layers = [kind(2, WIDTH) for _ in range(members)]
            heads = [nn.Linear(WIDTH, 1) for _ in range(members)]
            ensemble = Ensemble(layers, heads)
            x, y = torch.randn(members, T, batch, 2), torch.randn(members, batch, 1)

            def one_by_one(
                layers: Sequence[nn.RNNBase] = layers,
                heads: Sequence[nn.Linear] = heads,
                x: Tensor = x,
                y: Tensor = y,
            ) -> None:
                _loop(layers, heads, x, y)

            def together(ensemble: Ensemble = ensemble, x: Tensor = x, y: Tensor = y) -> None:
                torch.autograd.backward(squared_error_each(ensemble(x), y).sum())

            loop, batched = _alternating([one_by_one, together])
            ratios.append(loop / batched)
        print(f"{members:8}{batch:7}" + "".join(f"{ratio:8.2f}" for ratio in ratios))


if __name__ == "__main__":
    main()
