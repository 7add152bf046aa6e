"""The general solver: any domain, data with noise, unknown parameters, by Bayesian regression.

Level by level the functions are made richer; at each the equation, the conditions and the data are
rows of a Gauss-Newton regression (`gp_solver.scattered.level`), until what is left over at points
where nothing was asked is small, or until the evidence of noisy data no longer grows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from gp_solver.field import Field
from gp_solver.scattered.bands import PROBES, bands
from gp_solver.scattered.given import LARGEST_NOISY, Given, given
from gp_solver.scattered.level import Level, level_space, solve_level
from gp_solver.scattered.points import fresh
from gp_solver.scattered.prior import GUESSED
from gp_solver.scattered.space import LEVELS
from sciml.problem import Problem

GOAL, DEAR = 1e-11, 1e-10
"""relative residual at fresh points at which no richer level is tried, and no dear one"""
TOLERANCE = 1e-8
"""largest relative residual of a resolved solution, by default"""
SMALL_GAIN = 2.0
"""factor by which two richer levels together must lower the residual"""
CHEAP = 700
"""unknowns up to which levels are tried in any case"""
EVIDENCE = 1.0
"""gain of the evidence that is worth a richer level, in nats"""
STEADY = 0.1
"""change from level to level, in standard deviations, of what is inferred from noisy data"""
MISFIT = 1.5
"""misfit of data, in their own standard deviations, that is worth a warning"""

Report = Callable[[int, Mapping[str, float]], None]
"""(number of the level, what to say of it) -> None"""


@dataclass(frozen=True, eq=False)
class GeneralSolution:
    """A solution with its posterior, and what to know of it.

    Attributes
    ----------
    field : posterior of the fields.
    theta : unknown parameter -> (estimate, standard deviation).
    noise : estimated standard deviation of each group of data where it was unknown.
    residual : root mean square of the equation's residual at fresh points, relative to the
        largest term; 0 if the equation itself has noise.
    condition_residual : the same of exact conditions.
    misfit : of each group of noisy data, root mean square of what is missing over its sd.
    unknowns : number of coefficients and parameters.
    points : number of rows of each group.
    frequencies : of the carriers along each axis, in cycles per unit.
    evidence : log probability of the data.
    levels : worst relative residual of each level that was solved.
    converged : whether Gauss-Newton's steps became small.
    resolved : whether the residuals met the tolerance and what was inferred stayed the same.
    determined : whether equation, conditions and data leave nothing open.
    warnings : sentences a user must read beside the answer.
    """

    field: Field
    theta: Mapping[str, tuple[float, float]]
    noise: Mapping[str, float]
    residual: float
    condition_residual: float
    misfit: Mapping[str, float]
    unknowns: int
    points: Mapping[str, int]
    frequencies: tuple[tuple[float, ...], ...]
    evidence: float
    levels: tuple[float, ...]
    converged: bool
    resolved: bool
    determined: bool
    warnings: tuple[str, ...]


def solve_general(
    problem: Problem,
    *,
    frequencies: Sequence[Sequence[float]] | None = None,
    tolerance: float = TOLERANCE,
    seed: int = 0,
    report: Report | None = None,
) -> GeneralSolution:
    """Return the solution of any problem on a finite domain of up to three axes.

    Call it in `sciml.precision.float64()`.

    Parameters
    ----------
    frequencies : of the carriers along each axis, in cycles per unit; None detects them.
    tolerance : largest relative residual at fresh points of a resolved solution.
    seed : of points, random starts and draws.
    report : called after each level.

    Raises
    ------
    BadProblem : too few points or conditions; the message says which.
    """
    found = given(problem, frequencies)
    levels: list[Level] = []
    number: int | None = found.first
    while number is not None:
        levels.append(solve_level(found, number, levels[-1] if levels else None, seed=seed))
        if report is not None:
            report(number, metrics(levels[-1]))
        number = following(found, levels)
    return finish(found, levels, tolerance=tolerance, seed=seed)


def metrics(level: Level) -> dict[str, float]:
    """Return what is logged of a level."""
    inside, boundary = _residuals(level)
    return {
        "residual": inside,
        "condition_residual": boundary,
        "unknowns": float(level.space.count),
        "evidence": level.evidence,
    }


def following(found: Given, levels: Sequence[Level]) -> int | None:
    """Return the number of the level to solve next, None if there is nothing to gain."""
    last, number = levels[-1], levels[-1].number + 1
    if number >= len(LEVELS) or not _promises(found, levels):
        return None
    largest = min(found.largest, LARGEST_NOISY if last.weighs else found.largest)
    return number if level_space(found, number).count <= largest else None


def _promises(found: Given, levels: Sequence[Level]) -> bool:
    """Whether a richer level than the last is likely to help."""
    last = levels[-1]
    if found.is_loose:
        return len(levels) < 2 or last.evidence > levels[-2].evidence + EVIDENCE
    if found.is_noisy:
        met = last.worst <= last.exact
        return not (met and len(levels) > 1 and _is_steady(levels[-2], last))
    if last.space.count <= CHEAP:
        return last.worst > GOAL
    stalled = len(levels) > 2 and last.worst * SMALL_GAIN > levels[-3].worst
    return last.worst > DEAR and not (stalled and last.converged)


def _is_steady(before: Level, last: Level) -> bool:
    """Whether what is inferred from noisy data no longer changes with the level."""
    count = len(last.space.parameters)
    old, new = (level.posterior.deviations(count) for level in (before, last))
    moved = np.abs(_theta(last) - _theta(before)) > STEADY * new
    if np.any(moved) or np.any(np.abs(new - old) > 0.5 * STEADY * new):
        return False
    noise = min((b.noise for b in last.blocks if b.name in last.misfit), default=0.0)
    change = float(np.sqrt(np.mean((last.values - before.values) ** 2)))
    return change <= STEADY * max(noise, last.exact * last.size)


def _theta(level: Level) -> Float[np.ndarray, " p"]:
    return level.z[len(level.z) - len(level.space.parameters) :]


def finish(
    found: Given, levels: Sequence[Level], *, tolerance: float, seed: int
) -> GeneralSolution:
    """Return the best level's solution, with draws of its posterior and what to doubt."""
    if found.is_loose:
        best = max(levels, key=lambda level: level.evidence)
    elif found.is_noisy:
        best = levels[-1]
    else:
        best = min(levels, key=lambda level: (not level.converged, level.worst))
    field, deviations = bands(found, best, seed=seed)
    theta = {
        name: (float(value), float(sd))
        for name, value, sd in zip(best.space.parameters, _theta(best), deviations, strict=True)
    }
    open_ends = _open(found, best, field, theta)
    doubts = _doubts(best, tolerance)
    if found.is_noisy and _promises(found, levels):
        doubts.append(
            f"What is inferred may still change: {levels[-1].space.count} functions are the most "
            "that were tried, and with fewer it was different."
        )
    inside, boundary = _residuals(best)
    return GeneralSolution(
        field=field,
        theta=theta,
        noise=best.noise,
        residual=inside,
        condition_residual=boundary,
        misfit=best.misfit,
        unknowns=best.space.count,
        points=best.rows,
        frequencies=found.frequencies,
        evidence=best.evidence,
        levels=tuple(level.worst for level in levels),
        converged=best.converged,
        resolved=not doubts,
        determined=not open_ends,
        warnings=(*found.warnings, *open_ends, *doubts),
    )


