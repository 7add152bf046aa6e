"""The last steps to a maximum: rates that are 0 are found out, and Newton finishes.

The likelihood is smooth in a rate down to 0, and its maximum is often there; in the logarithm
of the rate that end is flat. So small rates are moved by their slope per expected jump, and
where the likelihood is not concave in logarithms, Newton steps are taken in the rates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from mjp.likelihood.climb import at_bound, climb, climb_whitened
from mjp.likelihood.model import Model
from mjp.likelihood.objective import Objective, information

GLANCE, CLIMB = 10, 30
"""most iterations from each start, and of the best one before it is whitened"""
ROUNDS = 6
"""most times that the curvature is computed"""
NEVER = 0.05
"""expected events below which a rate or a misreport may be 0"""
SLOPE = 1e-3
"""gain in log-likelihood per expected event above which it is not"""
FLAT = 1e-5
"""largest expected gain in log-likelihood still to be had at a converged estimate"""


@dataclass(frozen=True, eq=False)
class Maximum:
    """Where an objective is largest.

    Attributes
    ----------
    theta : the place, [p].
    covariance : inverse of the curvature there, 0 for pinned parameters, [p, p]; None where
        it has none.
    pinned : parameters at a bound, [p].
    converged : whether a further step promises no more than FLAT.
    """

    theta: Float[np.ndarray, " p"]
    covariance: Float[np.ndarray, "p p"] | None
    pinned: Bool[np.ndarray, " p"]
    converged: bool


def maximum(objective: Objective, starts: Sequence[Float[np.ndarray, " p"]]) -> Maximum:
    """Return the maximum: all starts climb a little, the highest goes on and is settled."""
    theta = starts[0]
    if len(starts) > 1:
        theta = max((climb(objective, s, GLANCE) for s in starts), key=lambda found: found[0])[1]
    _, theta = climb(objective, theta, CLIMB)
    return settle(objective, climb_whitened(objective, theta))


def near_maximum(objective: Objective, start: Float[np.ndarray, " p"]) -> Maximum:
    """Return the maximum from a start that is near it, with few evaluations."""
    return settle(objective, climb(objective, start, GLANCE)[1])


def settle(objective: Objective, theta: Float[np.ndarray, " p"]) -> Maximum:
    """Return the maximum next to theta, which is near it."""
    covariance, gain = None, np.inf
    for _ in range(ROUNDS):
        theta = vanish(objective, theta)
        pinned = at_bound(objective.model, theta)
        free = np.flatnonzero(~pinned)
        _, gradient = objective(theta)
        curvature = information(objective, theta, gradient, free)
        inverse = _inverse(curvature)
        if inverse is None:
            theta = _rate_step(objective, theta, gradient, curvature, free)
            continue
        moved, gain = _newton(objective, theta, inverse, free)
        covariance = np.zeros((len(theta), len(theta)))
        covariance[np.ix_(free, free)] = inverse
        if gain < FLAT:
            return Maximum(moved, covariance, pinned, converged=True)
        if np.array_equal(moved, theta):
            moved = _rate_step(objective, theta, gradient, curvature, free)
        theta = moved
    _, gradient = objective(theta)
    still = bool(np.sum(gradient[~pinned] ** 2) < FLAT)
    return Maximum(theta, covariance, pinned, still)


def events(model: Model, theta: Float[np.ndarray, " p"]) -> Float[np.ndarray, " p"]:
    """Return how many jumps or misreports to expect of each (1 for the initial law)."""
    rates, noise, _ = model.parts
    expected = np.ones(model.size)
    held = model.sojourn.held[model.links[0]] / model.tau
    expected[rates] = np.exp(theta[rates]) * held
    expected[noise] = np.exp(theta[noise]) * len(model.visits.times)
    return expected


def vanish(objective: Objective, theta: Float[np.ndarray, " p"]) -> Float[np.ndarray, " p"]:
    """Return theta with hardly expected events at 0 or at NEVER, by the slope of the objective."""
    low, _ = objective.model.bounds
    expected = events(objective.model, theta)
    rare = expected < NEVER
    if not rare.any():
        return theta
    value, gradient = objective(theta)
    lifted = theta + np.log(NEVER / expected)
    trial = np.where(rare & (gradient < 0), low, theta)
    trial = np.where(rare & (gradient > SLOPE * expected), lifted, trial)
    return trial if objective(trial)[0] >= value else theta


def _inverse(curvature: Float[np.ndarray, "m m"]) -> Float[np.ndarray, "m m"] | None:
    try:
        half = np.linalg.inv(np.linalg.cholesky(curvature))
    except np.linalg.LinAlgError:
        return None
    return half.T @ half


def _newton(
    objective: Objective,
    theta: Float[np.ndarray, " p"],
    inverse: Float[np.ndarray, "m m"],
    free: Int[np.ndarray, " m"],
) -> tuple[Float[np.ndarray, " p"], float]:
    """Return theta after Newton steps with one curvature, and what a further step would gain."""
    value, gradient = objective(theta)
    gain = float(gradient[free] @ inverse @ gradient[free] / 2)
    for _ in range(6):
        if gain < FLAT**2:
            break
        trial = theta.copy()
        trial[free] += inverse @ gradient[free]
        trial = np.clip(trial, *objective.model.bounds)
        new, slope = objective(trial)
        further = float(slope[free] @ inverse @ slope[free] / 2)
        if not (new > value - FLAT and further < gain):
            break
        theta, value, gradient, gain = trial, new, slope, further
    return theta, gain


def _rate_step(
    objective: Objective,
    theta: Float[np.ndarray, " p"],
    gradient: Float[np.ndarray, " p"],
    curvature: Float[np.ndarray, "m m"],
    free: Int[np.ndarray, " m"],
) -> Float[np.ndarray, " p"]:
    """Return theta after a damped Newton step in the rates instead of their logarithms.

    With q = exp(theta), q^2 d2L/dq2 = d2L/dtheta2 - dL/dtheta; a step is a relative change.
    """
    model = objective.model
    rates = np.zeros(model.size, bool)
    rates[model.parts[0]] = True
    rates = rates[free]
    scale = np.minimum(events(model, theta)[free], 1.0)
    in_rates = curvature + np.diag(np.where(rates, gradient[free], 0.0))
    size, axes = np.linalg.eigh(in_rates / np.outer(scale, scale))
    size = np.maximum(np.abs(size), 1e-3)
    change = axes @ ((axes.T @ (gradient[free] / scale)) / size) / scale
    value, _ = objective(theta)
    for _ in range(12):
        trial = theta.copy()
        with np.errstate(divide="ignore"):
            relative = np.log(np.maximum(1 + change, 0.0))
        trial[free] += np.where(rates, relative, change)
        trial = np.clip(trial, *model.bounds)
        if objective(trial)[0] > value:
            return trial
        change = change / 2
    return theta
