"""Rows of the least-squares problem of one step: statements at points, weighted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from pinn.forward.statements import Statement
from pinn.network.trial import Trial

Batch = tuple[tuple[Float[Array, "_ d"], Float[Array, " _"]], ...]
"""points and weights of each group"""


@dataclass(frozen=True, eq=False)
class Rows:
    """Groups of rows as functions of flat parameters.

    Attributes
    ----------
    trial : the trial function.
    groups : the statement of each group; the equation comes first.
    theta : parameters of the problem.
    unravel : flat parameters [p] -> the network's.
    """

    trial: Trial
    groups: tuple[Statement, ...]
    theta: Any
    unravel: Callable[[Float[Array, " p"]], Any]

    def at(self, group: int, z: Float[Array, " p"], point: Float[Array, " d"]) -> Array:
        """Return the residual [c] of a group at one point."""
        return self.trial.residual(self.unravel(z), self.groups[group], self.theta, point)

    def residual(self, z: Float[Array, " p"], batch: Batch) -> Float[Array, " m"]:
        """Return all residuals, weighted: row n of a group is √(weight / points) r."""
        parts = []
        for g, (points, weights) in enumerate(batch):
            found = jax.vmap(lambda p, g=g: self.at(g, z, p))(points)
            parts.append((found * _roots(weights)[:, None]).ravel())
        return jnp.concatenate(parts)

    def jacobian(
        self, z: Float[Array, " p"], batch: Batch
    ) -> tuple[Float[Array, " m"], Float[Array, "m p"]]:
        """Return all residuals, weighted, and their slopes in the parameters."""
        parts, slopes = [], []
        for g, (points, weights) in enumerate(batch):

            def both(point: Array, g: int = g) -> tuple[Array, Array]:
                found, back = jax.vjp(lambda y: self.at(g, y, point), z)
                return found, jax.vmap(lambda e: back(e)[0])(jnp.eye(len(found)))

            found, slope = jax.vmap(both)(points)
            root = _roots(weights)
            parts.append((found * root[:, None]).ravel())
            slopes.append((slope * root[:, None, None]).reshape(-1, len(z)))
        return jnp.concatenate(parts), jnp.concatenate(slopes)

    def sizes(self, z: Float[Array, " p"], points: Float[Array, "n d"]) -> Float[Array, " n"]:
        """Return the size of the equation's residual at points."""
        found = jax.vmap(lambda p: self.at(0, z, p))(points)
        return jnp.sqrt(jnp.sum(found**2, axis=1))


def _roots(weights: Float[Array, " n"]) -> Float[Array, " n"]:
    return jnp.sqrt(weights / len(weights))
