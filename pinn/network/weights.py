"""How much each row counts: emphasis of groups, and causal weights in time."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

BINS = 32
"""slices of time"""
STRICTNESS = (1e1, 1e2, 1e3, 1e4, 1e5)
"""ε of the causal weights, one after the other"""
LEARNED = 0.99
"""smallest weight from which ε grows"""


def by_gradient(gradients: Float[Array, "g p"]) -> Float[Array, " g"]:
    """Return emphasis that makes the groups' gradients equally long.

    w_g = Σ ‖∇L‖ / ‖∇L_g‖, the equation's taken as one (S. Wang, Y. Teng and P. Perdikaris, SIAM
    J. Sci. Comput. 43, A3055 (2021), in the form of S. Wang et al., arXiv 2308.08468, eq. 3.4).
    """
    return _relative(jnp.linalg.norm(gradients, axis=1))


def by_trace(traces: Float[Array, " g"]) -> Float[Array, " g"]:
    """Return emphasis that makes the traces of the groups' neural tangent kernels equal.

    w_g = tr K / tr K_g with K_g = J_g J_gᵀ, the equation's taken as one (S. Wang, X. Yu and
    P. Perdikaris, J. Comput. Phys. 449, 110768 (2022), eq. 6.5).
    """
    return _relative(traces)


def _relative(sizes: Float[Array, " g"]) -> Float[Array, " g"]:
    usable = jnp.isfinite(sizes) & (sizes > 0)
    found = sizes[0] / jnp.where(usable, sizes, 1.0)
    return jnp.where(usable & usable[0], found, 1.0)


def slices(times: Float[Array, " n"]) -> Array:
    """Return the slice in which each time, scaled to [0, 1], lies."""
    return jnp.clip((times * BINS).astype(int), 0, BINS - 1)


def causal(
    squares: Float[Array, " n"], times: Float[Array, " n"], strictness: float | Array
) -> Float[Array, " b"]:
    """Return the weight of each slice of time: w_i = exp(−ε Σ_{k<i} L_k).

    L_k is the mean square residual of slice k, in units of the equation's own terms (S. Wang,
    S. Sankaranarayanan and P. Perdikaris, arXiv 2203.07404, eq. 14).
    """
    which = slices(times)
    total = jnp.zeros(BINS).at[which].add(squares)
    count = jnp.zeros(BINS).at[which].add(1.0)
    losses = total / jnp.maximum(count, 1.0)
    before = jnp.concatenate([jnp.zeros(1), jnp.cumsum(losses)[:-1]])
    return jnp.exp(-strictness * before)


def stricter(level: int, weights: Float[np.ndarray, " b"]) -> int:
    """Return the next level of ε where all slices are learned, else the same."""
    grown = level + int(np.min(weights) > LEARNED)
    return min(grown, len(STRICTNESS) - 1)
