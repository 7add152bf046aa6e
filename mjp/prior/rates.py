"""Random rate matrices: a mixture of five families, from which every training process is drawn.

Each family returns the rates off the diagonal [N, N], zero where there is no link, in a unit of
its own; `mjp.prior.designs` chooses the times at which a process is seen relative to its rates.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from mjp.prior import graphs

Rates = Float[Array, "N N"]

FAMILIES = ("published", "decades", "landscape", "ladder", "progressive")
WEIGHTS = (0.38, 0.20, 0.22, 0.12, 0.08)
"""share of each family in the mixture"""


def published(key: Key[Array, ""], active: graphs.Active) -> Rates:
    """Return Beta(a, b) rates, a in {1, 2}, b in {1, 3, 5, 10} (arXiv 2406.06419, section 3)."""
    k = jax.random.split(key, 4)
    shape = 2 * active.shape
    a = jax.random.randint(k[0], shape, 1, 3)
    b = jnp.array([1, 3, 5, 10])[jax.random.randint(k[1], shape, 0, 4)]
    return graphs.published(k[2], active) * _beta(k[3], a, b)


def _beta(key: Key[Array, ""], a: Array, b: Array) -> Array:
    """Beta(1, b) by inversion; Beta(2, b) as the second smallest of b + 1 uniform numbers."""
    u = jax.random.uniform(key, (11, *a.shape), minval=1e-7)
    one = 1 - u[0] ** (1 / b)
    count = jnp.arange(11)[:, None, None] <= b
    u = jnp.where(count, u, 2.0)
    second = jnp.where(u <= u.min(0), 2.0, u).min(0)
    return jnp.where(a == 1, one, second)


def decades(key: Key[Array, ""], active: graphs.Active) -> Rates:
    """Return rates log-uniform over up to 3.5 decades on a connected graph."""
    k = jax.random.split(key, 3)
    width = jax.random.uniform(k[0], (), maxval=3.5)
    log = width * (jax.random.uniform(k[1], 2 * active.shape) - 0.5)
    return graphs.connected(k[2], active) * 10.0**log


def landscape(key: Key[Array, ""], active: graphs.Active) -> Rates:
    """Return rates of jumps between wells of energy E_i over barriers B_ij, with driving F_ij.

    q_ij = exp(E_i - B_ij + F_ij / 2) with B symmetric and F antisymmetric (kT = 1); F = 0, which
    is detailed balance, in half of the cases (N. G. van Kampen, Stochastic Processes in Physics
    and Chemistry, chapter V).
    """
    k = jax.random.split(key, 8)
    shape = 2 * active.shape
    depth = jax.random.uniform(k[0], (), maxval=2.5)
    energy = depth * jax.random.normal(k[1], active.shape)
    barrier = jax.random.uniform(k[2], (), maxval=1.5) * jax.random.normal(k[3], shape)
    barrier = jnp.triu(barrier) + jnp.triu(barrier, 1).T
    drive = jax.random.normal(k[4], shape) * jax.random.uniform(k[5], (), maxval=2.0)
    drive = jnp.triu(drive, 1) - jnp.triu(drive, 1).T
    drive = drive * jax.random.bernoulli(k[6])
    log = jnp.clip(energy[:, None] - barrier + drive / 2, -8.0, 8.0)
    return graphs.connected(k[7], active) * jnp.exp(log)


def ladder(key: Key[Array, ""], active: graphs.Active) -> Rates:
    """Return forward and backward rates of a chain, ring, star or tree, all alike or scattered."""
    k = jax.random.split(key, 6)
    kind = jax.random.uniform(k[0], ()) * 4 / 3
    forward, backward = graphs.ladder(kind, active)
    up = jnp.triu(graphs.tree(k[1], active))
    forward = jnp.where(kind < 1, forward, up)
    backward = jnp.where(kind < 1, backward, up.T)
    ratio = jnp.exp(jax.random.uniform(k[2], (), minval=-2.5, maxval=2.5))
    scatter = jax.random.uniform(k[3], (), maxval=1.2) * jax.random.bernoulli(k[4], 0.6)
    spread = jnp.exp(scatter * jax.random.normal(k[5], 2 * active.shape))
    return (forward * ratio + backward * 1.0) * spread


def progressive(key: Key[Array, ""], active: graphs.Active) -> Rates:
    """Return a disease that worsens: stages, rare returns, 0 to 2 absorbing states last."""
    k = jax.random.split(key, 6)
    i = jnp.arange(len(active))
    n = active.sum()
    ahead = i[None, :] - i[:, None]
    ends = jnp.minimum(jax.random.randint(k[0], (), 0, 3), n - 1)
    absorbing = i >= n - ends
    death = absorbing[None, :] & jax.random.bernoulli(k[1], 0.8, 2 * active.shape)
    back = (ahead == -1) & jax.random.bernoulli(k[2], 0.5)
    skip = (ahead == 2) & jax.random.bernoulli(k[3], 0.2)
    linked = ((ahead == 1) | death | back | skip) & graphs.pairs(active) & ~absorbing[:, None]
    spread = jax.random.uniform(k[4], (), minval=0.2, maxval=1.3)
    rates = jnp.exp(spread * jax.random.normal(k[5], 2 * active.shape))
    return linked * rates * jnp.where(ahead < 0, 0.5, 1.0)


def mixture(key: Key[Array, ""], active: graphs.Active) -> tuple[Rates, Float[Array, ""]]:
    """Return rates from a family drawn at random, and the family's index in `FAMILIES`."""
    which, own = jax.random.split(key)
    family = jax.random.choice(which, len(FAMILIES), p=jnp.array(WEIGHTS))
    draws = [f(own, active) for f in (published, decades, landscape, ladder, progressive)]
    return jnp.stack(draws)[family], family
