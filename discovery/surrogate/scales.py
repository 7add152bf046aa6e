"""Units in which a network works: time and space in [-1, 1], states and rates of size one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from sciml.hidden import HiddenTermProblem
from sciml.records import Records


@dataclass(frozen=True, eq=False)
class Scales:
    """The scales of one problem's data.

    Attributes
    ----------
    middle, half : of each coordinate, t first [d].
    mean, spread : of each state (of its logarithm where it is positive) [s].
    rate : size of each state's time derivative [s].
    centre, width : of each input of each hidden term, as one array a term.
    """

    middle: Float[np.ndarray, " d"]
    half: Float[np.ndarray, " d"]
    mean: Float[np.ndarray, " s"]
    spread: Float[np.ndarray, " s"]
    rate: Float[np.ndarray, " s"]
    centre: tuple[Float[np.ndarray, " i"], ...]
    width: tuple[Float[np.ndarray, " i"], ...]


def scales(problem: HiddenTermProblem, records: Records) -> Scales:
    """Return the scales of a problem's data; a state that was never observed gets mean 0, size 1
    of the observed ones.
    """
    points = np.concatenate([e.points for e in records.experiments])
    lower, upper = points.min(axis=0), points.max(axis=0)
    for i, axis in enumerate(problem.space):
        lower[i + 1], upper[i + 1] = problem.bounds[axis]
    half = np.maximum(0.5 * (upper - lower), 1e-300)
    mean, spread, size = [], [], []
    for i, state in enumerate(problem.states):
        values = records.of_state(i)
        if not len(values):
            mean.append(np.nan)
            spread.append(np.nan)
            size.append(np.nan)
            continue
        size.append(float(np.std(values)) or 1.0)
        shown = np.log(values) if state in problem.positive else values
        mean.append(float(np.mean(shown)))
        spread.append(float(np.std(shown)) or 1.0)
    seen = np.isfinite(np.array(spread))
    means = np.where(seen, mean, np.nanmean(mean))
    spreads = np.where(seen, spread, np.nanmean(spread))
    sizes = np.where(seen, size, np.nanmean(size))
    centre, width = [], []
    for term in problem.hidden:
        pairs = [_input(problem, name, lower, half, means, sizes, records) for name in term.inputs]
        centre.append(np.array([p[0] for p in pairs]))
        width.append(np.array([p[1] for p in pairs]))
    return Scales(
        0.5 * (lower + upper), half, means, spreads, sizes / half[0], tuple(centre), tuple(width)
    )


def _input(
    problem: HiddenTermProblem,
    name: str,
    lower: np.ndarray,
    half: np.ndarray,
    means: np.ndarray,
    sizes: np.ndarray,
    records: Records,
) -> tuple[float, float]:
    """Centre and width of one input of a hidden term."""
    if name in problem.axes:
        i = problem.axes.index(name)
        return float(lower[i] + half[i]), float(half[i])
    derivative = problem.derivative(name)
    if derivative is not None:
        state, orders = derivative
        width = sizes[problem.states.index(state)]
        for i, order in enumerate(orders):
            width = width * (3.0 / half[i + 1]) ** order
        return 0.0, float(width)
    i = problem.states.index(name)
    values = records.of_state(i)
    return (float(np.mean(values)) if len(values) else float(means[i])), float(2 * sizes[i])
