"""The residual vector of a hidden-term PINN and its Jacobian, with weights as arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from discovery.surrogate.model import Model, Points


class Weights(NamedTuple):
    """What changes from stage to stage.

    Attributes
    ----------
    sigma : noise of each state in units of its spread [s].
    physics : weight of the mean square residual of the equation.
    walls : weight of the mean square residual at the walls.
    decay : precision of the prior on every parameter [n].
    """

    sigma: Float[Array, " s"]
    physics: Float[Array, ""]
    walls: Float[Array, ""]
    decay: Float[Array, " n"]


class Place(NamedTuple):
    """Collocation points and their experiments."""

    points: Float[Array, "c d"]
    owners: Array


Residual = Callable[[Array, Weights, Place], Array]


def residuals(
    model: Model, points: Points, back: Callable[[Array], Any]
) -> tuple[Residual, Callable[[Array, Weights, Place], tuple[Array, Array]]]:
    """Return the residual vector and its linearisation, as functions (z, weights, place).

    The vector holds data [n · s], equation [c · s], walls [w · s], prior [parameters], in this
    order; ‖·‖² is twice the negative logarithm of the posterior.
    """

    def data(
        z: Array,
        sigma: Array,
        point: Array,
        owner: Array,
        value: Array,
        seen: Array,
        relative: Array,
    ) -> Array:
        sd = jnp.where(jnp.isfinite(relative), relative, sigma)
        return seen * (model.shown(back(z), owner, point) - value) / sd

    def equation(z: Array, point: Array, owner: Array) -> Array:
        return model.equation(back(z), owner, point)

    def wall(z: Array, point: Array, owner: Array, kinds: Array, normal: Array) -> Array:
        params = back(z)
        direction = jnp.zeros(point.shape).at[normal].set(1.0)
        value, slope = jax.jvp(lambda x: model.fields(params, owner, x), (point,), (direction,))
        half = jnp.asarray(model.scales.half)[normal]
        size = jnp.asarray(model.scales.spread)
        return jnp.where(kinds == 1, value, jnp.where(kinds == 2, slope * half, 0.0)) / size

    observed = (points.data, points.data_of, points.values, points.seen, points.relative)
    bounded = (points.walls, points.walls_of, points.kinds, points.normal)
    count = max(len(points.walls), 1)

    def parts(z: Array, weights: Weights, place: Place, wrap: Any) -> list[Array]:
        found = [
            jax.vmap(wrap(data), (None, None, 0, 0, 0, 0, 0))(z, weights.sigma, *observed),
            jnp.sqrt(weights.physics / len(place.points))
            * jax.vmap(wrap(equation), (None, 0, 0))(z, *place),
        ]
        if len(points.walls):
            rows = jax.vmap(wrap(wall), (None, 0, 0, 0, 0))(z, *bounded)
            found.append(jnp.sqrt(weights.walls / count) * rows)
        return found

    def residual(z: Array, weights: Weights, place: Place) -> Array:
        found = [p.ravel() for p in parts(z, weights, place, lambda f: f)]
        return jnp.concatenate([*found, jnp.sqrt(weights.decay) * z])

    def linearised(z: Array, weights: Weights, place: Place) -> tuple[Array, Array]:
        found = [p.reshape(-1, len(z)) for p in parts(z, weights, place, jax.jacrev)]
        jacobian = jnp.concatenate([*found, jnp.diag(jnp.sqrt(weights.decay))])
        return residual(z, weights, place), jacobian

    return residual, linearised


def blocks(points: Points, parameters: int, states: int) -> dict[str, slice]:
    """Return where data, equation, walls and prior stand in the residual vector."""
    sizes = {
        "data": points.data.shape[0] * states,
        "equation": points.collocation.shape[0] * states,
        "walls": points.walls.shape[0] * states,
        "prior": parameters,
    }
    ends = np.cumsum(list(sizes.values()))
    return {n: slice(int(e) - s, int(e)) for (n, s), e in zip(sizes.items(), ends, strict=True)}
