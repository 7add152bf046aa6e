"""Synthetic panel data: exact paths of a jump process, seen at the times of visits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from problems.parameters import at_least, positive
from sciml.errors import BadProblem
from sciml.jumps import JumpProcess, uniform_flips
from sciml.simulate_jumps import visits


def observed(
    process: JumpProcess,
    *,
    paths: int,
    points: int,
    t_end: float,
    seed: int,
    noise: float = 0.0,
    irregular: bool = False,
) -> JumpProcess:
    """Return a process with data of its own: `points` visits of each path from 0 to t_end.

    Parameters
    ----------
    process : whose rates are known.
    paths : how many subjects.
    points : visits of each; deaths that are seen exactly end a path earlier.
    seed : of paths, times and noise.
    noise : probability that a label is replaced by another state, any of them alike; where the
        process has a `misclassification` of its own, that is used instead.
    irregular : visits at 0 and at uniformly random times of each path, not on a regular grid.

    Raises
    ------
    BadProblem : fewer than 1 path or 2 points, a time that is not positive, a noise outside
        [0, 0.5], a negative seed.
    """
    name = process.name
    at_least(name, 1, paths=paths)
    at_least(name, 2, points=points)
    positive(name, t_end=t_end)
    at_least(name, 0, data_seed=seed)
    if not 0 <= noise <= 0.5:
        raise BadProblem(
            f"parameter 'noise' of '{name}' is {noise}.", "give a probability from 0 to 0.5"
        )
    if noise > 0 and process.misclassification is None:
        flips = uniform_flips(len(process.states), noise)
        process = replace(process, misclassification=flips)
    if irregular:
        rng = np.random.default_rng([seed, 1])
        inner = np.sort(rng.uniform(0.0, t_end, (paths, points - 1)), axis=1)
        data = visits(process, np.pad(inner, ((0, 0), (1, 0))), seed=seed)
    else:
        data = visits(process, np.linspace(0.0, t_end, points), paths, seed)
    return replace(process, data=data)
