"""What the network sees of the counts: edge features that do not depend on the unit of time."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from mjp.counts import Counts


def prior_rates(counts: Counts) -> Float[Array, "N N"]:
    """Return log rates, in 1/scale, by the conjugate estimate: changes seen over time held."""
    changes = counts.pairs[0].sum(0)
    return jnp.log((changes + 0.2) / (counts.held[:, None] + 1.0))


def edges(
    counts: Counts, active: Bool[Array, " N"], known: Float[Array, "N N"]
) -> Float[Array, "N N f"]:
    """Return the features of every pair of states, those of both ends and of the whole among them.

    Counts enter as logarithms and as fractions of their row, times only in units of the scale
    that the data have.
    """
    size = len(active)
    tables = jnp.concatenate([counts.pairs.reshape(-1, size, size), counts.bounces])
    rows = tables.sum(2, keepdims=True)
    share = tables / (rows + 1.0)
    between = jnp.concatenate([jnp.log1p(tables) / 4, share, jnp.log(share + 1e-4) / 4])
    occupied = counts.pairs[0].sum((0, 2))
    node = jnp.stack(
        [
            jnp.log1p(occupied) / 4,
            occupied / (occupied.sum() + 1.0),
            jnp.log1p(counts.first) / 4,
            counts.first / (counts.first.sum() + 1.0),
            jnp.log1p(counts.held) / 4,
        ]
    )
    n = active.sum()
    changes = counts.pairs[0].sum() - jnp.trace(counts.pairs[0].sum(0))
    steps = jnp.maximum(counts.visits - counts.paths, 1.0)
    whole = jnp.stack(
        [
            jnp.log1p(counts.visits) / 4,
            jnp.log1p(counts.paths) / 4,
            jnp.log1p(changes) / 4,
            changes / steps,
            jnp.log(jnp.maximum(counts.held.sum(), 1e-6) / steps) / 4,
            n / 12.0,
        ]
    )
    shape = (size, size)
    columns = [
        jnp.moveaxis(between, 0, -1),
        prior_rates(counts)[..., None] / 4,
        known[..., None],
        jnp.broadcast_to(node.T[:, None], (*shape, len(node))),
        jnp.broadcast_to(node.T[None], (*shape, len(node))),
        jnp.broadcast_to(whole, (*shape, len(whole))),
        jnp.eye(size)[..., None],
    ]
    return jnp.concatenate(columns, -1)
