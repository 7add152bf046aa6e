"""Small dense matrix functions for the sampler: fixed cost, single precision, any batch."""

from __future__ import annotations

import jax
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
    return jnp.maximum(_squared(p, SQUARINGS), 0.0)


def _squared(p: Float[Array, "*b n n"], times: int) -> Float[Array, "*b n n"]:
    def square(_: int, p: Array) -> Array:
        p = p @ p
        return p / p.sum(-1, keepdims=True)

    return jax.lax.fori_loop(0, times, square, p)


def stationary(q: Float[Array, "n n"], start: Float[Array, " n"]) -> Float[Array, " n"]:
    """Return the law that a process with rates Q reaches from `start`, also a reducible one."""
    scale = jnp.maximum(jnp.max(-jnp.diagonal(q)), 1e-30)
    law = start @ _squared(exponential(q / scale * 64.0), 10)
    return law / law.sum()
