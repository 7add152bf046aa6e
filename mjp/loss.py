"""What pretraining minimises: the posterior's negative log-density, and the error of its mean."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from mjp.counts import Counts
from mjp.network import Heads, expected_error, mean_rates, pairs_of
from mjp.prior.process import Process

NAMES = ("loss", "link", "rate", "mean", "initial", "noise")
"""what `loss` reports"""

SMALL = 1e-5
"""rates below this, in 1/scale, are scored as this: no data tell them from zero"""


def log_density(heads: Heads, log_rate: Float[Array, "N N"]) -> Float[Array, "N N"]:
    """Return the log-density of a rate's logarithm, given that the link exists."""
    z = (log_rate[..., None] - heads.centre) / heads.spread
    each = -0.5 * z**2 - jnp.log(heads.spread) - 0.919
    return jax.nn.logsumexp(each + jax.nn.log_softmax(heads.weight, -1), -1)


def loss(heads: Heads, counts: Counts, drawn: Process) -> Float[Array, " 6"]:
    """Return the loss of one example and its parts, in the order of `NAMES`.

    Existence and logarithm of each rate by their likelihood; the mean rates by their root mean
    square error over all links, over what the network itself expects it to be (held fixed), which
    weighs plentiful and scarce data alike.
    """
    off = pairs_of(drawn.active) & (drawn.known > 0)
    count = jnp.maximum(off.sum(), 1)
    rates = jnp.where(off, drawn.q, 0.0) * counts.scale
    there = off & (rates > 0)
    link = optax.sigmoid_binary_cross_entropy(heads.link, there.astype(jnp.float32))
    link = jnp.where(off, link, 0.0).sum() / count
    log_rate = jnp.log(jnp.clip(jnp.where(there, rates, 1.0), SMALL, 1e4))
    rate = -jnp.where(there, jnp.maximum(log_density(heads, log_rate), -25.0), 0.0).sum() / count
    error = jnp.where(off, (mean_rates(heads) - rates) ** 2, 0.0).sum()
    size = jnp.where(off, expected_error(heads), 0.0).sum() + 1e-8 * count
    mean = jnp.sqrt(error / jax.lax.stop_gradient(size) + 1e-6)
    mean = jnp.where(mean > 4.0, 4.0 + jnp.log(jnp.maximum(mean, 4.0) / 4.0), mean)
    initial = optax.softmax_cross_entropy(heads.initial, drawn.initial)
    noisy = drawn.noise > 0
    z = (jnp.log(jnp.where(noisy, drawn.noise, 1.0)) - heads.noise) / heads.noise_spread
    size_of = jnp.where(noisy, jnp.minimum(z**2 / 2, 25.0) + jnp.log(heads.noise_spread), 0.0)
    noise = optax.sigmoid_binary_cross_entropy(heads.noisy, noisy.astype(jnp.float32)) + size_of
    total = link + rate + 0.5 * mean + 0.1 * initial + 0.1 * noise
    return jnp.stack([total, link, rate, mean, initial, noise])
