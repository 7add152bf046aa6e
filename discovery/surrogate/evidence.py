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
SMALLEST_NOISE = 1e-5
LARGEST_CHANGE = 5.0
SHARED = 2.0
"""measurements that the noise common to all states counts for"""


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
    largest: Float[np.ndarray, " s"],
) -> Float[np.ndarray, " s"]:
    """Return the noise of each state in units of its spread; what is given is left alone.

    Parameters
    ----------
    residual, jacobian : of the data (first rows) under the noise `sigma`.
    covariance : of own and shared parameters.
    largest : what the noise may be at most.

    It changes at most fivefold at a time. States share a prior: the noise relative to the spread is
    alike, with the weight of two measurements.
    """
    count, rows, states = seen.seen.shape
    size = rows * states
    rest = residual[:, :size].reshape(count, rows, states)
    slopes = jacobian[:, :size]
    used = np.stack(
        [np.sum((j @ c) * j, axis=1) for j, c in zip(slopes, covariance, strict=True)]
    ).reshape(count, rows, states)
    free = (seen.seen > 0) & ~np.isfinite(seen.given)
    squares = np.sum(np.where(free, rest**2, 0.0), axis=(0, 1)) * sigma**2
    number = np.sum(free, axis=(0, 1))
    left = np.maximum(number - np.sum(np.where(free, used, 0.0), axis=(0, 1)), 0.1 * number)
    if not number.any():
        return np.array(sigma)
    alike = np.sum(squares) / np.sum(left)
    found = np.sqrt((squares + SHARED * alike) / (left + SHARED))
    found = np.clip(found, sigma / LARGEST_CHANGE, sigma * LARGEST_CHANGE)
    return np.clip(np.where(number > 0, found, sigma), SMALLEST_NOISE, largest)


def largest_noise(seen: Observed) -> Float[np.ndarray, " s"]:
    """Return the noise of each state in units of its spread that neighbouring data allow at most.

    Along one axis: that of the differences from the line through both neighbours, which curvature
    only makes larger, and a third for chance. On more axes, half the spread.
    """
    states = seen.values.shape[2]
    found = np.full(states, 0.5)
    if seen.points.shape[2] > 1:
        return found
    for s in range(states):
        squares = []
        for points, values, ok in zip(seen.points, seen.values, seen.seen, strict=True):
            t, y = points[ok[:, s] > 0, 0], values[ok[:, s] > 0, s]
            t, first = np.unique(t, return_index=True)
            if len(t) < 4:
                continue
            y = y[first]
            w = (t[1:-1] - t[:-2]) / (t[2:] - t[:-2])
            rest = y[1:-1] - (1 - w) * y[:-2] - w * y[2:]
            squares.append(rest**2 / (1 + w**2 + (1 - w) ** 2))
        if squares:
            found[s] = np.clip(1.3 * np.sqrt(np.mean(np.concatenate(squares))), 1e-3, 0.5)
    return found


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
