"""A small tanh RNN as a function of one flat vector θ, with the exact Jacobian that BPTT gives.

It reads a window of L numbers, one a step, and predicts the next one from its last state.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from rnnkit._checks import seeded, tensor, whole
from rnnkit.least_squares import Problem

__all__ = ["TanhForecaster", "Weights"]


class Weights(NamedTuple):
    """The weights inside θ: W_x: (d,), W_h: (d, d), b_h: (d,), W_o: (d,), b_o: (1,)."""

    W_x: Tensor
    W_h: Tensor
    b_h: Tensor
    W_o: Tensor
    b_o: Tensor


@dataclass(frozen=True)
class TanhForecaster:
    """h_t = tanh(W_x x_t + W_h h_{t−1} + b_h) from h_0 = 0, prediction W_o h_L + b_o; float64.

    Attributes:
        hidden_size: d.
        window: L, the values that it reads for one prediction.

    Raises:
        TypeError: a size is no whole number; in the methods an argument is no tensor, or windows
            and theta differ in dtype.
        ValueError: a size is below 1; in the methods a shape is not the one given there.
    """

    hidden_size: int = 10
    window: int = 25

    def __post_init__(self) -> None:
        whole("hidden_size", self.hidden_size, at_least=1)
        whole("window", self.window, at_least=1)

    @property
    def size(self) -> int:
        """P, how many parameters θ holds: d(d + 2) + d + 1."""
        return self.hidden_size * (self.hidden_size + 3) + 1

    def initial(self, generator: torch.Generator) -> Tensor:
        """Draw θ: (P,). W_h = 0.9·orthogonal, W_x ~ U(±0.3), W_o ~ U(±1/√d), biases 0."""
        d, generator = self.hidden_size, seeded(generator)
        q, r = torch.linalg.qr(torch.randn(d, d, generator=generator, dtype=torch.float64))
        w_h = 0.9 * q * r.diagonal().sign()
        w_x = 0.3 * (2 * torch.rand(d, generator=generator, dtype=torch.float64) - 1)
        w_o = (2 * torch.rand(d, generator=generator, dtype=torch.float64) - 1) / math.sqrt(d)
        zero = torch.zeros(d, dtype=torch.float64)
        return torch.cat([w_x, w_h.flatten(), zero, w_o, zero[:1]])

    def weights(self, theta: Tensor) -> Weights:
        """Name the parts of θ: (P,), as views."""
        d = self.hidden_size
        if tensor("theta", theta, "(P,)").shape != (self.size,):
            raise ValueError(f"theta must have shape ({self.size},), got {tuple(theta.shape)}")
        w_x, w_h, b_h, w_o, b_o = torch.split(theta, [d, d * d, d, d, 1])
        return Weights(w_x, w_h.view(d, d), b_h, w_o, b_o)

    def predict(self, theta: Tensor, windows: Tensor) -> Tensor:
        """Predict the value after each window; differentiable. windows: (N, L) -> (N,)."""
        w_x, w_h, b_h, w_o, b_o = self.weights(theta)
        h = windows.new_zeros(len(windows), self.hidden_size)
        for x_t in windows.T:  # (N,)
            h = torch.tanh(x_t[:, None] * w_x + h @ w_h.T + b_h)  # (N, d)
        return h @ w_o + b_o

    def states(self, theta: Tensor, windows: Tensor) -> Tensor:
        """Return h_0, …, h_L of each window, without a graph. windows: (N, L) -> (L + 1, N, d)."""
        w_x, w_h, b_h, _, _ = self.weights(theta)
        self._check_windows("windows", windows, theta.dtype)
        drive = torch.addcmul(b_h, windows.T[..., None], w_x).unbind()  # L of (N, d)
        states = windows.new_empty(self.window + 1, len(windows), self.hidden_size)
        states[0] = 0
        h = states.unbind()
        for t in range(self.window):
            torch.addmm(drive[t], h[t], w_h.T, out=h[t + 1]).tanh_()
        return states

    def readout(self, theta: Tensor, states: Tensor) -> Tensor:
        """Predict from the last of the states. states: (L + 1, N, d) -> (N,)."""
        weights = self.weights(theta)
        shape = tensor("states", states, "(L + 1, N, d)").shape
        if states.ndim != 3 or shape[::2] != (self.window + 1, self.hidden_size):
            raise ValueError(
                f"states must be ({self.window + 1}, N, {self.hidden_size}), "
                f"got {tuple(states.shape)}"
            )
        return torch.addmv(weights.b_o, states[-1], weights.W_o)

    def jacobian(self, theta: Tensor, windows: Tensor, states: Tensor) -> tuple[Tensor, Tensor]:
        """Differentiate every prediction: one backward pass through time, a window a row.

        Shapes: windows: (N, L), states: (L + 1, N, d) of `states` -> ∂prediction/∂θ: (N, P) and
        ∂prediction/∂window: (N, L).
        """
        w_x, w_h, _, w_o, _ = self.weights(theta)
        self._check_windows("windows", windows, theta.dtype)
        d, count = self.hidden_size, len(windows)
        shape = tuple(tensor("states", states, "(L + 1, N, d)").shape)
        if shape != (wanted := (self.window + 1, count, d)):
            raise ValueError(f"states must be {wanted}, got {shape}")
        slope = (1 - states[1:] ** 2).unbind()  # tanh' at each step
        deltas = torch.empty_like(states[1:])  # ∂prediction/∂(input of tanh at step t): (L, N, d)
        delta = deltas.unbind()
        torch.mul(slope[-1], w_o, out=delta[-1])
        for t in range(self.window - 2, -1, -1):
            torch.mm(delta[t + 1], w_h, out=delta[t]).mul_(slope[t])
        heard = windows.new_ones(count, self.window, d + 2)  # what each weight was multiplied by
        heard[:, :, :d] = states[:-1].transpose(0, 1)
        heard[:, :, d] = windows
        summed = torch.bmm(deltas.permute(1, 2, 0), heard)  # Σ over time: (N, d, d + 2)
        parts = [summed[:, :, d], summed[:, :, :d].flatten(1), summed[:, :, d + 1], states[-1]]
        return torch.cat([*parts, windows.new_ones(count, 1)], dim=1), (deltas @ w_x).T

    def rollout(self, theta: Tensor, starts: Tensor, steps: int) -> Tensor:
        """Run free from each start, all windows in flight at once.

        Every prediction needs a fresh pass over its own window. The L windows that overlap at a
        time are advanced together, one belt of L states: K steps cost L + K − 1 small products
        instead of L·K.

        Shapes: starts: (S, L) -> the starts and what follows them, (S, L + steps), steps >= 1.
        """
        w_x, w_h, b_h, w_o, b_o = self.weights(theta)
        self._check_windows("starts", starts, theta.dtype)
        steps = whole("steps", steps, at_least=1)
        d, window, count = self.hidden_size, self.window, len(starts)
        step_weights = torch.cat([w_h.T, w_x[None], b_h[None]])  # (d + 2, d)
        series = starts.new_empty(window + steps, count)
        series[:window] = starts.T
        values = series.unbind()
        belts = starts.new_zeros(2, window + 1, count, d + 2)  # place j has read j values
        belts[..., d + 1] = 1
        work = starts.new_empty(window * count, d)
        views = [
            (
                belts[side, :window].view(window * count, d + 2),
                belts[side, :window, :, d],
                belts[1 - side, 1:, :, :d],
                belts[1 - side, window, :, :d],
            )
            for side in (0, 1)
        ]
        for t in range(window + steps - 1):
            source, inputs, target, finished = views[t % 2]
            inputs.copy_(values[t])
            torch.mm(source, step_weights, out=work)
            torch.tanh(work.view(window, count, d), out=target)
            if t >= window - 1:
                torch.addmv(b_o, finished, w_o, out=values[t + 1])
        return series.T

    def rollout_jacobian(self, theta: Tensor, series: Tensor) -> Tensor:
        """Differentiate a free run through the predictions that it fed back to itself.

        A prediction depends on θ directly and through the earlier predictions in its window:
        S_k = J_k + Σ_j g_kj S_j, a triangular system (I − G) S = J.

        Shapes: series: (S, L + K) of `rollout` -> ∂(predictions)/∂θ: (S·K, P).
        """
        if tensor("series", series, "(S, L + K)").ndim != 2 or series.shape[1] <= self.window:
            raise ValueError(
                f"series must be (S, L + K) with L = {self.window} and K >= 1, "
                f"got {tuple(series.shape)}"
            )
        count, steps = len(series), series.shape[1] - self.window
        windows = series[:, :-1].unfold(1, self.window, 1).reshape(count * steps, self.window)
        direct, inputs = self.jacobian(theta, windows, self.states(theta, windows))
        width = self.window + steps
        band = series.new_zeros(count, steps, width)  # row k: −∂prediction/∂series, from column k
        diagonal = torch.as_strided(
            band, (count, steps, self.window), (steps * width, width + 1, 1)
        )
        diagonal.copy_(inputs.view(count, steps, self.window)).neg_()
        system = band[:, :, self.window :]  # I − G below its diagonal of ones
        solved: Tensor = torch.linalg.solve_triangular(
            system, direct.view(count, steps, self.size), upper=False, unitriangular=True
        )
        return solved.flatten(0, 1)

    def one_step(self, windows: Tensor, targets: Tensor) -> Problem:
        """State the problem "predict the next value". windows: (N, L), targets: (N,); float64."""
        self._check_windows("windows", windows, torch.float64)
        if tensor("targets", targets, "(N,)").shape != (len(windows),):
            raise ValueError(
                f"targets must be ({len(windows)},), one a window, got {tuple(targets.shape)}"
            )

        def problem(theta: Tensor) -> tuple[Tensor, Callable[[], Tensor]]:
            states = self.states(theta, windows)
            residual = self.readout(theta, states) - targets
            return residual, lambda: self.jacobian(theta, windows, states)[0]

        return problem

    def free_running(self, series: Tensor, starts: Sequence[int], steps: int) -> Problem:
        """State the problem "run free for `steps` steps" from windows of a series: (T,), float64.

        `starts` are the first samples of the windows; a window and its run lie inside the series.
        """
        steps = whole("steps", steps, at_least=1)
        last = len(tensor("series", series, "(T,)")) - self.window - steps
        starts = [whole("starts", start, at_least=0) for start in starts]
        if not starts or max(starts) > last:
            raise ValueError(f"starts must be whole numbers within 0..{last}, got {starts}")
        pieces = torch.stack([series[i : i + self.window + steps] for i in starts])

        def problem(theta: Tensor) -> tuple[Tensor, Callable[[], Tensor]]:
            run = self.rollout(theta, pieces[:, : self.window], steps)
            residual = (run - pieces)[:, self.window :].flatten()
            return residual, lambda: self.rollout_jacobian(theta, run)

        return problem

    def _check_windows(self, name: str, windows: Tensor, dtype: torch.dtype) -> None:
        if not isinstance(windows, Tensor) or windows.dtype != dtype:
            got = windows.dtype if isinstance(windows, Tensor) else type(windows).__name__
            raise TypeError(f"{name} must be a tensor (N, {self.window}) of {dtype}, got {got}")
        if windows.ndim != 2 or windows.shape[1] != self.window or len(windows) == 0:
            raise ValueError(
                f"{name} must be (N, {self.window}) with N >= 1, got {tuple(windows.shape)}"
            )
