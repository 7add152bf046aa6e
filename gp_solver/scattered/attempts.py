"""Where Gauss-Newton starts at the first level: likely places first, others if those fail."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float

from gp_solver.scattered.space import Space

RELAXED = (1.0, 1e-1, 1e-2, 1e-3)
"""noise of exact data, relative to their scale, on the way from a first guess: the solution
follows the measurements before it has to obey the equation"""
FACTORS, RANDOM = (0.1, 10.0), 3
"""multiples of the first guesses of parameters, and number of random functions, to start from"""


def attempts(
    space: Space, z: Float[np.ndarray, " m"], *, size: float, seed: int
) -> Iterator[tuple[Sequence[float], Float[np.ndarray, " m"]]]:
    """Return pairs: noise of exact data on the way, and coefficients to start from.

    Parameters
    ----------
    z : no solution, and the first guesses of parameters.
    size : of the solution, about.
    """
    ways: list[Sequence[float]] = [(), RELAXED]
    if space.problem.observations is not None:
        ways.reverse()
    for way in ways:
        yield way, z
    columns = list(space.parameters.values())
    for factor in FACTORS if columns else ():
        moved = z.copy()
        moved[columns] *= factor
        yield RELAXED, moved
    rng = np.random.default_rng(seed)
    for _ in range(RANDOM):
        yield RELAXED, z + size * _smooth_function(space, rng)


def _smooth_function(space: Space, rng: np.random.Generator) -> Float[np.ndarray, " m"]:
    """Random coefficients of low functions, of a field of size about one."""
    degree = np.sqrt(np.sum([i.astype(float) ** 2 for i in space.index], axis=0))
    volume = np.prod(np.diff(space.problem.domain.bounding_box, axis=1))
    found = np.zeros(space.count)
    for name in space.problem.fields:
        start = space.columns(name).start
        draw = rng.standard_normal(space.products) * np.exp(-degree / 2)
        found[start : start + space.products] = draw * math.sqrt(volume)
    return found
