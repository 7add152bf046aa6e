"""Domains of differential equations: boxes (finite or not), discs and triangles."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from sciml.errors import BadProblem


@runtime_checkable
class Domain(Protocol):
    """What every domain offers: named axes, a bounding box, membership, a boundary factor."""

    @property
    def axes(self) -> tuple[str, ...]:
        """Names of the coordinates, in order."""
        ...

    @property
    def bounding_box(self) -> tuple[tuple[float, float], ...]:
        """(lower, upper) of each axis."""
        ...

    def contains(self, points: Float[np.ndarray, "n d"]) -> Bool[np.ndarray, " n"]:
        """Which points lie inside or on the boundary."""
        ...

    def boundary_factor(self, point: Float[Array, " d"]) -> Float[Array, ""]:
        """A smooth function, positive inside and zero on the boundary (a hard Dirichlet factor)."""
        ...


@dataclass(frozen=True)
class Box:
    """Product of intervals, one per named axis; a bound may be infinite.

    Parameters
    ----------
    bounds : axis name -> (lower, upper), in the units of that axis.

    Raises
    ------
    BadProblem : a bound is NaN, or lower >= upper.
    """

    bounds: Mapping[str, tuple[float, float]]

    def __post_init__(self) -> None:
        clean = {str(a): (float(lo), float(hi)) for a, (lo, hi) in dict(self.bounds).items()}
        for axis, (lo, hi) in clean.items():
            if math.isnan(lo) or math.isnan(hi) or lo >= hi:
                raise BadProblem(
                    f"axis '{axis}' runs from {lo} to {hi}.",
                    "give lower < upper, both numbers",
                )
        object.__setattr__(self, "bounds", clean)

    def __hash__(self) -> int:
        return hash(tuple(self.bounds.items()))

    @property
    def axes(self) -> tuple[str, ...]:
        """Names of the coordinates, in order."""
        return tuple(self.bounds)

    @property
    def bounding_box(self) -> tuple[tuple[float, float], ...]:
        """(lower, upper) of each axis."""
        return tuple(self.bounds.values())

    @property
    def is_bounded(self) -> bool:
        """Whether every bound is finite."""
        return all(math.isfinite(b) for pair in self.bounds.values() for b in pair)

    def contains(self, points: Float[np.ndarray, "n d"]) -> Bool[np.ndarray, " n"]:
        """Which points lie inside or on the boundary."""
        lo, hi = np.array(self.bounding_box).T
        return np.all((points >= lo) & (points <= hi), axis=1)

    def boundary_factor(self, point: Float[Array, " d"]) -> Float[Array, ""]:
        """Product over the axes of (x - a)(b - x), scaled to 1 at the centre."""
        factor = jnp.ones((), point.dtype)
        for i, (lo, hi) in enumerate(self.bounding_box):
            factor = factor * (point[i] - lo) * (hi - point[i]) * (4.0 / (hi - lo) ** 2)
        return factor


@dataclass(frozen=True)
class Disc:
    """Disc of given centre and radius in the plane."""

    center: tuple[float, float] = (0.0, 0.0)
    radius: float = 1.0
    axes: tuple[str, ...] = ("x", "y")

    def __post_init__(self) -> None:
        if not (math.isfinite(self.radius) and self.radius > 0):
            raise BadProblem(f"radius is {self.radius}.", "give a positive, finite radius")

    @property
    def bounding_box(self) -> tuple[tuple[float, float], ...]:
        """(lower, upper) of each axis."""
        return tuple((c - self.radius, c + self.radius) for c in self.center)

    def contains(self, points: Float[np.ndarray, "n d"]) -> Bool[np.ndarray, " n"]:
        """Which points lie inside or on the boundary."""
        return np.sum((points - np.array(self.center)) ** 2, axis=1) <= self.radius**2

    def boundary_factor(self, point: Float[Array, " d"]) -> Float[Array, ""]:
        """1 - (r / R)^2."""
        offset = (point - jnp.array(self.center)) / self.radius
        return 1.0 - jnp.sum(offset**2)


@dataclass(frozen=True)
class Triangle:
    """Triangle with three vertices in the plane, in any orientation."""

    vertices: tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
    axes: tuple[str, ...] = ("x", "y")

    def __post_init__(self) -> None:
        edges = np.array(self.vertices[1:]) - np.array(self.vertices[0])
        if not abs(np.linalg.det(edges)) > 1e-12 * np.max(np.abs(edges)) ** 2:
            raise BadProblem(
                f"the vertices {self.vertices} lie on a line.",
                "give three corners of a triangle",
            )

    @property
    def bounding_box(self) -> tuple[tuple[float, float], ...]:
        """(lower, upper) of each axis."""
        v = np.array(self.vertices)
        return tuple((float(lo), float(hi)) for lo, hi in zip(v.min(0), v.max(0), strict=True))

    def barycentric(self, point: Float[Array, " d"]) -> Float[Array, " 3"]:
        """Barycentric coordinates of one point: all in [0, 1] inside."""
        corners = np.vstack([np.array(self.vertices).T, np.ones(3)])
        return jnp.linalg.inv(jnp.array(corners)) @ jnp.append(point, 1.0)

    def contains(self, points: Float[np.ndarray, "n d"]) -> Bool[np.ndarray, " n"]:
        """Which points lie inside or on the boundary."""
        corners = np.vstack([np.array(self.vertices).T, np.ones(3)])
        weights = np.linalg.solve(corners, np.vstack([points.T, np.ones(len(points))]))
        return np.all(weights >= -1e-12, axis=0)

    def boundary_factor(self, point: Float[Array, " d"]) -> Float[Array, ""]:
        """27 times the product of the barycentric coordinates: 1 at the centroid."""
        return 27.0 * jnp.prod(self.barycentric(point))
