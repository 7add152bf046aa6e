"""A problem on a box, solved level by level: detect, solve, check at fresh points, widen."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from gp_solver.boxes import assemble as assembling
from gp_solver.boxes import axis as axes
from gp_solver.boxes.branches import first_start
from gp_solver.boxes.check import Check, check
from gp_solver.boxes.detection import data_fields, frequencies
from gp_solver.boxes.faces import Face
from gp_solver.boxes.linear import factorised, separable_terms, solve_direct
from gp_solver.boxes.newton import newton
from gp_solver.boxes.resolution import Plan
from gp_solver.boxes.separable import Modes, Separable
from gp_solver.boxes.system import Grids, System, Tensor, lift
from gp_solver.equation import Equation, Traits
from gp_solver.interpolant import Interpolant
from sciml import kron
from sciml.problem import Problem

GOAL = 3e-13
"""relative residual at which no wider level is tried"""
RESOLVED = 2e-12
"""relative size of data outside the tests below which an axis resolves it"""
PHASE = 2e-14
"""what rounding of the phase of an oscillation adds to that for each of its turns"""
STARTABLE = 0.3
"""relative residual up to which a coarse solution is a better start than none"""
LARGEST = 4e7
LARGEST_NONLINEAR = 2e6
"""quadrature points that a level may have"""


@dataclass(eq=False)
class BoxProblem:
    """A problem on a box with what was found out about it once.

    Attributes
    ----------
    problem, equation, like, faces, sampled : as in `gp_solver.boxes.system.System`.
    """

    problem: Problem
    equation: Equation
    like: Traits
    faces: tuple[Face, ...]
    sampled: Mapping[str, Interpolant]
    cache: dict[tuple[int, Plan], axes.Axis] = field(default_factory=dict)

    @property
    def box(self) -> tuple[tuple[float, float], ...]:
        """(lower, upper) of each axis."""
        return self.problem.domain.bounding_box

    def system(self, plans: list[Plan]) -> System:
        """Return the system for a plan for each axis."""
        return assembling.assemble(
            self.problem,
            self.equation,
            self.like,
            self.faces,
            plans,
            self.sampled,
            cache=self.cache,
        )


@dataclass(frozen=True, eq=False)
class Solution:
    """What one level gave.

    Attributes
    ----------
    system, plans, tensor : functions, what they were planned from, and their coefficients.
    check : residuals at fresh points.
    modes, inconsistent : of a singular operator, as in `gp_solver.boxes.linear.Solved`.
    converged : whether Newton's method came to an end by itself.
    operator : the factorised operator, where the equation was solved directly.
    """

    system: System
    plans: list[Plan]
    tensor: Tensor
    check: Check
    modes: Modes = Modes()
    inconsistent: float = 0.0
    converged: bool = True
    operator: Separable | None = None


def first_plans(
    given: BoxProblem,
    found: list[tuple[float, ...]] | None = None,
    *,
    precision: float = RESOLVED,
) -> list[Plan]:
    """Return the smallest plans whose functions express the source and the data of conditions.

    `found` are the frequencies of each axis, None to detect them; `precision` is relative.
    """
    if found is None:
        found = frequencies(given.problem, given.equation, given.faces, given.sampled)
    plans = assembling.plans(given.problem, given.equation)
    plans = [replace(p, frequencies=f) for p, f in zip(plans, found, strict=True)]
    for a in range(len(plans)):
        plans[a] = _first_level(given, plans, a, precision)
    return plans


def _first_level(given: BoxProblem, plans: list[Plan], a: int, precision: float) -> Plan:
    """The smallest plan along axis a that expresses the data, or beyond which nothing is gained."""
    plan, left = plans[a], _left_out(given, plans[a], a)
    turns = max(plan.frequencies, default=0.0) * (plan.upper - plan.lower)
    enough = precision + PHASE * turns
    while left > enough and not plan.is_last:
        following = plan.richer()
        if not affordable([*plans[:a], following, *plans[a + 1 :]]):
            break
        better = _left_out(given, following, a)
        if better > 0.5 * left and left < 1e-9:
            break  # what is left is rounding in the data
        plan, left = following, better
    return plan


def affordable(plans: list[Plan], *, linear: bool = True) -> bool:
    """Return whether a level's quadrature points fit."""
    most = LARGEST if linear else LARGEST_NONLINEAR
    return math.prod(p.features.resolution for p in plans) <= most


