"""Where the residuals of a hidden-term PINN are evaluated: data, collocation points, walls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float
from scipy.stats import qmc

from discovery.surrogate.model import Points, records_arrays
from discovery.surrogate.scales import Scales
from sciml.hidden import HiddenTermProblem
from sciml.records import Records

KINDS = {"value": 1, "flux": 2}


def points(
    problem: HiddenTermProblem, records: Records, scales: Scales, collocation: int, seed: int
) -> Points:
    """Return the points of a problem: equally spaced times, or a Sobol sequence in time and space.

    Parameters
    ----------
    collocation : number of collocation points of each experiment.
    seed : of the Sobol sequence.
    """
    chosen, owners = [], []
    for i, experiment in enumerate(records.experiments):
        lower, upper = corners(problem, experiment.points)
        if problem.space:
            unit = qmc.Sobol(len(lower), seed=seed + i).random(
                int(2 ** np.ceil(np.log2(collocation)))
            )[:collocation]
        else:
            unit = np.linspace(0, 1, collocation)[:, None]
        chosen.append(lower + unit * (upper - lower))
        owners.append(np.full(collocation, i))
    walls, walls_of, kinds, normal = _walls(problem, records)
    return Points(
        **records_arrays(problem, records, scales),
        collocation=np.concatenate(chosen),
        collocation_of=np.concatenate(owners),
        walls=walls,
        walls_of=walls_of,
        kinds=kinds,
        normal=normal,
    )


def corners(
    problem: HiddenTermProblem, at: Float[np.ndarray, "n d"]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners of the box of an experiment: its times, and the problem's space."""
    lower, upper = at.min(axis=0), at.max(axis=0)
    for i, axis in enumerate(problem.space):
        lower[i + 1], upper[i + 1] = problem.bounds[axis]
    return lower, upper


def moved(found: Points, where: Float[np.ndarray, "c d"], owners: np.ndarray) -> Points:
    """Return the points with other collocation points."""
    return replace(found, collocation=where, collocation_of=owners)


def _walls(
    problem: HiddenTermProblem, records: Records
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Points on the walls about which something is said, 24 a wall and experiment."""
    where, owners, kinds, normal = [], [], [], []
    for i, experiment in enumerate(records.experiments):
        lower, upper = corners(problem, experiment.points)
        for face, said in problem.walls.items():
            axis, _, side = face.partition(":")
            number = problem.axes.index(axis)
            unit = qmc.Sobol(len(lower), seed=number).random(32)[:24]
            at = lower + unit * (upper - lower)
            at[:, number] = lower[number] if side == "lower" else upper[number]
            where.append(at)
            owners.append(np.full(len(at), i))
            row = [KINDS.get(said.get(s, ""), 0) for s in problem.states]
            kinds.append(np.tile(row, (len(at), 1)))
            normal.append(np.full(len(at), number))
    if not where:
        none = np.zeros((0, len(problem.axes)))
        return none, np.zeros(0, int), np.zeros((0, len(problem.states)), int), np.zeros(0, int)
    return (
        np.concatenate(where),
        np.concatenate(owners),
        np.concatenate(kinds),
        np.concatenate(normal),
    )
