"""Which way a problem is solved: directly on its box, by regression, or by sparsity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from gp_solver.boxes.assemble import check_conditions
from gp_solver.boxes.corners import check_corners
from gp_solver.boxes.faces import NotSeparable, faces
from gp_solver.boxes.solve import BoxProblem
from gp_solver.boxes.system import coordinates
from gp_solver.boxes.task import BoxTask
from gp_solver.equation import Equation, equation, traits
from gp_solver.interpolant import Interpolant, interpolate, on_grid
from gp_solver.settings import Config
from sciml import jet
from sciml.conditions import Sampled
from sciml.domain import Box
from sciml.errors import BadProblem
from sciml.method import Task
from sciml.problem import Problem

SOURCE = "sampled_source"
"""name under which a source that is known on a grid only is read"""
COARSE = 1e-6
"""relative error of predicting samples from each other above which a grid is too coarse"""


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
    if settings.points is not None:
        problem = source_on_grid(problem, settings.points)
    sampled = _continuous(problem)
    doubts = _coarse(problem, sampled)
    try:
        given = read(problem, sampled)
    except NotSeparable:
        return _regression(problem, settings, seed)
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


def source_on_grid(problem: Problem, points: int) -> Problem:
    """Return the problem with its source known at equally spaced points only.

    The source is minus the residual of u = 0; it is evaluated on that grid and nowhere else.
    """
    axes = tuple(np.linspace(lo, hi, points) for lo, hi in problem.domain.bounding_box)
    whole, sampled = equation(problem), _continuous(problem)
    values = whole.source(coordinates(problem, axes), on_grid(sampled, axes))
    source = Sampled(axes, values.reshape([points] * problem.dimension))
    zero = dict.fromkeys(whole.names, 0.0)
    residual = problem.residual

    def with_samples(j: Any, x: Mapping[str, Any], theta: Mapping[str, Any]) -> Any:
        return residual(j, x, theta) - residual(jet.Jet(zero), x, theta) - theta[SOURCE]

    return replace(problem, residual=with_samples, sampled={**problem.sampled, SOURCE: source})


def _continuous(problem: Problem) -> dict[str, Interpolant]:
    """The functions of a problem that are known on a grid, made continuous."""
    return {n: interpolate(s, problem.domain.bounding_box) for n, s in problem.sampled.items()}


def _coarse(problem: Problem, sampled: Mapping[str, Interpolant]) -> list[str]:
    """A sentence on each sampled function whose grid does not determine it."""
    doubts = []
    for name, made in sampled.items():
        if made.error > COARSE:
            counts = [len(x) for x in problem.sampled[name].axes]
            what = "the source" if name == SOURCE else f"'{name}'"
            doubts.append(
                f"The grid of {' x '.join(map(str, counts))} points is too coarse for {what}: a "
                f"point is predicted from the others to {made.error:.1e} only, relative; about "
                f"{' x '.join(str(2 * c) for c in counts)} would tell more."
            )
    return doubts


def _regression(problem: Problem, settings: Config, seed: int) -> Task:
    from gp_solver.scattered.given import given
    from gp_solver.scattered.task import GeneralTask

    if settings.frequencies == "ard":
        raise BadProblem(
            f"'{problem.name}' needs regression, which selects no frequencies by sparsity.",
            "leave `frequencies` at 'detect', or set it to 'none'",
        )
    none = None if settings.frequencies == "detect" else [()] * problem.dimension
    return GeneralTask(given(problem, none), settings.tolerance, seed, settings.steps)


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
