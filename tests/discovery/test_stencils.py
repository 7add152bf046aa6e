"""Finite differences: orders of convergence on uniform and graded grids, walls, rings."""

import numpy as np
import pytest

from discovery.ranking.stencils import graded, uniform, weights


def test_weights_of_a_polynomial_are_exact():
    nodes = np.array([-1.3, -0.2, 0.4, 1.1, 2.0])
    found = weights(0.3, nodes, 3)
    for order, exact in enumerate((0.3**4, 4 * 0.3**3, 12 * 0.3**2, 24 * 0.3)):
        assert found[order] @ nodes**4 == pytest.approx(exact, rel=1e-11)


def errors(order, walls, f, exact, counts=(20, 40)):
    found = []
    for count in counts:
        axis = uniform(0.0, 1.0, count, walls)
        found.append(np.max(np.abs(axis.matrix(order) @ f(axis.nodes) - exact(axis.nodes))))
    return found


@pytest.mark.parametrize(
    ("order", "walls"),
    [(1, "periodic"), (2, "periodic"), (3, "periodic"), (1, "flux"), (2, "flux"), (1, "value")],
)
def test_order_of_convergence(order, walls):
    k = 2 * np.pi
    if walls == "value":
        f, exact = (lambda x: np.exp(x)), (lambda x: np.exp(x))
    else:
        f = lambda x: np.cos(k * x)  # noqa: E731
        exact = lambda x: k**order * np.cos(k * x + order * np.pi / 2)  # noqa: E731
    coarse, fine = errors(order, (walls, walls), f, exact)
    assert np.log2(coarse / fine) > 3.4


def test_a_graded_axis_crowds_where_it_is_steep():
    steep = 60.0 / np.cosh(np.linspace(-1, 1, 401) / 0.03) ** 2
    axis = graded(-1.0, 1.0, 81, ("value", "value"), steep)
    gaps = np.diff(axis.nodes)
    assert axis.nodes[0] == -1.0
    assert axis.nodes[-1] == 1.0
    assert gaps[40] < 0.25 * gaps[0]
    u, slope = np.tanh(axis.nodes / 0.03), 1 / np.cosh(axis.nodes / 0.03) ** 2 / 0.03
    assert np.max(np.abs(axis.matrix(1) @ u - slope)) < 0.05 * slope.max()


def test_interpolation_hits_nodes_and_cubics():
    axis = uniform(0.0, 2.0, 11, ("value", "value"))
    for at in (0.0, 0.37, 1.2, 1.99, 2.0):
        nodes, row = axis.stencil(at, 0, 4)
        assert row @ axis.nodes[nodes] ** 3 == pytest.approx(at**3, abs=1e-12)
