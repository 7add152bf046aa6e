"""Optimisers: damped Gauss-Newton (Levenberg-Marquardt) steps, and first-order chunks by optax.

Levenberg (1944) and Marquardt (1963): for a residual vector r(z) with Jacobian J the step
    d = -(JᵀJ + λI)⁻¹ Jᵀ r = -Jᵀ (JJᵀ + λI)⁻¹ r
is solved in parameter space (left) or in residual space (right), whichever is smaller. λ falls
after a step that lowers ‖r‖² and rises until one does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax.scipy.linalg import cho_factor, cho_solve
from jaxtyping import Array, Float


class Damped(NamedTuple):
    """State of a Levenberg-Marquardt run: everything needed to go on.

    Attributes
    ----------
    z : parameters [n].
    loss : ‖r(z)‖².
    damping : λ.
    flat : number of successive steps that lowered the loss by less than a part in a thousand.
    """

    z: Float[Array, " n"]
    loss: Float[Array, ""]
    damping: Float[Array, ""]
    flat: Array


def parameter_space_step(
    jacobian: Float[Array, "m n"], residual: Float[Array, " m"], damping: Float[Array, ""]
) -> Float[Array, " n"]:
    """Return -(JᵀJ + λI)⁻¹ Jᵀ r, at a cost of m n² + n³ / 3."""
    gram = jacobian.T @ jacobian + damping * jnp.eye(jacobian.shape[1])
    return -cho_solve(cho_factor(gram), jacobian.T @ residual)


def residual_space_step(
    jacobian: Float[Array, "m n"], residual: Float[Array, " m"], damping: Float[Array, ""]
) -> Float[Array, " n"]:
    """Return -Jᵀ (JJᵀ + λI)⁻¹ r, at a cost of n m² + m³ / 3."""
    gram = jacobian @ jacobian.T + damping * jnp.eye(jacobian.shape[0])
    return -jacobian.T @ cho_solve(cho_factor(gram), residual)


def start_damped(z: Float[Array, " n"], loss: Float[Array, ""], damping: float) -> Damped:
    """Return the state before the first step."""
    return Damped(z, loss, jnp.asarray(damping, z.dtype), jnp.asarray(0))


def levenberg_marquardt(
    residual: Callable[[Array], Array],
    linearised: Callable[[Array], tuple[Array, Array]],
    *,
    attempts: int = 12,
) -> Callable[[Damped], tuple[Damped, Array]]:
    """Return a compiled function that makes one accepted step.

    Parameters
    ----------
    residual : z [n] -> r [m].
    linearised : z [n] -> (r [m], J [m, n]).
    attempts : how often λ is raised before the step is given up.

    The function maps a state to (next state, whether a step was accepted).
    """

    @jax.jit
    def step(state: Damped) -> tuple[Damped, Array]:
        r, jacobian = linearised(state.z)
        solve = parameter_space_step if r.size > state.z.size else residual_space_step

        def rejected(trial: tuple[Array, Array, Array, Array]) -> Array:
            _, loss, _, attempt = trial
            return ~(loss < state.loss) & (attempt < attempts)

        def attempt(trial: tuple[Array, Array, Array, Array]) -> tuple[Array, Array, Array, Array]:
            _, _, damping, count = trial
            damping = jnp.where(count > 0, jnp.maximum(4 * damping, 1e-18), damping)
            z = state.z + solve(jacobian, r, damping)
            return z, jnp.sum(residual(z) ** 2), damping, count + 1

        first = (state.z, jnp.asarray(jnp.inf, r.dtype), state.damping, jnp.asarray(0))
        z, loss, damping, _ = jax.lax.while_loop(rejected, attempt, first)
        accepted = loss < state.loss
        slow = (state.loss - loss) < 1e-3 * state.loss
        following = Damped(
            jnp.where(accepted, z, state.z),
            jnp.where(accepted, loss, state.loss),
            jnp.where(accepted, jnp.maximum(damping / 5, 1e-20), damping),
            jnp.where(slow | ~accepted, state.flat + 1, 0),
        )
        return following, accepted

    return step


def first_order(
    optimiser: optax.GradientTransformationExtraArgs, loss: Callable[[Any], Array], steps: int
) -> Callable[[Any, Any], tuple[Any, Any, Array]]:
    """Return a compiled chunk of optax steps: (params, state) -> (params, state, last loss).

    Serves line-search optimisers such as `optax.lbfgs` as well as `optax.adam`.
    """

    def one(carry: tuple[Any, Any], _: None) -> tuple[tuple[Any, Any], Array]:
        params, state = carry
        value, gradient = jax.value_and_grad(loss)(params)
        updates, state = optimiser.update(
            gradient, state, params, value=value, grad=gradient, value_fn=loss
        )
        return (optax.apply_updates(params, updates), state), value

    @jax.jit
    def chunk(params: Any, state: Any) -> tuple[Any, Any, Array]:
        (params, state), values = jax.lax.scan(one, (params, state), None, length=steps)
        return params, state, values[-1]

    return chunk
