"""Points on the boundary of a level set: found along lines, thinned to an even spacing."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float, Int

from sciml.errors import BadProblem
from sciml.region import LevelSet, cell_centres

LINES, DENSER = 1 << 14, 16
"""lines along each axis that look for a level set's boundary, at most; how many more points they
should find than are wanted"""

SCAN = {1: (1, 4096), 2: (64, 256), 3: (24, 64)}
"""dimension -> lines per transverse axis at first, and cells along each line"""


def level_boundary(
    domain: LevelSet, count: int, *, seed: int = 0
) -> tuple[Float[np.ndarray, "m d"], Float[np.ndarray, "m d"]]:
    """Return about `count` points on a level set's boundary [m, d], and outward normals [m, d].

    A dense set of points where lines along the axes leave the set, exact to rounding, is thinned
    to an even one. On an axis of its own the set has as many boundary points as it has.

    Raises
    ------
    BadProblem : the level has no slope at the boundary, or no line meets the set.
    """
    dimension = len(domain.axes)
    lines, cells = SCAN[dimension]
    points, normals = _exits(domain, lines, cells)
    if dimension > 1 and 0 < len(points) < DENSER * count:
        finer = lines * (DENSER * count / len(points)) ** (1 / (dimension - 1))
        lines = min(math.ceil(finer), round(LINES ** (1 / (dimension - 1))))
        points, normals = _exits(domain, lines, cells)
    if not len(points):
        raise BadProblem(
            f"none of {lines} lines along an axis meets a level set's boundary.",
            "fit the box more tightly to the set",
        )
    if dimension > 1:
        chosen = _farthest(points, count, seed)
        points, normals = points[chosen], normals[chosen]
    free = ~np.any(normals, axis=1)
    normals[free] = _slopes(domain, points[free])
    return points, normals


def _exits(domain: LevelSet, lines: int, cells: int) -> tuple[np.ndarray, np.ndarray]:
    """Points where `lines` lines a transverse axis leave the set [m, d], and normals [m, d].

    The normals are those of the box's faces, and zero where it is the level that ends the set.
    """
    dimension = len(domain.axes)
    points, normals = [np.zeros((0, dimension))], [np.zeros((0, dimension))]
    for axis, (start, stop) in enumerate(domain.bounding_box):
        others = domain.bounding_box[:axis] + domain.bounding_box[axis + 1 :]
        across = cell_centres(others, lines)
        nodes = np.linspace(start, stop, cells + 1)
        grid = np.insert(
            np.repeat(across, len(nodes), axis=0), axis, np.tile(nodes, len(across)), 1
        )
        inside = (domain.values(grid) <= 0).reshape(len(across), -1)
        row, column = np.nonzero(inside[:, 1:] != inside[:, :-1])
        ends = nodes[column], nodes[column + 1]
        swap = inside[row, column + 1]
        within, beyond = np.where(swap, ends[::-1], ends)
        found = _bisect(domain, axis, across[row], within, beyond)
        points.append(found)
        normals.append(np.zeros_like(found))
        for end, position, sign in ((0, start, -1.0), (-1, stop, 1.0)):
            face = np.insert(across[inside[:, end]], axis, position, 1)
            points.append(face)
            normals.append(np.tile(sign * np.eye(dimension)[axis], (len(face), 1)))
    return np.concatenate(points), np.concatenate(normals)


def _bisect(
    domain: LevelSet,
    axis: int,
    across: Float[np.ndarray, "m e"],
    within: Float[np.ndarray, " m"],
    beyond: Float[np.ndarray, " m"],
) -> Float[np.ndarray, "m d"]:
    """The last points of the set on lines from inside to outside, to the last digit."""
    for _ in range(60):
        middle = 0.5 * (within + beyond)
        inside = domain.values(np.insert(across, axis, middle, 1)) <= 0
        within, beyond = np.where(inside, middle, within), np.where(inside, beyond, middle)
    return np.insert(across, axis, within, 1)


def _slopes(domain: LevelSet, points: Float[np.ndarray, "m d"]) -> Float[np.ndarray, "m d"]:
    """The unit vectors in which the level rises fastest."""
    gradients = domain.gradients(points)
    lengths = np.linalg.norm(gradients, axis=1, keepdims=True)
    flat = ~(np.isfinite(lengths[:, 0]) & (lengths[:, 0] > 0))
    if np.any(flat):
        raise BadProblem(
            f"the slope of a level set's level is {lengths[np.argmax(flat), 0]} at the boundary "
            f"point {points[np.argmax(flat)].tolist()}.",
            "choose a level with a finite slope that is not zero where it changes sign",
        )
    return gradients / lengths


def _farthest(points: Float[np.ndarray, "n d"], count: int, seed: int) -> Int[np.ndarray, " m"]:
    """Indices of `count` points, each the farthest from all before it; the seed picks the first.

    No two are nearer to each other than any candidate is to the nearest of them.
    """
    if len(points) <= count:
        return np.arange(len(points))
    columns = [np.ascontiguousarray(column) for column in points.T]
    chosen = np.zeros(count, int)
    chosen[0] = np.random.default_rng(seed).integers(len(points))
    nearest = np.full(len(points), np.inf)
    for k in range(1, count):
        last = chosen[k - 1]
        squares = sum((column - column[last]) ** 2 for column in columns)
        np.minimum(nearest, squares, out=nearest)
        chosen[k] = np.argmax(nearest)
    return chosen
