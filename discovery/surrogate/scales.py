"""Units in which the networks work: time and space in [-1, 1], states and rates of size one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from discovery.surrogate.clock import onset
from sciml.hidden import HiddenTermProblem
from sciml.records import Records


@dataclass(frozen=True, eq=False)
class Scales:
    """The scales of one problem's data.

    Attributes
    ----------
    middle, half : of each coordinate, t first [d].
    mean, spread : of each state, of its logarithm where it is positive [s].
    positive : which states are modelled as logarithms [s].
    onset : duration of a transient at the start over the whole, infinity where there is none.
    """

    middle: Float[np.ndarray, " d"]
    half: Float[np.ndarray, " d"]
    mean: Float[np.ndarray, " s"]
    spread: Float[np.ndarray, " s"]
    positive: np.ndarray
    onset: float = float("inf")

    def pace(self, time: Any) -> Any:
        """Return how fast the networks' clock runs at a time, 1 on average."""
        if not np.isfinite(self.onset):
            return 1.0
        since = (time - self.middle[0]) / (2 * self.half[0]) + 0.5
        return 1 / (np.log1p(1 / self.onset) * (self.onset + since))


class Units(NamedTuple):
    """What the hidden networks and the residuals are measured in, once the data are fitted.

    Attributes
    ----------
    rate : size of each state's rate [s], an array as all others.
    size : size of each hidden term [m].
    centre, width : of the inputs of each hidden term, one array a term.
    """

    rate: Any
    size: Any
    centre: tuple[Any, ...]
    width: tuple[Any, ...]


def scales(problem: HiddenTermProblem, records: Records) -> Scales:
    """Return the scales of the data; a state that was never observed gets those of the others."""
    points = np.concatenate([e.points for e in records.experiments])
    lower, upper = points.min(axis=0), points.max(axis=0)
    for i, axis in enumerate(problem.space):
        lower[i + 1], upper[i + 1] = problem.bounds[axis]
    positive = np.array([s in problem.positive for s in problem.states])
    mean, spread = (np.full(len(problem.states), np.nan) for _ in range(2))
    for i in range(len(problem.states)):
        values = records.of_state(i)
        if len(values):
            shown = np.log(np.maximum(values, 1e-300)) if positive[i] else values
            mean[i] = np.mean(shown)
            spread[i] = np.std(shown) or max(abs(float(mean[i])), 1e-12)
    seen = np.isfinite(spread)
    if not seen.all():
        mean = np.where(seen, mean, np.mean(mean[seen]) if seen.any() else 0.0)
        spread = np.where(seen, spread, np.mean(spread[seen]) if seen.any() else 1.0)
    half = np.maximum(0.5 * (upper - lower), 1e-300)
    start = float("inf") if problem.space else onset(records)
    return Scales(0.5 * (lower + upper), half, mean, spread, positive, start)


def first_units(problem: HiddenTermProblem, of: Scales) -> Units:
    """Return units of the right shapes, before anything is fitted."""
    return Units(
        np.asarray(of.spread / of.half[0]),
        np.ones(len(problem.hidden)),
        tuple(np.zeros(len(h.inputs)) for h in problem.hidden),
        tuple(np.ones(len(h.inputs)) for h in problem.hidden),
    )


def units(
    problem: HiddenTermProblem,
    of: Scales,
    found: Mapping[str, np.ndarray],
    known: Float[np.ndarray, "n s"],
) -> Units:
    """Return the units that a fit of the data suggests, robust against fronts and bad slopes.

    Parameters
    ----------
    found : states, derivatives and coordinates at many points, by name [n].
    known : the known part of every state's rate there.
    """
    slopes = np.stack([found[f"{s}_t"] for s in problem.states], 1)
    pace = np.broadcast_to(of.pace(found["t"]), found["t"].shape)[:, None]
    slowest = 0.1 * _width_of_states(of) / of.half[0]
    rate = np.maximum(_size(slopes / pace), slowest)
    missing = _size(slopes - known)
    size = []
    for term in problem.hidden:
        own = [missing[problem.states.index(s)] / abs(f) for s, f in term.factors.items() if f]
        least = [0.2 * rate[problem.states.index(s)] / abs(f) for s, f in term.factors.items() if f]
        size.append(max(max(own), max(least)))
    centre, width = [], []
    for term in problem.hidden:
        samples = np.stack([found[n] for n in term.inputs], 1)
        derivative = np.array([problem.derivative(n) is not None for n in term.inputs])
        middle = np.where(derivative, 0.0, np.mean(samples, axis=0))
        centre.append(middle)
        width.append(np.maximum(_size(samples - middle), 1e-12 + 1e-9 * np.abs(middle)))
    return Units(rate, np.array(size), tuple(centre), tuple(width))


def _width_of_states(of: Scales) -> Any:
    """Standard deviation of each state, roughly, where it is modelled as a logarithm."""
    return np.where(of.positive, np.exp(of.mean) * np.minimum(of.spread, 1.0), of.spread)


def _size(values: Float[np.ndarray, "n k"]) -> Float[np.ndarray, " k"]:
    """Root mean square of each column without its tenth of largest values, never 0."""
    sorted_ = np.sort(np.abs(values), axis=0)
    kept = sorted_[: max(1, int(np.ceil(0.9 * len(values))))]
    return 1.25 * np.sqrt(np.mean(kept**2, axis=0)) + 1e-12
