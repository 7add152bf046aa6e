"""Which way a problem is solved: directly on its box, by regression, or by sparsity."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gp_solver.boxes.assemble import check_conditions
from gp_solver.boxes.corners import check_corners
from gp_solver.boxes.faces import NotSeparable, faces
from gp_solver.boxes.samples import Formula, coarse, continuous, source_on_grid
from gp_solver.boxes.solve import BoxProblem
from gp_solver.boxes.task import BoxTask
from gp_solver.equation import Equation, equation, traits
from gp_solver.interpolant import Interpolant
from gp_solver.settings import Config
from sciml.domain import Box
from sciml.errors import BadProblem
from sciml.method import Task
from sciml.problem import Problem


def task(problem: Problem, settings: Config, seed: int) -> Task:
    """Return the task that solves a problem.

    Raises
    ------
    BadProblem : the problem is unusable; the message says what is missing or wrong.
    """
    _check_domain(problem)
    if needs_regression(problem):
        if settings.points is not None:
            raise BadProblem(
                f"'{problem.name}' needs regression, which evaluates the source where it wants.",
                "leave `points` out, or give the source as `sampled`",
            )
        return _regression(problem, settings, seed)
    on_line = problem.dimension == 1 and not problem.sampled and not problem.periodic
    if settings.frequencies == "ard" or (settings.points is not None and on_line):
        return _sparse(problem, settings, seed)
    known = problem if settings.points is None else source_on_grid(problem, settings.points)
    sampled = continuous(known)
    doubts, formula = coarse(known, sampled), _formula(problem, settings, sampled)
    try:
        given = read(known, sampled)
    except NotSeparable:
        return _regression(known, settings, seed, formula)
    none: list[tuple[float, ...]] = [() for _ in problem.domain.axes]
    return BoxTask(
        given,
        tolerance=settings.tolerance,
        branches=settings.branches,
        seed=seed,
        steps=settings.steps,
        frequencies=none if settings.frequencies == "none" else None,
        doubts=doubts,
        spoiled=bool(doubts),
        formula=None if doubts else formula,
    )


def read(problem: Problem, sampled: Mapping[str, Interpolant]) -> BoxProblem:
    """Return a problem on a box with its equation and conditions understood.

    Raises
    ------
    NotSeparable : its conditions need the general solver.
    BadProblem : too few conditions, or functions that are not finite.
    """
    understood: Equation = equation(problem)
    like = traits(understood, dict.fromkeys(sampled, 0.0))
    found = faces(problem, dict.fromkeys(sampled, 0.0))
    check_conditions(problem, understood, found)
    check_corners(problem, found, sampled)
    return BoxProblem(problem, understood, like, tuple(found), sampled)


def needs_regression(problem: Problem) -> bool:
    """Return whether a problem is no plain one on a box: noise, unknowns, another domain."""
    noisy = any(c.noise > 0 for c in problem.conditions)
    noisy |= any(s.noise is None or s.noise > 0 for s in problem.sampled.values())
    return (
        not isinstance(problem.domain, Box)
        or len(problem.fields) > 1
        or noisy
        or problem.observations is not None
        or bool(problem.unknowns)
        or bool(problem.enrichment)
    )


def _check_domain(problem: Problem) -> None:
    bounds = np.array(problem.domain.bounding_box)
    if not np.all(np.isfinite(bounds)):
        raise BadProblem(
            f"'{problem.name}' is posed on an unbounded domain.",
            "end the box where the solution is known, and give conditions there",
        )
    if len(bounds) > 3:
        raise BadProblem(
            f"'{problem.name}' has {len(bounds)} coordinates.", "method gp solves up to three"
        )


def _formula(
    problem: Problem, settings: Config, sampled: Mapping[str, Interpolant]
) -> Formula | None:
    """The source itself, if the solver gets samples of it only."""
    if settings.points is None:
        return None
    others = {name: sampled[name] for name in problem.sampled}
    return Formula(problem, settings.points, others, settings.tolerance)


def _regression(
    problem: Problem, settings: Config, seed: int, formula: Formula | None = None
) -> Task:
    from gp_solver.scattered.given import given
    from gp_solver.scattered.task import GeneralTask

    if settings.frequencies == "ard":
        raise BadProblem(
            f"'{problem.name}' needs regression, which selects no frequencies by sparsity.",
            "leave `frequencies` at 'detect', or set it to 'none'",
        )
    none = None if settings.frequencies == "detect" else [()] * problem.dimension
    return GeneralTask(given(problem, none), settings.tolerance, seed, settings.steps, formula)


def _sparse(problem: Problem, settings: Config, seed: int) -> Task:
    from gp_solver.sparse.task import ArdTask

    return ArdTask(
        problem,
        tolerance=settings.tolerance,
        points=settings.points or 400,
        components=settings.components,
        frequency_max=settings.frequency_max,
        seed=seed,
    )
