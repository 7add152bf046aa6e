"""Quadrature nodes of an ansatz: ends at rough points, finer where V needs it."""

import jax.numpy as jnp
import numpy as np
import pytest

from pinn.ansatz import Ansatz
from pinn.coordinate import Coordinate
from pinn.interfaces import Interfaces
from pinn.nodes import domain_nodes
from pinn.setting import setting
from sciml.domain import Box, Disc
from sciml.precision import float64
from sciml.problem import EigenProblem


def ansatz(**rough):
    return Ansatz(Box({"x": (0.0, 1.0)}), (Coordinate(0.0, 1.0),), Interfaces(**rough))


@pytest.mark.parametrize(("c", "jump"), [(0.5, 1.0), (1 / np.pi, 3.0)])
def test_discontinuous_integrands(c, jump):
    x, w = domain_nodes(ansatz(jumps=(c,)), 100)
    integrand = np.exp(x[:, 0]) + jump * (x[:, 0] > c)
    np.testing.assert_allclose(w @ integrand, np.e - 1 + jump * (1 - c), rtol=1e-14)


@pytest.mark.parametrize("alpha", [0.25, 0.5, 0.6])
@pytest.mark.parametrize("c", [0.0, 1 / 3, 1.0])
def test_singular_integrands(alpha, c):
    x, w = domain_nodes(ansatz(singular=((c, alpha),)), 200)
    exact = (c ** (1 - alpha) + (1 - c) ** (1 - alpha)) / (1 - alpha)
    np.testing.assert_allclose(w @ np.abs(x[:, 0] - c) ** -alpha, exact, rtol=2e-8)
    np.testing.assert_allclose(w.sum(), 1.0, rtol=1e-11)


def test_no_node_sits_on_a_singular_point():
    far = Ansatz(
        Box({"x": (1e6, 1e6 + 1)}), (Coordinate(1e6, 1e6 + 1),), Interfaces(singular=((1e6, 0.0),))
    )
    x, _ = domain_nodes(far, 100)
    assert x.min() > 1e6


def test_stretched_coordinates_integrate_the_same():
    stretched = Ansatz(Box({"x": (0.0, 50.0)}), (Coordinate(0.0, 50.0, 0.0, 0.1),))
    x, w = domain_nodes(stretched, 400)
    np.testing.assert_allclose(w @ np.exp(-x[:, 0]), 1.0, rtol=1e-13)


def test_plane():
    disc = Ansatz(Disc(), (Coordinate(-1.0, 1.0),) * 2)
    x, w = domain_nodes(disc, 400)
    np.testing.assert_allclose(w @ x[:, 0] ** 2, np.pi / 4, rtol=1e-13)


@pytest.mark.parametrize("width", [3e-2, 1e-3, 5e-5])
def test_panels_show_a_narrow_spike(width):
    """Both the spike's integral and a far smaller number of nodes than its width asks for."""
    problem = EigenProblem(
        name="spike",
        domain=Box({"x": (0.0, 1.0)}),
        potential=lambda x: 50 * jnp.exp(-(((x - 0.3123) / width) ** 2)),
    )
    with float64():
        given = setting(problem, 2)
    x, w = domain_nodes(given.ansatz, 200)
    exact = 50 * width * np.sqrt(np.pi)
    np.testing.assert_allclose(w @ problem.potential_at(x), exact, rtol=1e-7, atol=1e-9)
    assert len(x) < 2000


def test_smooth_potentials_need_no_further_panels():
    problem = EigenProblem(
        name="smooth", domain=Box({"x": (0.0, 2.0)}), potential=lambda x: 30 * jnp.sin(3 * x)
    )
    with float64():
        assert setting(problem, 3).ansatz.panels == ()
