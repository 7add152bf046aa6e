"""Domains: membership, boundary factors, refusals."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sciml.domain import Box, Disc, Domain, Triangle
from sciml.errors import BadProblem
from sciml.precision import float64

DOMAINS = [
    Box({"x": (-1.0, 2.0)}),
    Box({"x": (0.0, 1.0), "y": (-3.0, 2.0)}),
    Disc(center=(1.0, -2.0), radius=0.7),
    Triangle(((0.0, 0.0), (2.0, 0.5), (0.3, 1.0))),
    Triangle(((0.0, 0.0), (0.3, 1.0), (2.0, 0.5))),
]


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda d: type(d).__name__)
def test_boundary_factor_is_positive_exactly_inside(domain):
    assert isinstance(domain, Domain)
    rng = np.random.default_rng(0)
    low, high = np.array(domain.bounding_box).T
    points = rng.uniform(low, high, (500, len(domain.axes)))
    inside = domain.contains(points)
    assert inside.any()
    with float64():
        factor = np.asarray(jax.vmap(domain.boundary_factor)(jnp.asarray(points)))
    assert np.all(factor[inside] > 0)
    assert np.all(factor[inside] <= 1 + 1e-12)
    assert np.all(factor[~inside] <= 1e-12)


def test_boundary_factors_have_height_one():
    with float64():
        for domain, centre in (
            (Box({"x": (0.0, 4.0), "y": (2.0, 3.0)}), (2.0, 2.5)),
            (Disc(center=(1.0, 1.0), radius=3.0), (1.0, 1.0)),
            (Triangle(((0.0, 0.0), (3.0, 0.0), (0.0, 3.0))), (1.0, 1.0)),
        ):
            np.testing.assert_allclose(domain.boundary_factor(jnp.array(centre)), 1.0, rtol=1e-14)


def test_corners_belong_to_the_domain():
    triangle = Triangle(((0.0, 0.0), (2.0, 0.5), (0.3, 1.0)))
    assert np.all(triangle.contains(np.array(triangle.vertices)))
    with float64():
        weights = triangle.barycentric(jnp.array([2.0, 0.5]))
    np.testing.assert_allclose(weights, [0.0, 1.0, 0.0], atol=1e-14)
    assert Box({"x": (0.0, 1.0)}).contains(np.array([[0.0], [1.0], [1.1]])).tolist() == [1, 1, 0]


def test_open_boxes():
    assert not Box({"x": (0.0, math.inf)}).is_bounded
    assert Box({"x": (0.0, 1.0)}).is_bounded
    assert Box({"r": (0, 1)}).bounding_box == ((0.0, 1.0),)


@pytest.mark.parametrize("bounds", [(1.0, 1.0), (2.0, 1.0), (math.nan, 1.0), (0.0, math.nan)])
def test_bad_boxes(bounds):
    with pytest.raises(BadProblem, match="axis 'x' runs from") as caught:
        Box({"x": bounds})
    assert "lower < upper" in caught.value.mend


def test_bad_discs_and_triangles():
    for radius in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(BadProblem, match="radius is"):
            Disc(radius=radius)
    with pytest.raises(BadProblem, match="lie on a line"):
        Triangle(((0.0, 0.0), (1.0, 1.0), (2.0, 2.0)))
    Triangle(((0.0, 0.0), (1e-9, 0.0), (0.0, 1e-9)))  # small is not flat
