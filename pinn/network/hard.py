"""Conditions that hold by construction: u = G + D N whatever N is.

D vanishes on the faces where values are given. G takes those values: along each axis in turn it
is corrected by what it misses on the two ends, blended linearly between them (a Boolean sum of
projectors: W. J. Gordon and C. A. Hall, Numer. Math. 21, 109 (1973)). Where u and its slope are
given at one end, both are met there. Data are read on their own faces only. (Networks of this
form: I. E. Lagaris et al., IEEE Trans. Neural Netw. 9, 987 (1998).)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from pinn.forward.statements import Statement
from sciml.domain import Box, Disc, Triangle
from sciml.problem import BOUNDARY, Problem
from sciml.sampling import boundary_points, face_points

Scalar = Callable[[Float[Array, " d"]], Float[Array, ""]]
"""a function of a point"""
TERMS = 81
"""evaluations of data that a blend may need; beyond it conditions are trained instead"""
EXACT = 1e-9
"""relative residual of a condition that holds by construction"""


@dataclass(frozen=True)
class Hard:
    """G and D of every field, and the conditions that they meet.

    Attributes
    ----------
    lift, factor : point [d] -> G [k], D [k].
    met : (number of the statement, face) of each condition that holds by construction.
    """

    lift: Callable[[Float[Array, " d"]], Float[Array, " k"]]
    factor: Callable[[Float[Array, " d"]], Float[Array, " k"]]
    met: frozenset[tuple[int, str]]


@dataclass(frozen=True)
class _End:
    """What is given at one end of an axis: u, and its slope along the axis or None."""

    value: Scalar
    slope: Scalar | None = None


_Ends = dict[tuple[int, bool], _End]
"""(axis, whether its upper end) -> what is given there"""


def faces(problem: Problem, statement: Statement) -> list[str]:
    """Return the faces on which a statement holds, the boundary of a box face by face."""
    if not isinstance(problem.domain, Box):
        return list(statement.faces)
    every = [f"{axis}:{side}" for axis in problem.domain.axes for side in ("lower", "upper")]
    found = [f for face in statement.faces for f in (every if face == BOUNDARY else [face])]
    return [f for f in found if f.partition(":")[0] not in problem.periodic]


def hard(problem: Problem, statements: Sequence[Statement], theta: Mapping[str, Any]) -> Hard:
    """Return what makes conditions hold by construction, of every field where that can be.

    It cannot where data disagree at a corner, or where a blend would be too long.
    """
    parts = [_field(problem, statements, theta, i) for i in range(len(problem.fields))]

    def lift(point: Float[Array, " d"]) -> Float[Array, " k"]:
        return jnp.stack([g(point) for g, _, _ in parts])

    def factor(point: Float[Array, " d"]) -> Float[Array, " k"]:
        return jnp.stack([d(point) for _, d, _ in parts])

    return Hard(lift, factor, frozenset().union(*(met for _, _, met in parts)))


_Part = tuple[Scalar, Scalar, frozenset[tuple[int, str]]]


def _free() -> _Part:
    return (lambda _p: jnp.zeros(()), lambda _p: jnp.ones(()), frozenset())


def _field(
    problem: Problem, statements: Sequence[Statement], theta: Mapping[str, Any], index: int
) -> _Part:
    if not isinstance(problem.domain, Box):
        return _curved(problem, statements, theta, index)
    ends, met = _given(problem, statements, theta, index)
    terms = [1 + sum(a == b for b, _ in ends) for a in range(len(problem.domain.axes))]
    blank = _blank(problem, ends)
    if not ends or (np.prod(terms) > TERMS and not blank):
        return _free()
    g: Scalar = (lambda _p: jnp.zeros(())) if blank else _blend(problem, ends)
    d = _factor(problem, ends)
    if not _holds(problem, statements, theta, (g, d), met):
        return _free()
    return g, d, frozenset(met)


def _data(statement: Statement, axes: tuple[str, ...], theta: Mapping[str, Any]) -> Scalar:
    """The value that a condition on one derivative alone prescribes."""
    (name,) = statement.read

    def at(point: Float[Array, " d"]) -> Float[Array, ""]:
        x = {a: point[i] for i, a in enumerate(axes)}
        rest, slope = jax.value_and_grad(lambda v: statement.residual({name: v}, x, theta)[0])(
            jnp.zeros(())
        )
        return -rest / slope

    return at


def _given(
    problem: Problem, statements: Sequence[Statement], theta: Mapping[str, Any], index: int
) -> tuple[_Ends, set[tuple[int, str]]]:
    """Ends where this field's value is given, and the conditions that say so."""
    axes, name = problem.domain.axes, problem.fields[index]
    found: _Ends = {}
    met: set[tuple[int, str]] = set()
    for order in (0, 1):
        for i, statement in enumerate(statements[1:], 1):
            if statement.components != 1 or len(statement.read) != 1:
                continue
            ((field, powers),) = statement.read.values()
            if field != name or sum(powers) != order or not _affine(problem, statement, theta):
                continue
            for face in faces(problem, statement):
                axis, _, side = face.partition(":")
                key = (axes.index(axis), side == "upper")
                data = _data(statement, axes, theta)
                if order == 0 and key not in found:
                    found[key] = _End(data)
                elif order == 1 and _takes_slope(found, key, powers):
                    found[key] = _End(found[key].value, data)
                else:
                    continue
                met.add((i, face))
    return found, met


