"""Writes what torch says about clipping, the chapter-6 network and its training.

Usage: python tests/js/fixtures_rnn.py FOLDER. Doubles go through JSON unchanged; infinities and
nan as the words that fixtures.mjs reads back.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import torch
from torch import nn

torch.set_num_threads(1)
T, START, TARGET = 20, 0.5, -0.5
D = torch.float64


def cliff_states(w, b, start=None):
    """h_0 .. h_T of h_t = tanh(w h_{t-1} + b); w, b: scalars or (N,)."""
    states = [torch.full_like(w, START) if start is None else start]
    for _ in range(T):
        states.append(torch.tanh(w * states[-1] + b))
    return states


def cliff_points():
    """Loss, states and gradient on a grid that covers plateaus, valley and cliff."""
    generator = torch.Generator().manual_seed(0)
    w = (4 * torch.rand(600, generator=generator, dtype=D)).requires_grad_()
    b = (4 * torch.rand(600, generator=generator, dtype=D) - 2).requires_grad_()
    states = cliff_states(w, b, start=torch.full_like(w, START).requires_grad_())
    loss = (states[-1] - TARGET) ** 2
    gw, gb, gh = torch.autograd.grad(loss.sum(), [w, b, states[0]])
    return {
        "w": w.tolist(),
        "b": b.tolist(),
        "states": torch.stack(states, 1).tolist(),
        "loss": loss.tolist(),
        "gradient_w": gw.tolist(),
        "gradient_b": gb.tolist(),
        "gradient_start": gh.tolist(),
    }


def clip_cases():
    """clip_grad_norm_ on gradients below, at and above the limit, and on one that overflows."""
    cases = []
    for gradient, max_norm in [
        ([3.0, 4.0], 1.0),
        ([3.0, 4.0], 5.0),
        ([3.0, 4.0], 10.0),
        ([3e-8, -4e-8], 1.0),
        ([0.0, 0.0], 1.0),
        ([1e5, 0.0], 0.01),
        ([float("inf"), 1.0], 1.0),
        ([float("nan"), 1.0], 1.0),
    ]:
        parameters = [nn.Parameter(torch.zeros((), dtype=D)) for _ in gradient]
        for parameter, value in zip(parameters, gradient, strict=True):
            parameter.grad = torch.tensor(value, dtype=D)
        norm = nn.utils.clip_grad_norm_(parameters, max_norm)
        cases.append(
            {
                "gradient": [word(value) for value in gradient],
                "max_norm": max_norm,
                "norm": word(norm.item()),
                "after": [word(parameter.grad.item()) for parameter in parameters],
            }
        )
    return cases


def word(value):
    """Return a float, or the word for what JSON has no number for."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def cliff_paths():
    """150 steps of torch.optim on the surface, with clip_grad_norm_."""
    paths = []
    for optimiser in ("SGD", "Adam"):
        for w0, b0 in [(1.9, -0.5), (1.8, -0.4), (2.35, 0.65), (0.4, 0.9), (3.6, 1.8)]:
            for max_norm in (None, 0.1, 1.0, 10.0):
                w = nn.Parameter(torch.tensor(w0, dtype=D))
                b = nn.Parameter(torch.tensor(b0, dtype=D))
                method = getattr(torch.optim, optimiser)([w, b], lr=0.1)
                path = {"w": [], "b": [], "loss": [], "before": [], "after": [], "touched": 0}
                for step in range(151):
                    loss = (cliff_states(w, b)[-1] - TARGET) ** 2
                    path["w"].append(w.item())
                    path["b"].append(b.item())
                    path["loss"].append(loss.item())
                    if step == 150:
                        break
                    method.zero_grad()
                    loss.backward()
                    norm = torch.stack([w.grad, b.grad]).norm().item()
                    path["before"].append(norm)
                    if max_norm is not None:
                        given = (w.grad.item(), b.grad.item())
                        nn.utils.clip_grad_norm_([w, b], max_norm)
                        path["touched"] += (w.grad.item(), b.grad.item()) != given
                    path["after"].append(torch.stack([w.grad, b.grad]).norm().item())
                    method.step()
                paths.append(
                    {"optimiser": optimiser, "w0": w0, "b0": b0, "max_norm": max_norm, **path}
                )
    return paths


class AutoRegressiveRNN(nn.Module):
    """Chapter 6's network, written with torch's layers: x: (B, T, n) -> o: (B, m)."""

    def __init__(self, n=1, hidden=10, m=1):
        super().__init__()
        self.hidden = hidden
        self.i2h = nn.Linear(n + hidden, hidden, dtype=D)
        self.i2o = nn.Linear(n + hidden, m, dtype=D)

    def forward(self, x):
        h = torch.zeros(x.shape[0], self.hidden, dtype=D)
        for t in range(x.shape[1]):
            v = torch.cat([x[:, t], h], 1)
            h = torch.tanh(self.i2h(v))
            o = self.i2o(v)
        return o

    def flat(self):
        return nn.utils.parameters_to_vector(self.parameters()).tolist()


