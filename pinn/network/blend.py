"""Functions that take given values at the ends of axes, and functions that vanish there.

D is a product over the axes. G takes the values: along each axis in turn it is corrected by what
it misses on the two ends, blended linearly between them (a Boolean sum of projectors: W. J. Gordon
and C. A. Hall, Numer. Math. 21, 109 (1973)). Where u and its slope are given at one end, G takes
both and D vanishes twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from sciml.problem import Problem

Scalar = Callable[[Float[Array, " d"]], Float[Array, ""]]
"""a function of a point"""


@dataclass(frozen=True)
class End:
    """What is given at one end of an axis: u, and its slope along the axis or None."""

    value: Scalar
    slope: Scalar | None = None


Ends = dict[tuple[int, bool], End]
"""(axis, whether its upper end) -> what is given there"""


def zero(point: Float[Array, " d"]) -> Float[Array, ""]:
    """Return 0."""
    return jnp.zeros((), point.dtype)


def one(point: Float[Array, " d"]) -> Float[Array, ""]:
    """Return 1."""
    return jnp.ones((), point.dtype)


def factor(problem: Problem, ends: Ends) -> Scalar:
    """D: a product over the axes, of size one."""
    bounds = problem.domain.bounding_box

    def found_at(point: Float[Array, " d"]) -> Float[Array, ""]:
        found = jnp.ones(())
        for a, (lower, upper) in enumerate(bounds):
            low, high = ends.get((a, False)), ends.get((a, True))
            s = (point[a] - lower) / (upper - lower)
            for end, distance in ((low, s), (high, 1 - s)):
                if end is not None:
                    found = found * distance ** (1 if end.slope is None else 2)
            if low is not None and high is not None:
                found = 4 * found
        return found

    return found_at


def blend(problem: Problem, ends: Ends) -> Scalar:
    """G: corrected along one axis after the other."""
    g: Scalar = zero
    for a, bounds in enumerate(problem.domain.bounding_box):
        here = {upper: end for (b, upper), end in ends.items() if b == a}
        if here:
            g = _corrected(g, a, bounds, here)
    return g


def _corrected(
    before: Scalar, axis: int, bounds: tuple[float, float], ends: Mapping[bool, End]
) -> Scalar:
    """G with what it misses at the ends of an axis added."""
    lower, upper = bounds

    def along(point: Float[Array, " d"]) -> Float[Array, ""]:
        return jax.grad(before)(point)[axis]

    def after(point: Float[Array, " d"]) -> Float[Array, ""]:
        s = (point[axis] - lower) / (upper - lower)
        found = before(point)
        for is_upper, end in ends.items():
            at = point.at[axis].set(bounds[is_upper])
            share = 1.0 if len(ends) == 1 else (s if is_upper else 1 - s)
            found = found + share * (end.value(at) - before(at))
            if end.slope is not None:
                found = found + (point[axis] - bounds[is_upper]) * (end.slope(at) - along(at))
        return found

    return after
