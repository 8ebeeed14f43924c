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
    ("change", "error", "message"),
    [
        ({"iterations": 0}, ValueError, "iterations must be a whole number >= 1, got 0"),
        ({"iterations": True}, TypeError, "iterations must be a whole number >= 1, got True"),
        ({"damping": 0.0}, ValueError, "damping must be a positive finite number, got 0.0"),
        ({"damping": float("nan")}, ValueError, "damping must be a positive finite number"),
        ({"damping": "1"}, TypeError, "damping must be a positive finite number, got '1'"),
        ({"tolerance": float("nan")}, ValueError, "tolerance must be 0 or a positive"),
        ({"tolerance": -1.0}, ValueError, "tolerance must be 0 or a positive"),
        ({"theta": [0.0, 0.0]}, TypeError, r"theta must be a tensor \(P,\), got list"),
        ({"theta": torch.zeros(1, 2)}, ValueError, r"theta must be \(P,\), got \(1, 2\)"),
    ],
)
def test_bad_options_are_named(change, error, message):
    options = {"theta": torch.zeros(2, dtype=torch.float64), "iterations": 5, "damping": 1.0}
    with pytest.raises(error, match=message):
        levenberg_marquardt(rosenbrock, **(options | change))


@pytest.mark.parametrize(
    ("residual", "jacobian"),
    [
        (torch.tensor([1.0, float("nan")]), torch.eye(2)),
        (torch.zeros(0), torch.zeros(0, 2)),
        (torch.ones(2, 1), torch.eye(2)),
    ],
    ids=["nan", "empty", "not a vector"],
)
def test_a_problem_without_finite_residuals_at_the_start_is_refused(residual, jacobian):
    with pytest.raises(ValueError, match=r"problem must return finite residuals \(N,\) at theta"):
        levenberg_marquardt(
            lambda _: (residual, lambda: jacobian), torch.zeros(2), iterations=3, damping=1.0
        )


def test_a_jacobian_with_nan_at_the_start_is_refused():
    matrix = torch.eye(2).fill_diagonal_(float("nan"))
    with pytest.raises(ValueError, match="problem must return a finite Jacobian at theta"):
        levenberg_marquardt(
            lambda theta: (theta + 1, lambda: matrix), torch.zeros(2), iterations=3, damping=1.0
        )


def test_a_jacobian_that_is_turned_round_is_refused():
    matrix = torch.ones(3, 2)
    with pytest.raises(ValueError, match=r"Jacobian \(N, P\) = \(3, 2\), got \(2, 3\)"):
        levenberg_marquardt(
            lambda theta: (matrix @ theta - 1, lambda: matrix.T),
            torch.zeros(2),
            iterations=3,
            damping=1.0,
        )
