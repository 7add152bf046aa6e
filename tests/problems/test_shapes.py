"""Poisson on other shapes: sources, exact solutions, conditions, corner functions."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sciml import jet, registry
from sciml.domain import Disc
from sciml.errors import BadProblem
from sciml.precision import float64
from sciml.region import LevelSet, Polygon
from sciml.sampling import boundary_points, interior_points

KNOWN = {
    "poisson_disc": (
        lambda x, y: jnp.sin(40 * x) * jnp.cos(30 * y) + jnp.exp(x * y),
        lambda x, y: -2500 * np.sin(40 * x) * np.cos(30 * y) + (x**2 + y**2) * np.exp(x * y),
    ),
    "poisson_l_shape": (
        lambda x, y: jnp.sin(50 * x) * jnp.sin(20 * y) + x**2 * y,
        lambda x, y: -2900 * np.sin(50 * x) * np.sin(20 * y) + 2 * y,
    ),
    "poisson_l_corner": (
        lambda x, y: (x**2 + y**2) ** (1 / 3) * jnp.sin(2 / 3 * jnp.mod(jnp.arctan2(y, x), TURN)),
        lambda x, y: 0 * x,
    ),
    "poisson_annulus": (
        lambda x, y: jnp.log(jnp.hypot(x, y)) + jnp.sin(8 * x) * jnp.cos(6 * y),
        lambda x, y: -100 * np.sin(8 * x) * np.cos(6 * y),
    ),
}
"""name -> solution and source, written down independently"""

TURN = 2 * np.pi
every_problem = pytest.mark.parametrize("name", KNOWN)


def jets(problem, residual, u, points):
    """A residual at points [n, 2] for a field u(x, y)."""
    derivatives = problem.derivatives_of(residual)

    def at(point):
        j = jet.evaluate(lambda p: jnp.array([u(*p)]), derivatives, problem.fields, point)
        return residual(j, dict(zip("xy", point, strict=True)), problem.theta)

    with float64():
        return np.asarray(jax.jit(jax.vmap(at))(jnp.asarray(points)))


@every_problem
def test_residual_vanishes_on_the_solution_only(name):
    problem, (u, source) = registry.get(name), KNOWN[name]
    points = interior_points(problem.domain, 200, seed=1)
    scale = 1 + np.max(np.abs(source(*points.T)))
    values = jets(problem, problem.residual, u, points)
    np.testing.assert_allclose(values, 0, atol=1e-11 * scale)
    bare = jets(problem, problem.residual, lambda x, y: 0 * x, points)
    np.testing.assert_allclose(bare, -source(*points.T), atol=1e-11 * scale)
    other = jets(problem, problem.residual, lambda x, y: u(x, y) + 0.01 * x**2, points)
    np.testing.assert_allclose(other, 0.02, atol=1e-11 * scale)


@every_problem
def test_exact_solution_and_conditions(name):
    problem, (u, _) = registry.get(name), KNOWN[name]
    inside = interior_points(problem.domain, 100)
    with float64():
        np.testing.assert_allclose(
            problem.exact(inside), np.asarray(u(*jnp.asarray(inside).T))[:, None], atol=1e-13
        )
    (condition,) = problem.conditions
    assert condition.faces == ("boundary",)
    boundary, _ = boundary_points(problem.domain, 100)
    on_boundary = problem.exact(boundary)[:, 0]
    x = dict(zip("xy", boundary.T, strict=True))
    with float64():
        off = condition.residual(jet.Jet({"u": on_boundary}), x, {})
        np.testing.assert_allclose(off, 0, atol=1e-14)
        off = condition.residual(jet.Jet({"u": on_boundary + 0.5}), x, {})
        np.testing.assert_allclose(off, 0.5, atol=1e-14)


def test_domains():
    assert registry.get("poisson_disc", radius=2).domain == Disc(radius=2)
    assert isinstance(registry.get("poisson_annulus").domain, LevelSet)
    for name in ("poisson_l_shape", "poisson_l_corner"):
        domain = registry.get(name, side=2.0).domain
        assert isinstance(domain, Polygon)
        assert domain.signed_area == 12.0
        assert domain.contains(np.array([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])).tolist() == [
            1,
            1,
            0,
        ]
    ring = registry.get("poisson_annulus", inner=0.5, outer=2.0).domain
    radii = np.array([0.49, 0.51, 1.99, 2.01])
    assert ring.contains(radii[:, None] * [0.6, 0.8]).tolist() == [0, 1, 1, 0]
    assert registry.get("poisson_disc").enrichment == ()


def test_corner_solution_is_zero_on_the_edges_that_meet():
    problem = registry.get("poisson_l_corner")
    s = np.linspace(0.0, 1.0, 30)
    for edge in (np.stack([s, 0 * s], axis=1), np.stack([0 * s, -s], axis=1)):
        np.testing.assert_allclose(problem.exact(edge), 0, atol=1e-15)
    diagonal = np.stack([-s, s], axis=1)
    expected = (np.sqrt(2) * s) ** (2 / 3)
    np.testing.assert_allclose(problem.exact(diagonal)[:, 0], expected, rtol=1e-14)
    assert np.all(problem.exact(interior_points(problem.domain, 300)) > 0)


def test_enrichment_is_harmonic_and_zero_on_the_edges_that_meet():
    problem = registry.get("poisson_l_corner")
    points = interior_points(problem.domain, 300)
    s = np.linspace(0.0, 1.0, 30)
    edges = np.concatenate([np.stack([s, 0 * s], axis=1), np.stack([0 * s, -s], axis=1)])
    radius, angle = np.hypot(*points.T), np.mod(np.arctan2(points[:, 1], points[:, 0]), TURN)
    assert len(problem.enrichment) == 4
    for k, function in zip((1, 2, 4, 5), problem.enrichment, strict=True):

        def u(x, y, function=function):
            return function({"x": x, "y": y})

        with float64():
            values, on_edges = (np.asarray(u(*jnp.asarray(p).T)) for p in (points, edges))
        np.testing.assert_allclose(
            values, radius ** (2 * k / 3) * np.sin(2 * k / 3 * angle), atol=1e-13
        )
        np.testing.assert_allclose(on_edges, 0, atol=2e-14)
        np.testing.assert_allclose(jets(problem, problem.residual, u, points), 0, atol=1e-10)


@pytest.mark.parametrize("k", range(4))
def test_enrichment_is_finite_and_smooth_across_the_negative_axes(k):
    """No branch cut inside the domain, and no NaN at the corner, to fourth derivatives."""
    function = registry.get("poisson_l_corner").enrichment[k]

    def along(f, axis):
        direction = {"x": 0.0, "y": 0.0, axis: 1.0}
        return lambda x: jax.jvp(f, (x,), (direction,))[1]

    def derivatives(x):
        orders = [function]
        for axis in "xyyx":
            orders.append(along(orders[-1], axis))
        return jnp.stack([f(x) for f in orders])

    with float64():
        compiled = jax.jit(derivatives)
        at_corner = compiled({"x": 0.0, "y": 0.0})
        above, below = (compiled({"x": -0.5, "y": y}) for y in (1e-12, -1e-12))
        left, right = (compiled({"x": x, "y": 0.5}) for x in (1e-12, -1e-12))
    assert np.all(np.isfinite(at_corner))
    np.testing.assert_allclose(above, below, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(left, right, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("poisson_disc", {"radius": 0.0}, "'radius' of 'poisson_disc' is 0.0.\n  try: give a posi"),
        ("poisson_l_shape", {"kx": -1.0}, "'kx' of 'poisson_l_shape' is -1.0"),
        ("poisson_l_corner", {"side": 0.0}, "'side' of 'poisson_l_corner' is 0.0"),
        ("poisson_annulus", {"inner": 2.0}, "'inner' of 'poisson_annulus' is 2.0, but 'outer' lea"),
    ],
)
def test_bad_parameters(name, parameters, words):
    with pytest.raises(BadProblem, match=words):
        registry.get(name, **parameters)
