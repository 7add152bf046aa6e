"""Kronecker products by axis: a matrix along each axis of a tensor, never the product itself.

(A₁ ⊗ ... ⊗ A_d) vec U is U with A_a contracted with its axis a: O(N Σ n_a) operations for N
numbers instead of O(N²). The functions are pure JAX: they run on any device, and on several where
the tensor is sharded along an axis (`sciml.parallel`).
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

Tensor = Float[Array | np.ndarray, "..."]
Matrix = Float[Array | np.ndarray, "_ _"]
Vector = Float[Array | np.ndarray, "_"]


@jax.jit
def apply(factors: Sequence[Matrix], tensor: Tensor) -> Float[Array, "..."]:
    """Return (A₁ ⊗ ... ⊗ A_d) U for factors [n_a, k_a] and a tensor [k_1, ..., k_d]."""
    found = jnp.asarray(tensor)
    for axis, factor in enumerate(factors):
        found = jnp.moveaxis(jnp.tensordot(factor, found, axes=(1, axis)), 0, axis)
    return found


@jax.jit
def apply_transposed(factors: Sequence[Matrix], tensor: Tensor) -> Float[Array, "..."]:
    """Return (A₁ ⊗ ... ⊗ A_d)ᵀ U for factors [n_a, k_a] and a tensor [n_1, ..., n_d]."""
    found = jnp.asarray(tensor)
    for axis, factor in enumerate(factors):
        found = jnp.moveaxis(jnp.tensordot(factor, found, axes=(0, axis)), 0, axis)
    return found


def outer(vectors: Sequence[Vector]) -> Float[Array, "..."]:
    """Return v₁ ⊗ ... ⊗ v_d as a tensor [n_1, ..., n_d]."""
    product = jnp.ones((), vectors[0].dtype)
    for v in vectors:
        product = jnp.tensordot(product, v, axes=0)
    return product


def sums(values: Sequence[Vector], masses: Sequence[Vector]) -> Float[Array, "..."]:
    """Return the eigenvalues of Σ_a S_a ⊗ (⊗_{b≠a} M_b): Σ_a σ_a Π_{b≠a} μ_b, [n_1, ..., n_d].

    σ_a (`values`) and μ_a (`masses`) are the eigenvalues of S_a and M_a in a common basis.
    """
    return sum(
        outer([values[b] if b == a else masses[b] for b in range(len(values))])
        for a in range(len(values))
    )  # type: ignore[return-value]


@jax.jit
def diagonal_solve(bases: Sequence[Matrix], inverse: Tensor, tensor: Tensor) -> Float[Array, "..."]:
    """Return (⊗ W_a) diag(inverse) (⊗ W_a)ᵀ U: fast diagonalisation.

    `bases` are orthogonal [n_a, n_a], `inverse` the reciprocal eigenvalues (R. E. Lynch, J. R. Rice
    and D. H. Thomas, Numer. Math. 6, 185 (1964)).
    """
    return apply(bases, inverse * apply_transposed(bases, tensor))


def logdet(matrices: Sequence[Matrix]) -> Float[Array, ""]:
    """Return log |det (A₁ ⊗ ... ⊗ A_d)| = Σ_a (N / n_a) log |det A_a|."""
    total = 1
    for a in matrices:
        total *= a.shape[0]
    return sum(total / a.shape[0] * jnp.linalg.slogdet(a)[1] for a in matrices)
