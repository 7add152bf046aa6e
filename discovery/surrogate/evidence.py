"""Noise levels and weight decay from the data: MacKay's evidence (Neural Comp. 4, 415 (1992)).

With the Gauss-Newton Hessian H of the whole posterior, the number of parameters of a group that
the data determine is γ = n − α tr H⁻¹ for n parameters of decay α, and
    α = γ / ‖w‖²,   σ² = ‖y − u‖² / (N − γ_data).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from discovery.surrogate.levenberg import Vector
from discovery.surrogate.points import Observed

LARGEST_DECAY, SMALLEST_DECAY = 1.0, 1e-6
SMALLEST_NOISE, LARGEST_NOISE = 1e-5, 1.0
LARGEST_CHANGE = 5.0


class Decay(NamedTuple):
    """Precision of the prior on the parameters: of solutions, of each hidden term, of constants."""

    solution: Float[np.ndarray, ""]
    hidden: Float[np.ndarray, " m"]

    def spread(self, z: Vector, sizes: tuple[int, ...]) -> Vector:
        """Return it for every parameter, given the number of parameters of each hidden term."""
        shared = np.full(len(z.shared), 1e-6)
        at = 0
        for size, value in zip(sizes, self.hidden, strict=True):
            shared[at : at + size] = value
            at += size
        return Vector(np.full(z.own.shape, float(self.solution)), shared)


def noise(
    residual: Float[np.ndarray, "e m"],
    jacobian: Float[np.ndarray, "e m p"],
    covariance: Float[np.ndarray, "e p p"],
    seen: Observed,
    sigma: Float[np.ndarray, " s"],
) -> Float[np.ndarray, " s"]:
    """Return the noise of each state in units of its spread; what is given is left alone.

    Parameters
    ----------
    residual, jacobian : of the data (first rows) under the noise `sigma`.
    covariance : of own and shared parameters.

    It changes at most fivefold at a time.
    """
    count, rows, states = seen.seen.shape
    size = rows * states
    rest = residual[:, :size].reshape(count, rows, states)
    slopes = jacobian[:, :size]
    used = np.stack(
        [np.sum((j @ c) * j, axis=1) for j, c in zip(slopes, covariance, strict=True)]
    ).reshape(count, rows, states)
    found = np.array(sigma)
    for s in range(states):
        free = (seen.seen[..., s] > 0) & ~np.isfinite(seen.given[..., s])
        number = float(free.sum())
        if number:
            left = max(number - float(used[..., s][free].sum()), 0.1 * number)
            factor = np.sqrt(float(np.sum(rest[..., s][free] ** 2)) / left)
            found[s] *= np.clip(factor, 1 / LARGEST_CHANGE, LARGEST_CHANGE)
    return np.clip(found, SMALLEST_NOISE, LARGEST_NOISE)


def decay(
    z: Vector,
    covariance: Float[np.ndarray, "e p p"],
    was: Decay,
    sizes: tuple[int, ...],
) -> Decay:
    """Return the decay of the solutions and of each hidden term."""
    count = z.own.shape[1]
    variances = np.diagonal(covariance, axis1=1, axis2=2)
    solution = _fresh(z.own.ravel(), variances[:, :count].ravel(), float(was.solution))
    hidden, at = [], 0
    for size, value in zip(sizes, was.hidden, strict=True):
        own = slice(at, at + size)
        hidden.append(_fresh(z.shared[own], variances[0, count:][own], float(value)))
        at += size
    return Decay(np.asarray(solution), np.array(hidden))


def _fresh(w: Float[np.ndarray, " n"], variance: Float[np.ndarray, " n"], was: float) -> float:
    determined = max(len(w) - was * float(np.sum(variance)), 1e-3)
    return float(np.clip(determined / max(float(w @ w), 1e-12), SMALLEST_DECAY, LARGEST_DECAY))
