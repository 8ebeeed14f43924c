"""Nonlinear least squares: Levenberg-Marquardt on a Jacobian that the problem brings along."""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from rnnkit._checks import not_negative, positive, tensor, whole

__all__ = ["Fit", "Problem", "levenberg_marquardt"]

Problem = Callable[[Tensor], tuple[Tensor, Callable[[], Tensor]]]


class Fit(NamedTuple):
    """Where a least-squares fit ended: θ, root mean squared residual, damping, its path."""

    theta: Tensor
    rms: float
    damping: float
    history: list[float]  # rms after each iteration, the start first


def levenberg_marquardt(
    problem: Problem, theta: Tensor, *, iterations: int, damping: float, tolerance: float = 0.0
) -> Fit:
    """Minimise Σ r² with steps δ = −(JᵀJ + μI)⁻¹ Jᵀr, or the same from the N×N system if N < P.

    μ follows Nielsen's rule: it shrinks when the quadratic model foretold the gain, and grows
    faster and faster while steps are refused.

    Args:
        problem: θ: (P,) -> residuals (N,) and a function that returns their Jacobian (N, P). The
            Jacobian is asked for only where a step was accepted.
        theta: the start, (P,).
        iterations: steps tried at most, at least 1.
        damping: μ at the start, positive.
        tolerance: stop when the root mean squared residual is at most this, 0 or positive. A step
            is tried first, wherever the start is.

    Raises:
        TypeError: `theta` is no tensor, `iterations` no whole number, `damping` or `tolerance` no
            real number.
        ValueError: `theta` is not (P,), `iterations` < 1, `damping` not positive and finite,
            `tolerance` negative, infinite or nan; or at the start the residuals are no finite (N,)
            or the Jacobian is no finite (N, P). A later step to nan is refused like any bad step.

    Source: Levenberg (1944), Marquardt (1963); damping: Nielsen (1999).
    """
    if tensor("theta", theta, "(P,)").ndim != 1:
        raise ValueError(f"theta must be (P,), got {tuple(theta.shape)}")
    iterations = whole("iterations", iterations, at_least=1)
    damping, tolerance = positive("damping", damping), not_negative("tolerance", tolerance)
    residual, linearise = problem(theta)
    if residual.ndim != 1 or len(residual) == 0 or not residual.isfinite().all():
        raise ValueError(
            f"problem must return finite residuals (N,) at theta, got {tuple(residual.shape)}"
            + (" with nan or inf" if residual.numel() and not residual.isfinite().all() else "")
        )
    loss, growth = residual.dot(residual).item(), 2.0
    jacobian = linearise()
    if jacobian.shape != (shape := (len(residual), len(theta))):
        raise ValueError(
            f"problem must return a Jacobian (N, P) = {shape}, got {tuple(jacobian.shape)}"
        )
    if not jacobian.isfinite().all():
        raise ValueError("problem must return a finite Jacobian at theta, got nan or inf")
    history = [math.sqrt(loss / len(residual))]
    for _ in range(iterations):
        gradient = jacobian.T @ residual
        step = _damped_step(jacobian, residual, gradient, damping)
        tried, linearise = problem(theta + step)
        tried_loss = tried.dot(tried).item()
        foretold = step.dot(damping * step - gradient).item()
        if tried_loss < loss and foretold > 0:
            gain = (loss - tried_loss) / foretold
            theta, residual, loss = theta + step, tried, tried_loss
            jacobian = linearise()
            damping *= max(1 / 3, 1 - (2 * gain - 1) ** 3)
            growth = 2.0
        else:  # also when the tried loss is not a number
            damping *= growth
            growth *= 2
        history.append(math.sqrt(loss / len(residual)))
        if history[-1] <= tolerance:
            break
    return Fit(theta, history[-1], damping, history)


def _damped_step(jacobian: Tensor, residual: Tensor, gradient: Tensor, damping: float) -> Tensor:
    """Solve for the step: P×P, or N×N when there are fewer residuals than parameters."""
    dual = jacobian.shape[0] < jacobian.shape[1]
    system = jacobian @ jacobian.T if dual else jacobian.T @ jacobian
    system.diagonal().add_(damping)
    factor, _ = torch.linalg.cholesky_ex(system)
    if dual:
        return -jacobian.T @ torch.cholesky_solve(residual[:, None], factor)[:, 0]
    return -torch.cholesky_solve(gradient[:, None], factor)[:, 0]
