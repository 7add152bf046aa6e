"""A process drawn at random, and the labels of its paths."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, Key

from mjp.prior import designs, rates
from mjp.prior.designs import Shape
from mjp.prior.matrices import exponential, stationary


class Process(NamedTuple):
    """What is drawn before any path.

    Attributes
    ----------
    active : which states exist [N].
    q : rate matrix [N, N].
    initial : law of the first state [N].
    errors : E [N, N], reported states; `noise` its mean rate of wrong labels.
    known : 0 where a link is known to be absent [N, N], else 1.
    """

    active: Bool[Array, " N"]
    q: Float[Array, "N N"]
    initial: Float[Array, " N"]
    errors: Float[Array, "N N"]
    noise: Float[Array, ""]
    known: Float[Array, "N N"]


def process(key: Key[Array, ""], shape: Shape) -> tuple[Process, designs.Design]:
    """Return a random process and the design it is seen with."""
    k = jax.random.split(key, 8)
    n = jax.random.randint(k[0], (), shape.fewest, shape.states + 1)
    active = jnp.arange(shape.states) < n
    off, family = rates.mixture(k[1], active)
    published = family == 0
    exits = off.sum(1)
    absorbing = active & (exits <= 0)
    mean = exits.sum() / jnp.maximum((exits > 0).sum(), 1)
    scale = jnp.where(published, 1.0, 1.0 / jnp.maximum(mean, 1e-20))
    q = (off - jnp.diag(exits)) * scale
    limit = stationary(q, active / n)
    design = designs.draw(k[2], shape, mean * scale, published)
    errors, noise = designs.misclassification(k[3], active)
    initial = designs.initial(k[4], active, limit, published, absorbing)
    told = jax.random.bernoulli(k[5], 0.25) * jax.random.uniform(k[6], ())
    absent = (off <= 0) & jax.random.bernoulli(k[7], told, off.shape)
    return Process(active, q, initial, errors, noise, 1.0 - absent), design


def labels(
    key: Key[Array, ""], drawn: Process, design: designs.Design, shape: Shape
) -> tuple[Int[Array, "G K L"], Float[Array, "G K L"]]:
    """Return reported states, and 1 where they were observed.

    The states at the visits are drawn exactly, from exp(Q gap); half of the designs stop a path
    at the first visit in an absorbing state.
    """
    k = jax.random.split(key, 4)
    cumulative = jnp.cumsum(exponential(drawn.q * design.gaps[..., None, None]), -1)
    cumulative = jnp.where(jnp.arange(shape.states) == drawn.active.sum() - 1, 2.0, cumulative)
    size = (shape.grids, shape.paths)
    begin = jnp.cumsum(drawn.initial)
    start = _below(jax.random.uniform(k[0], size), begin[None, None], drawn.active)
    u = jax.random.uniform(k[1], (shape.visits - 1, *size))

    def step(state: Array, given: tuple[Array, Array]) -> tuple[Array, Array]:
        table, chance = given
        rows = jnp.take_along_axis(table, state[..., None], axis=1)
        following = _below(chance, rows, drawn.active)
        return following, following

    _, later = jax.lax.scan(step, start, (jnp.moveaxis(cumulative, 0, 1), u))
    states = jnp.moveaxis(jnp.concatenate([start[None], later]), 0, -1)
    reported = _below(
        jax.random.uniform(k[2], states.shape), jnp.cumsum(drawn.errors, -1)[states], drawn.active
    )
    seen = jnp.arange(shape.visits) < design.visits[..., None]
    absorbed = (jnp.diagonal(drawn.q) >= 0)[states]
    before = jnp.pad(absorbed[..., :-1], ((0, 0), (0, 0), (1, 0)))
    ends = jax.random.bernoulli(k[3])
    return reported, jnp.where(seen & ~(before & ends), 1.0, 0.0)


def _below(chance: Array, cumulative: Array, active: Array) -> Array:
    """The index at which a cumulative law passes each chance."""
    return jnp.minimum((chance[..., None] > cumulative).sum(-1), active.sum() - 1)
