"""From all parameters, free or not, to the laws of the process and their likelihood.

Everything that differs between two data sets of equal shapes is an argument of the compiled
functions, so that the second is not compiled again.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from mjp.likelihood import chain, hidden
from mjp.likelihood.chain import Transitions
from mjp.likelihood.noise import flips, from_logits

Data = Transitions | hidden.Batch
"""numbers of transitions of clean labels, or a batch of misreported ones"""


class Parameters(NamedTuple):
    """All parameters, free or not: logarithms of rates times tau, and logits.

    Attributes
    ----------
    log_rates : log(q_ij tau), [n, n]; read on allowed links only.
    noise : logit of the rate of uniform flips, [1, 1], or logits of misreports, [n, n].
    initial : logits of the initial law, [n].
    """

    log_rates: Array | np.ndarray
    noise: Array | np.ndarray
    initial: Array | np.ndarray


class Setting(NamedTuple):
    """What is known: links [n, n], pattern [n, n], certain states [n], E where it is fixed."""

    allowed: Array | np.ndarray
    pattern: Array | np.ndarray
    certain: Array | np.ndarray
    matrix: Array | np.ndarray


def laws(
    parameters: Parameters, setting: Setting, kind: str
) -> tuple[Float[Array, "n n"], Float[Array, "n n"], Float[Array, " n"]]:
    """Return rate matrix in 1/tau, misclassification and initial law of these parameters."""
    allowed, pattern, certain, matrix = (jnp.asarray(known) for known in setting)
    off = jnp.where(allowed, jnp.exp(parameters.log_rates), 0.0)
    rates = off - jnp.diag(off.sum(1))
    initial = jax.nn.softmax(parameters.initial)
    if kind == "uniform":
        return rates, flips(jax.nn.sigmoid(parameters.noise[0, 0]), certain), initial
    if kind == "pattern":
        return rates, from_logits(jnp.asarray(parameters.noise), pattern), initial
    return rates, matrix, initial


def _log_likelihood(parameters: Parameters, setting: Setting, data: Data, kind: str) -> Array:
    rates, misclassification, initial = laws(parameters, setting, kind)
    if isinstance(data, Transitions):
        return chain.log_likelihood(rates, data)
    return hidden.log_likelihood(rates, misclassification, initial, data)


@partial(jax.jit, static_argnames="kind")
def value_and_gradient(
    parameters: Parameters, setting: Setting, data: Data, kind: str
) -> tuple[Array, Parameters]:
    """Return the log-likelihood of (a part of) the data, and its gradient."""
    return jax.value_and_grad(_log_likelihood)(parameters, setting, data, kind)


@partial(jax.jit, static_argnames="kind")
def values_and_gradients(
    parameters: Parameters, setting: Setting, data: Data, kind: str
) -> tuple[Array, Parameters]:
    """Return the same for several parameters, along the first axis of each."""
    one = jax.value_and_grad(partial(_log_likelihood, kind=kind))
    return jax.vmap(one, in_axes=(0, None, None))(parameters, setting, data)


@partial(jax.jit, static_argnames="kind")
def compiled_laws(
    parameters: Parameters, setting: Setting, kind: str
) -> tuple[Array, Array, Array]:
    """Return `laws`, compiled."""
    return laws(parameters, setting, kind)
