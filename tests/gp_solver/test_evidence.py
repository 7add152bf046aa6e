"""What learning frequencies is made of: group weights, regression, aliases, recentred carriers."""

import numpy as np
import pytest

from gp_solver.features import Features
from gp_solver.sparse.aliases import folds
from gp_solver.sparse.evidence import Regression, select
from gp_solver.sparse.recentre import centre

TURN = 2 * np.pi


def test_components_that_the_data_do_not_ask_for_vanish():
    """The fixed point keeps the two groups that data were made of, and their posterior the data."""
    rng = np.random.default_rng(0)
    blocks = [rng.standard_normal((60, 4)) for _ in range(8)]
    right = blocks[2] @ np.ones(4) + 0.1 * blocks[5] @ np.ones(4)
    weights, noise = select(blocks, right, iterations=60, floor=1e-12)
    assert set(np.flatnonzero(weights > 1e-6 * weights.max())) == {2, 5}
    assert noise == pytest.approx(1e-12 * np.mean(right**2))
    assert np.array_equal(
        np.flatnonzero(select(blocks, 0 * right, iterations=3, floor=1e-12)[0]), [0]
    )


def test_the_regression_agrees_with_dense_algebra():
    """Mean, variance, left-out data and jackknife by their definitions."""
    rng = np.random.default_rng(1)
    matrix, right, spread = rng.standard_normal((9, 14)), rng.standard_normal(9), rng.random(14)
    noise = 0.05

    def posterior(rows):
        a = matrix[rows] * spread
        covariance = a @ a.T + noise * np.eye(len(a))
        gain = spread[:, None] * np.linalg.solve(covariance, a).T
        return gain @ right[rows], np.diag(spread**2) - gain @ (matrix[rows] * spread**2)

    left, sizes, rows = np.linalg.svd(matrix * spread, full_matrices=False)
    found = Regression(left, sizes, rows, spread, right, noise)
    mean, covariance = posterior(np.arange(9))
    np.testing.assert_allclose(found.mean, mean, atol=1e-12)
    np.testing.assert_allclose(found.variance, np.diag(covariance), atol=1e-12)
    draws = found.draws(40_000, rng)
    np.testing.assert_allclose(draws @ draws.T / 40_000, covariance, atol=0.02)
    for i in (0, 4):
        others = np.delete(np.arange(9), i)
        without, spread_without = posterior(others)
        error = right[i] - matrix[i] @ without
        variance = matrix[i] @ spread_without @ matrix[i] + noise
        assert found.scores[i] == pytest.approx(error / np.sqrt(variance))
        np.testing.assert_allclose(found.left_out()[:, i], mean - without, atol=1e-10)


def test_aliases_agree_at_the_points():
    x = np.linspace(0, 1, 11)  # Nyquist's frequency is 5
    assert folds(2.0, 5.0, 13.0) == [(1, -1), (1, 1)]
    assert folds(0.0, 5.0, 20.0) == [(1, -1), (2, -1)]
    assert folds(2.0, 5.0, 7.9) == []
    for j, sign in folds(2.0, 5.0, 30.0):
        other = 10.0 * j + sign * 2.0
        np.testing.assert_allclose(np.cos(TURN * other * x), np.cos(TURN * 2 * x), atol=1e-12)


def test_a_carrier_is_moved_to_the_frequency_of_what_it_carries():
    features = Features(0.0, 2.0, 2, 4, (3.0,), (12,))
    x = np.linspace(0, 2, 200)
    target = np.sin(TURN * 3.4 * x + 0.3)
    columns = features.blocks[1]
    found = np.zeros(features.count)
    found[columns] = np.linalg.lstsq(features.at(x, 0)[0][:, columns], target, rcond=None)[0]
    assert centre(features, found, 0) == pytest.approx(3.4, abs=1e-6)
