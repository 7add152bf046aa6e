"""A start without any network: splines through the data, and experiments cut into short ones.

Where a solution is long and violent, a law that is slightly wrong loses its phase and no fit from
there finds back. Cut into segments, each with an initial state of its own, the same data can be
followed (multiple shooting: H. G. Bock, 1983); the dictionary is then regressed in integral form on
splines through the data, whose derivatives are never taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.interpolate import CubicSpline, make_smoothing_spline

from discovery.ranking.reference import Reference, cells, grid, linearised
from discovery.ranking.space import Ordinary
from discovery.ranking.target import Target
from sciml.hidden import HiddenTermProblem
from sciml.records import Experiment, Records

SEGMENT = 8
"""intervals of a segment, about"""


def cut(records: Records, segment: int = SEGMENT) -> Records:
    """Return the records with every experiment cut into segments that share their end points."""
    short = []
    for e in records.experiments:
        count = max(1, round((len(e.times) - 1) / segment))
        ends = np.round(np.linspace(0, len(e.times) - 1, count + 1)).astype(int)
        for a, b in zip(ends[:-1], ends[1:], strict=True):
            rows = slice(int(a), int(b) + 1)
            noise = None if e.noise is None else e.noise[rows]
            short.append(replace(e, points=e.points[rows], values=e.values[rows], noise=noise))
    return Records(tuple(short), records.source)


def splines(problem: HiddenTermProblem, experiment: Experiment) -> list[Any] | None:
    """Return a smoothing spline of every state, or None where one has too few values for it."""
    found = []
    for i in range(len(problem.states)):
        seen = experiment.observed[:, i]
        times, values = experiment.times[seen], experiment.values[seen, i]
        if len(times) < 6 or np.any(np.diff(times) <= 0):
            return None
        smooth = make_smoothing_spline(times, values)
        rough = CubicSpline(times, values)
        left = np.std(values - smooth(times)) / max(float(np.std(values)), 1e-300)
        found.append(rough if left > 0.3 else smooth)
    return found


def target(
    problem: HiddenTermProblem, records: Records, sigma: Float[np.ndarray, " s"], asked: bool
) -> tuple[Target, list[Reference]] | None:
    """Return the problem on segments, linearised along splines; None where there are too few data.

    Parameters
    ----------
    records : whole experiments.
    sigma : standard deviation of each state's measurements.
    """
    spaces, starts, curves, segments = [], [], [], []
    for e in records.experiments:
        smooth = splines(problem, e)
        if smooth is None:
            return None
        for part in cut(Records((e,))).experiments:
            begin = float(part.times[0])
            space = Ordinary(problem, part, begin)
            spaces.append(space)
            segments.append(part)
            curves.append(smooth)
            starts.append(space.parameters(np.array([float(s(begin)) for s in smooth])))
    aim = Target(
        problem,
        Records(tuple(segments), records.source),
        sigma,
        tuple(spaces),
        tuple(starts),
        asked,
    )
    made = [_along(aim, i, smooth) for i, smooth in enumerate(curves)]
    return aim, made


def _along(aim: Target, index: int, smooth: Sequence[Any]) -> Reference:
    """The reference of one segment: the splines, and the hidden terms that they imply."""
    problem, space = aim.problem, aim.spaces[index]
    times, at = grid(space.times, max(40, cells(aim) // len(aim.spaces)))
    middles = 0.5 * (times[1:] + times[:-1])
    states = np.stack([s(times) for s in smooth], 1)
    slopes = np.diff(states, axis=0) / np.diff(times)[:, None]
    own = aim.records.experiments[index].params
    between = 0.5 * (states[1:] + states[:-1])
    quantities = {**problem.params, **own, "t": middles[:, None]}
    quantities |= {s: between[:, i : i + 1] for i, s in enumerate(problem.states)}
    known = aim.rates.of(quantities, [0.0] * len(problem.hidden))
    rest = slopes - np.hstack([np.broadcast_to(k, (len(middles), 1)) for k in known])
    factors = np.array([[h.factors.get(s, 0.0) for s in problem.states] for h in problem.hidden])
    implied = rest @ np.linalg.pinv(factors)

    def hidden(at_quantities: dict[str, Any]) -> Sequence[Any]:
        t = np.asarray(at_quantities["t"], float)
        zero = 0.0 * at_quantities[problem.states[0]]
        return [np.interp(t, middles, implied[:, m]) + zero for m in range(len(problem.hidden))]

    free = tuple(problem.params[n] for n in problem.free)
    return linearised(aim, index, times, at, states, hidden, free, aim.starts[index])