def rnn_cases():
    """Outputs and gradients of networks of several sizes."""
    cases = []
    for seed, (n, d, m, length, batch) in enumerate(
        [(1, 10, 1, 15, 7), (1, 10, 1, 1, 3), (1, 10, 1, 2, 3), (3, 4, 2, 6, 5), (2, 1, 1, 9, 1)]
    ):
        torch.manual_seed(seed)
        net = AutoRegressiveRNN(n, d, m)
        x = torch.randn(batch, length, n, dtype=D)
        y = torch.randn(batch, m, dtype=D)
        out = net(x)
        loss = nn.functional.mse_loss(out, y)
        loss.backward()
        grads = [torch.zeros_like(p) if p.grad is None else p.grad for p in net.parameters()]
        cases.append(
            {
                "sizes": {"inputSize": n, "hiddenSize": d, "outputSize": m},
                "length": length,
                "batch": batch,
                "theta": net.flat(),
                "x": x.transpose(0, 1).reshape(-1).tolist(),
                "y": y.reshape(-1).tolist(),
                "out": out.reshape(-1).tolist(),
                "loss": loss.item(),
                "gradient": torch.cat([g.reshape(-1) for g in grads]).tolist(),
            }
        )
    return cases


def sine_run(length, seed):
    """Train the baseline in float64: 50 epochs of 80% of the windows, all drawn by torch."""
    torch.manual_seed(seed)
    series = torch.sin(torch.arange(750, dtype=D) * 0.1)
    x = series.unfold(0, length, 1)[:-1].unsqueeze(-1)
    y = series[length:].unsqueeze(-1)
    generator = torch.Generator().manual_seed(seed)
    kept, _ = torch.utils.data.random_split(range(len(x)), [0.8, 0.2], generator=generator)
    loader = torch.utils.data.DataLoader(kept, 128, shuffle=True, generator=generator)
    net = AutoRegressiveRNN()
    run = {"length": length, "windows": len(kept), "theta": net.flat(), "batches": [], "loss": []}
    method = torch.optim.Adam(net.parameters(), lr=1e-2)
    for _ in range(50):
        for index in loader:
            loss = nn.functional.mse_loss(net(x[index]), y[index])
            method.zero_grad()
            loss.backward()
            method.step()
            run["batches"].append(index.tolist())
            run["loss"].append(loss.item())
    window = series[-length:].reshape(1, length, 1)
    forecast = []
    with torch.no_grad():
        for _ in range(1000):
            o = net(window)
            forecast.append(o.item())
            window = torch.cat([window[:, 1:], o.unsqueeze(0)], 1)
    truth = torch.sin(torch.arange(750, 1750, dtype=D) * 0.1)
    error = torch.tensor(forecast, dtype=D) - truth
    rmse = [error[:k].pow(2).mean().sqrt().item() for k in (100, 300, 1000)]
    return {**run, "trained": net.flat(), "forecast": forecast, "rmse": rmse}


def window_counts():
    """How many windows each length gives, and how many random_split keeps."""
    rows = []
    for length in range(2, 61):
        windows = torch.arange(750).unfold(0, length, 1)[:-1]
        kept, _ = torch.utils.data.random_split(
            range(len(windows)), [0.8, 0.2], generator=torch.Generator().manual_seed(0)
        )
        rows.append([length, len(windows), len(kept)])
    return rows


def random_numbers():
    """SplitMix64 and xoshiro128** 1.1 once more, from the authors' C, in Python's integers."""
    mask64, mask32 = 2**64 - 1, 2**32 - 1

    def split_mix(state, count):
        values = []
        for _ in range(count):
            state = (state + 0x9E3779B97F4A7C15) & mask64
            z = state
            z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask64
            z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask64
            values.append(z ^ (z >> 31))
        return values

    def rotl(value, bits):
        return ((value << bits) | (value >> (32 - bits))) & mask32

    rows = []
    for seed in (0, 1, 42, 1234567, 2**31):
        low, high = split_mix(seed, 2)
        s = [low & mask32, low >> 32, high & mask32, high >> 32]
        values = []
        for _ in range(50):
            values.append((rotl((s[1] * 5) & mask32, 7) * 9) & mask32)
            t = (s[1] << 9) & mask32
            s[2] ^= s[0]
            s[3] ^= s[1]
            s[1] ^= s[2]
            s[0] ^= s[3]
            s[2] ^= t
            s[3] = rotl(s[3], 11)
        rows.append({"seed": seed, "values": values})
    return rows


def main(folder):
    """Write one file a subject into `folder`."""
    data = {
        "cliff": cliff_points(),
        "clip": clip_cases(),
        "paths": cliff_paths(),
        "rnn": rnn_cases(),
        "sine": [sine_run(15, 0), sine_run(2, 1), sine_run(40, 2)],
        "window-counts": window_counts(),
        "random": random_numbers(),
    }
    for name, rows in data.items():
        text = json.dumps(rows, allow_nan=False)
        Path(folder, f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
