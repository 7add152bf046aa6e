"""Burgers: its residual on a travelling wave, its conditions and its exact solution."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sciml import jet, registry
from sciml.precision import float64


@pytest.mark.parametrize("nu", [0.05, 0.5])
def test_residual_vanishes_on_the_travelling_wave(nu):
    problem = registry.get("burgers", nu=nu)

    def wave(point):  # c - a tanh(a (x - ct) / 2ν), moving at c
        t, x = point
        return jnp.array([0.4 - 0.7 * jnp.tanh(0.7 * (x - 0.4 * t) / (2 * nu))])

    def residual(u, point):
        j = jet.evaluate(u, problem.derivatives, problem.fields, point)
        return problem.residual(j, {"t": point[0], "x": point[1]}, problem.theta)

    with float64():
        points = jnp.asarray(np.random.default_rng(0).uniform([0, -1], [1, 1], (50, 2)))
        values = jax.vmap(lambda p: residual(wave, p))(points)
        assert float(jnp.max(jnp.abs(values))) < 1e-12
        other = jax.vmap(lambda p: residual(lambda q: 1.1 * wave(q), p))(points)
        assert float(jnp.max(jnp.abs(other))) > 1e-2


def test_conditions_hold_for_the_exact_solution():
    problem = registry.get("burgers")
    start, walls = problem.conditions
    x = np.linspace(-1, 1, 21)
    u = problem.exact(np.stack([np.zeros(21), x], axis=1))[:, 0]
    with float64():
        j = jet.Jet({"u": jnp.asarray(u)})
        np.testing.assert_allclose(start.residual(j, {"x": jnp.asarray(x)}, {}), 0, atol=1e-15)
    t = np.linspace(0.05, 1, 20)
    for side in (-1.0, 1.0):
        u = problem.exact(np.stack([t, np.full(20, side)], axis=1))
        np.testing.assert_allclose(walls.residual(jet.Jet({"u": u}), {}, {}), 0, atol=1e-13)
    assert start.faces == ("t:lower",)
    assert walls.faces == ("x:lower", "x:upper")


def test_exact_solution_has_the_published_slope():
    """Basdevant et al. (1986): the largest slope is 152.00516, at πt = 1.6037."""
    h = 1e-5
    x = np.array([-2 * h, -h, h, 2 * h])
    points = np.stack([np.full(4, 1.6037 / np.pi), x], axis=1)
    u = registry.get("burgers").exact(points)[:, 0]
    slope = (u[0] - 8 * u[1] + 8 * u[2] - u[3]) / (12 * h)
    np.testing.assert_allclose(slope, -152.00516, atol=1e-5)


def test_exact_solution_satisfies_the_equation():
    problem, h = registry.get("burgers", nu=0.05), 1e-3
    points = np.random.default_rng(1).uniform([0.1, -0.9], [0.9, 0.9], (20, 2))

    def at(dt, dx):
        return problem.exact(points + [dt, dx])[:, 0]

    first, second = np.array([1, -8, 8, -1]) / (12 * h), np.array([-1, 16, -30, 16, -1]) / 12
    u_t = sum(c * at(s * h, 0) for c, s in zip(first, (-2, -1, 1, 2), strict=True))
    u_x = sum(c * at(0, s * h) for c, s in zip(first, (-2, -1, 1, 2), strict=True))
    u_xx = sum(c * at(0, s * h) for c, s in zip(second, range(-2, 3), strict=True)) / h**2
    j = jet.Jet({"u": at(0, 0), "u_t": u_t, "u_x": u_x, "u_xx": u_xx})
    np.testing.assert_allclose(problem.residual(j, {}, problem.theta), 0, atol=1e-7)
