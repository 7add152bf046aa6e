"""What is found out about a problem once: its statements, frequencies, and whether it has noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from jaxtyping import Float

from gp_solver.scattered.chords import Function, noisy_frequencies, seen_frequencies
from gp_solver.scattered.points import group
from gp_solver.scattered.rows import OBSERVED, PARAMETER, Statement, linearised, statements
from gp_solver.scattered.space import Enrichment, level_features
from sciml.errors import BadProblem
from sciml.problem import Problem
from sciml.region import Points

LARGEST, LARGEST_NOISY = 2700, 1200
"""coefficients that a level may have; where variances are learned too"""
SPARE = 1.3
"""samples for each function, at least"""
FIRST = {1: 4, 2: 4, 3: 0}
"""dimension -> first level of exact problems"""

Frequencies = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, eq=False)
class Given:
    """A problem with what is found out about it once.

    Attributes
    ----------
    problem, statements, enrichment : what is solved.
    frequencies : along each axis, in cycles per unit.
    first : number of the first level.
    warnings : sentences on what was left out.
    """

    problem: Problem
    statements: tuple[Statement, ...]
    enrichment: Enrichment
    frequencies: Frequencies
    first: int
    warnings: tuple[str, ...] = ()

    @property
    def is_noisy(self) -> bool:
        """Whether anything has noise."""
        return any(s.noise != 0.0 for s in self.statements)

    @property
    def is_loose(self) -> bool:
        """Whether the equation itself has noise."""
        return any(s.samples for s in self.statements)

    @property
    def weighs(self) -> bool:
        """Whether noise reaches the solution past the equation, so that its prior matters."""
        return any(s.noise != 0.0 and s.name != OBSERVED for s in self.statements)

    @property
    def largest(self) -> int:
        """Coefficients that a level may have: fewer than there are data, where those are given."""
        most = LARGEST_NOISY if self.weighs else LARGEST
        domain, sampled = self.problem.domain, list(self.problem.sampled.values())
        if isinstance(domain, Points):
            most = min(most, len(domain.interior) + len(domain.boundary))
        return min([most, *(math.ceil(s.values.size / SPARE) for s in sampled)])

    @cached_property
    def volume(self) -> float:
        """Volume of the bounding box."""
        return float(np.prod(np.diff(self.problem.domain.bounding_box, axis=1)))


def given(problem: Problem, frequencies: Sequence[Sequence[float]] | None = None) -> Given:
    """Return what is found out about a problem, with frequencies detected if none are given.

    Raises
    ------
    BadProblem : nothing is known of the solution but its equation, an unknown parameter is read
        nowhere, or a condition does not read the solution.
    """
    stated = tuple(statements(problem))
    _check(problem, stated)
    if frequencies is None:
        noisy = [s for s in problem.sampled.values() if s.noise != 0.0]
        seen = noisy_frequencies(noisy[0]) if noisy else _detected(problem, stated)
    else:
        seen = [tuple(f) for f in frequencies]
    found = Given(problem, stated, Enrichment(problem), tuple(seen), FIRST[problem.dimension])
    return _fitting(replace(found, first=0) if found.is_loose else found)


def _check(problem: Problem, stated: Sequence[Statement]) -> None:
    if all(s.name.startswith("equation") for s in stated):
        raise BadProblem(
            f"nothing is known of the solution of '{problem.name}' but its equation.",
            "give conditions=(Condition(...),), periodic axes or observations",
        )


def _detected(problem: Problem, stated: Sequence[Statement]) -> list[tuple[float, ...]]:
    """Frequencies of the source and of the data of conditions, never of the solution."""
    sources = [
        (_source(problem, s), face)
        for s in stated
        if s.name != OBSERVED and not s.repeats
        for face in (s.faces or ("",))
    ]
    return seen_frequencies(problem, sources)


def _source(problem: Problem, statement: Statement) -> Function:
    """Minus what a statement leaves of no solution at all, as a function of points."""

    def values(points: Float[np.ndarray, "n d"]) -> Float[np.ndarray, " n"]:
        at = group(problem, statement, points, normals=np.zeros_like(points))
        zero = {name: np.zeros(len(points)) for name in statement.equation.derivatives}
        zero |= {PARAMETER + n: np.full(len(points), problem.theta[n]) for n in problem.unknowns}
        return -linearised(statement.equation, zero, at.x, at.known)[0]

    return values


def _fitting(found: Given) -> Given:
    """The problem with its first level low enough, frequencies left out where that is needed."""
    while _size(found) > found.largest and found.first > 0:
        found = replace(found, first=found.first - 1)
    lost = 0
    while _size(found) > found.largest and any(found.frequencies):
        worst = int(np.argmax([len(f) for f in found.frequencies]))
        kept = list(found.frequencies)
        kept[worst], lost = kept[worst][:-1], lost + 1
        found = replace(found, frequencies=tuple(kept))
    if not lost:
        return found
    warning = (
        f"{lost} of the frequencies that were detected are left out: with all of them there would "
        f"be more than {found.largest} unknowns."
    )
    return replace(found, warnings=(warning,))


def _size(found: Given) -> int:
    """Coefficients at the first level, about."""
    box = found.problem.domain.bounding_box
    pairs = zip(box, found.frequencies, strict=True)
    features = [level_features(e, f, found.first, loose=found.is_loose) for e, f in pairs]
    full = math.prod(f.count for f in features) * len(found.problem.fields)
    if any(f.carriers for f in features):
        return full
    return math.ceil(full * {1: 1.0, 2: math.pi / 4, 3: math.pi / 6}[len(features)])
