"""Quadrature: exact on polynomials, and of high order where the integrand is singular."""

import math

import numpy as np
import pytest

from sciml.domain import Box, Disc, Triangle
from sciml.quadrature import gauss, graded_panels, panels, quadrature


@pytest.mark.parametrize("degree", [1, 2, 5, 20])
def test_panels_are_exact_up_to_twice_the_degree(degree):
    x, w = panels([-1.0, 0.3, 2.0], degree)
    assert len(x) == 2 * degree
    for power in range(2 * degree):
        exact = (2.0 ** (power + 1) - (-1.0) ** (power + 1)) / (power + 1)
        np.testing.assert_allclose(w @ x**power, exact, rtol=1e-13)
    power = 2 * degree
    exact = (2.0 ** (power + 1) - (-1.0) ** (power + 1)) / (power + 1)
    if degree <= 2:
        assert abs(w @ x**power - exact) > 1e-3


def test_gauss_is_ascending_and_symmetric():
    x, w = gauss(7)
    assert np.all(np.diff(x) > 0)
    np.testing.assert_allclose(x, -x[::-1], atol=1e-16)
    np.testing.assert_allclose(w.sum(), 2.0)


def test_box():
    points, w = quadrature(Box({"x": (0.0, 2.0), "y": (-1.0, 3.0), "z": (1.0, 2.0)}), 4)
    x, y, z = points.T
    np.testing.assert_allclose(w.sum(), 8.0)
    exact = (2.0**8 / 8) * ((3.0**7 + 1) / 7) * (2.0**6 - 1) / 6
    np.testing.assert_allclose(w @ (x**7 * y**6 * z**5), exact, rtol=1e-13)


@pytest.mark.parametrize("powers", [(0, 0), (2, 0), (4, 2), (6, 6), (3, 2), (1, 0)])
def test_disc(powers):
    """∫ x^a y^b over the unit disc is a ratio of Γ functions, 0 where a power is odd."""
    a, b = powers
    points, w = quadrature(Disc(radius=1.5), 14)
    exact = 0.0
    if a % 2 == b % 2 == 0:
        angle = 2 * math.gamma((a + 1) / 2) * math.gamma((b + 1) / 2) / math.gamma((a + b + 2) / 2)
        exact = angle * 1.5 ** (a + b + 2) / (a + b + 2)
    np.testing.assert_allclose(
        w @ (points[:, 0] ** a * points[:, 1] ** b), exact, rtol=1e-12, atol=1e-13
    )
    assert np.all(Disc(radius=1.5).contains(points))


def test_disc_off_the_origin():
    points, w = quadrature(Disc(center=(3.0, -1.0), radius=0.5), 8)
    np.testing.assert_allclose(w.sum(), math.pi / 4, rtol=1e-14)
    np.testing.assert_allclose(w @ points / w.sum(), [3.0, -1.0], rtol=1e-14)


@pytest.mark.parametrize("powers", [(0, 0), (1, 0), (2, 3), (5, 4)])
def test_triangle(powers):
    """∫ x^a y^b over the unit triangle is a! b! / (a + b + 2)!, in either orientation."""
    a, b = powers
    exact = math.factorial(a) * math.factorial(b) / math.factorial(a + b + 2)
    for corners in (((0, 0), (1, 0), (0, 1)), ((0, 1), (1, 0), (0, 0))):
        points, w = quadrature(Triangle(corners), 6)
        np.testing.assert_allclose(w @ (points[:, 0] ** a * points[:, 1] ** b), exact, rtol=1e-13)
        assert np.all(Triangle(corners).contains(points))


@pytest.mark.parametrize(("alpha", "power"), [(0.25, 8 / 3), (0.5, 2.0), (0.6, 2.5)])
@pytest.mark.parametrize("c", [0.0, 0.3, 1.0])
def test_graded_panels_on_powers(alpha, power, c):
    edges = sorted({0.0, 0.3, 1.0})
    x, w = graded_panels(edges, {c: power}, 20)
    distance = np.abs(x - c)
    exact = (c ** (1 - alpha) + (1 - c) ** (1 - alpha)) / (1 - alpha)
    np.testing.assert_allclose(w @ distance**-alpha, exact, rtol=1e-10)
    plain_x, plain_w = panels(edges, 20)
    assert abs(plain_w @ np.abs(plain_x - c) ** -alpha - exact) > 1e-4 * exact
    np.testing.assert_allclose(w @ np.cos(x), np.sin(1.0), rtol=2e-11)


def test_graded_panels_on_a_logarithm_between_two_singular_ends():
    x, w = graded_panels([0.0, 1.0], {0.0: 3.0, 1.0: 3.0}, 20)
    np.testing.assert_allclose(w @ np.log(x), -1.0, rtol=1e-10)
    np.testing.assert_allclose(w @ (np.log(x) * np.log1p(-x)), 2 - np.pi**2 / 6, rtol=1e-10)


def test_unknown_domain():
    with pytest.raises(TypeError, match="no quadrature of degree 3 for str"):
        quadrature("box", 3)
