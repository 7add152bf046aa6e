"""What is maximised or sampled: the log-likelihood plus what is known beforehand of theta."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int
from scipy.special import expit, softmax

from mjp.likelihood.model import Model
from sciml.precision import float64

STEP = 1e-5
"""step in theta of the differences of gradients"""


@partial(jax.jit, static_argnames="log_prior")
def _prior(log_rates: Array, allowed: Array, log_prior: Callable) -> tuple[Array, Array]:
    return jax.value_and_grad(log_prior)(log_rates, allowed)


@partial(jax.jit, static_argnames="log_prior")
def _priors(log_rates: Array, allowed: Array, log_prior: Callable) -> tuple[Array, Array]:
    return jax.vmap(jax.value_and_grad(log_prior), in_axes=(0, None))(log_rates, allowed)


@dataclass(eq=False)
class Objective:
    """A function of theta with its gradient.

    Attributes
    ----------
    model : the likelihood.
    log_prior : log density of the log rates; None: none.
    misreports, initial : pseudo-observations of each possible report of each state, and of each
        initial state (1: uniform on the simplex, as a density over logits).
    evaluations : how often it was called, once a theta.
    """

    model: Model
    log_prior: Callable[[Array, Array], Array] | None
    misreports: float
    initial: float
    evaluations: int = field(default=0, init=False)

    def __call__(
        self, theta: Float[np.ndarray, "*C p"]
    ) -> tuple[Float[np.ndarray, "*C"], Float[np.ndarray, "*C p"]]:
        """Return value and gradient at one theta, or at each row of several."""
        model = self.model
        self.evaluations += 1 if np.ndim(theta) == 1 else len(theta)
        value, gradient = model.value_and_gradient(theta)
        value, gradient = np.array(value), np.array(gradient)
        self._add_laws(theta, value, gradient)
        if self.log_prior is not None:
            evaluate = _prior if np.ndim(theta) == 1 else _priors
            with float64():
                log_rates = jnp.asarray(model.parameters(theta).log_rates)
                prior, slope = evaluate(log_rates, model.setting.allowed, self.log_prior)
                value += np.asarray(prior)
                gradient[..., model.parts[0]] += np.asarray(slope)[..., *model.links]
        return value, gradient

    def _add_laws(
        self,
        theta: Float[np.ndarray, "*C p"],
        value: Float[np.ndarray, "*C"],
        gradient: Float[np.ndarray, "*C p"],
    ) -> None:
        """Add the log densities of misreports and initial law, in place."""
        model = self.model
        _, noise, initial = model.parts
        if model.law is None:
            logits = np.concatenate([theta[..., initial], np.zeros((*value.shape, 1))], axis=-1)
            law = softmax(logits, axis=-1)
            value += self.initial * np.log(law).sum(-1)
            gradient[..., initial] += self.initial * (1 - model.states * law[..., :-1])
        if self.misreports == 0:
            return
        if model.noise.kind == "uniform":
            flip = expit(theta[..., noise.start])
            value += self.misreports * np.log(flip * (1 - flip))
            gradient[..., noise.start] += self.misreports * (1 - 2 * flip)
        elif model.noise.kind == "pattern":
            pattern = np.asarray(model.setting.pattern)
            logits = np.asarray(model.parameters(theta).noise)
            possible = pattern | np.eye(model.states, dtype=bool)
            law = softmax(np.where(possible, logits, -np.inf), axis=-1)
            value += self.misreports * np.log(np.where(possible, law, 1.0)).sum((-1, -2))
            slope = 1 - possible.sum(1)[:, None] * law
            gradient[..., noise] += self.misreports * slope[..., *model.misreports]


def smoothed_likelihood(model: Model) -> Objective:
    """Return the log-likelihood, with 1/n observations of each initial state where it is free."""
    return Objective(model, None, 0.0, 1.0 / model.states)


def log_posterior(model: Model, log_prior: Callable[[Array, Array], Array]) -> Objective:
    """Return the log density of theta, with misreports and initial law uniform on simplices."""
    return Objective(model, log_prior, 1.0, 1.0)


def information(
    objective: Objective,
    theta: Float[np.ndarray, " p"],
    gradient: Float[np.ndarray, " p"],
    free: Int[np.ndarray, " m"],
) -> Float[np.ndarray, "m m"]:
    """Return minus the second derivatives along the free parameters, from gradients."""
    rows = np.zeros((len(free), len(free)))
    for k, place in enumerate(free):
        moved = theta.copy()
        moved[place] += STEP
        rows[k] = (gradient[free] - objective(moved)[1][free]) / STEP
    return (rows + rows.T) / 2
