"""Domains of any shape: level sets, clouds of given points, and polygons (of `sciml.polygon`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float
from scipy.spatial import cKDTree

from sciml.domain import Box
from sciml.errors import BadProblem
from sciml.polygon import TOUCHING, extent, matrix
from sciml.polygon import Polygon as Polygon
from sciml.precision import float64

PROBES = {1: 4096, 2: 128, 3: 32}
"""dimension -> along each axis, how many points are tried for a level set's first look"""


@dataclass(frozen=True, eq=False)
class LevelSet:
    """The points of a finite box where a function is zero or negative; one to three dimensions.

    Parts of the set that the box cuts off end at the box: its faces are boundary there. What is
    thinner than about a hundredth of the box may be overlooked. Two level sets are equal only
    if they are the same object.

    Parameters
    ----------
    level : (coordinates by axis name, arrays of one shape) -> array of that shape, written with
        jax.numpy; it must increase across the boundary with a slope that is not zero.
    bounds : axis name -> (lower, upper), finite.

    Raises
    ------
    BadProblem : bounds that are infinite or no intervals, more than three axes, a level that
        fails on arrays, is NaN, or is nowhere zero or negative in the box.
    """

    level: Callable[[Mapping[str, Any]], Any]
    bounds: Mapping[str, tuple[float, float]]

    def __post_init__(self) -> None:
        box = Box(self.bounds)
        object.__setattr__(self, "bounds", box.bounds)
        if not box.is_bounded or len(box.axes) not in PROBES:
            raise BadProblem(
                f"the box of a level set is {dict(box.bounds)}.",
                "give one to three axes, each with finite bounds",
            )
        if not np.any(self._probes <= 0):
            raise BadProblem(
                f"a level set is empty: its level is positive at all {self._probes.size} points "
                f"tried, {np.min(self._probes):.3g} at the least.",
                "the set is where level <= 0: check its sign, and fit the box to the set",
            )

    @property
    def axes(self) -> tuple[str, ...]:
        """Names of the coordinates, in order."""
        return tuple(self.bounds)

    @property
    def bounding_box(self) -> tuple[tuple[float, float], ...]:
        """(lower, upper) of each axis of the box."""
        return tuple(self.bounds.values())

    def values(self, points: Float[np.ndarray, "n d"]) -> Float[np.ndarray, " n"]:
        """Level at given points.

        Raises
        ------
        BadProblem : the level fails on arrays, has the wrong shape, or is NaN.
        """
        try:
            with float64(), jax.ensure_compile_time_eval():  # numbers even while a caller is traced
                found = np.asarray(self._compiled[0](_padded(points)))[: len(points)]
        except Exception as error:
            raise BadProblem(
                f"the level of a level set fails on an array: {error}".splitlines()[0],
                "write it with jax.numpy on whole arrays (jnp.where instead of if), one real "
                "value per point",
            ) from error
        if np.any(np.isnan(found)):
            where = points[np.argmax(np.isnan(found))]
            raise BadProblem(
                "the level of a level set is NaN at "
                f"{', '.join(f'{a} = {c:g}' for a, c in zip(self.axes, where, strict=True))}.",
                "keep the level a number in all of the box",
            )
        return found

    def gradients(self, points: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n d"]:
        """Gradient of the level at given points."""
        with float64(), jax.ensure_compile_time_eval():
            return np.asarray(self._compiled[1](_padded(points)))[: len(points)]

    def contains(self, points: Float[np.ndarray, "n d"]) -> Bool[np.ndarray, " n"]:
        """Which points of the box have level <= 0."""
        inside = Box(self.bounds).contains(points)
        inside[inside] = self.values(points[inside]) <= 0
        return inside

    def boundary_factor(self, point: Float[Array, " d"]) -> Float[Array, ""]:
        """-level, scaled to a height of about 1; times the box's factor where that cuts the set."""
        found = self._probes[np.isfinite(self._probes)]
        depth = max(-float(np.min(found, initial=0.0)), np.finfo(float).tiny)
        height = -self.level({axis: point[i] for i, axis in enumerate(self.axes)}) / depth
        return height * Box(self.bounds).boundary_factor(point) if self._is_cut else height

    @cached_property
    def _compiled(self) -> tuple[Callable[..., Any], Callable[..., Any]]:
        """The level of all points [n, d], and its gradients."""

        def level(points: Array) -> Array:
            values = self.level({axis: points[:, i] for i, axis in enumerate(self.axes)})
            return jnp.broadcast_to(jnp.asarray(values, points.dtype), points.shape[:1])

        return jax.jit(level), jax.jit(jax.grad(lambda points: jnp.sum(level(points))))

    @cached_property
    def _probes(self) -> Float[np.ndarray, "..."]:
        """Level at the centres of a regular grid of cells."""
        return self.values(cell_centres(self.bounding_box, PROBES[len(self.axes)]))

    @cached_property
    def _is_cut(self) -> bool:
        """Whether a face of the box cuts the set."""
        for axis, sides in enumerate(self.bounding_box):
            others = self.bounding_box[:axis] + self.bounding_box[axis + 1 :]
            middles = cell_centres(others, PROBES[len(self.axes)])
            if any(np.any(self.values(np.insert(middles, axis, s, 1)) < 0) for s in sides):
                return True
        return False


@dataclass(frozen=True, eq=False)
class Points:
    """A domain known by points alone: where the equation is imposed, and where the conditions are.

    Two clouds are equal only if they are the same object.

    Parameters
    ----------
    interior : collocation points [n, d], at least two.
    boundary : points on the boundary [m, d]; m may be 0.
    axes : names of the d coordinates.
    normals : outward normals at `boundary` [m, d], of any length (kept as unit vectors), or None.

    Raises
    ------
    BadProblem : arrays that are not finite or whose shapes do not fit, normals of length zero,
        fewer than two distinct points.
    """

    interior: Float[np.ndarray, "..."]
    boundary: Float[np.ndarray, "..."]
    axes: tuple[str, ...] = ("x", "y")
    normals: Float[np.ndarray, "..."] | None = None

    def __post_init__(self) -> None:
        interior = matrix(self.interior, "the interior points", "an array [n, d]")
        empty = np.size(self.boundary) == 0
        boundary = np.zeros((0, len(self.axes))) if empty else self.boundary
        boundary = matrix(boundary, "the boundary points", "an array [m, d]")
        for what, array in (("interior", interior), ("boundary", boundary)):
            if array.shape[1] != len(self.axes):
                raise BadProblem(
                    f"the {what} points have {array.shape[1]} coordinates.",
                    f"give one for each of the axes {list(self.axes)}",
                )
        object.__setattr__(self, "interior", interior)
        object.__setattr__(self, "boundary", boundary)
        if self.normals is not None:
            normals = matrix(self.normals, "the normals", "an array [m, d]")
            lengths = np.linalg.norm(normals, axis=1, keepdims=True)
            if normals.shape != boundary.shape or not np.all(lengths > 0):
                raise BadProblem(
                    f"normals of shape {normals.shape}, the shortest of length "
                    f"{np.min(lengths, initial=np.inf):g}, do not fit boundary points of shape "
                    f"{boundary.shape}.",
                    "give one outward vector for each boundary point, none of them zero",
                )
            object.__setattr__(self, "normals", normals / lengths)
        if len(self._cloud[0].data) < 2:
            raise BadProblem("a cloud has fewer than two distinct points.", "give more points")

    @property
    def bounding_box(self) -> tuple[tuple[float, float], ...]:
        """(lower, upper) of each axis, over interior and boundary points."""
        return extent(self._cloud[0].data)

    def contains(self, points: Float[np.ndarray, "n d"]) -> Bool[np.ndarray, " n"]:
        """Which points of the bounding box are near the cloud.

        Near is within the largest distance from a point of the cloud to its nearest neighbour.
        """
        tree, spacing = self._cloud
        lower, upper = np.array(self.bounding_box).T
        within = np.all((points >= lower) & (points <= upper), axis=1)
        return within & (tree.query(points)[0] <= spacing * (1 + TOUCHING))

    def boundary_factor(self, point: Float[Array, " d"]) -> Float[Array, ""]:  # noqa: ARG002
        """Never returns: a cloud of points has no boundary curve.

        Raises
        ------
        BadProblem : always.
        """
        raise BadProblem(
            "a cloud of points has no factor that vanishes on its boundary.",
            "impose the conditions at its boundary points, or describe the domain as a Polygon "
            "or LevelSet",
        )

    @cached_property
    def _cloud(self) -> tuple[cKDTree, float]:
        """All distinct points, and the largest distance to a nearest neighbour."""
        tree = cKDTree(np.unique(np.concatenate([self.interior, self.boundary]), axis=0))
        return tree, float(np.max(tree.query(tree.data, k=2)[0][:, 1], initial=0.0))


def cell_centres(
    bounds: tuple[tuple[float, float], ...], per_axis: int
) -> Float[np.ndarray, "n d"]:
    """Return the centres of a box's cells, `per_axis` along each axis; no axes, one empty point."""
    lower, upper = np.array(bounds, float).reshape(-1, 2).T
    steps = np.indices((per_axis,) * len(bounds)).reshape(len(bounds), per_axis ** len(bounds)).T
    return lower + (steps + 0.5) / per_axis * (upper - lower)


def _padded(points: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "m d"]:
    """Points followed by copies of the last, up to a power of two: few shapes, few compilations.

    Where there are no points it is the origin that fills up.
    """
    points = points if len(points) else np.zeros((1, points.shape[1]))
    count = 2 ** max(6, (len(points) - 1).bit_length())
    return np.pad(np.asarray(points, float), ((0, count - len(points)), (0, 0)), mode="edge")
