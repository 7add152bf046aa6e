"""The residual vector of a hidden-term PINN and its Jacobian, point by point.

‖·‖² is twice the negative logarithm of the likelihood: data over their noise, and the equation and
the walls as measurements of zero with standard deviations that fall from stage to stage.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from discovery.surrogate import taylor
from discovery.surrogate.model import Model
from discovery.surrogate.points import Observed, Walls
from discovery.surrogate.scales import Units


class Weights(NamedTuple):
    """What changes from stage to stage.

    Attributes
    ----------
    sigma : noise of each state in units of its spread [s].
    equation, walls : one over the standard deviation of each residual there.
    """

    sigma: Float[Array, " s"]
    equation: Float[Array, ""]
    walls: Float[Array, ""]


Linear = tuple[Float[Array, "e m"], Float[Array, "e m p"]]
"""residuals of every experiment and their Jacobian in its own and the shared parameters"""


def data_residuals(model: Model, seen: Observed) -> Callable[[Any, Any, Weights], Linear]:
    """Return (own [e, n], shared [k], weights) -> residuals of the data alone."""

    def one(own: Array, shared: Array, weights: Weights, here: Observed) -> Linear:
        r, jacobian = _data(model, own, weights, here)
        return r, jnp.pad(jacobian, ((0, 0), (0, len(shared))))

    def every(own: Array, shared: Array, weights: Weights) -> Linear:
        return jax.vmap(one, (0, None, None, 0))(own, shared, weights, Observed(*seen))

    return jax.jit(every)


def residuals(
    model: Model, seen: Observed, bounds: Walls
) -> Callable[[Any, Any, Weights, Units, Any], Linear]:
    """Return (own [e, n], shared [k], weights, units, collocation [e, c, d]) -> all residuals.

    The residuals of an experiment are data [n · s], equation [c · s], walls [w · s], in this
    order.
    """
    given = (jnp.asarray(model.parameters), jnp.asarray(model.fixed))
    edges = jnp.asarray(bounds.points)
    kinds, normal = jnp.asarray(bounds.kinds), jnp.asarray(bounds.normal)

    def one(
        own: Array,
        shared: Array,
        weights: Weights,
        units: Units,
        here: Observed,
        constants: tuple[Array, Array],
        where: Array,
        edge: Array,
    ) -> Linear:
        size = len(own)

        def equation(both: Array, point: Array) -> Array:
            return model.equation(both[:size], both[size:], units, constants, point)

        both = jnp.concatenate([own, shared])
        r, jacobian = _data(model, own, weights, here)
        rows = [(r, jnp.pad(jacobian, ((0, 0), (0, len(shared)))))]
        r, jacobian = _pointwise(equation, both, (where,))
        rows.append((weights.equation * r, weights.equation * jacobian))
        if len(kinds):
            r, jacobian = _pointwise(
                lambda z, *rest: _wall(model, z, *rest), own, (edge, kinds, normal)
            )
            jacobian = jnp.pad(jacobian, ((0, 0), (0, len(shared))))
            rows.append((weights.walls * r, weights.walls * jacobian))
        return jnp.concatenate([a for a, _ in rows]), jnp.concatenate([b for _, b in rows])

    def every(
        own: Array, shared: Array, weights: Weights, units: Units, collocation: Array
    ) -> Linear:
        return jax.vmap(one, (0, None, None, None, 0, 0, 0, 0))(
            own, shared, weights, units, Observed(*seen), given, collocation, edges
        )

    return jax.jit(every)


def _data(model: Model, own: Array, weights: Weights, here: Observed) -> Linear:
    """Residuals of the data of one experiment [n · s] and their Jacobian in its parameters."""

    def row(z: Array, point: Array, value: Array, seen: Array, given: Array) -> Array:
        sd = jnp.where(jnp.isfinite(given), given, weights.sigma)
        return seen * (model.shown(z, point) - value) / sd

    return _pointwise(row, own, tuple(here))


def _wall(model: Model, own: Array, point: Array, kinds: Array, normal: Array) -> Array:
    """What must vanish on a wall: values or normal derivatives, in units of the spread."""
    axes = len(model.problem.axes)
    orders = [tuple(int(i == a) for i in range(axes)) for a in range(1, axes)]
    within = taylor.lines(orders)
    series = model.states(own, point, within)
    slopes = taylor.derivatives(series, within)
    slope = jnp.stack([slopes[o] for o in orders])[normal]
    shown = jnp.where(kinds == 1, series[0], jnp.where(kinds == 2, slope, 0.0))
    return shown / model.scales.spread


def _pointwise(
    function: Callable[..., Array], z: Array, rows: tuple[Any, ...]
) -> tuple[Array, Array]:
    """Values [n · s] and Jacobian [n · s, p] of a function of z at many points."""

    def at(*row: Array) -> tuple[Array, Array]:
        value, back = jax.vjp(lambda y: function(y, *row), z)
        return value, jax.vmap(lambda c: back(c)[0])(jnp.eye(len(value)))

    values, slopes = jax.vmap(at)(*rows)
    return values.ravel(), slopes.reshape(-1, len(z))
