"""Levenberg-Marquardt against closed forms and scipy."""

import pytest
import scipy.optimize
import torch

from rnnkit.least_squares import levenberg_marquardt


def linear(rows, columns):
    generator = torch.Generator().manual_seed(0)
    matrix = torch.randn(rows, columns, generator=generator, dtype=torch.float64)
    goal = torch.randn(rows, generator=generator, dtype=torch.float64)
    return matrix, goal, lambda theta: (matrix @ theta - goal, lambda: matrix)


@pytest.mark.parametrize("shape", [(30, 5), (5, 30)], ids=["primal", "dual"])
def test_a_linear_problem_is_solved_exactly(shape):
    matrix, goal, problem = linear(*shape)
    fit = levenberg_marquardt(
        problem, torch.zeros(shape[1], dtype=torch.float64), iterations=40, damping=1e-3
    )
    expected = torch.linalg.lstsq(matrix, goal[:, None], driver="gelsd").solution[:, 0]
    assert torch.allclose(fit.theta, expected, atol=1e-8)


def test_first_step_is_the_damped_normal_equation():
    matrix, goal, problem = linear(30, 5)
    fit = levenberg_marquardt(
        problem, torch.zeros(5, dtype=torch.float64), iterations=1, damping=2.0
    )
    expected = torch.linalg.solve(
        matrix.T @ matrix + 2 * torch.eye(5, dtype=torch.float64), matrix.T @ goal
    )
    assert torch.allclose(fit.theta, expected, atol=1e-12)


def rosenbrock(theta):
    a, b = theta
    jacobian = torch.stack(
        [torch.stack([-20 * a, torch.full_like(a, 10)]), torch.tensor([-1.0, 0.0]).double()]
    )
    return torch.stack([10 * (b - a**2), 1 - a]), lambda: jacobian


def test_rosenbrock_ends_where_scipy_ends():
    start = torch.tensor([-1.2, 1.0], dtype=torch.float64)
    fit = levenberg_marquardt(rosenbrock, start, iterations=100, damping=1e-2, tolerance=1e-12)
    theirs = scipy.optimize.least_squares(
        lambda p: rosenbrock(torch.tensor(p))[0].numpy(), start.numpy(), method="lm"
    )
    assert fit.theta.tolist() == pytest.approx(theirs.x.tolist(), abs=1e-6)


def test_loss_never_rises_and_a_refused_step_raises_the_damping():
    fit = levenberg_marquardt(
        rosenbrock, torch.tensor([-1.2, 1.0]).double(), iterations=30, damping=1e-8
    )
    assert all(b <= a for a, b in zip(fit.history, fit.history[1:], strict=False))
    assert any(a == b for a, b in zip(fit.history, fit.history[1:], strict=False))


def test_a_step_to_nan_is_refused():
    def cliff(theta):
        return torch.log(theta), lambda: torch.diag(1 / theta)

    start = torch.tensor([10.0], dtype=torch.float64)  # a full step lands below zero
    fit = levenberg_marquardt(cliff, start, iterations=60, damping=1e-9, tolerance=1e-10)
    assert fit.theta.item() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"iterations": 0, "damping": 1.0}, "iterations"),
        ({"iterations": True, "damping": 1.0}, "iterations"),
        ({"iterations": 5, "damping": 0.0}, "damping"),
        ({"iterations": 5, "damping": float("nan")}, "damping"),
    ],
)
def test_bad_options_are_named(options, name):
    with pytest.raises(ValueError, match=name):
        levenberg_marquardt(rosenbrock, torch.zeros(2, dtype=torch.float64), **options)
