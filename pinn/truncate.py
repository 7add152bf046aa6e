"""A finite box for a problem on the line, chosen by the WKB action of the forbidden regions.

A bound state of energy E decays beyond its outer turning point like exp(-A),
A(x) = ∫ sqrt((V - E) / kinetic) dx. Cutting where A = 20 changes E by about exp(-40). The energies
that this needs come from a coarse finite-element solution on boxes that double in size, so the
user gives no guess (Landau & Lifshitz, *Quantum Mechanics*, sections 46-47 for the action).
"""

from __future__ import annotations

import math

import numpy as np

from pinn.coarse import (
    Coarse,
    Scan,
    coarse_solution,
    natural_length,
    rough_points,
    scan,
    scan_interval,
)
from sciml.domain import Box
from sciml.errors import NoBoundState
from sciml.problem import EigenProblem

ACTION = 20.0
"""depth of the forbidden region kept on each open side"""
DECADES = range(-12, 13)
"""powers of ten of the lengths on which an open domain is scanned"""
GROWTH = 60
"""doublings after which the search for a box is given up"""


def _scan_open(problem: EigenProblem, lower: float, upper: float) -> Scan:
    """V on all scales around the origin (or the finite end) and around every declared point."""
    origin = lower if math.isfinite(lower) else upper if math.isfinite(upper) else 0.0
    unit = np.linspace(-1.0, 1.0, 4000)  # an even number: never the origin itself
    samples = [origin + 10.0**power * unit for power in DECADES]
    steps = np.logspace(DECADES[0], DECADES[-1], 400)
    for c in rough_points(problem):
        samples += [c - steps, c + steps]
    return scan(problem, np.concatenate(samples))


def _centre(problem: EigenProblem, seen: Scan) -> float:
    """Where V is lowest in a scan, or the singular point it falls to; before both, a delta.

    Of several attractive deltas the strongest is taken.
    """
    attractive = [(s, c) for c, s in problem.deltas if s < 0]
    if attractive:
        return min(attractive)[1]
    v = seen.potential
    bottom = seen.x[np.argmin(v)]
    for c in problem.singular:
        if bottom == seen.x[np.argmin(np.abs(seen.x - c))]:
            return float(c)
    lowest = seen.x[v <= v.min() + 1e-12 * abs(v.min())]
    return float(lowest[np.argmin(np.abs(lowest - np.median(lowest)))])


def _first_reach(problem: EigenProblem, seen: Scan, centre: float) -> float:
    """A first length of the box on each open side: the natural one, or that of a delta.

    A delta of strength s matters over kinetic / |s|. Declared points lie inside.
    """
    span = max((abs(p - centre) for p in rough_points(problem)), default=0.0)
    lengths = [natural_length(np.abs(seen.x - centre), seen.potential, problem.kinetic)]
    lengths += [problem.kinetic / abs(s) for _, s in problem.deltas if s]
    length = min(lengths)
    return 2 * max(span, length if math.isfinite(length) else 1.0)


def _grow(problem: EigenProblem, seen: Scan, centre: float, states: int) -> tuple[Coarse, int]:
    """The coarse solution on a box grown until every state is deep in the forbidden regions.

    Each open side doubles until its own action suffices; then the box is widened to every
    scanned point outside where a state of these energies could live too. Also returned: how many
    states are bound.
    """
    lower, upper = problem.domain.bounding_box[0]
    reach = [_first_reach(problem, seen, centre)] * 2
    most: list[bool] = []
    for _ in range(GROWTH):
        a = lower if math.isfinite(lower) else centre - reach[0]
        b = upper if math.isfinite(upper) else centre + reach[1]
        known = (seen, scan_interval(problem, a, b))
        coarse = coarse_solution(problem, a, b, centre, states, known=known)
        actions = [coarse.actions(e, problem.kinetic) for e in coarse.energies]
        deep_left = [math.isfinite(lower) or left[0] >= ACTION for _, left in actions]
        deep_right = [math.isfinite(upper) or right[-1] >= ACTION for right, _ in actions]
        bound = [bool(left and right) for left, right in zip(deep_left, deep_right, strict=True)]
        most = max(most, bound, key=sum)
        if sum(bound) == states:
            allowed = seen.x[seen.potential < coarse.energies[-1]]
            missed = allowed[(allowed < a) | (allowed > b)]
            if not len(missed):
                break
            reach[0] = max(reach[0], 1.1 * (centre - missed[0]))
            reach[1] = max(reach[1], 1.1 * (missed[-1] - centre))
            most = []
        else:
            reach = [
                r if all(deep) else 2 * r
                for r, deep in zip(reach, (deep_left, deep_right), strict=True)
            ]
    return coarse, sum(most)


def truncated(problem: EigenProblem, states: int) -> tuple[Box, Coarse]:
    """Return a finite box that holds the lowest `states` bound states, and a coarse solution on it.

    A box that is finite already is returned as it is. The coarse solution has one state more.

    Raises
    ------
    NoBoundState : fewer bound states exist below the continuum.
    BadProblem : the potential is NaN somewhere.
    """
    assert isinstance(problem.domain, Box)
    (axis,) = problem.domain.axes
    lower, upper = problem.domain.bounding_box[0]
    if problem.is_bounded:
        seen = scan_interval(problem, lower, upper)
        centre = _centre(problem, seen)
        return problem.domain, coarse_solution(
            problem, lower, upper, centre, states + 1, known=(seen,)
        )
    seen = _scan_open(problem, lower, upper)
    centre = _centre(problem, seen)
    coarse, count = _grow(problem, seen, centre, states)
    if count < states:
        raise NoBoundState(
            f"'{problem.name}' has {count or 'no'} bound state{'s' * (count > 1)} below the "
            f"continuum, and {states} {'was' if states == 1 else 'were'} asked for.",
            f"ask for states <= {count}" if count else "deepen or widen the well",
        )
    right, left = coarse.actions(coarse.energies[states - 1], problem.kinetic)
    if not math.isfinite(upper):
        upper = float(coarse.x[np.argmax(right >= ACTION)])
    if not math.isfinite(lower):
        lower = float(coarse.x[len(left) - 1 - np.argmax(left[::-1] >= ACTION)])
    known = (seen, scan_interval(problem, lower, upper))
    return Box({axis: (lower, upper)}), coarse_solution(
        problem, lower, upper, centre, states + 1, known=known
    )