def _residuals(level: Level) -> tuple[float, float]:
    """The worst relative residual of the equation and of the conditions."""
    inside = [v for name, v in level.left.items() if name.startswith("equation")]
    boundary = [v for name, v in level.left.items() if not name.startswith("equation")]
    return max(inside, default=0.0), max(boundary, default=0.0)


def _open(
    found: Given, level: Level, field: Field, theta: Mapping[str, tuple[float, float]]
) -> list[str]:
    """A sentence on each thing that equation, conditions and data do not determine."""
    problem, doubts = found.problem, []
    points = fresh(problem, PROBES, seed=1)
    zero = (0,) * problem.dimension
    spread = field.deviation(points, enrichment=level.space.enrichment.at(points, zero))
    if float(np.median(spread)) > level.size:
        doubts.append(
            f"Equation, conditions and data do not determine the solution of '{problem.name}': "
            f"its standard deviation, {np.median(spread):.1e}, is larger than itself. Add "
            "conditions or observations."
        )
    for name, (_, sd) in theta.items():
        if sd > 0.1 * GUESSED * (abs(problem.theta[name]) or 1.0):
            doubts.append(
                f"The data do not determine '{name}': its standard deviation, {sd:.1e}, is about "
                "that of the first guess. Add observations where the solution depends on it."
            )
    return doubts


def _doubts(best: Level, tolerance: float) -> list[str]:
    """A sentence on each thing that is wrong with the solution."""
    doubts = []
    if not best.converged:
        doubts.append(
            "Gauss-Newton ended before its steps became small: the equation may have no solution "
            "near the starts that were tried, or several."
        )
    if best.worst > max(tolerance, best.exact if best.misfit else 0.0):
        worst = max(best.left, key=lambda name: best.left[name])
        doubts.append(
            f"The relative residual at fresh points is {best.left[worst]:.1e} ({worst}); the "
            f"tolerance is {tolerance:.0e}. {best.space.count} functions, level {best.number}, "
            "were the most that helped."
        )
    for name, value in best.misfit.items():
        if value > MISFIT:
            doubts.append(
                f"The data of '{name}' miss the solution by {value:.1f} times their standard "
                "deviation: it is stated too small, or the equation does not describe them."
            )
    return doubts
