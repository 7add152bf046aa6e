"""Rows of the general solver: what equation, conditions and data say at points, linearised.

A statement is something that the solution has to meet: the equation, a condition, a measurement.
At points it becomes a group of rows, one a point, whose Gauss-Newton coefficients are slopes of
its residual times derivatives of the functions in which the solution is sought. Parameters to be
inferred, and samples whose noise is propagated, are read as if they were values of the jet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from gp_solver.equation import SIZES, Equation
from gp_solver.scattered.space import Space
from sciml import jet
from sciml.errors import BadProblem
from sciml.problem import Problem

PARAMETER, SAMPLE, NORMAL = "parameter ", "sample ", "normal_"
"""prefixes of names: of parameters and noisy samples among the values that a statement reads, of
the outward normal's components among what a condition knows at its points"""
OBSERVED = "observations"
"""name of the measurements, and of their values in the statement on them"""


@dataclass(frozen=True, eq=False)
class Statement:
    """Something that the solution has to meet.

    Attributes
    ----------
    name : "equation", "condition 1", "periodic x", "observations"; of a residual with several
        components each is a statement.
    equation : its residual.
    faces : where it holds, if that is on the boundary.
    noise : standard deviation of its data: 0 where they are exact, None where it is unknown.
    repeats : axis along which it says that the solution repeats.
    samples : noisy sampled functions -> their standard deviation, 1 where it is unknown.
    """

    name: str
    equation: Equation
    faces: tuple[str, ...] = ()
    noise: float | None = 0.0
    repeats: str = ""
    samples: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Group:
    """A statement at points.

    Attributes
    ----------
    name : of the statement, and of the face if there are several.
    points : where [n, d].
    x : coordinates by axis name [n].
    known : by name, sampled functions at the points [n], outward normals of a condition.
    partner : points whose values are subtracted [n, d], for periodicity.
    """

    name: str
    statement: Statement
    points: Float[np.ndarray, "n d"]
    x: Mapping[str, Float[np.ndarray, " n"]]
    known: Mapping[str, Float[np.ndarray, " n"]] = field(default_factory=dict)
    partner: Float[np.ndarray, "n d"] | None = None


@dataclass(frozen=True, eq=False)
class Linearised:
    """A group's rows about some coefficients.

    Attributes
    ----------
    residual : of each row [n].
    slopes : derivative of the residual in every value it reads, name -> [n].
    terms : size of the largest term of each row [n].
    spread : standard deviation of each row's data per unit of the group's noise [n].
    """

    residual: Float[np.ndarray, " n"]
    slopes: Mapping[str, Float[np.ndarray, " n"]]
    terms: Float[np.ndarray, " n"]
    spread: Float[np.ndarray, " n"]


class Rows:
    """A group in a space of functions, whose tables at the points are kept."""

    def __init__(self, group: Group, space: Space) -> None:
        self.group, self.space = group, space
        self._derivatives = group.statement.equation.derivatives

    def at(self, z: Float[np.ndarray, " m"]) -> Linearised:
        """Return the rows linearised about coefficients z."""
        group, statement = self.group, self.group.statement
        values = {name: self._value(z, *entry) for name, entry in self._derivatives.items()}
        jets = list(values)
        for name, column in self.space.parameters.items():
            values[PARAMETER + name] = np.full(len(group.points), z[column])
        values |= {SAMPLE + name: group.known[name] for name in statement.samples}
        residual, slopes = linearised(statement.equation, values, group.x, group.known)
        terms = np.max([np.abs(residual), *(np.abs(slopes[n] * values[n]) for n in jets)], axis=0)
        spread = np.ones(len(residual))
        if statement.samples:
            parts = [sd * slopes[SAMPLE + name] for name, sd in statement.samples.items()]
            spread = np.linalg.norm(parts, axis=0)
        return Linearised(residual, slopes, terms, spread)

    def is_finite(self, z: Float[np.ndarray, " m"]) -> bool:
        """Return whether the rows about coefficients z are numbers."""
        found = self.at(z)
        extra = [table for *_, tables in self._tables for table in tables.values()]
        arrays = [found.residual, *found.slopes.values(), *extra]
        return all(np.all(np.isfinite(array)) for array in arrays)

    def matrix(self, slopes: Mapping[str, Float[np.ndarray, " n"]]) -> Float[np.ndarray, "n m"]:
        """Return the derivative of the residuals in all coefficients."""
        found = np.zeros((len(self.group.points), self.space.count))
        for name, (of, order) in self._derivatives.items():
            columns = self.space.columns(of)
            for sign, tables, extra in self._tables:
                table = tables[0][order[0]][:, self.space.index[0]]
                for a, o in enumerate(order[1:], 1):
                    table *= tables[a][o][:, self.space.index[a]]
                slope = sign * slopes[name][:, None]
                width = columns.start + self.space.products
                found[:, columns.start : width] += slope * table
                found[:, width : columns.stop] += slope * extra[order]
        for name, column in self.space.parameters.items():
            found[:, column] = slopes[PARAMETER + name]
        return found

    @cached_property
    def _tables(self) -> list[tuple[float, list[list[np.ndarray]], dict[Any, np.ndarray]]]:
        """Sign, the axes' functions, and the enrichment, at the points and at their partners."""
        orders = {order for _, order in self._derivatives.values()}
        highest = tuple(
            max((o[a] for o in orders), default=0) for a in range(len(self.space.bases))
        )
        places = [(1.0, self.group.points)]
        if self.group.partner is not None:
            places.append((-1.0, self.group.partner))
        made = []
        for sign, points in places:
            extra = {order: self.space.enrichment.at(points, order) for order in orders}
            made.append((sign, self.space.tables(points, highest), extra))
        return made

    def _value(self, z: np.ndarray, of: str, order: jet.MultiIndex) -> np.ndarray:
        """One derivative of one field at the points."""
        tensor, weights = self.space.split(z, of)
        total = np.zeros(len(self.group.points))
        for sign, tables, extra in self._tables:
            part = (tables[0][order[0]] @ tensor.reshape(len(tensor), -1)).reshape(
                -1, *tensor.shape[1:]
            )
            for a, o in enumerate(order[1:], 1):
                part = np.einsum("nk...,nk->n...", part, tables[a][o])
            total += sign * (part + extra[order] @ weights)
        return total