def _left_out(given: BoxProblem, plan: Plan, a: int) -> float:
    """What the functions along axis a miss of the data along a few lines of it, relative."""
    nodes, weights, tests = _plain(plan)
    rng = np.random.default_rng(3)
    grids = [lo + (hi - lo) * rng.uniform(0.03, 0.97, 4) for lo, hi in given.box]
    grids[a] = nodes
    fields = data_fields(given.problem, given.equation, given.faces, given.sampled)
    lines = [
        np.moveaxis(values(grids), a, 0).reshape(len(nodes), -1)
        for values, missing in fields
        if missing != a
    ]
    sizes = [float(np.sqrt(np.mean(line**2))) for line in lines]
    return max(
        (
            _outside(weights, tests, line) / size
            for line, size in zip(lines, sizes, strict=True)
            if size > 0.0
        ),
        default=0.0,
    )


def _plain(plan: Plan) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Nodes, weights and an orthonormal basis of an axis' functions, a few degrees spared."""
    features = replace(plan.features, order=0, degree=plan.features.degree - plan.order - 2)
    if not features.carriers:  # normalised Legendre polynomials are orthonormal as they are
        nodes, weights = axes.gauss(features.resolution, plan.lower, plan.upper)
        return nodes, weights, features.at(nodes, 0)[0]
    built = axes.build(features, (), highest=0)
    return built.nodes, built.weights, built.tests


def _outside(weights: np.ndarray, tests: np.ndarray, lines: np.ndarray) -> float:
    rest = lines - tests @ (tests.T @ (weights[:, None] * lines))
    # judged at the worst line: a mode that is missing may live on few of them
    share = np.sum(weights[:, None] * rest**2, axis=0) / np.sum(weights)
    return math.sqrt(float(np.max(share)))


def solve_level(
    given: BoxProblem,
    plans: list[Plan],
    *,
    coarser: Solution | None = None,
    always: bool = False,
) -> Solution:
    """Return the solution in the functions of these plans, checked.

    Newton's method starts from a `coarser` solution, if there is one that is good enough, or
    `always`.
    """
    system = given.system(plans)
    lifted = lift(system)
    terms = separable_terms(system) if given.like.linear else None
    operator = factorised(system, terms) if terms is not None else None
    if terms is not None and operator is not None:
        solved = solve_direct(system, lifted, terms, operator)
        tensor = lift(system, solved.tensor)
        seen = check(system, tensor)
        return Solution(
            system, plans, tensor, seen, solved.modes, solved.inconsistent, operator=operator
        )
    if coarser is not None and (always or coarser.check.residual < STARTABLE):
        start = lift(system, prolonged(coarser, system))
    else:
        start = first_start(system, lifted)
    first = newton(system, start)
    tensor = lift(system, first.tensor)
    return Solution(system, plans, tensor, check(system, tensor), converged=first.converged)


def prolonged(coarser: Solution, system: System) -> Tensor:
    """Return the coefficients, in the functions of a system, of a solution in others."""
    values = on_grid(coarser, system.nodes)
    for a, axis in enumerate(system.axes):
        values = np.moveaxis(axis.fit(np.moveaxis(values, a, 0)), 0, a)
    return values


def on_grid(solution: Solution, grids: Grids) -> Tensor:
    """Return a solution on a tensor grid."""
    tables = [a.at(g, 0)[0] for a, g in zip(solution.system.axes, grids, strict=True)]
    return np.asarray(kron.apply(tables, solution.tensor))


def widen(plans: list[Plan], seen: Check, *, linear: bool = True) -> list[Plan] | None:
    """Return richer plans for the axes that leave most behind, or None if there is nothing left."""
    worst = max(seen.by_axis)
    following = [
        p.richer() if share >= 0.03 * worst and not p.is_last else p
        for p, share in zip(plans, seen.by_axis, strict=True)
    ]
    if following == plans or not affordable(following, linear=linear):
        top = int(np.argmax(seen.by_axis))
        following = list(plans)
        following[top] = plans[top].richer() if not plans[top].is_last else plans[top]
    fits = affordable(following, linear=linear)
    return None if following == plans or not fits else following
