"""What follows from rates: laws, times and entropy production, for one matrix or many at once.

Leading axes are kept, so that draws [S, n, n] of a posterior go through together. Times are in
the unit of 1/rate.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from sciml import jump_laws
from sciml.errors import BadData
from sciml.jump_laws import closed, occupancy, reachable, transitions
from sciml.visits import Visits

__all__ = [
    "entropy_production",
    "hellinger",
    "histogram",
    "holding_times",
    "jump_probabilities",
    "mfpt",
    "occupancy",
    "relaxation_times",
    "slowest",
    "stationary",
    "transitions",
]


def stationary(
    rates: Float[np.ndarray, "*b n n"], initial: Float[np.ndarray, "*c n"] | None = None
) -> Float[np.ndarray, "*d n"]:
    """Return the law as t → ∞; `initial` is the law at t = 0, uniform by default.

    The law at the start matters only where several classes of states are never left.
    """
    n = rates.shape[-1]
    return jump_laws.stationary(rates, np.full(n, 1 / n) if initial is None else initial)


def holding_times(rates: Float[np.ndarray, "*b n n"]) -> Float[np.ndarray, "*b n"]:
    """Return for how long each state is held on average, infinite for absorbing ones."""
    exits = -np.diagonal(rates, axis1=-2, axis2=-1)
    return np.divide(1.0, exits, out=np.full(exits.shape, np.inf), where=exits > 0)


def jump_probabilities(rates: Float[np.ndarray, "*b n n"]) -> Float[np.ndarray, "*b n n"]:
    """Return where a jump out of i leads: q_ij / Σ q_ik, zero rows for absorbing states."""
    onward = _jumps(rates)
    exits = onward.sum(-1, keepdims=True)
    return np.divide(onward, exits, out=np.zeros(onward.shape), where=exits > 0)


def relaxation_times(rates: Float[np.ndarray, "*b n n"]) -> Float[np.ndarray, "*b m"]:
    """Return −1 / Re λ of the eigenvalues λ that are not 0, slowest first.

    There is a zero eigenvalue for each class of states that is never left. Where matrices have
    different numbers of classes, rows are filled up with NaN at their ends. A pair of complex
    eigenvalues gives its time twice.
    """
    decay = np.maximum(np.sort(-np.linalg.eigvals(rates).real, axis=-1), 0.0)
    reach = reachable(rates > 0)
    classes = np.rint(np.sum(closed(reach) / reach.sum(-1), axis=-1)).astype(int)
    n = rates.shape[-1]
    with np.errstate(divide="ignore"):
        times = 1.0 / decay
    place = np.minimum(np.arange(n) + classes[..., None], n - 1)
    times = np.take_along_axis(times, place, -1)
    times[np.arange(n) >= n - classes[..., None]] = np.nan
    return times[..., : n - int(classes.min(initial=n))]


def slowest(rates: Float[np.ndarray, "*b n n"]) -> Float[np.ndarray, "*b"] | float:
    """Return the longest relaxation time, infinite where nothing relaxes."""
    times = relaxation_times(rates)
    if not times.shape[-1]:
        return np.full(times.shape[:-1], np.inf)
    return np.where(np.isnan(times[..., 0]), np.inf, times[..., 0])


def mfpt(rates: Float[np.ndarray, "*b n n"]) -> Float[np.ndarray, "*b n n"]:
    """Return mean first-passage times: from i until j is first entered, 0 on the diagonal.

    Infinite where j is not reached for sure.
    """
    n = rates.shape[-1]
    eye = np.eye(n, dtype=bool)
    to = ~eye  # [target, from]: the target is never left
    stopped = (_jumps(rates) > 0)[..., None, :, :] & to[:, :, None]
    reach = reachable(stopped)  # [..., target, from, to]
    sure = reach[..., np.arange(n), :, np.arange(n)]  # the target comes first here
    sure = np.moveaxis(sure, 0, -2)
    lost = np.any(reach & ~sure[..., None, :], axis=-1)
    solved = ~lost & to
    unit = np.max(-np.diagonal(rates, axis1=-2, axis2=-1), axis=-1)[..., None, None]
    scaled = np.divide(rates, unit, out=np.zeros(rates.shape), where=unit > 0)
    matrix = np.where(solved[..., None], scaled[..., None, :, :], eye)
    right = np.where(solved, -1.0, 0.0)[..., None]
    times = np.where(solved, np.linalg.solve(matrix, right)[..., 0], 0.0)
    times = np.divide(times, unit, out=np.zeros(times.shape), where=unit > 0)
    return np.swapaxes(np.where(lost, np.inf, times), -1, -2)


def entropy_production(
    rates: Float[np.ndarray, "*b n n"], initial: Float[np.ndarray, "*c n"] | None = None
) -> Float[np.ndarray, "*d"] | float:
    """Return the entropy produced per unit time in the stationary state, k_B = 1.

    The sum over pairs of (π_i q_ij − π_j q_ji) ln(π_i q_ij / π_j q_ji): 0 in detailed balance,
    infinite where a link that is used has no way back (Schnakenberg, Rev. Mod. Phys. 48, 571
    (1976)). `initial` as in `stationary`.
    """
    law = stationary(rates, initial)
    flow = law[..., :, None] * _jumps(rates)
    back = np.swapaxes(flow, -1, -2)
    both = (flow > 0) & (back > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(both, (flow - back) * (np.log(flow) - np.log(back)), 0.0)
    terms[(flow > 0) != (back > 0)] = np.inf
    return 0.5 * terms.sum((-1, -2))


def hellinger(
    p: Float[np.ndarray, "*b n"], q: Float[np.ndarray, "*c n"]
) -> Float[np.ndarray, "*d"] | float:
    """Return the Hellinger distance of laws, √(½ Σ (√p − √q)²), from 0 to 1."""
    gaps = np.sqrt(np.asarray(p, float)) - np.sqrt(np.asarray(q, float))
    return np.sqrt(0.5 * np.sum(gaps**2, axis=-1))


def histogram(visits: Visits) -> tuple[Float[np.ndarray, " T"], Float[np.ndarray, "T n"]]:
    """Return all times of visits, sorted, and how often each state was seen then.

    The mean of `hellinger` over the times compares two sets of paths, or paths and `occupancy`.

    Raises
    ------
    BadData : hardly two paths were visited at a same time.
    """
    times, which = np.unique(visits.times, return_inverse=True)
    if visits.paths > 1 and len(times) > len(visits.times) // 2:
        raise BadData("the paths were visited at times of their own.", "give paths on one grid")
    n = len(visits.states)
    counts = np.bincount(which * n + visits.labels, minlength=len(times) * n).reshape(-1, n)
    return times, counts / counts.sum(1, keepdims=True)


def _jumps(rates: Float[np.ndarray, "*b n n"]) -> Float[np.ndarray, "*b n n"]:
    """The rates off the diagonal."""
    return np.where(np.eye(rates.shape[-1], dtype=bool), 0.0, rates)
