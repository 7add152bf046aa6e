"""The box in the plane, and that it moves and scales with the well."""

import math

import jax.numpy as jnp
import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from pinn.plane import truncated_plane
from sciml.domain import Box
from sciml.errors import NoBoundState
from sciml.problem import EigenProblem

OPEN = (-math.inf, math.inf)


@pytest.fixture(autouse=True)
def _one_thread():
    """Small matrices are slower on several threads."""
    with threadpool_limits(1, user_api="blas"):
        yield


def plane(potential, x=OPEN, y=OPEN):
    return EigenProblem(name="test", domain=Box({"x": x, "y": y}), potential=potential)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e5])
@pytest.mark.parametrize("shift", [0.0, 30.0])
def test_oscillator(scale, shift):
    """exp(-(x² + 2 y²)/2) is the ground state of x² + 4 y²: the decay's precision is diag(1, 2)."""

    def well(x, y):
        return ((x / scale - shift) ** 2 + 4 * (y / scale + shift) ** 2) / scale**2

    box, precision, centre = truncated_plane(plane(well), 3)
    np.testing.assert_allclose(precision * scale**2, [[1, 0], [0, 2]], atol=1e-3)
    np.testing.assert_allclose(centre / scale, [shift, -shift], atol=1e-3)
    (low, high), (bottom, top) = (np.array(ends) / scale for ends in box.bounding_box)
    energy = 7.0  # of the third state, 2 (n + 1/2) + 4 (m + 1/2) with n = 2, m = 0 at most

    def depth(end, stiffness):
        x = np.linspace(0, end, 20001)
        return np.sum(np.sqrt(np.maximum(stiffness * x**2 - energy, 0))) * x[1]

    assert min(depth(high - shift, 1.0), depth(shift - low, 1.0)) > 17.0
    assert min(depth(top + shift, 4.0), depth(-shift - bottom, 4.0)) > 17.0


def test_finite_ends_are_kept():
    box, _, _ = truncated_plane(plane(lambda x, y: x**2 + y**2, (0.0, math.inf), (-1.0, 1.0)), 2)
    assert box.bounding_box[0][0] == 0.0
    assert box.bounding_box[1] == (-1.0, 1.0)


def test_nothing_bound():
    with pytest.raises(NoBoundState, match="fewer than 1 bound states"):
        truncated_plane(plane(lambda x, y: jnp.exp(-(x**2) - y**2)), 1)