def linearised(
    equation: Equation, values: Mapping[str, Any], x: Mapping[str, Any], known: Mapping[str, Any]
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return residual and slopes at any number of points, a piece of one size at a time."""
    count, size = len(next(iter(x.values()))), SIZES[1]
    pieces = []
    for start in range(0, count, size):
        part = [{n: v[start : start + size] for n, v in d.items()} for d in (values, x, known)]
        pieces.append(equation.linearised(*part))
    residuals = np.concatenate([r for r, _ in pieces])
    return residuals, {n: np.concatenate([s[n] for _, s in pieces]) for n in pieces[0][1]}


def statements(problem: Problem) -> list[Statement]:
    """Return all that a problem's solution has to meet, the equation first.

    Raises
    ------
    BadProblem : a condition reads nothing of the solution.
    """
    noisy = {n: s.noise for n, s in problem.sampled.items() if s.noise != 0.0}
    samples = {n: 1.0 if noise is None else noise for n, noise in noisy.items()}
    noise = None if None in noisy.values() else float(bool(noisy))
    found = _parts(problem, problem.residual, "equation", noise=noise, samples=samples)
    for i, condition in enumerate(problem.conditions):
        name = f"condition {i + 1}" if len(problem.conditions) > 1 else "condition"
        made = _parts(
            problem, condition.residual, name, faces=condition.faces, noise=condition.noise
        )
        if not any(part.equation.derivatives for part in made):
            raise BadProblem(
                f"a condition of '{problem.name}' on {list(condition.faces)} does not read the "
                "solution.",
                "write it on the jet, for example lambda j, x, theta: j.u - 1.0",
            )
        found += made
    for axis in problem.periodic:
        found += _repeating(problem, axis, found)
    if problem.observations is not None:
        seen = problem.observations
        read = {seen.field: (seen.field, (0,) * problem.dimension)}
        measured = Equation(problem, lambda j, _, th: getattr(j, seen.field) - th[OBSERVED], read)
        found.append(Statement(OBSERVED, measured, (), seen.noise))
    return found


class _Coordinates(dict[str, Any]):
    """Coordinates by axis name; the normal's components can be asked for, but are not listed."""

    def __init__(self, x: Mapping[str, Any], known: Mapping[str, Any]) -> None:
        super().__init__(x)
        self._known = known

    def __missing__(self, name: str) -> Any:
        if name.startswith(NORMAL) and name not in self._known:
            raise BadProblem(
                f"'{name}' is read where there are no normals.",
                "read it in conditions only, and give a cloud of points its normals",
            )
        return self._known[name]


def _parts(problem: Problem, residual: jet.Residual, name: str, **more: Any) -> list[Statement]:
    """One statement for each component of a residual, reading parameters and samples as values."""
    box = zip(problem.domain.axes, problem.domain.bounding_box, strict=True)
    x = {axis: 0.5 * (lower + upper) for axis, (lower, upper) in box}
    theta = {**problem.theta, **dict.fromkeys(problem.sampled, 1.0)}
    theta |= {NORMAL + axis: 0.5 for axis in x} if "faces" in more else {}

    def flat(j: Any, x: Any, theta: Any) -> Any:
        leaves = jax.tree.leaves(residual(j, _Coordinates(x, theta), theta))
        return jnp.concatenate([jnp.ravel(jnp.asarray(leaf, float)) for leaf in leaves])

    read = jet.record(flat, problem.fields, problem.domain.axes, x, theta)

    def part(k: int) -> jet.Residual:
        def of(j: Any, x: Any, theta: Any) -> Any:
            values = {n: j.__dict__[PARAMETER + n] for n in problem.unknowns}
            values |= {n: j.__dict__[SAMPLE + n] for n in more.get("samples", {})}
            return flat(j, x, {**theta, **values})[k]

        return of

    ones = jet.Jet(dict.fromkeys(read, 1.0))
    count = jax.eval_shape(lambda x, th: flat(ones, x, th), x, theta).shape[0]
    names = [name] if count == 1 else [f"{name}, part {k + 1}" for k in range(count)]
    return [Statement(n, Equation(problem, part(k), read), **more) for k, n in enumerate(names)]


def _repeating(problem: Problem, axis: str, given: list[Statement]) -> list[Statement]:
    """Statements that each field, and its derivatives below the equation's order, repeat."""
    a, found = problem.domain.axes.index(axis), []
    equations = [s.equation for s in given if not s.faces]
    for of in problem.fields:
        read = [o[a] for e in equations for f, o in e.derivatives.values() if f == of]
        for k in range(max(read, default=0)):
            order = tuple(k if b == a else 0 for b in range(problem.dimension))
            name = of + ("_" + axis * k if k else "")
            repeats = Equation(problem, lambda j, *_, n=name: getattr(j, n), {name: (of, order)})
            face = (f"{axis}:lower",)
            found.append(Statement(f"periodic {axis}, {name}", repeats, face, repeats=axis))
    return found
