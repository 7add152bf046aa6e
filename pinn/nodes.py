"""Quadrature nodes of an ansatz: Gauss panels in the mapped coordinate, broken at interfaces."""

from __future__ import annotations

import itertools
import math

import numpy as np
from jaxtyping import Float

from pinn.ansatz import Ansatz
from sciml.quadrature import graded_panels, quadrature

DEGREE = 20


def _mapped(ansatz: Ansatz, points: tuple[float, ...]) -> list[float]:
    return [float(np.clip(ansatz.coordinates[0](c), -1.0, 1.0)) for c in points]


def _power(alpha: float) -> float:
    """Power p of the substitution |x - c| ~ τ^p for V ~ |x - c|^(-α) (a logarithm at 0).

    V dx ~ τ^(p(1-α)-1) dτ is smooth where p(1-α) is whole; p >= 2 serves the states, which are
    smoother, and p <= 3 keeps the nodes apart from c in rounding.
    """
    if not 0.0 < alpha < 1.0:
        return 3.0
    return min(math.ceil(2.0 * (1.0 - alpha)) / (1.0 - alpha), 3.0)


def line_nodes(
    ansatz: Ansatz, count: int, *, degree: int = DEGREE
) -> tuple[Float[np.ndarray, "n 1"], Float[np.ndarray, " n"]]:
    """Return about `count` nodes [n, 1] and weights [n] of a one-dimensional ansatz.

    Panels of `degree` Gauss points are spread evenly over the mapped coordinate, end at every rough
    point, shrink geometrically towards singular ones, and are halved where V needs it (on top of
    `count`).
    """
    coordinate = ansatz.coordinates[0]
    breaks = sorted({-1.0, 1.0, *_mapped(ansatz, ansatz.interfaces.breaks)})
    edges = [-1.0]
    for left, right in itertools.pairwise(breaks):
        pieces = max(1, round(count / degree * (right - left) / 2))
        edges += [*np.linspace(left, right, pieces + 1)[1:-1], right]
    rough = ansatz.interfaces.singular
    places = _mapped(ansatz, tuple(c for c, _ in rough))
    edges = sorted({*edges, *_mapped(ansatz, ansatz.panels)})
    singular = {z: _power(alpha) for z, (_, alpha) in zip(places, rough, strict=True)}
    z, weights = graded_panels(edges, singular, degree)
    x = coordinate.inverse(z)
    for c, _ in rough:  # a node may round to the singular point itself
        inward = coordinate.upper if c == coordinate.lower else coordinate.lower
        x = np.where(x == c, np.nextafter(c, inward), x)
    return x[:, None], weights * coordinate.slope(z)


def domain_nodes(
    ansatz: Ansatz, count: int, *, degree: int = DEGREE
) -> tuple[Float[np.ndarray, "n d"], Float[np.ndarray, " n"]]:
    """Return about `count` nodes [n, d] and weights [n] of an ansatz in any dimension.

    `degree` is that of a panel, on a line.
    """
    if ansatz.dimension == 1:
        return line_nodes(ansatz, count, degree=degree)
    return quadrature(ansatz.domain, round(count ** (1 / ansatz.dimension)))
