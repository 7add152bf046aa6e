"""Coordinates: inverse, slope, and where a stretched one is chosen."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pinn.coordinate import Coordinate, fit_coordinate
from pinn.truncate import truncated
from sciml import registry
from sciml.precision import float64

COORDINATES = [
    Coordinate(-1.0, 4.0),
    Coordinate(-1.0, 4.0, 0.3, 0.02),
    Coordinate(0.0, 9e3, 0.0, 1.0),
]


@pytest.mark.parametrize("coordinate", COORDINATES)
def test_inverse_and_slope(coordinate):
    z = np.linspace(-1.0, 1.0, 41)
    x = coordinate.inverse(z)
    assert np.all(np.diff(x) > 0)
    np.testing.assert_allclose(x[[0, -1]], [coordinate.lower, coordinate.upper], atol=1e-11)
    np.testing.assert_allclose(coordinate(x), z, atol=1e-12)
    with float64():
        slopes = np.asarray(jax.vmap(jax.grad(coordinate))(jnp.asarray(x)))
    np.testing.assert_allclose(coordinate.slope(z), 1 / slopes, rtol=1e-10)


def test_hydrogen_is_stretched_towards_the_nucleus_and_a_plain_well_is_not():
    for name, stretched in (("hydrogen", True), ("infinite_well", False), ("harmonic", False)):
        problem = registry.get(name)
        _, coarse = truncated(problem, problem.states)
        coordinate, turns = fit_coordinate(coarse, problem.kinetic)
        assert np.isfinite(coordinate.width) == stretched
        assert turns >= 4
        if stretched:
            assert coordinate.centre == coordinate.lower


def test_narrow_panels_attract_the_coordinate():
    problem = registry.get("infinite_well")
    _, coarse = truncated(problem, 1)
    coordinate, _ = fit_coordinate(coarse, problem.kinetic, (0.7, 0.7002, 0.7004, 0.701))
    assert abs(coordinate.centre - 0.7003) < 1e-3
    assert coordinate.width < 0.05
