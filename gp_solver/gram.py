"""Gaussian processes on a tensor grid: one small matrix per axis, their Kronecker product never.

With a product kernel, values U on a grid of N_1 × ... × N_d points have the covariance
K = K_1 ⊗ ... ⊗ K_d, so that
    log det K = Σ_i (N / N_i) log det K_i,     K⁻¹ vec U: K_i⁻¹ along every axis i,
and the derivative ∂_i^a of the conditional mean at the grid is (∂^a K_i) K_i⁻¹ along axis i. On
equally spaced points every such matrix is Toeplitz: N kernel values instead of N².
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import scipy.linalg  # noqa: F401 - JAX factorises with its BLAS: loaded here, its threads can be set
from jax.scipy.linalg import cho_solve
from jaxtyping import Array, Float

from gp_solver.kernels import Kernel, gram
from sciml.jet import MultiIndex, Residual, linearise

BATCH = 4096
"""points at which the mean is evaluated at once, to bound the memory"""


def toeplitz(kernel: Kernel, count: int, *, spacing: float, order: int = 0) -> Float[Array, "n n"]:
    """Return k^(order)((i - j) h) for `count` equally spaced points, n = count.

    The 2n - 1 values of i - j are laid out by one reshape: rows of a ring of 2n, each read one
    place later, which (unlike a gather) costs next to nothing to differentiate.
    """
    ahead = kernel.derivative(spacing * jnp.arange(count), order)
    ring = jnp.concatenate([(-1.0) ** order * ahead, jnp.zeros(1), ahead[:0:-1]])
    skewed = jnp.tile(ring, count)[: count * (2 * count - 1)]
    return skewed.reshape(count, 2 * count - 1)[:, :count]


def along(
    matrix: Float[Array, "m n"], values: Float[Array, "..."], axis: int
) -> Float[Array, "..."]:
    """Return the matrix applied along one axis of the values."""
    return jnp.moveaxis(jnp.tensordot(matrix, values, axes=(1, axis)), 0, axis)


class Factor(NamedTuple):
    """A positive definite matrix with its Cholesky factor, which carries no derivatives.

    Those of solutions and of the determinant are written in terms of K⁻¹, at a fraction of what
    it costs to differentiate the factorisation.
    """

    matrix: Float[Array, "n n"]
    lower: Float[Array, "n n"]

    def solve(self, right: Float[Array, "n m"]) -> Float[Array, "n m"]:
        """Return K⁻¹ times the columns of the right-hand side."""
        lower = self.lower
        return jax.lax.custom_linear_solve(
            lambda v: self.matrix @ v,
            right,
            lambda _, r: cho_solve((lower, True), r),
            symmetric=True,
        )

    def log_determinant(self) -> Float[Array, ""]:
        """Return log det K, whose derivative in K is K⁻¹."""
        return _log_determinant(self.matrix, self.lower)


def factorise(matrix: Float[Array, "n n"]) -> Factor:
    """Return a positive definite matrix factorised; NaN where it is not positive definite."""
    return Factor(matrix, jnp.linalg.cholesky(jax.lax.stop_gradient(matrix)))


@jax.custom_vjp
def _log_determinant(matrix: Array, lower: Array) -> Array:  # noqa: ARG001 - differentiated in it
    return 2 * jnp.sum(jnp.log(jnp.diagonal(lower)))


def _log_determinant_forward(matrix: Array, lower: Array) -> tuple[Array, Array]:
    return _log_determinant(matrix, lower), lower


def _log_determinant_backward(lower: Array, slope: Array) -> tuple[Array, Array]:
    inverse = cho_solve((lower, True), jnp.eye(len(lower)))
    return slope * inverse, jnp.zeros_like(lower)


_log_determinant.defvjp(_log_determinant_forward, _log_determinant_backward)


def solve_along(factor: Factor, values: Float[Array, "..."], axis: int) -> Float[Array, "..."]:
    """Return K⁻¹ along one axis of the values."""
    moved = jnp.moveaxis(values, axis, 0)
    solved = factor.solve(moved.reshape(len(moved), -1))
    return jnp.moveaxis(solved.reshape(moved.shape), 0, axis)


def mesh(nodes: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return one array of coordinates per axis, each of the shape of the grid."""
    return list(np.meshgrid(*nodes, indexing="ij"))


