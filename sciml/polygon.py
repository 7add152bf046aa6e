"""Polygons of the plane: convex or not, in either orientation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from sciml.errors import BadProblem

TOUCHING = 1e-12
"""how near a point lies to an edge that it is on, relative to the polygon's size"""


@dataclass(frozen=True)
class Polygon:
    """Polygon of the plane with corners in order, in either orientation, convex or not.

    Parameters
    ----------
    vertices : three or more corners (x, y), each given once; edges join neighbours and the
        last corner to the first.

    Raises
    ------
    BadProblem : fewer than three corners, corners that are no finite pairs or coincide with a
        neighbour, edges that cross or touch, no area.
    """

    vertices: tuple[tuple[float, ...], ...]
    axes: tuple[str, ...] = ("x", "y")

    def __post_init__(self) -> None:
        corners = matrix(self.vertices, "the corners of a polygon", "two coordinates a corner")
        if corners.shape[1] != 2 or len(self.axes) != 2:
            raise BadProblem(
                f"a polygon with axes {list(self.axes)} has corners of {corners.shape[1]} "
                "coordinates.",
                "give two coordinates for each corner, and two axes",
            )
        if len(corners) < 3:
            raise BadProblem(f"a polygon has {len(corners)} corners.", "give three or more")
        object.__setattr__(self, "vertices", tuple((float(x), float(y)) for x, y in corners))
        lengths = np.linalg.norm(self.edges, axis=1)
        size = np.max(np.ptp(corners, axis=0))
        if np.min(lengths) <= TOUCHING * size:
            k = int(np.argmin(lengths))
            raise BadProblem(
                f"corner {k} of a polygon, {self.vertices[k]}, coincides with the next.",
                "give each corner once, and do not repeat the first at the end",
            )
        if not abs(self.signed_area) > TOUCHING * size**2:
            raise BadProblem("a polygon has no area.", "give corners that do not lie on a line")
        crossing = _crossing(corners, size)
        if crossing is not None:
            i, j = crossing
            raise BadProblem(
                f"the edges of a polygon from corner {i}, {self.vertices[i]}, and from corner "
                f"{j}, {self.vertices[j]}, cross or touch.",
                "list the corners in the order in which the boundary visits them",
            )

    @property
    def bounding_box(self) -> tuple[tuple[float, float], ...]:
        """(lower, upper) of each axis."""
        return extent(np.array(self.vertices))

    @property
    def edges(self) -> Float[np.ndarray, "k 2"]:
        """The vector from each corner to the next."""
        corners = np.array(self.vertices)
        return np.roll(corners, -1, axis=0) - corners

    @property
    def signed_area(self) -> float:
        """Area, negative where the corners run clockwise."""
        return 0.5 * float(np.sum(_cross(np.array(self.vertices), self.edges)))

    def contains(self, points: Float[np.ndarray, "n 2"]) -> Bool[np.ndarray, " n"]:
        """Which points lie inside or, to rounding, on the boundary."""
        inside, touching = np.zeros((2, len(points)), bool)
        reach = (TOUCHING * np.max(np.ptp(np.array(self.vertices), axis=0))) ** 2
        for corner, edge in zip(np.array(self.vertices), self.edges, strict=True):
            offset = points - corner
            straddles = (offset[:, 1] < 0) != (offset[:, 1] < edge[1])
            inside ^= straddles & ((_cross(edge, offset) > 0) == (edge[1] > 0))
            along = np.clip(offset @ edge / (edge @ edge), 0.0, 1.0)
            touching |= np.sum((offset - along[:, None] * edge) ** 2, axis=1) <= reach
        return inside | touching

    def boundary_factor(self, point: Float[Array, " 2"]) -> Float[Array, ""]:
        """Normalised distance to the edges joined smoothly, in units of √area; negative outside.

        It is smooth inside and its slope at an edge is 1 along the normal; second derivatives
        are unbounded at the corners (Sukumar & Srivastava, Comput. Methods Appl. Mech. Eng. 389,
        114333, 2022).
        """
        size = abs(self.signed_area) ** 0.5
        edge = jnp.array(self.edges / size)
        offset = (point - jnp.array(self.vertices)) / size
        length = jnp.sqrt(jnp.sum(edge**2, axis=1))
        line = _cross(edge, offset) / length
        trim = (length**2 / 4 - jnp.sum((offset - edge / 2) ** 2, axis=1)) / length
        beyond = (jnp.sqrt(trim**2 + line**4) - trim) / 2
        distance = 1.0 / jnp.sum(1.0 / jnp.sqrt(line**2 + beyond**2))
        straddles = (offset[:, 1] < 0) != (offset[:, 1] < edge[:, 1])
        turns = jnp.sum(straddles & ((_cross(edge, offset) > 0) == (edge[:, 1] > 0)))
        return jnp.where(turns % 2 == 1, distance, -distance)


def matrix(values: Any, what: str, shape: str) -> Float[np.ndarray, "n d"]:
    """Return values as a finite array of two axes.

    Raises
    ------
    BadProblem : they are no numbers, not all finite, or have not two axes.
    """
    try:
        array = np.asarray(values, float)
    except (TypeError, ValueError):
        array = np.array(np.nan)
    if array.ndim != 2 or not np.all(np.isfinite(array)):
        raise BadProblem(f"{what} are no matrix of finite numbers.", f"give {shape}, all finite")
    return array


def extent(points: Float[np.ndarray, "n d"]) -> tuple[tuple[float, float], ...]:
    """Return (lower, upper) of each coordinate."""
    pairs = zip(points.min(axis=0), points.max(axis=0), strict=True)
    return tuple((float(lower), float(upper)) for lower, upper in pairs)


def _cross(a: Any, b: Any) -> Any:
    """The cross product of plane vectors along the last axis."""
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def _crossing(corners: Float[np.ndarray, "k 2"], size: float) -> tuple[int, int] | None:
    """Two edges that meet elsewhere than at the corner that neighbours share, if there are any."""
    a, b = corners, np.roll(corners, -1, axis=0)
    edge, k = b - a, len(corners)
    length = np.linalg.norm(edge, axis=1)
    side = np.stack([_cross(edge[:, None], end[None] - a[:, None]) for end in (a, b)])
    side[np.abs(side) <= TOUCHING * size * length[:, None]] = 0.0
    straddles = side[0] * side[1] <= 0
    low, high = np.minimum(a, b) - TOUCHING * size, np.maximum(a, b) + TOUCHING * size
    overlap = np.all((low[:, None] <= high) & (low <= high[:, None]), axis=2)
    first, second = np.triu_indices(k, 1)
    apart = second - first
    meet = (straddles & straddles.T & overlap)[first, second] & (apart > 1) & (apart < k - 1)
    following = np.roll(edge, -1, axis=0)
    folded = (np.abs(_cross(edge, following)) <= TOUCHING * size * length) & (
        np.sum(edge * following, axis=1) < 0
    )
    if np.any(folded):
        i = int(np.argmax(folded))
        return i, (i + 1) % k
    found = np.flatnonzero(meet)
    return (int(first[found[0]]), int(second[found[0]])) if len(found) else None
