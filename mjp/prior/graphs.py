"""Random graphs of links between states, masked to the first n of N states.

Every function takes `active` [N], which states exist, and returns which links i -> j exist [N, N].
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Key

Active = Bool[Array, " N"]
Links = Bool[Array, "N N"]


def pairs(active: Active) -> Links:
    """Return all links between different states."""
    return active[:, None] & active[None, :] & ~jnp.eye(len(active), dtype=bool)


def published(key: Key[Array, ""], active: Active) -> Links:
    """Return all links in half of the cases, else each with probability ½; all states have an exit.

    The graphs of arXiv 2406.06419, section 3.
    """
    whole, each = jax.random.split(key)
    u = jnp.where(pairs(active), jax.random.uniform(each, 2 * active.shape), 2.0)
    exit_ = u <= u.min(1, keepdims=True)
    return (jax.random.bernoulli(whole) | (u < 0.5) | exit_) & pairs(active)


def tree(key: Key[Array, ""], active: Active) -> Links:
    """Return the links, both ways, of a random recursive tree."""
    i = jnp.arange(len(active))
    parent = jnp.floor(jax.random.uniform(key, active.shape) * jnp.maximum(i, 1)).astype(int)
    up = jax.nn.one_hot(parent, len(active), dtype=bool) & (i > 0)[:, None]
    return (up | up.T) & pairs(active)


def connected(key: Key[Array, ""], active: Active) -> Links:
    """Return a random tree with further links, some both ways, some one way, of random density."""
    k = jax.random.split(key, 5)
    density = jnp.where(
        jax.random.bernoulli(k[0], 0.3), 1.0, jax.random.uniform(k[1], (), minval=0.0, maxval=0.9)
    )
    more = jax.random.bernoulli(k[2], density, 2 * active.shape)
    both = jnp.triu(more) | jnp.triu(more).T
    more = jnp.where(jax.random.bernoulli(k[3]), both, more)
    return (tree(k[4], active) | more) & pairs(active)


def ladder(kind: Float[Array, ""], active: Active) -> tuple[Links, Links]:
    """Return forward and backward links of a chain (kind < ⅓), ring (< ⅔) or star."""
    i = jnp.arange(len(active))
    n = active.sum()
    following = jax.nn.one_hot(i + 1, len(active), dtype=bool)
    last = jax.nn.one_hot(jnp.where(i == n - 1, 0, -1), len(active), dtype=bool)
    ring = following | (last & (n > 2))
    star = (i == 0)[:, None] & (i > 0)[None, :]
    forward = jnp.where(kind < 1 / 3, following, jnp.where(kind < 2 / 3, ring, star))
    forward = forward & pairs(active)
    return forward, forward.T
