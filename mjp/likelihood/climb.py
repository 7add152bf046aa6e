"""To the maximum of an objective: L-BFGS-B, whitened by the curvature on the way."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float
from scipy.optimize import minimize

from mjp.likelihood.model import Model
from mjp.likelihood.objective import Objective, information

WHITE = 300
"""most iterations in whitened variables"""
LEAST_CURVATURE = 0.05
"""least curvature that whitening assumes, in log-likelihood"""


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
