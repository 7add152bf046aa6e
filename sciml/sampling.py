"""Points in a domain and on its boundary, with the outward normals there."""

from __future__ import annotations

import math
from functools import singledispatch
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.stats import qmc

from sciml.domain import Box, Disc, Domain, Triangle
from sciml.errors import BadProblem
from sciml.level_boundary import level_boundary
from sciml.problem import BOUNDARY
from sciml.region import LevelSet, Points, Polygon

OnBoundary = tuple[Float[np.ndarray, "m d"], Float[np.ndarray, "m d"]]
"""points and outward unit normals"""

TRIED = 1 << 22
"""points tried for a domain that fills little of its bounding box"""


def interior_points(domain: Domain, count: int, *, seed: int = 0) -> Float[np.ndarray, "n d"]:
    """Return `count` points inside a domain, spread evenly: a scrambled Sobol sequence.

    The points for a smaller count with the same seed are the first of those for a larger one. Of
    a cloud of points (`Points`) all its interior points are returned, whatever the count.

    Raises
    ------
    BadProblem : a count below 1, an infinite domain, or one that fills next to nothing of its
        bounding box.
    """
    _check_count(count)
    if isinstance(domain, Points):
        return domain.interior
    lower, upper = _finite_box(domain)
    sampler = qmc.Sobol(len(lower), seed=seed)
    kept, found, size = [], 0, max(5, math.ceil(math.log2(count)))
    while found < count and sampler.num_generated < max(TRIED, 2 * count):
        points = lower + sampler.random_base2(size) * (upper - lower)
        kept.append(points[domain.contains(points)])
        found += len(kept[-1])
        size = int(sampler.num_generated).bit_length() - 1
    if found < count:
        raise BadProblem(
            f"{found} of {sampler.num_generated} points of the bounding box lie in the "
            f"{type(domain).__name__}, fewer than the {count} wanted.",
            "fit the bounding box more tightly to the domain, or ask for fewer points",
        )
    return np.concatenate(kept)[:count]


def boundary_points(domain: Domain, count: int, *, seed: int = 0) -> OnBoundary:
    """Return about `count` points on the whole boundary [m, d], and outward unit normals [m, d].

    Box, Triangle and Polygon: each face or edge has points in proportion to its size, one at
    least, clustered towards its ends but never on them, so that every point has one normal.
    Disc: equally spaced. LevelSet: nearly equally spaced, and exact to rounding; fewer than
    `count` on a line. Points: all boundary points that were given.

    Raises
    ------
    BadProblem : a count below 1, an infinite box, no rule for this kind of domain, a level set
        whose boundary has no slope, a cloud without boundary points or normals.
    """
    _check_count(count)
    return _on_boundary(domain, count, seed)


def face_points(domain: Domain, face: str, count: int, *, seed: int = 0) -> OnBoundary:
    """Return `count` points on one face [m, d], and the outward unit normals there [m, d].

    Parameters
    ----------
    face : ``"axis:lower"`` or ``"axis:upper"`` of a box (one point where the box is an interval),
        ``"boundary"`` for all of any domain's boundary, as `boundary_points` returns it.

    Raises
    ------
    BadProblem : the domain has no such face, or what `boundary_points` raises.
    """
    _check_count(count)
    if face == BOUNDARY:
        return _on_boundary(domain, count, seed)
    axis, _, side = face.partition(":")
    if not isinstance(domain, Box) or axis not in domain.axes or side not in ("lower", "upper"):
        raise BadProblem(
            f"'{face}' is no face of a {type(domain).__name__}.",
            f"name '{BOUNDARY}', or on a box a face as axis:lower or axis:upper, "
            f"axes {list(domain.axes)}",
        )
    return _on_face(domain, domain.axes.index(axis), side == "upper", count, seed)


@singledispatch
def _on_boundary(domain: Any, count: int, seed: int) -> OnBoundary:
    raise BadProblem(
        f"no rule places {count} points (seed {seed}) on the boundary of a "
        f"{type(domain).__name__}.",
        "use a Box, Disc, Triangle, Polygon or LevelSet, or give the points as Points",
    )