def _takes_slope(found: _Ends, key: tuple[int, bool], powers: tuple[int, ...]) -> bool:
    """Whether a slope at this end can be met beside the value: none is given at the other end."""
    axis, upper = key
    return key in found and powers[axis] == 1 and (axis, not upper) not in found


def _affine(problem: Problem, statement: Statement, theta: Mapping[str, Any]) -> bool:
    """Whether a condition is affine in what it reads, with a slope that vanishes nowhere."""
    points = np.concatenate(
        [face_points(problem.domain, f, 65, seed=3)[0] for f in faces(problem, statement)]
        or [np.zeros((0, problem.dimension))]
    )
    if not len(points):
        return False
    (name,) = statement.read
    at = statement.linearised(problem.domain.axes)
    one, two = (
        np.asarray(at({name: jnp.full(len(points), v)}, jnp.asarray(points), dict(theta))[1][name])
        for v in (0.3, -1.7)
    )
    return bool(
        np.allclose(one, two, rtol=1e-10) and np.min(np.abs(one)) > 1e-3 * np.max(np.abs(one))
    )


def _blank(problem: Problem, ends: _Ends) -> bool:
    """Whether all data are zero."""
    axes = problem.domain.axes
    for (axis, upper), end in ends.items():
        face = f"{axes[axis]}:{'upper' if upper else 'lower'}"
        points = jnp.asarray(face_points(problem.domain, face, 129, seed=5)[0])
        for data in (end.value, end.slope):
            if data is not None and np.any(np.asarray(jax.vmap(data)(points))):
                return False
    return True


def _factor(problem: Problem, ends: _Ends) -> Scalar:
    """D: a product over the axes, of size one."""
    bounds = problem.domain.bounding_box

    def factor(point: Float[Array, " d"]) -> Float[Array, ""]:
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

    return factor


def _blend(problem: Problem, ends: _Ends) -> Scalar:
    """G: corrected along one axis after the other."""
    g: Scalar = lambda _p: jnp.zeros(())  # noqa: E731 - the start of a chain of functions
    for a, bounds in enumerate(problem.domain.bounding_box):
        here = {upper: end for (b, upper), end in ends.items() if b == a}
        if here:
            g = _corrected(g, a, bounds, here)
    return g


def _corrected(
    before: Scalar, axis: int, bounds: tuple[float, float], ends: Mapping[bool, _End]
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


def _curved(
    problem: Problem, statements: Sequence[Statement], theta: Mapping[str, Any], index: int
) -> _Part:
    """On a disc or a triangle: D where u = 0 is given on all of the boundary."""
    domain, name = problem.domain, problem.fields[index]
    for i, statement in enumerate(statements[1:], 1):
        single = statement.components == 1 and len(statement.read) == 1
        if not (single and isinstance(domain, Disc | Triangle)):
            continue
        ((field, powers),) = statement.read.values()
        if field != name or any(powers) or not _affine(problem, statement, theta):
            continue
        points = jnp.asarray(boundary_points(domain, 257)[0])
        if not np.any(np.asarray(jax.vmap(_data(statement, domain.axes, theta))(points))):
            met = frozenset((i, face) for face in statement.faces)
            return _free()[0], domain.boundary_factor, met
    return _free()


def _holds(
    problem: Problem,
    statements: Sequence[Statement],
    theta: Mapping[str, Any],
    parts: tuple[Scalar, Scalar],
    met: set[tuple[int, str]],
) -> bool:
    """Whether G + D meets the conditions (data that disagree at a corner cannot be blended)."""
    g, d = parts
    axes, bounds = problem.domain.axes, np.array(problem.domain.bounding_box)
    corners = np.stack([c.ravel() for c in np.meshgrid(*bounds)], axis=1)

    def u(point: Float[Array, " d"]) -> Float[Array, ""]:
        return g(point) + d(point) * (1 + jnp.sum(point**2))

    for i, face in met:
        ((_, powers),) = statements[i].read.values()
        axis, _, side = face.partition(":")
        a = axes.index(axis)
        on = corners[:, a] == bounds[a, int(side == "upper")]
        inner = face_points(problem.domain, face, 65, seed=9)[0]
        points = jnp.asarray(np.concatenate([inner, corners[on]]))
        found = jax.vmap(jax.grad(u))(points)[:, a] if any(powers) else jax.vmap(u)(points)
        data = jax.vmap(_data(statements[i], axes, theta))(points)
        size = jnp.maximum(1.0, jnp.max(jnp.abs(data)))
        if not bool(jnp.max(jnp.abs(found - data)) <= EXACT * size):
            return False
    return True
