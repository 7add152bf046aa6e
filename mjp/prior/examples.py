"""Training examples: a process and the counts of its data, from a key."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Key

from mjp.counts import Counts
from mjp.prior.counting import counts, magnified
from mjp.prior.designs import Shape
from mjp.prior.process import Process, labels, process


def example(key: Key[Array, ""], shape: Shape) -> tuple[Process, Counts]:
    """Return one training example."""
    k = jax.random.split(key, 3)
    drawn, design = process(k[0], shape)
    if shape.scaled > 1:
        design = design._replace(gaps=jnp.broadcast_to(design.gaps[:1, :1], design.gaps.shape))
    reported, seen = labels(k[1], drawn, design, shape)
    if shape.scaled > 1:  # equal paths: nobody drops out
        observed = jnp.arange(shape.visits) < design.visits[..., None]
        seen = jnp.where(observed, 1.0, 0.0)
    found = counts(reported, seen, design, shape)
    if shape.scaled > 1:
        found = magnified(k[2], found, drawn, design, shape)
    return drawn, found
