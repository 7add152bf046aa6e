"""An ordinary differential equation at given points, as a linear system in features' coefficients.

Conditions are met exactly: each gives up one polynomial of low degree, whose coefficient follows
from the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from gp_solver.boxes import assemble
from gp_solver.boxes.axis import Functional
from gp_solver.boxes.faces import NotSeparable, faces, periodic
from gp_solver.equation import Equation, Values, equation, traits
from gp_solver.features import Features
from gp_solver.interpolant import interpolate
from sciml.domain import Box
from sciml.errors import BadProblem
from sciml.problem import Problem

DETERMINED = 1e8
"""condition number up to which conditions fix as many polynomials"""


@dataclass(frozen=True, eq=False)
class Linearised:
    """An equation near a field: Σ slope · derivative = right, at every point.

    Attributes
    ----------
    slopes : jet name -> coefficient [n].
    right : right-hand side [n].
    """

    slopes: Values
    right: Float[np.ndarray, " n"]


@dataclass(frozen=True, eq=False)
class Table:
    """Features at the points, and how their coefficients x follow from the free ones z.

    Attributes
    ----------
    features : the functions.
    levels : the functions and their derivatives at the points, each [n, r].
    fixed, free : indices of the coefficients that the conditions fix, and of the others.
    start : coefficients that meet the conditions, all free ones zero [r].
    slopes : change of the fixed coefficients with the free ones [c, k].
    """

    features: Features
    levels: tuple[Float[np.ndarray, "n r"], ...]
    fixed: np.ndarray
    free: np.ndarray
    start: Float[np.ndarray, " r"]
    slopes: Float[np.ndarray, "c k"]

    @property
    def blocks(self) -> tuple[slice, ...]:
        """Free coefficients of the polynomials, then of each carrier."""
        ends = [int(np.searchsorted(self.free, b.stop)) for b in self.features.blocks]
        return tuple(slice(a, b) for a, b in zip([0, *ends], ends, strict=False))

    def reduced(self, matrix: Float[np.ndarray, "n r"]) -> Float[np.ndarray, "n k"]:
        """Return what multiplies z in matrix · x."""
        return matrix[:, self.free] + matrix[:, self.fixed] @ self.slopes

    def homogeneous(self, z: Float[np.ndarray, "k ..."]) -> Float[np.ndarray, "r ..."]:
        """Return x - start for free coefficients z."""
        x = np.zeros((len(self.start), *z.shape[1:]))
        x[self.free] = z
        x[self.fixed] = np.tensordot(self.slopes, z, axes=1)
        return x

    def rows(
        self, near: Linearised, orders: Mapping[str, int]
    ) -> tuple[Float[np.ndarray, "n k"], Float[np.ndarray, " n"]]:
        """Return matrix and right-hand side of the equations for z."""
        matrix = sum(near.slopes[n][:, None] * self.levels[o] for n, o in orders.items())
        return self.reduced(matrix), near.right - matrix @ self.start


@dataclass(frozen=True, eq=False)
class Collocation:
    """An equation along one axis at points, with its conditions.

    Attributes
    ----------
    problem, equation : whose residual is zero at the points.
    linear : the residual is affine in the jet.
    order : of the equation.
    points : [n].
    sampled : values at the points of the functions that are known on a grid.
    functionals, data : conditions functional(u) = data.
    """

    problem: Problem
    equation: Equation
    linear: bool
    order: int
    points: Float[np.ndarray, " n"]
    sampled: Values
    functionals: tuple[Functional, ...]
    data: Float[np.ndarray, " c"]

    @property
    def orders(self) -> dict[str, int]:
        """Jet name -> order of the derivative."""
        return {n: self.equation.order(n)[0] for n in self.equation.names}

    @property
    def ends(self) -> tuple[float, float]:
        """The interval."""
        return self.problem.domain.bounding_box[0]

    @property
    def _places(self) -> Values:
        return {self.problem.domain.axes[0]: self.points}

    def linearised(self, x: Float[np.ndarray, " r"], table: Table) -> Linearised:
        """Return the equation near the field with coefficients x.

        Raises
        ------
        BadProblem : the residual is not finite.
        """
        values = {n: table.levels[o] @ x for n, o in self.orders.items()}
        found, slopes = self.equation.linearised(values, self._places, self.sampled)
        right = sum(slopes[n] * values[n] for n in values) - found
        if not all(np.all(np.isfinite(v)) for v in (right, *slopes.values())):
            where = self.points[int(np.argmin(np.isfinite(right)))]
            raise BadProblem(
                f"the residual of '{self.problem.name}' is not finite at "
                f"{self.problem.domain.axes[0]} = {where:g}.",
                "check its source and coefficients: no NaN, no division by zero at the points",
            )
        return Linearised(slopes, right)

    def residual(self, x: Float[np.ndarray, " r"], table: Table) -> Float[np.ndarray, " n"]:
        """Return the residual of the field with coefficients x at the points."""
        values = {n: table.levels[o] @ x for n, o in self.orders.items()}
        return self.equation.at(values, self._places, self.sampled)

    def table(self, features: Features) -> Table:
        """Return features at the points, the conditions built in.

        Raises
        ------
        BadProblem : the conditions depend on each other.
        """
        levels = tuple(features.at(self.points, self.order))
        every = np.arange(features.count)
        if not self.functionals:
            none = np.zeros((0, features.count))
            return Table(features, levels, every[:0], every, np.zeros(features.count), none)
        rows = np.array([c.of(features) for c in self.functionals])
        fixed = self._fixed(rows[:, : features.polynomials])
        free = np.delete(every, fixed)
        inverse = np.linalg.inv(rows[:, fixed])
        start = np.zeros(features.count)
        start[fixed] = inverse @ self.data
        return Table(features, levels, fixed, free, start, -inverse @ rows[:, free])

    def _fixed(self, rows: Float[np.ndarray, "c p"]) -> np.ndarray:
        """Polynomials that the conditions fix: the lowest that they determine."""
        count, polynomials = rows.shape
        for last in range(count, polynomials + 1):
            for chosen in (np.array([*range(count - 1), last - 1]), np.arange(last - count, last)):
                part = rows[:, chosen]
                sizes = np.linalg.norm(part, axis=0)
                if np.all(sizes > 0) and np.linalg.cond(part / sizes) < DETERMINED:
                    return chosen
        raise BadProblem(
            f"the conditions of '{self.problem.name}' depend on each other.",
            "give conditions that are different statements about the solution",
        )


def collocation(problem: Problem, count: int) -> Collocation:
    """Return a problem on a line at `count` equally spaced points, both ends among them.

    Raises
    ------
    BadProblem : more than one axis or field, no finite interval, noise, unknown parameters,
        enrichment, conditions that are not linear, too few or that depend on each other.
    """
    _refuse(problem)
    lower, upper = problem.domain.bounding_box[0]
    points = np.linspace(lower, upper, count)
    sampled = {
        name: interpolate(grid, problem.domain.bounding_box).on_grid([points])
        for name, grid in problem.sampled.items()
    }
    typical = {name: float(np.mean(values)) for name, values in sampled.items()}
    read = equation(problem)
    order = max(read.order(n)[0] for n in read.names)
    try:
        given = faces(problem, typical)
        assemble.check_conditions(problem, read, given)
    except NotSeparable as error:
        raise BadProblem(
            f"the conditions of '{problem.name}' are not {order} linear ones ({error}).",
            "write each as a linear statement about u at an end, one for each order",
        ) from error
    if any(face.noise for face in given):
        raise _exact_only(problem, "conditions with noise")
    functionals = [face.functional for face in given]
    data = [
        face.data(
            {problem.domain.axes[0]: np.array([face.functional.terms[0][0]])},
            {name: np.array([value]) for name, value in typical.items()},
        )[0]
        for face in given
    ]
    if problem.periodic:
        functionals, data = periodic(problem, 0, order), [0.0] * order
    like = traits(read, typical)
    return Collocation(
        problem, read, like.linear, order, points, sampled, tuple(functionals), np.array(data)
    )


def _refuse(problem: Problem) -> None:
    if problem.dimension != 1 or len(problem.fields) != 1:
        raise BadProblem(
            f"'{problem.name}' has {problem.dimension} axes and {len(problem.fields)} fields.",
            "frequencies are learned from points for one field on a line only: solve it by "
            "method 'gp' with its defaults",
        )
    if not (isinstance(problem.domain, Box) and problem.domain.is_bounded):
        raise BadProblem(
            f"the domain of '{problem.name}' is no finite interval.",
            "end it where the solution is known",
        )
    given = {
        "observations": problem.observations is not None,
        "unknown parameters": bool(problem.unknowns),
        "enrichment functions": bool(problem.enrichment),
        "noisy samples": any(s.noise != 0.0 for s in problem.sampled.values()),
    }
    for what, present in given.items():
        if present:
            raise _exact_only(problem, what)


def _exact_only(problem: Problem, what: str) -> BadProblem:
    return BadProblem(
        f"'{problem.name}' has {what}, which learning frequencies from points does not take.",
        "solve it by method 'gp' with its defaults",
    )
