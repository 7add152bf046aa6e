"""Conditions that hold by construction: u = G + D N whatever N is.

D vanishes on the faces where values are given, and G takes those values. Data are read on their own
faces only. (Networks of this form: I. E. Lagaris et al., IEEE Trans. Neural Netw. 9, 987 (1998).)
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
from pinn.network.blend import End, Ends, Scalar, blend, factor, one, zero
from sciml.domain import Box, Disc, Triangle
from sciml.problem import BOUNDARY, Problem
from sciml.sampling import boundary_points, face_points

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
    torn : fields whose data disagree where faces meet, so that no blend meets them all.
    """

    lift: Callable[[Float[Array, " d"]], Float[Array, " k"]]
    factor: Callable[[Float[Array, " d"]], Float[Array, " k"]]
    met: frozenset[tuple[int, str]]
    torn: tuple[str, ...] = ()


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
        return jnp.stack([part.lift(point) for part in parts])

    def factors(point: Float[Array, " d"]) -> Float[Array, " k"]:
        return jnp.stack([part.factor(point) for part in parts])

    torn = tuple(f for f, part in zip(problem.fields, parts, strict=True) if part.torn)
    return Hard(lift, factors, frozenset().union(*(part.met for part in parts)), torn)


@dataclass(frozen=True)
class _Part:
    """G and D of one field, the conditions met, and whether its data disagree somewhere."""

    lift: Scalar = zero
    factor: Scalar = one
    met: frozenset[tuple[int, str]] = frozenset()
    torn: bool = False


def _field(
    problem: Problem, statements: Sequence[Statement], theta: Mapping[str, Any], index: int
) -> _Part:
    if not isinstance(problem.domain, Box):
        return _curved(problem, statements, theta, index)
    ends, met = _given(problem, statements, theta, index)
    terms = [1 + sum(a == b for b, _ in ends) for a in range(len(problem.domain.axes))]
    blank = _blank(problem, ends)
    if not ends or (np.prod(terms) > TERMS and not blank):
        return _Part()
    g = zero if blank else blend(problem, ends)
    d = factor(problem, ends)
    if not _holds(problem, statements, theta, (g, d), met):
        return _Part(torn=True)
    return _Part(g, d, frozenset(met))


def _affine_form(
    statement: Statement, axes: tuple[str, ...], theta: Mapping[str, Any]
) -> Callable[..., tuple[Array, Array]]:
    """(point, value) -> residual of a condition on one derivative alone, and its slope."""
    (name,) = statement.read

    def at(point: Float[Array, " d"], value: float | Array) -> tuple[Array, Array]:
        x = {a: point[i] for i, a in enumerate(axes)}
        return jax.value_and_grad(lambda v: statement.residual({name: v}, x, theta)[0])(
            jnp.asarray(value, point.dtype)
        )

    return at


def _data(statement: Statement, axes: tuple[str, ...], theta: Mapping[str, Any]) -> Scalar:
    """The value that a condition affine in one derivative prescribes."""
    form = _affine_form(statement, axes, theta)

    def at(point: Float[Array, " d"]) -> Float[Array, ""]:
        rest, slope = form(point, 0.0)
        return -rest / slope

    return at


def _given(
    problem: Problem, statements: Sequence[Statement], theta: Mapping[str, Any], index: int
) -> tuple[Ends, set[tuple[int, str]]]:
    """Ends where this field's value is given, and the conditions that say so."""
    axes, name = problem.domain.axes, problem.fields[index]
    found: Ends = {}
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
                    found[key] = End(data)
                elif order == 1 and _takes_slope(found, key, powers):
                    found[key] = End(found[key].value, data)
                else:
                    continue
                met.add((i, face))
    return found, met


def _takes_slope(found: Ends, key: tuple[int, bool], powers: tuple[int, ...]) -> bool:
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
    at = _affine_form(statement, problem.domain.axes, theta)
    slope = jax.jit(jax.vmap(lambda p, v: at(p, v)[1]))
    first, second = (
        np.asarray(slope(jnp.asarray(points), jnp.full(len(points), v))) for v in (0.3, -1.7)
    )
    steady = np.allclose(first, second, rtol=1e-10)
    return bool(steady and np.min(np.abs(first)) > 1e-3 * np.max(np.abs(first)))


def _blank(problem: Problem, ends: Ends) -> bool:
    """Whether all data are zero."""
    axes = problem.domain.axes
    for (axis, upper), end in ends.items():
        face = f"{axes[axis]}:{'upper' if upper else 'lower'}"
        points = jnp.asarray(face_points(problem.domain, face, 129, seed=5)[0])
        for data in (end.value, end.slope):
            if data is not None and np.any(np.asarray(jax.jit(jax.vmap(data))(points))):
                return False
    return True


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
        if not np.any(np.asarray(jax.jit(jax.vmap(_data(statement, domain.axes, theta)))(points))):
            met = frozenset((i, face) for face in statement.faces)
            return _Part(factor=domain.boundary_factor, met=met)
    return _Part()


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
        missed = jax.jit(jax.vmap(_missed(u, _data(statements[i], axes, theta), a, any(powers))))
        left, data = missed(points)
        size = jnp.maximum(1.0, jnp.max(jnp.abs(data)))
        if not bool(jnp.max(jnp.abs(left)) <= EXACT * size):
            return False
    return True


def _missed(u: Scalar, data: Scalar, axis: int, slope: bool) -> Callable[..., Any]:
    """Point -> what u (or its slope along an axis) misses of the data there, and the data."""

    def at(point: Float[Array, " d"]) -> tuple[Array, Array]:
        given = data(point)
        return (jax.grad(u)(point)[axis] if slope else u(point)) - given, given

    return at
