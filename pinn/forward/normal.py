"""Least squares by the normal matrix: on the host, or with rows spread over JAX's devices.

One processor is best served by the host's own linear algebra. Where there is an accelerator, or
several devices, each holds a part of the collocation points' rows; their parts of the normal
matrix are added up, and every device factors the sum.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import scipy.linalg
from jaxtyping import Array, Float

from sciml import parallel

RIDGES = (4e-16, 1e-14, 1e-12, 1e-10)
"""added to the scaled normal matrix, for each of its columns; the first with which it factors"""

Solver = Callable[[np.ndarray], np.ndarray]
"""residuals [r] -> least-squares step [n]"""


def spread() -> bool:
    """Return whether there is more than one processor's host memory to compute in."""
    return jax.device_count() > 1 or jax.default_backend() != "cpu"


def normal_solver(matrix: Float[np.ndarray, "r n"]) -> Solver | None:
    """Return r -> least-squares step, refined by repeating; None for a matrix without full rank."""
    return _on_devices(matrix) if spread() else _on_host(matrix)


def _on_host(matrix: Float[np.ndarray, "r n"]) -> Solver | None:
    gram = matrix.T @ matrix
    scale = 1 / np.sqrt(np.maximum(np.diag(gram), np.finfo(float).tiny))
    gram *= scale[:, None] * scale
    for ridge in RIDGES:
        gram[np.diag_indices_from(gram)] = 1 + ridge * len(gram)
        try:
            factor = scipy.linalg.cho_factor(gram, overwrite_a=False, check_finite=False)
        except scipy.linalg.LinAlgError:
            continue
        return lambda r: -scale * scipy.linalg.cho_solve(factor, scale * (matrix.T @ r))
    return None


def _on_devices(matrix: Float[np.ndarray, "r n"]) -> Solver | None:
    count, columns = matrix.shape
    some = 64 * jax.device_count()  # rows of zeros fill up, so that few numbers are compiled
    filled = np.zeros((some * -(-count // some), columns))
    filled[:count] = matrix
    rows = parallel.shard(jnp.asarray(filled))
    gram, scale = _normal(rows)
    for ridge in RIDGES:
        factor = _factor(gram, jnp.asarray(ridge))
        if bool(jnp.all(jnp.isfinite(factor))):
            break
    else:
        return None

    def solve(r: np.ndarray) -> np.ndarray:
        longer = np.zeros(len(filled))
        longer[:count] = r
        return np.asarray(_step(rows, scale, factor, parallel.shard(jnp.asarray(longer))))

    return solve


@jax.jit
def _normal(rows: Float[Array, "r n"]) -> tuple[Float[Array, "n n"], Float[Array, " n"]]:
    """The normal matrix, scaled to a diagonal of ones, and the scales."""
    gram = rows.T @ rows
    scale = 1 / jnp.sqrt(jnp.maximum(jnp.diagonal(gram), jnp.finfo(float).tiny))
    return gram * scale[:, None] * scale, scale


@jax.jit
def _factor(gram: Float[Array, "n n"], ridge: Float[Array, ""]) -> Float[Array, "n n"]:
    """The Cholesky factor; not finite where there is none."""
    n = len(gram)
    return jnp.linalg.cholesky(gram.at[jnp.diag_indices(n)].set(1 + ridge * n))


@jax.jit
def _step(
    rows: Float[Array, "r n"],
    scale: Float[Array, " n"],
    factor: Float[Array, "n n"],
    r: Float[Array, " r"],
) -> Float[Array, " n"]:
    return -scale * jax.scipy.linalg.cho_solve((factor, True), scale * (rows.T @ r))
