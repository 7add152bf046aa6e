"""Optimisers: Levenberg-Marquardt with geodesic acceleration, and first-order chunks by optax.

Levenberg (1944) and Marquardt (1963): for a residual vector r(z) with Jacobian J the step
    v = -(JᵀJ + λI)⁻¹ Jᵀ r = -Jᵀ (JJᵀ + λI)⁻¹ r
is solved in parameter space (left) or in residual space (right), whichever is smaller. λ falls
after a step that lowers ‖r‖² and rises until one does. Half the acceleration
    a = -(JᵀJ + λI)⁻¹ Jᵀ r″(v, v)
is added, which lets steps follow the curved valleys of a network's loss (Transtrum & Sethna,
arXiv 1201.5885); a step with 2‖a‖ > 0.75‖v‖ is rejected like one that raises the loss.
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


Solver = Callable[[Float[Array, " m"]], Float[Array, " n"]]
"""residual r -> -(JᵀJ + λI)⁻¹ Jᵀ r, for a factorised Jacobian and damping"""


def parameter_space(jacobian: Float[Array, "m n"]) -> Callable[[Array], Solver]:
    """Return λ -> solver by the n × n matrix JᵀJ, at a cost of m n² + n³ / 3."""
    gram = jacobian.T @ jacobian

    def damped(damping: Array) -> Solver:
        factor = cho_factor(gram + damping * jnp.eye(len(gram)))
        return lambda residual: -cho_solve(factor, jacobian.T @ residual)

    return damped


def residual_space(jacobian: Float[Array, "m n"]) -> Callable[[Array], Solver]:
    """Return λ -> solver by the m × m matrix JJᵀ, at a cost of n m² + m³ / 3."""
    gram = jacobian @ jacobian.T

    def damped(damping: Array) -> Solver:
        factor = cho_factor(gram + damping * jnp.eye(len(gram)))
        return lambda residual: -jacobian.T @ cho_solve(factor, residual)

    return damped


def start_damped(z: Float[Array, " n"], loss: Float[Array, ""], damping: float) -> Damped:
    """Return the state before the first step."""
    return Damped(z, loss, jnp.asarray(damping, z.dtype), jnp.asarray(0))


class _Trial(NamedTuple):
    """One attempted step: where it led, with which damping, after how many attempts."""

    z: Array
    loss: Array
    bend: Array
    damping: Array
    attempt: Array


def levenberg_marquardt(
    residual: Callable[..., Array],
    linearised: Callable[..., tuple[Array, Array]],
    *,
    attempts: int = 12,
    largest_bend: float = 0.75,
) -> Callable[..., tuple[Damped, Array]]:
    """Return a compiled function that makes one accepted step.

    Parameters
    ----------
    residual : (z [n], *context) -> r [m].
    linearised : (z [n], *context) -> (r [m], J [m, n]).
    attempts : how often λ is raised before the step is given up.
    largest_bend : largest 2‖a‖ / ‖v‖ of a step.

    The function maps (state, *context) to (next state, whether a step was accepted); the context
    is whatever the residual takes beside z, such as weights that change from stage to stage.
    """

    @jax.jit
    def step(state: Damped, *context: Any) -> tuple[Damped, Array]:
        def here(z: Array) -> Array:
            return residual(z, *context)

        def curvature(z: Array, v: Array) -> Array:
            """r″(v, v)."""
            return jax.jvp(lambda y: jax.jvp(here, (y,), (v,))[1], (z,), (v,))[1]

        r, jacobian = linearised(state.z, *context)
        space = parameter_space if r.size > state.z.size else residual_space
        solver = space(jacobian)

        def good(trial: _Trial) -> Array:
            return (trial.loss < state.loss) & (trial.bend <= largest_bend)

        def again(trial: _Trial) -> _Trial:
            raised = jnp.maximum(4 * trial.damping, 1e-18)
            damping = jnp.where(trial.attempt > 0, raised, trial.damping)
            solve = solver(damping)
            v = solve(r)
            a = solve(curvature(state.z, v))
            z = state.z + v + a / 2
            bend = 2 * jnp.linalg.norm(a) / jnp.linalg.norm(v)
            return _Trial(z, jnp.sum(here(z) ** 2), bend, damping, trial.attempt + 1)

        nothing = jnp.asarray(jnp.inf, r.dtype)
        first = _Trial(state.z, nothing, nothing, state.damping, jnp.asarray(0))
        trial = jax.lax.while_loop(lambda t: ~good(t) & (t.attempt < attempts), again, first)
        accepted = good(trial)
        slow = (state.loss - trial.loss) < 1e-3 * state.loss
        following = Damped(
            jnp.where(accepted, trial.z, state.z),
            jnp.where(accepted, trial.loss, state.loss),
            jnp.where(accepted, jnp.maximum(trial.damping / 5, 1e-20), trial.damping),
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
