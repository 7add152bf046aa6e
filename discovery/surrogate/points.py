"""Where the residuals of a hidden-term PINN are evaluated: data, collocation points, walls."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy.stats import qmc

from discovery.surrogate.clock import reached
from discovery.surrogate.scales import Scales
from sciml.hidden import HiddenTermProblem
from sciml.records import Experiment, Records

KINDS = {"value": 1, "flux": 2}
WALL_POINTS = 24


class Observed(NamedTuple):
    """The data, in units of each state's spread; every experiment is padded to the longest.

    Attributes
    ----------
    points : where [e, n, d].
    values, seen : what was measured (0 where it was not), and 1 where it was [e, n, s].
    given : standard deviations, NaN where they are not given [e, n, s].
    """

    points: Float[np.ndarray, "e n d"]
    values: Float[np.ndarray, "e n s"]
    seen: Float[np.ndarray, "e n s"]
    given: Float[np.ndarray, "e n s"]


class Walls(NamedTuple):
    """Points on the walls about which something is said.

    Attributes
    ----------
    points : where [e, w, d].
    kinds : of each state 0 (free), 1 (vanishes) or 2 (its normal derivative does) [w, s].
    normal : the axis of space across the wall, counted from 0 [w].
    """

    points: Float[np.ndarray, "e w d"]
    kinds: Int[np.ndarray, "w s"]
    normal: Int[np.ndarray, " w"]


def observed(records: Records, of: Scales) -> Observed:
    """Return the data as arrays."""
    longest = max(len(e.points) for e in records.experiments)
    rows = [_padded(e, of, longest) for e in records.experiments]
    return Observed(*(np.stack([r[i] for r in rows]) for i in range(4)))


def _padded(experiment: Experiment, of: Scales, longest: int) -> tuple[np.ndarray, ...]:
    values, seen = experiment.values, experiment.observed
    noise = np.full(values.shape, np.nan) if experiment.noise is None else experiment.noise
    with np.errstate(invalid="ignore", divide="ignore"):
        seen = seen & ~(of.positive & (values <= 0))
        shown = np.where(of.positive, np.log(values), values)
        noise = np.where(of.positive, noise / values, noise)
    found = (
        experiment.points,
        np.where(seen, (shown - of.mean) / of.spread, 0.0),
        seen.astype(float),
        np.where(seen, noise / of.spread, np.nan),
    )
    more = longest - len(values)
    fill: tuple[Any, ...] = (experiment.points[-1:], np.zeros(values[:1].shape), 0.0, np.nan)
    return tuple(
        np.concatenate([a, np.broadcast_to(f, (more, *a.shape[1:]))])
        for a, f in zip(found, fill, strict=True)
    )


def corners(
    problem: HiddenTermProblem, experiment: Experiment
) -> tuple[Float[np.ndarray, " d"], Float[np.ndarray, " d"]]:
    """Return the corners of the box of an experiment: its times, and the problem's space."""
    lower, upper = experiment.points.min(axis=0), experiment.points.max(axis=0)
    for i, axis in enumerate(problem.space):
        lower[i + 1], upper[i + 1] = problem.bounds[axis]
    return lower, upper


def collocation(
    problem: HiddenTermProblem, records: Records, of: Scales, count: int, seed: int
) -> Float[np.ndarray, "e c d"]:
    """Return times equally spaced on the clock, or points of a Sobol sequence in time and space."""
    found = []
    for i, experiment in enumerate(records.experiments):
        lower, upper = corners(problem, experiment)
        if problem.space:
            unit = _sobol(len(lower), count, seed + i)
        else:
            unit = reached(np.linspace(0, 1, count), of.onset)[:, None]
        found.append(lower + unit * (upper - lower))
    return np.stack(found)


def _sobol(dimensions: int, count: int, seed: int) -> Float[np.ndarray, "n d"]:
    """The first points of a scrambled Sobol sequence in the unit cube."""
    power = int(np.ceil(np.log2(max(count, 2))))
    return np.asarray(qmc.Sobol(dimensions, seed=seed).random_base2(power)[:count])


def walls(problem: HiddenTermProblem, records: Records) -> Walls:
    """Return the points on the walls about which something is said, 24 a wall."""
    where, kinds, normal = [], [], []
    for face, said in problem.walls.items():
        axis, _, side = face.partition(":")
        number = problem.axes.index(axis)
        row = []
        for i, experiment in enumerate(records.experiments):
            lower, upper = corners(problem, experiment)
            at = lower + _sobol(len(lower), WALL_POINTS, number + i) * (upper - lower)
            at[:, number] = lower[number] if side == "lower" else upper[number]
            row.append(at)
        where.append(np.stack(row))
        kind = [KINDS.get(said.get(s, ""), 0) for s in problem.states]
        kinds.append(np.tile(kind, (WALL_POINTS, 1)))
        normal.append(np.full(WALL_POINTS, number - 1))
    if not where:
        none = np.zeros((len(records.experiments), 0, len(problem.axes)))
        return Walls(none, np.zeros((0, len(problem.states)), int), np.zeros(0, int))
    return Walls(np.concatenate(where, 1), np.concatenate(kinds), np.concatenate(normal))