@_on_boundary.register
def _(domain: Box, count: int, seed: int) -> OnBoundary:
    lower, upper = _finite_box(domain)
    areas = np.prod(upper - lower) / (upper - lower)
    shares = _shares(np.repeat(areas, 2), count)
    parts = [_on_face(domain, k // 2, k % 2 == 1, n, seed + k) for k, n in enumerate(shares)]
    return np.concatenate([p for p, _ in parts]), np.concatenate([n for _, n in parts])


@_on_boundary.register
def _(domain: Disc, count: int, _seed: int) -> OnBoundary:
    angle = 2 * np.pi * np.arange(count) / count
    normals = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return np.array(domain.center) + domain.radius * normals, normals


@_on_boundary.register
def _(domain: Triangle, count: int, seed: int) -> OnBoundary:
    return _on_boundary(Polygon(domain.vertices, domain.axes), count, seed)


@_on_boundary.register
def _(domain: Polygon, count: int, _seed: int) -> OnBoundary:
    lengths = np.linalg.norm(domain.edges, axis=1)
    shares = _shares(lengths, count)
    turn = math.copysign(1.0, domain.signed_area)
    outward = turn * np.stack([domain.edges[:, 1], -domain.edges[:, 0]], 1) / lengths[:, None]
    along = np.concatenate([_chebyshev(n) for n in shares])
    edge = np.repeat(np.arange(len(lengths)), shares)
    points = np.array(domain.vertices)[edge] + along[:, None] * domain.edges[edge]
    return points, outward[edge]


@_on_boundary.register
def _(domain: LevelSet, count: int, seed: int) -> OnBoundary:
    return level_boundary(domain, count, seed=seed)


@_on_boundary.register
def _(domain: Points, count: int, _seed: int) -> OnBoundary:
    if not len(domain.boundary) or domain.normals is None:
        what = "normals" if len(domain.boundary) else "boundary points"
        raise BadProblem(
            f"{count} points with normals are wanted on a boundary, but the cloud has no {what}.",
            f"give its {what}: Points(interior, boundary, normals=normals)",
        )
    return domain.boundary, domain.normals


def _on_face(domain: Box, axis: int, upper: bool, count: int, seed: int) -> OnBoundary:
    """Points on one face of a finite box, clustered towards its edges, and its normal."""
    low, high = _finite_box(domain)
    others = np.arange(len(low)) != axis
    dimension = len(low) - 1
    if dimension == 1:
        unit = _chebyshev(count)[:, None]
    elif dimension == 0:
        unit = np.zeros((1, 0))
    else:
        sobol = qmc.Sobol(dimension, seed=seed).random_base2(math.ceil(math.log2(count)))
        unit = 0.5 - 0.5 * np.cos(np.pi * sobol[:count])
    points = np.empty((len(unit), len(low)))
    points[:, others] = low[others] + unit * (high - low)[others]
    points[:, axis] = high[axis] if upper else low[axis]
    normals = np.zeros_like(points)
    normals[:, axis] = 1.0 if upper else -1.0
    return points, normals


def _chebyshev(count: int) -> Float[np.ndarray, " n"]:
    """Chebyshev points of the first kind on [0, 1]."""
    return 0.5 - 0.5 * np.cos(np.pi * (np.arange(count) + 0.5) / count)


def _shares(sizes: Float[np.ndarray, " k"], count: int) -> list[int]:
    """Numbers of points in proportion to sizes, one at least (Webster's rule)."""
    shares = np.ones(len(sizes), int)
    for _ in range(count - len(sizes)):
        shares[np.argmax(sizes / (shares + 0.5))] += 1
    return [int(share) for share in shares]


def _finite_box(domain: Domain) -> tuple[Float[np.ndarray, " d"], Float[np.ndarray, " d"]]:
    """The lower and the upper corner of a finite domain."""
    corners = np.array(domain.bounding_box, float)
    if not np.all(np.isfinite(corners)):
        raise BadProblem(
            f"points are wanted in a domain that reaches from {corners[:, 0].tolist()} to "
            f"{corners[:, 1].tolist()}.",
            "give finite bounds",
        )
    return corners[:, 0], corners[:, 1]


def _check_count(count: int) -> None:
    if count < 1:
        raise BadProblem(f"{count} points are wanted.", "ask for one or more")
