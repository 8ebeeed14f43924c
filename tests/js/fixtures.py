"""Write what torch computes for TinyRNN, for the JavaScript tests: `fixtures.py FOLDER`.

The recurrence is spelled out here, with autograd, so that the oracle shares no code with rnnkit.
Every number is exact: `repr` of a double, and a word for what JSON has no number for.
"""

from __future__ import annotations

import json
import math
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import torch

ACTIVATIONS = {"relu": torch.relu, "linear": lambda z: z, "tanh": torch.tanh}
DTYPES = {"float32": torch.float32, "float64": torch.float64}
SPECIAL = [
    0.0, -0.0, 0.1, -0.1, 0.5, -0.5, 0.9, -0.9, 0.99, 1.0, -1.0, 1.05, -1.05, 1.5, -1.5, 2.0, -2.0,
    3.0, 5.0, -5.0, 9.99, -9.99, 10.0, -10.0, 1e-3, 1e-20, 1e-45, 1e-320,
]  # fmt: skip
LENGTHS = [1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 20, 24, 25, 26, 38, 39, 40, 50, 64, 99, 100]


def tiny(wh_init: float, length: int, activation: str, precision: str) -> dict[str, object]:
    """Return gradients, loss and states of one TinyRNN, from autograd."""
    dtype = DTYPES[precision]
    h_init, wh, wy = (
        torch.tensor(value, dtype=dtype, requires_grad=True) for value in (1.0, wh_init, 1.0)
    )
    states = [h_init]
    for _ in range(length):
        states.append(ACTIVATIONS[activation](wh * states[-1]))
    y = wy * states[-1]
    loss = (y - (y - 1).detach()) ** 2
    grads = torch.autograd.grad(loss, (h_init, wh, wy))
    return {
        "grads": [exact(grad.item()) for grad in grads],
        "loss": exact(loss.item()),
        "states": [exact(state.item()) for state in states],
    }


def exact(value: float) -> float | str:
    """Return `value`, or its word: JSON has neither nan nor infinities."""
    if math.isnan(value):
        return "NaN"
    return value if math.isfinite(value) else "Infinity" if value > 0 else "-Infinity"


def fused() -> bool:
    """Return whether this torch rounds 1 - h² once (a fused multiply-add) or twice."""
    z = torch.linspace(2.0, 4.0, 50, requires_grad=True)
    out = torch.tanh(z)
    (slope,) = torch.autograd.grad(out.sum(), z)
    return torch.equal(slope, (1 - out.double() ** 2).float())


def points() -> Iterator[tuple[float, int]]:
    """Yield (wh_init, L): the special weights at the special lengths, then random ones."""
    for wh_init in SPECIAL:
        for length in LENGTHS:
            yield wh_init, length
    rng = random.Random(4)  # noqa: S311  # a fixed sample, not a secret
    for _ in range(700):
        wide = rng.random() < 0.5
        wh_init = rng.uniform(-10, 10) if wide else rng.uniform(-2, 2)
        yield round(wh_init, rng.choice([1, 2, 15])), rng.randint(1, 100)


def main(folder: Path) -> None:
    """Write `tiny-exact.json` (relu, linear), `tiny-tanh.json`, `decimals.json` into `folder`."""
    torch.set_num_threads(1)
    rows = []
    for wh_init, length in points():
        for activation in ("relu", "linear"):
            for precision in DTYPES:
                found = tiny(wh_init, length, activation, precision)
                rows.append(
                    [wh_init, length, activation, precision, *found["grads"], found["loss"]]
                )
    (folder / "tiny-exact.json").write_text(json.dumps(rows, allow_nan=False))

    rows = []
    for wh_init, length in list(points())[::3]:
        for precision in DTYPES:
            found = tiny(wh_init, length, "tanh", precision)
            rows.append([wh_init, length, precision, *found["grads"], found["states"]])
    rng = random.Random(6)  # noqa: S311
    values = [0.0, -0.0, -1e-9, 1e21, 1.5e300, math.nan, math.inf, -math.inf]
    values += [odd / 128 * sign for odd in range(1, 400, 2) for sign in (1, -1)]
    values += [rng.uniform(-1, 1) * 10 ** rng.randint(-9, 30) for _ in range(400)]
    decimals = [[exact(value), f"{value:.6f}"] for value in values]
    (folder / "decimals.json").write_text(json.dumps(decimals, allow_nan=False))

    tanh = {"fused": fused(), "rows": rows}
    (folder / "tiny-tanh.json").write_text(json.dumps(tanh, allow_nan=False))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
