"""Where statements are imposed: products of each axis's nodes in a box, else scattered points."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float

from pinn.forward.space import Space
from sciml.domain import Box, Domain
from sciml.problem import BOUNDARY
from sciml.sampling import boundary_points, interior_points

Weighted = tuple[Float[np.ndarray, "n d"], Float[np.ndarray, " n"]]
"""points and their shares, which add up to one"""

OVERSAMPLING = 1.3
"""nodes for each feature along an axis"""


def product(lines: list[tuple[np.ndarray, np.ndarray]]) -> Weighted:
    """Return the points of a tensor grid [n, d], with the products of their shares."""
    mesh = np.meshgrid(*(x for x, _ in lines), indexing="ij")
    shares = np.ones(1)
    for _, share in lines:
        shares = np.outer(shares, share).ravel()
    return np.stack([m.ravel() for m in mesh], axis=1), shares


def inside(domain: Domain, space: Space, seed: int) -> Weighted:
    """Return points at which an equation is imposed."""
    if isinstance(domain, Box):
        return product([axis.nodes(OVERSAMPLING) for axis in space.axes])
    points = interior_points(domain, 3 * space.products + 50, seed=seed)
    return points, np.full(len(points), 1 / len(points))


def on_face(domain: Domain, space: Space, face: str, seed: int) -> Weighted:
    """Return points at which a condition on one face is imposed."""
    if not isinstance(domain, Box):
        count = 8 * math.ceil(math.sqrt(space.products)) + 40
        points = boundary_points(domain, count, seed=seed)[0]
        return points, np.full(len(points), 1 / len(points))
    if face == BOUNDARY:
        parts = [
            on_face(domain, space, f"{axis}:{side}", seed)
            for axis in domain.axes
            for side in ("lower", "upper")
        ]
        points = np.concatenate([p for p, _ in parts])
        return points, np.concatenate([s for _, s in parts]) / len(parts)
    name, _, side = face.partition(":")
    a = domain.axes.index(name)
    end = domain.bounding_box[a][side == "upper"]
    lines = [axis.nodes(1.6) for axis in space.axes]
    lines[a] = (np.array([end]), np.ones(1))
    return product(lines)
