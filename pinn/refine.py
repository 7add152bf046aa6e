"""Where quadrature must be finer than elsewhere: panels are halved until they show all of V.

A panel shows V if the polynomial through its Gauss points meets V at every scanned point too. The
integral of the difference, weighted by how large the states can be there, bounds the error of an
energy to first order.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.interpolate import BarycentricInterpolator

from pinn.coarse import Coarse, scan_interval
from sciml.problem import EigenProblem
from sciml.quadrature import gauss

DEGREE = 20
"""Gauss points of a panel"""
PANELS = 32
"""panels at the start"""
LEVELS = 14
"""most halvings of a panel"""
MOST = 200
"""most edges that are returned"""
TOLERANCE = 1e-11
"""error of an energy, relative to its distance from the lowest V, that a panel may cause"""


def _matrix(points: Float[np.ndarray, " t"]) -> Float[np.ndarray, "t g"]:
    """Matrix from values at the Gauss points of [-1, 1] to values of the polynomial at points."""
    return np.asarray(BarycentricInterpolator(gauss(DEGREE)[0], np.eye(DEGREE))(points))


def panel_edges(
    problem: EigenProblem, coarse: Coarse, rough: tuple[float, ...], singular: tuple[float, ...]
) -> tuple[float, ...]:
    """Return ends of panels, beyond equal ones, that quadrature needs to show all of V.

    Parameters
    ----------
    coarse : solution on the finite box; its top state says where V matters.
    rough : points where V is not smooth, at which panels end anyway.
    singular : those of them towards which quadrature is graded anyway; not halved there.
    """
    lower = float(coarse.x[0] - coarse.h[0] / 2)
    upper = float(coarse.x[-1] + coarse.h[-1] / 2)
    action = np.maximum(*coarse.actions(float(coarse.energies[-1]), problem.kinetic))
    scanned = scan_interval(problem, lower, upper)
    unit = problem.kinetic / (upper - lower) ** 2
    allowed = TOLERANCE * (upper - lower) * (unit + coarse.energies[-1] - coarse.potential.min())
    edges = np.unique([*np.linspace(lower, upper, PANELS + 1), *rough])
    edges = edges[(edges >= lower) & (edges <= upper)]
    left, right = edges[:-1], edges[1:]
    found: list[float] = []
    tests = np.linspace(-1.0, 1.0, 25)[1:-1]
    matrix = _matrix(tests)
    for _ in range(LEVELS):
        middle, half = (left + right) / 2, (right - left) / 2
        nodes = _gauss_points(left, right)
        inside = middle[:, None] + half[:, None] * tests
        values = problem.potential_at(np.concatenate([nodes.ravel(), inside.ravel()])[:, None])
        at_nodes = values[: nodes.size].reshape(nodes.shape)
        missed = np.abs(values[nodes.size :].reshape(inside.shape) - at_nodes @ matrix.T)
        worst = missed.max(axis=1)
        for i in range(len(left)):
            a, b = np.searchsorted(scanned.x, [left[i], right[i]])
            if b - a > len(tests):
                guess = _matrix((scanned.x[a:b] - middle[i]) / half[i]) @ at_nodes[i]
                worst[i] = max(worst[i], np.max(np.abs(scanned.potential[a:b] - guess)))
        weight = np.exp(-2.0 * np.interp(middle, coarse.x, action))
        rounding = 1e-14 * np.max(np.abs(at_nodes), axis=1)
        short = 2 * half < 1e-6 * (upper - lower)
        graded = np.isin(left, singular) | np.isin(right, singular)
        bad = (weight * half * np.maximum(worst - rounding, 0.0) > allowed) & ~short & ~graded
        if not bad.any() or len(found) + 2 * bad.sum() > MOST:
            break
        left, middle, right = left[bad], middle[bad], right[bad]
        found += [*left.tolist(), *middle.tolist(), *right.tolist()]
        left, right = np.concatenate([left, middle]), np.concatenate([middle, right])
    return tuple(sorted({*found} - {lower, upper}))


def _gauss_points(
    left: Float[np.ndarray, " p"], right: Float[np.ndarray, " p"]
) -> Float[np.ndarray, "p g"]:
    """Gauss points of each panel [left, right]."""
    middle, half = (left + right) / 2, (right - left) / 2
    return middle[:, None] + half[:, None] * gauss(DEGREE)[0]
