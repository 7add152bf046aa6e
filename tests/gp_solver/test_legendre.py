"""Legendre polynomials, their derivatives and repeated integrals, against numpy.polynomial."""

import numpy as np
import pytest
from numpy.polynomial import legendre as reference

from gp_solver import legendre

T = np.linspace(-1, 1, 37)
DEGREE = 24


def wanted(k, order):
    """L_k differentiated (order > 0) `order` times."""
    return reference.legval(T, reference.legder(np.eye(DEGREE + 1)[k], order))


def test_values_and_derivatives():
    levels = legendre.derivatives(T, DEGREE, 4)
    np.testing.assert_array_equal(levels[0], legendre.values(T, DEGREE).T)
    for order, level in enumerate(levels):
        exact = np.stack([wanted(k, order) for k in range(DEGREE + 1)], axis=1)
        scale = np.max(np.abs(exact), axis=0) + 1
        np.testing.assert_allclose(level / scale, exact / scale, rtol=0, atol=3e-13)


@pytest.mark.parametrize("order", [0, 1, 2, 3, 4])
def test_the_derivative_of_its_order_is_a_legendre_polynomial(order):
    levels = legendre.integrated(T, DEGREE, order, order + 2)
    assert [level.shape for level in levels] == [(len(T), DEGREE + 1)] * (order + 3)
    plain = legendre.derivatives(T, DEGREE, order + 2)
    for j in range(order + 3):  # the first polynomials are plain ones
        np.testing.assert_allclose(levels[j][:, :order], plain[j][:, :order], rtol=0, atol=1e-12)
    for j in range(3):
        ladder = levels[order + j][:, order:]
        exact = plain[j][:, : DEGREE + 1 - order]
        np.testing.assert_allclose(ladder, exact, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("order", [1, 2, 4])
def test_each_level_is_the_derivative_of_the_one_below(order):
    degree = 12
    nodes, weights = reference.leggauss(degree + 1)
    moments = reference.legvander(nodes, degree).T @ (
        weights[:, None] * legendre.integrated(nodes, degree, order, 0)[0]
    )
    fit = moments * (np.arange(degree + 1) + 0.5)[:, None]
    for j, level in enumerate(legendre.integrated(T, degree, order, order)):
        found = reference.legval(T, reference.legder(fit, j, axis=0)).T
        np.testing.assert_allclose(level, found, rtol=0, atol=3e-8)


def test_a_basis_needs_room_for_its_order():
    assert len(legendre.integrated(T, 2, 2, 0)[0].T) == 3
    with pytest.raises(ValueError, match="degree 1 is below the order 2"):
        legendre.integrated(T, 1, 2, 0)
