"""Chebyshev numerics: exact on polynomials, and two routes to every derivative."""

import numpy as np
import pytest

from problems.reference import chebyshev
from problems.reference.chebyshev import Basis


@pytest.mark.parametrize("n", [2, 3, 16, 501])
def test_nodes_ascend_and_are_symmetric(n):
    x = chebyshev.nodes(n)
    assert np.all(np.diff(x) > 0)
    np.testing.assert_array_equal(x, -x[::-1])
    np.testing.assert_allclose(x, -np.cos(np.pi * np.arange(n) / (n - 1)), atol=2e-16)


@pytest.mark.parametrize("n", [2, 3, 6, 7, 40])
def test_quadrature_is_exact_to_degree_n_minus_one(n):
    weights, x = chebyshev.clenshaw_curtis(n), chebyshev.nodes(n)
    assert np.all(weights > 0)
    for k in range(n):
        np.testing.assert_allclose(weights @ x**k, (1 + (-1) ** k) / (k + 1), atol=1e-14)


def test_coefficients_of_a_polynomial():
    c = np.random.default_rng(0).normal(size=(9, 2))
    values = np.polynomial.chebyshev.chebval(chebyshev.nodes(9), c).T
    np.testing.assert_allclose(chebyshev.coefficients(values), c, atol=1e-14)
    np.testing.assert_allclose(chebyshev.coefficients(values.T, axis=1), c.T, atol=1e-14)


def test_length_counts_the_coefficients_above_a_threshold():
    x = chebyshev.nodes(65)
    assert chebyshev.length(np.stack([x**3, x**7], 1), 1e-12) == 8
    assert chebyshev.length(np.zeros((65, 2)), 1e-12) == 0
    assert chebyshev.length(np.sign(x + 0.1)[:, None], 1e-12) == 65


@pytest.mark.parametrize("n", [20, 3000])
def test_interpolation(n):
    x, points = chebyshev.nodes(n), np.linspace(-1, 1, 301)
    matrix = chebyshev.interpolation(np.concatenate([points, x[:5]]), n)
    np.testing.assert_allclose(matrix[:301] @ np.exp(x), np.exp(points), rtol=2e-14)
    np.testing.assert_array_equal(matrix[301:], np.eye(5, n))
    np.testing.assert_array_equal(matrix[[0, 300]] @ x, [-1.0, 1.0])


@pytest.mark.parametrize(("order", "worst"), [(1, 1e-12), (2, 1e-9), (3, 1e-7)])
def test_differentiation_of_an_exponential(order, worst):
    x = chebyshev.nodes(40)
    d = chebyshev.differentiation(40, order)
    np.testing.assert_allclose(d @ np.exp(x), np.exp(x), atol=worst)
    np.testing.assert_array_equal(np.abs(np.sum(d, axis=1)) <= 1e-16 * np.sum(np.abs(d)), True)


@pytest.mark.parametrize("order", [0, 1, 2, 4])
def test_basis_and_differentiation_agree(order):
    n, basis = 24, Basis(24, order)
    values = basis.at_nodes()
    assert np.linalg.matrix_rank(values) == n
    for k in range(1, 4):
        by_matrix = chebyshev.differentiation(n, k) @ values
        size = max(1.0, np.max(np.abs(by_matrix)))
        np.testing.assert_allclose(basis.at_nodes(k), by_matrix, atol=1e-9 * size)
        at_points = basis.at(chebyshev.nodes(n), k)
        np.testing.assert_allclose(at_points, basis.at_nodes(k), atol=1e-12 * size)


def test_highest_derivatives_are_chebyshev_polynomials():
    """So that the condition number of a second derivative does not grow like n⁴."""
    n, points = 300, np.linspace(-1, 1, 50)
    top = Basis(n, 2).at(points, 2)
    np.testing.assert_array_equal(top[:, :2], 0.0)
    np.testing.assert_allclose(top[:, 2:], chebyshev.vandermonde(points, n - 2), atol=1e-14)
    system = Basis(n, 2).at_nodes(2)
    system[[0, -1]] = Basis(n, 2).at_nodes(0)[[0, -1]]
    assert np.linalg.cond(system) < 100
    assert np.linalg.cond(chebyshev.differentiation(n, 2)[1:-1, 1:-1]) > 1e6


def test_integration_and_derivative_undo_each_other():
    c = np.random.default_rng(1).normal(size=12)
    back = chebyshev.derivative(13) @ (chebyshev.integration(12) @ c)
    np.testing.assert_allclose(back[:12], c, atol=1e-14)
    assert back[12] == 0
