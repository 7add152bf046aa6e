"""To the maximum of an objective: L-BFGS-B, whitened by the curvature on the way, then Newton."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float
from scipy.optimize import minimize

from mjp.likelihood.model import Model
from mjp.likelihood.objective import Objective, information

GLANCE, CLIMB, WHITE = 10, 30, 300
"""most iterations from each start, of the best one in scaled variables, and in whitened ones"""
LEAST_CURVATURE = 0.05
"""least curvature that whitening assumes, in log-likelihood"""
NEVER = 0.05
"""expected jumps below which a rate may be 0"""
FLAT = 1e-5
"""largest expected gain in log-likelihood still to be had at a converged estimate"""


def climb(
    objective: Objective, start: Float[np.ndarray, " p"], iterations: int
) -> tuple[float, Float[np.ndarray, " p"]]:
    """Return value and place after some iterations in variables of about unit curvature."""
    model = objective.model
    scale = np.ones(model.size)
    scale[model.parts[0]] = np.sqrt(model.sojourn.jumps[model.links] + 1.0)
    scale[model.parts[1]] = np.sqrt(1.0 + 0.01 * model.sojourn.jumps.sum())
    low, high = model.bounds

    def downhill(x: Float[np.ndarray, " p"]) -> tuple[float, Float[np.ndarray, " p"]]:
        value, gradient = objective(x / scale)
        return -float(value), -gradient / scale

    found = minimize(
        downhill,
        np.clip(start, low, high) * scale,
        jac=True,
        method="L-BFGS-B",
        bounds=list(zip(low * scale, high * scale, strict=True)),
        options={"maxiter": iterations, "maxcor": 20, "ftol": 1e-12, "gtol": 1e-3},
    )
    return -float(found.fun), found.x / scale


def climb_whitened(objective: Objective, start: Float[np.ndarray, " p"]) -> Float[np.ndarray, " p"]:
    """Return the place to which L-BFGS comes in variables in which the curvature is 1 at `start`.

    Parameters at a bound, with the gradient outwards, stay there.
    """
    low, high = objective.model.bounds
    value, gradient = objective(start)
    free = np.flatnonzero(~(at_bound(objective.model, start)))
    curvature, axes = np.linalg.eigh(information(objective, start, gradient, free))
    factor = axes / np.sqrt(np.maximum(np.abs(curvature), LEAST_CURVATURE))

    def place(y: Float[np.ndarray, " m"]) -> Float[np.ndarray, " p"]:
        theta = start.copy()
        theta[free] += factor @ y
        return np.clip(theta, low, high)

    def downhill(y: Float[np.ndarray, " m"]) -> tuple[float, Float[np.ndarray, " m"]]:
        theta = place(y)
        value, gradient = objective(theta)
        inside = (theta[free] > low[free]) & (theta[free] < high[free])
        return -float(value), -factor.T @ np.where(inside, gradient[free], 0.0)

    found = minimize(
        downhill,
        np.zeros(len(free)),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": WHITE, "maxcor": 30, "ftol": 1e-14, "gtol": 1e-3},
    )
    return place(found.x) if -found.fun > value else start


def at_bound(model: Model, theta: Float[np.ndarray, " p"]) -> Bool[np.ndarray, " p"]:
    """Return which parameters are at their least or largest value."""
    low, high = model.bounds
    return (theta <= low + 1e-6) | (theta >= high - 1e-6)


def vanished(
    objective: Objective, theta: Float[np.ndarray, " p"]
) -> tuple[Float[np.ndarray, " p"], Bool[np.ndarray, " p"]]:
    """Return theta with rates and misreports that run to 0 at their least, and which are pinned."""
    model = objective.model
    rates, noise, _ = model.parts
    low, _ = model.bounds
    value, gradient = objective(theta)
    candidate = np.zeros(model.size, bool)
    held = model.sojourn.held[model.links[0]] / model.tau
    candidate[rates] = np.exp(theta[rates]) * held < NEVER
    candidate[noise] = np.exp(theta[noise]) * len(model.visits.times) < NEVER
    candidate &= (gradient < 0) & ~at_bound(model, theta)
    if candidate.any():
        trial = np.where(candidate, low, theta)
        if objective(trial)[0] >= value:
            theta = trial
    return theta, at_bound(model, theta)


def polish(
    objective: Objective, theta: Float[np.ndarray, " p"], pinned: Bool[np.ndarray, " p"]
) -> tuple[Float[np.ndarray, " p"], Float[np.ndarray, "p p"] | None, float]:
    """Return theta after Newton steps, its covariance, and what a further step would gain."""
    low, high = objective.model.bounds
    free = np.flatnonzero(~pinned)
    value, gradient = objective(theta)
    try:
        half = np.linalg.cholesky(information(objective, theta, gradient, free))
    except np.linalg.LinAlgError:
        return theta, None, float(np.sum(gradient[free] ** 2) / 2)
    half = np.linalg.inv(half)
    inverse = half.T @ half
    for _ in range(6):
        step = inverse @ gradient[free]
        if gradient[free] @ step / 2 < FLAT**2:
            break
        trial = theta.copy()
        trial[free] += step
        trial = np.clip(trial, low, high)
        new, slope = objective(trial)
        if not new > value:
            break
        theta, value, gradient = trial, new, slope
    covariance = np.zeros((len(theta), len(theta)))
    covariance[np.ix_(free, free)] = inverse
    return theta, covariance, float(gradient[free] @ inverse @ gradient[free] / 2)


def maximum(
    objective: Objective, starts: Sequence[Float[np.ndarray, " p"]]
) -> tuple[Float[np.ndarray, " p"], Float[np.ndarray, "p p"] | None, Bool[np.ndarray, " p"], bool]:
    """Return theta at the maximum, its covariance, which are pinned, and whether it is one.

    All starts climb a little, and the highest goes on.
    """
    theta = starts[0]
    if len(starts) > 1:
        theta = max((climb(objective, s, GLANCE) for s in starts), key=lambda found: found[0])[1]
    _, theta = climb(objective, theta, CLIMB)
    theta = climb_whitened(objective, theta)
    theta, pinned = vanished(objective, theta)
    theta, covariance, gain = polish(objective, theta, pinned)
    return theta, covariance, pinned, gain < FLAT
