"""Noise levels and weight decay from the data: MacKay's evidence (Neural Comp. 4, 415 (1992)).

With the Gauss-Newton Hessian A = JᵀJ of the whole posterior, the number of parameters that the
data determine is γ = n − α tr A⁻¹ of a group of n parameters with decay α, and
    α = γ / ‖w‖²,   σ² = ‖y − u‖² / (N − γ_data).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

LARGEST_DECAY, SMALLEST_DECAY = 1.0, 1e-6
SMALLEST_NOISE = 1e-4


@dataclass(frozen=True, eq=False)
class Groups:
    """Which parameters belong to which group: number of the group of each, -1 for none."""

    of: np.ndarray

    @property
    def count(self) -> int:
        """Number of groups."""
        return int(self.of.max()) + 1


def update(
    z: Float[np.ndarray, " n"],
    residual: Float[np.ndarray, " r"],
    jacobian: Float[np.ndarray, "r n"],
    data: slice,
    seen: Float[np.ndarray, "m s"],
    sigma: Float[np.ndarray, " s"],
    decay: Float[np.ndarray, " n"],
    groups: Groups,
    given: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Return noise levels [s], in units of each state's spread, and the decay of each parameter.

    Parameters
    ----------
    residual, jacobian : of the whole posterior, at its mode.
    data : where the data stand in them.
    seen : which values were observed.
    sigma, decay : what they were so far.
    given : whether the noise is given, and is left alone.
    """
    covariance = inverse(jacobian)
    noise = np.array(sigma)
    if not given:
        rows = jacobian[data].reshape(*seen.shape, -1)
        rest = residual[data].reshape(seen.shape)
        for s in range(seen.shape[1]):
            count = float(seen[:, s].sum())
            if not count:
                continue
            used = float(np.einsum("ni,ij,nj->", rows[:, s], covariance, rows[:, s]))
            free = max(count - used, 0.1 * count)
            noise[s] = sigma[s] * np.sqrt(float(rest[:, s] @ rest[:, s]) / free)
    noise = np.clip(noise, SMALLEST_NOISE, 1.0)
    fresh = np.array(decay)
    for group in range(groups.count):
        own = groups.of == group
        determined = own.sum() - float(np.sum(decay[own] * np.diag(covariance)[own]))
        size = float(z[own] @ z[own])
        value = max(determined, 1e-3) / max(size, 1e-12)
        fresh[own] = np.clip(value, SMALLEST_DECAY, LARGEST_DECAY)
    return noise, fresh


def inverse(jacobian: Float[np.ndarray, "r n"]) -> Float[np.ndarray, "n n"]:
    """Return (JᵀJ)⁻¹, by Cholesky where that is possible."""
    from scipy.linalg import LinAlgError, cho_factor, cho_solve

    gram = jacobian.T @ jacobian
    gram[np.diag_indices_from(gram)] += 1e-12 * np.max(np.diag(gram))
    eye: Any = np.eye(len(gram))
    try:
        return np.asarray(cho_solve(cho_factor(gram), eye))
    except LinAlgError:
        return np.linalg.pinv(gram, hermitian=True)
