"""Small dense matrix functions for the sampler: fixed cost, single precision, any batch."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

SQUARINGS = 11
"""exp(A) is the 2048-fold product of exp(A / 2048): rows of Q t up to about 500 are served"""


def exponential(a: Float[Array, "*b n n"]) -> Float[Array, "*b n n"]:
    """Return exp(A) of rate matrices times a time; rows are probabilities to rounding.

    Taylor's series to fourth order of A / 2^11, then squarings (N. J. Higham, Functions of
    Matrices, SIAM 2008, chapter 10). Each square is divided by its row sums, which removes the
    drift of single precision.
    """
    a = a * 2.0**-SQUARINGS
    one = jnp.eye(a.shape[-1], dtype=a.dtype)
    p = one + a @ (one + a @ (one + a @ (one + a / 4) / 3) / 2)
    for _ in range(SQUARINGS):
        p = p @ p
        p = p / p.sum(-1, keepdims=True)
    return jnp.maximum(p, 0.0)


def stationary(q: Float[Array, "n n"], start: Float[Array, " n"]) -> Float[Array, " n"]:
    """Return the law that a process with rates Q reaches from `start`, also a reducible one."""
    scale = jnp.maximum(jnp.max(-jnp.diagonal(q)), 1e-30)
    p = exponential(q / scale * 64.0)
    for _ in range(10):
        p = p @ p
        p = p / p.sum(-1, keepdims=True)
    law = start @ p
    return law / law.sum()