def face_indices(axes: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Return the index of every face of a grid by its name, ``axis:lower`` or ``axis:upper``."""
    return {
        f"{axis}:{side}": (*(slice(None),) * i, end)
        for i, axis in enumerate(axes)
        for side, end in (("lower", slice(0, 1)), ("upper", slice(-1, None)))
    }


def residual_at(
    residual: Residual,
    values: Mapping[str, Float[Array, "..."]],
    place: Mapping[str, Float[np.ndarray, "..."]],
    theta: Mapping[str, Any],
) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
    """Return a residual at n points, and the summed sizes of its terms, the source one of them.

    `values` by jet name and coordinates by axis name, all of one shape with n entries.
    """
    flat = {name: jnp.ravel(v) for name, v in values.items()}
    x = {axis: np.ravel(c) for axis, c in place.items()}
    found, slopes = jax.vmap(lambda v, p: linearise(residual, v, p, theta))(flat, x)
    terms = jnp.stack([slopes[name] * flat[name] for name in flat])
    return found, jnp.abs(found - jnp.sum(terms, 0)) + jnp.sum(jnp.abs(terms), 0)


def rms(values: Float[Array, "..."]) -> Float[Array, ""]:
    """Return the root mean square; 0 of no values."""
    return jnp.sqrt(jnp.sum(values**2) / max(values.size, 1))


def relative(residual: Float[Array, " n"], size: Float[Array, " n"]) -> Float[Array, ""]:
    """Return the RMS of a residual over that of its terms' sizes, as `residual_at` gives both."""
    return rms(residual) / jnp.maximum(rms(size), jnp.finfo(size.dtype).tiny)


def log_normal(residual: Float[Array, " n"], log_precision: Float[Array, ""]) -> Float[Array, ""]:
    """Return ½ n log p - ½ p ‖r‖²: log density of independent errors, but for a constant."""
    squares = jnp.sum(residual**2)
    return 0.5 * residual.size * log_precision - 0.5 * jnp.exp(log_precision) * squares


@dataclass(frozen=True)
class TensorPrior:
    """A Gaussian process with a product kernel, known at the points of a uniform tensor grid.

    Attributes
    ----------
    kernels : one kernel per axis.
    nodes : equally spaced points per axis.
    factors : covariance matrix of every axis, factorised.
    """

    kernels: tuple[Kernel, ...]
    nodes: tuple[Float[np.ndarray, "_"], ...]
    factors: tuple[Factor, ...]

    def log_determinant(self) -> Float[Array, ""]:
        """Return log det K."""
        size = math.prod(len(x) for x in self.nodes)
        logs = [size / len(f.lower) * f.log_determinant() for f in self.factors]
        return sum(logs[1:], logs[0])

    def quadratic(
        self, u: Float[Array, "..."], solved: Sequence[Float[Array, "..."]]
    ) -> Float[Array, ""]:
        """Return Uᵀ K⁻¹ U in one or two dimensions; `solved` of the same U."""
        return jnp.sum(solved[0] * (solved[1] if len(solved) > 1 else u))

    def solved(self, u: Float[Array, "..."]) -> tuple[Float[Array, "..."], ...]:
        """Return K_i⁻¹ along axis i of U, for every axis by itself."""
        return tuple(solve_along(factor, u, i) for i, factor in enumerate(self.factors))

    def weights(self, u: Float[Array, "..."]) -> Float[Array, "..."]:
        """Return K⁻¹ U: the conditional mean is the sum of kernels at the nodes with them."""
        for i, factor in enumerate(self.factors):
            u = solve_along(factor, u, i)
        return u

    def derivative(
        self,
        u: Float[Array, "..."],
        orders: MultiIndex,
        solved: Sequence[Float[Array, "..."]],
    ) -> Float[Array, "..."]:
        """Return a derivative of the conditional mean at the grid; `solved` of the same U."""
        first, value = True, u
        for i, order in enumerate(orders):
            if order:
                weights = solved[i] if first else solve_along(self.factors[i], value, i)
                value = along(self._matrix(i, order), weights, i)
                first = False
        return value

    def _matrix(self, axis: int, order: int) -> Float[Array, "n n"]:
        return _matrix(self.kernels[axis], self.nodes[axis], order)

    def mean_on_grid(
        self,
        weights: Float[Array, "..."],
        places: Sequence[Float[np.ndarray, "_"]],
        orders: MultiIndex,
    ) -> Float[Array, "..."]:
        """Return a derivative of the conditional mean on another tensor grid."""
        for i, kernel in enumerate(self.kernels):
            nodes, place = jnp.asarray(self.nodes[i]), jnp.asarray(places[i])
            weights = along(gram(kernel, place, nodes, order_x=orders[i]), weights, i)
        return weights

    def mean_at(
        self, weights: Float[np.ndarray, "..."], points: Float[np.ndarray, "n d"]
    ) -> Float[np.ndarray, " n"]:
        """Return the conditional mean at any points; kernels once per coordinate that differs."""
        return np.concatenate(
            [self._mean_at(weights, points[i : i + BATCH]) for i in range(0, len(points), BATCH)]
            or [np.zeros(0)]
        )

    def _mean_at(self, weights: np.ndarray, points: np.ndarray) -> np.ndarray:
        """The same for one batch: the first axis is summed at its different coordinates."""
        different, where = zip(
            *(np.unique(column, return_inverse=True) for column in points.T), strict=True
        )
        rows = [
            np.asarray(_rows(kernel, jnp.asarray(x), jnp.asarray(nodes)))
            for kernel, x, nodes in zip(self.kernels, different, self.nodes, strict=True)
        ]
        summed = np.tensordot(rows[0], weights, axes=(1, 0))[where[0]]
        for row, index in zip(rows[1:], where[1:], strict=True):
            summed = np.einsum("nj...,nj->n...", summed, row[index])
        return summed


@jax.jit
def _rows(kernel: Kernel, x: Float[Array, " n"], y: Float[Array, " m"]) -> Float[Array, "n m"]:
    return gram(kernel, x, y)


def _matrix(kernel: Kernel, x: np.ndarray, order: int) -> Float[Array, "n n"]:
    return toeplitz(kernel, len(x), spacing=float(x[1] - x[0]), order=order)


def tensor_prior(
    kernels: Sequence[Kernel], nodes: Sequence[Float[np.ndarray, "_"]], *, jitter: float
) -> TensorPrior:
    """Return the process with `jitter` added to the diagonal of every axis' matrix."""
    factors = [
        factorise(_matrix(k, x, 0) + jitter * jnp.eye(len(x)))
        for k, x in zip(kernels, nodes, strict=True)
    ]
    return TensorPrior(tuple(kernels), tuple(nodes), tuple(factors))
