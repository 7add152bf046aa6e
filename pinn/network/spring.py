"""One step of Gauss-Newton with momentum, in the space of samples or of parameters.

For residuals r with Jacobian J the direction is
    d = μ v − Jᵀ (J Jᵀ + λ I)⁻¹ (r + μ J v) = μ v − (JᵀJ + λ I)⁻¹ Jᵀ (r + μ J v),
v the direction before: of all d that reduce the linearised residual, the one that stays closest
to μ v, so that what earlier samples taught is kept (SPRING: G. Goldshlager, N. Abrahamsen and
L. Lin, J. Comput. Phys. 516, 113351 (2024), for networks of equations by A. Guzmán-Cordero et
al., arXiv 2505.12149). The smaller of the two systems is solved. The true loss on the same points
chooses the length of the step; where none helps, nothing is changed but λ.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.linalg import cho_factor, cho_solve
from jaxtyping import Array, Float

MOMENTUM = 0.9
LENGTHS = (1.0, 0.5, 0.25, 0.1, 0.03)
"""lengths of a step that are tried"""
LONG = 0.3
"""a length from which the damping falls"""
FALL, RISE, FAILURE = 0.97, 1.1, 4.0
"""factors of the damping"""
FIRST, SMALLEST, LARGEST = 1e-4, 1e-15, 1.0
"""damping, in units of the trace of JJᵀ: the same whatever the units of the equation"""
KEPT = 0.98
"""of the running average of the parameters, in each step"""


class Search(NamedTuple):
    """Where the search stands.

    Attributes
    ----------
    z, direction : parameters and the last direction [p].
    average : running average of the parameters [p].
    damping : λ / tr JJᵀ.
    loss : of the last step's points, after the step.
    """

    z: Float[Array, " p"]
    direction: Float[Array, " p"]
    average: Float[Array, " p"]
    damping: Float[Array, ""]
    loss: Float[Array, ""]


def start(z: Float[Array, " p"], damping: float = FIRST) -> Search:
    """Return the search before its first step."""
    zero = jnp.zeros((), z.dtype)
    return Search(z, jnp.zeros_like(z), z, zero + damping, zero)


def solved(
    jacobian: Float[Array, "m p"], residual: Float[Array, " m"], damping: Float[Array, ""]
) -> Float[Array, " p"]:
    """Return (JᵀJ + λI)⁻¹ Jᵀ r with λ = damping × tr JJᵀ, by the smaller of the two systems."""
    rows, columns = jacobian.shape
    shift = damping * jnp.sum(jacobian**2)
    if rows <= columns:
        gram = jacobian @ jacobian.T + shift * jnp.eye(rows)
        return jacobian.T @ cho_solve(cho_factor(gram), residual)
    gram = jacobian.T @ jacobian + shift * jnp.eye(columns)
    return cho_solve(cho_factor(gram), jacobian.T @ residual)


def step(
    search: Search,
    batch: Any,
    residual: Callable[[Float[Array, " p"], Any], Float[Array, " m"]],
    jacobian: Callable[[Float[Array, " p"], Any], tuple[Float[Array, " m"], Float[Array, "m p"]]],
) -> Search:
    """Return the search after one step on a batch of points."""
    r, slopes = jacobian(search.z, batch)
    carried = MOMENTUM * search.direction
    d = carried - solved(slopes, r + slopes @ carried, search.damping)
    d = jnp.where(jnp.all(jnp.isfinite(d)), d, 0.0)
    lengths = jnp.array(LENGTHS)
    losses = jax.lax.map(lambda eta: jnp.sum(residual(search.z + eta * d, batch) ** 2), lengths)
    losses = jnp.where(jnp.isfinite(losses), losses, jnp.inf)
    best, before = jnp.argmin(losses), jnp.sum(r**2)
    better = losses[best] < before
    length = jnp.where(better, lengths[best], 0.0)
    change = jnp.where(better, jnp.where(length > LONG, FALL, RISE), FAILURE)
    z = search.z + length * d
    return Search(
        z,
        jnp.where(better, d, 0.0),
        KEPT * search.average + (1 - KEPT) * z,
        jnp.clip(search.damping * change, SMALLEST, LARGEST),
        jnp.where(better, losses[best], before),
    )
