"""Surrogates of partial differential equations, and the series that their derivatives come from."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from discovery.surrogate import taylor
from discovery.surrogate.train import Settings, fit
from sciml.hidden import Hidden, HiddenTermProblem
from sciml.precision import float64
from sciml.records import Experiment, Records

SMALL = Settings(solution=(12, 12), hidden=(6,), collocation=150)


def heated(count=150, noise=0.01, **rest):
    """u_t = u_xx / 4 + F(u) on [0, π] with F = −u: u = exp(−5t/4) cos x + exp(−t)."""
    rng = np.random.default_rng(0)
    points = rng.uniform(size=(count, 2)) * [1.0, np.pi]
    points = points[np.argsort(points[:, 0])]
    values = exact(points) + noise * rng.standard_normal(count)
    flux = {"u": "flux"}
    return HiddenTermProblem(
        states="u",
        known={"u": "D*u_xx"},
        params={"D": 0.25},
        hidden=Hidden("F", "u", "u"),
        bounds={"x": (0.0, np.pi)},
        walls={"x:lower": flux, "x:upper": flux},
        data=Records((Experiment(points, values[:, None]),)),
    )


def exact(points):
    t, x = points.T
    return np.exp(-1.25 * t) * np.cos(x) + np.exp(-t)


@pytest.fixture(scope="module")
def cooled():
    return fit(heated(), settings=SMALL)


def test_the_reaction_is_found(cooled):
    grid = np.stack(np.meshgrid(np.linspace(0, 1, 9), np.linspace(0, np.pi, 15)), -1).reshape(-1, 2)
    u = cooled.fields(0, grid)[:, 0]
    assert np.abs(u - exact(grid)).max() < 0.03
    error = cooled.hidden(0, grid)[:, 0] + u
    assert np.linalg.norm(error) < 0.12 * np.linalg.norm(u)
    deviation = np.sqrt(np.diag(cooled.hidden_covariance(0, 0, grid)))
    assert np.mean(np.abs(error) < 2 * deviation) > 0.7


def test_noise_and_walls_are_respected(cooled):
    assert cooled.noise[0] == pytest.approx(0.01, rel=0.3)
    edge = np.column_stack([np.linspace(0, 1, 11), np.zeros(11)])
    assert np.abs(cooled.derivative(0, edge, "u_x")).max() < 0.05


def test_periodic_axes_repeat():
    waves = np.random.default_rng(1).uniform(size=(60, 2))
    problem = HiddenTermProblem(
        states="u",
        hidden=Hidden("F", "u", "u_x"),
        bounds={"x": (0.0, 1.0)},
        periodic="x",
        data=Records((Experiment(waves, np.sin(2 * np.pi * (waves[:, 1:] - 0.3 * waves[:, :1]))),)),
    )
    found = fit(problem, settings=SMALL)
    times = np.linspace(0, 1, 5)
    left, right = (np.column_stack([times, np.full(5, x)]) for x in (0.0, 1.0))
    np.testing.assert_allclose(found.fields(0, left), found.fields(0, right), atol=1e-12)
    slopes = np.linspace(-5, 5, 11)[:, None]
    np.testing.assert_allclose(found.hidden_at(0, slopes), -0.3 * slopes[:, 0], atol=0.1)


def test_series_give_the_derivatives_of_nested_forward_mode():
    rng = np.random.default_rng(0)
    widths = [4, 6, 5, 2]
    orders = [(0, 0, 0), (2, 0, 0), (0, 3, 0), (0, 1, 1), (0, 2, 1)]
    with float64():
        layers = [
            (jnp.asarray(rng.normal(size=(a, b))), jnp.asarray(rng.normal(size=b)))
            for a, b in zip(widths[:-1], widths[1:], strict=True)
        ]

        def value(point, within):
            inputs = taylor.coordinates(point, (False, True, False), 0.1, within)
            return taylor.exponential(taylor.network(layers, inputs, within), within)

        def nested(order):
            found = lambda point: value(point, taylor.lines([]))[0]  # noqa: E731
            for axis, count in enumerate(order):
                for _ in range(count):
                    found = along(found, axis)
            return found

        def both(point):
            within = taylor.lines(orders)
            found = taylor.derivatives(value(point, within), within)
            return [(found[order], nested(order)(point)) for order in orders]

        for found, expected in jax.jit(both)(jnp.array([0.3, 0.2, -0.5])):
            np.testing.assert_allclose(found, expected, rtol=1e-10)


def along(function, axis):
    return lambda x: jax.jvp(function, (x,), (jnp.zeros(3).at[axis].set(1.0),))[1]
