"""The form of trial states: as rough as ψ must be at each point, and nowhere else."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pinn.ansatz import Ansatz, as_decay, derivatives, from_arrays, sample_points
from pinn.coordinate import Coordinate
from pinn.interfaces import Interfaces
from sciml.domain import Box, Disc
from sciml.precision import float64

BOX = Box({"x": (0.0, 1.0)})


def ansatz(coordinate=None, **rough):
    return Ansatz(BOX, (coordinate or Coordinate(0.0, 1.0, 0.2, 0.5),), Interfaces(**rough))


def sides(form, c, order, distance=1e-7):
    """The order-th derivative of the last features just left and right of c."""
    f = form.features
    for _ in range(order):
        f = jax.jacfwd(f)
    with float64():
        return [np.asarray(f(jnp.array([c + s * distance]))).reshape(form.inputs) for s in (-1, 1)]


@pytest.mark.parametrize(
    ("rough", "smooth_order"),
    [({"deltas": ((0.4, 1.0),)}, 0), ({"jumps": (0.4,)}, 1), ({"kinks": (0.4,)}, 2)],
    ids=["delta", "jump", "kink"],
)
def test_the_first_derivative_that_jumps(rough, smooth_order):
    form = ansatz(**rough)
    for order in range(smooth_order + 1):
        left, right = sides(form, 0.4, order)
        np.testing.assert_allclose(left, right, atol=1e-4)
    left, right = sides(form, 0.4, smooth_order + 1)
    assert abs(right[-1] - left[-1]) > 1.0
    np.testing.assert_allclose(left[0], right[0], rtol=1e-5)  # the coordinate itself is smooth
    left, right = sides(form, 0.7, smooth_order + 1)
    np.testing.assert_allclose(left, right, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("exponent", [1.5, 1.75, 2.0])
def test_singular_points_have_the_declared_power(exponent):
    form = ansatz(Coordinate(0.0, 1.0), powers=((0.4, exponent),))
    with float64():
        distances = np.array([1e-3, 1e-5])
        for side, column in ((1, 1), (-1, 2)):
            f = np.array([form.features(jnp.array([0.4 + side * d])) for d in distances])
            z = 2 * distances
            expected = z**exponent * (np.log(z) if exponent == 2.0 else 1.0)
            np.testing.assert_allclose(f[:, column], expected, rtol=1e-9)
            np.testing.assert_array_equal(f[:, 3 - column], 0.0)
        slopes = jax.jacfwd(form.features)(jnp.array([0.4]))
        assert np.all(np.isfinite(slopes))


def test_factor_vanishes_at_the_ends_with_the_indicial_power():
    form = ansatz(Coordinate(0.0, 1.0), end_powers=(3.0, 1.5))
    with float64():
        near = np.array([float(form.factor(jnp.array([x]))) for x in (1e-4, 2e-4)])
        np.testing.assert_allclose(near[1] / near[0], 8.0, rtol=1e-3)
        near = np.array([float(form.factor(jnp.array([1 - x]))) for x in (1e-4, 2e-4)])
        np.testing.assert_allclose(near[1] / near[0], 2**1.5, rtol=1e-3)
        assert float(form.factor(jnp.array([0.5]))) == 1.0


def test_the_gaussian_decay_has_its_precision_and_centre():
    box = Box({"x": (-5.0, 5.0), "y": (-5.0, 5.0)})
    precision, centre = np.array([[2.0, 0.5], [0.5, 1.0]]), np.array([0.3, -0.2])
    plain = (Coordinate(-5.0, 5.0),) * 2
    form, bare = Ansatz(box, plain, decay=as_decay(precision, centre)), Ansatz(box, plain)
    with float64():
        x = jnp.array([1.0, 0.7])
        away = np.asarray(x) - centre
        np.testing.assert_allclose(
            form.factor(x) / bare.factor(x), np.exp(-0.5 * away @ precision @ away), rtol=1e-13
        )


@pytest.mark.parametrize("open_ended", [False, True])
def test_round_trip(open_ended):
    form = Ansatz(
        BOX,
        (Coordinate(0.0, 1.0, 0.3, 0.05),),
        Interfaces((0.1,), (0.2, 0.3), ((0.4, -2.0),), ((0.5, 1.5),), ((0.5, 0.5),), (2.0, 1.0)),
        panels=(0.25, 0.26),
    )
    domain = Box({"x": (0.0, math.inf)}) if open_ended else BOX
    assert from_arrays(domain, form.to_arrays()) == form
    bare = ansatz()
    assert from_arrays(BOX, bare.to_arrays()) == bare


def test_round_trip_in_the_plane():
    form = Ansatz(Disc(), (Coordinate(-1.0, 1.0),) * 2, decay=as_decay(np.eye(2), np.zeros(2)))
    back = from_arrays(Disc(), form.to_arrays())
    assert back == form
    assert hash(back) == hash(form)


def test_derivatives_against_closed_forms():
    def basis(x):
        return jnp.array([jnp.sin(2 * x[0]) * x[1] ** 3, jnp.exp(x[0] + 2 * x[1]), 1.0])

    with float64():
        x = jnp.array([0.3, -0.8])
        value, gradient, laplacian = derivatives(basis, x)
    a, b = 0.3, -0.8
    s, c, e = math.sin(2 * a), math.cos(2 * a), math.exp(a + 2 * b)
    np.testing.assert_allclose(value, [s * b**3, e, 1.0], rtol=1e-14)
    np.testing.assert_allclose(
        gradient, [[2 * c * b**3, e, 0], [3 * s * b**2, 2 * e, 0]], rtol=1e-13
    )
    np.testing.assert_allclose(laplacian, [-4 * s * b**3 + 6 * s * b, 5 * e, 0], rtol=1e-13)


def test_sample_points():
    np.testing.assert_allclose(sample_points(BOX, 5)[:, 0], [0, 0.25, 0.5, 0.75, 1])
    points = sample_points(Disc(), 900)
    assert np.all(Disc().contains(points))
    np.testing.assert_allclose(len(points) / 900, np.pi / 4, atol=0.08)
