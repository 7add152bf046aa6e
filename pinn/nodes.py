"""Quadrature nodes of an ansatz: Gauss panels in the mapped coordinate, broken at interfaces."""

from __future__ import annotations

import itertools

import numpy as np
from jaxtyping import Float

from pinn.ansatz import Ansatz
from sciml.quadrature import graded_panels, quadrature

DEGREE = 20


def _mapped(ansatz: Ansatz, points: tuple[float, ...]) -> list[float]:
    return [float(np.clip(ansatz.coordinates[0](c), -1.0, 1.0)) for c in points]


def _power(alpha: float) -> float:
    """Power of the substitution for a singularity |x - c|^(-α) of V (a logarithm at 0)."""
    return min(1.0 / (1.0 - alpha), 3.0) if 0.0 < alpha < 1.0 else 3.0


def line_nodes(
    ansatz: Ansatz, count: int
) -> tuple[Float[np.ndarray, "n 1"], Float[np.ndarray, " n"]]:
    """Return about `count` nodes [n, 1] and weights [n] of a one-dimensional ansatz.

    Panels of 20 Gauss points are spread evenly over the mapped coordinate, end at every rough
    point and shrink geometrically towards singular ones.
    """
    coordinate = ansatz.coordinates[0]
    breaks = sorted({-1.0, 1.0, *_mapped(ansatz, ansatz.interfaces.breaks)})
    edges = [-1.0]
    for left, right in itertools.pairwise(breaks):
        pieces = max(1, round(count / DEGREE * (right - left) / 2))
        edges += [*np.linspace(left, right, pieces + 1)[1:-1], right]
    rough = ansatz.interfaces.singular
    places = _mapped(ansatz, tuple(c for c, _ in rough))
    singular = {z: _power(alpha) for z, (_, alpha) in zip(places, rough, strict=True)}
    z, weights = graded_panels(edges, singular, DEGREE)
    return coordinate.inverse(z)[:, None], weights * coordinate.slope(z)


def domain_nodes(
    ansatz: Ansatz, count: int
) -> tuple[Float[np.ndarray, "n d"], Float[np.ndarray, " n"]]:
    """Return about `count` nodes [n, d] and weights [n] of an ansatz in any dimension."""
    if ansatz.dimension == 1:
        return line_nodes(ansatz, count)
    return quadrature(ansatz.domain, round(count ** (1 / ansatz.dimension)))
