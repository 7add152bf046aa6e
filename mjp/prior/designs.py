"""Ways a process is observed: how many paths, when, and with which errors of the labels."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, Key


class Shape(NamedTuple):
    """Static sizes of one kind of training data.

    Attributes
    ----------
    states : N, of which 2 to N exist (`fewest` to N).
    fewest : smallest number of states.
    grids : G, different grids of times; the paths share them out.
    paths : paths on each grid.
    visits : L, the most visits of a path.
    scaled : counts stand for up to this many times more paths (regular grids only).
    """

    states: int
    fewest: int
    grids: int
    paths: int
    visits: int
    scaled: float = 1.0


class Design(NamedTuple):
    """When and how paths are seen.

    Attributes
    ----------
    gaps : times between visits [G, L - 1].
    visits : visits of each path [G, K], 0 for paths that are not there.
    """

    gaps: Float[Array, "G L1"]
    visits: Int[Array, "G K"]


def _log_uniform(key: Key[Array, ""], low: Array | float, high: Array | float) -> Array:
    low, high = jnp.log(jnp.asarray(low)), jnp.log(jnp.asarray(high))
    return jnp.exp(low + (high - low) * jax.random.uniform(key, ()))


def paths_and_visits(
    key: Key[Array, ""], shape: Shape, published: Bool[Array, ""]
) -> tuple[Array, Array]:
    """Return the numbers of paths and of visits: all there is room for, or log-uniform."""
    k = jax.random.split(key, 6)
    room = shape.grids * shape.paths
    paths = jnp.round(_log_uniform(k[0], 1.0, room))
    paths = jnp.where(jax.random.bernoulli(k[1], 0.25), room, paths)
    visits = jnp.round(_log_uniform(k[2], 3.0, shape.visits))
    visits = jnp.where(jax.random.bernoulli(k[3], 0.3), shape.visits, visits)
    kept = jnp.array([100.0, 50.0, 34.0, 25.0])[jax.random.randint(k[4], (), 0, 4)]
    fixed = published & jax.random.bernoulli(k[5], 0.7)
    return paths, jnp.where(fixed, jnp.minimum(kept, shape.visits), visits)


def draw(
    key: Key[Array, ""],
    shape: Shape,
    exit_rate: Float[Array, ""],
    published: Bool[Array, ""],
) -> Design:
    """Return a design for a process whose mean exit rate is given.

    A path holds 0.3 to 300 jumps, but a gap no more than about three; half of the published
    processes are seen for ten units of time, as in arXiv 2406.06419. Gaps are equal, whole
    multiples of a base step (a thinned grid), or log-normal; grids are shared by all
    paths or differ; in some designs paths end early.
    """
    k = jax.random.split(key, 12)
    paths, visits = paths_and_visits(k[0], shape, published)
    steps = visits - 1.0
    jumps = _log_uniform(k[1], 0.3, jnp.clip(3.0 * steps, 1.0, 300.0))
    duration = jumps / jnp.maximum(exit_rate, 1e-12)
    ten = published & jax.random.bernoulli(k[2], 0.6)
    duration = jnp.where(ten, 10.0, duration)
    gaps_shape = (shape.grids, shape.visits - 1)
    kind = jax.random.uniform(k[3], ())
    if shape.scaled > 1:
        kind = jnp.zeros(())
    p = jnp.where(published, 0.25 + 0.25 * jax.random.bernoulli(k[4]), _log_uniform(k[5], 0.1, 0.9))
    u = jax.random.uniform(k[6], gaps_shape, minval=1e-6, maxval=1.0)
    thinned = (1.0 + jnp.floor(jnp.log(u) / jnp.log1p(-p))) * p
    sigma = _log_uniform(k[7], 0.2, 1.5)
    random = jnp.exp(sigma * jax.random.normal(k[8], gaps_shape) - sigma**2 / 2)
    gaps = jnp.where(kind < 0.5, 1.0, jnp.where(kind < 0.8, thinned, random))
    gaps = jnp.where(jax.random.bernoulli(k[9], 0.4), gaps[:1], gaps)
    gaps = gaps * duration / steps
    index = jnp.arange(shape.paths)[None, :] * shape.grids + jnp.arange(shape.grids)[:, None]
    early = jax.random.uniform(k[10], index.shape, minval=2.0, maxval=visits + 1)
    unequal = jax.random.bernoulli(k[11], 0.25) & (shape.scaled == 1)
    number = jnp.where(unequal, jnp.floor(early), visits)
    return Design(gaps, jnp.where(index < paths, number, 0).astype(int))


def misclassification(
    key: Key[Array, ""], active: Bool[Array, " N"]
) -> tuple[Float[Array, "N N"], Float[Array, ""]]:
    """Return the matrix E of reported states, and the overall rate of wrong labels.

    No errors in 30 % of the cases; else a rate log-uniform from 0.001 to 0.25, with flips to all
    other states alike, or (15 %) a random matrix around that rate.
    """
    k = jax.random.split(key, 5)
    size = len(active)
    n = active.sum()
    rate = _log_uniform(k[0], 1e-3, 0.25) * ~jax.random.bernoulli(k[1], 0.3)
    other = (active[None, :] & ~jnp.eye(size, dtype=bool)) / jnp.maximum(n - 1, 1)
    uneven = jax.random.exponential(k[2], (size, size)) * jax.random.exponential(k[3], (size, 1))
    uneven = other * jnp.where(jax.random.bernoulli(k[4], 0.15), uneven, 1.0)
    off = rate * uneven
    off = off * jnp.minimum(1.0, 0.45 / jnp.maximum(off.sum(1, keepdims=True), 1e-9))
    total = (off.sum(1) * active).sum() / n
    return off + jnp.diag(1 - off.sum(1)), total


def initial(
    key: Key[Array, ""],
    active: Bool[Array, " N"],
    limit: Float[Array, " N"],
    published: Bool[Array, ""],
    absorbing: Bool[Array, " N"],
) -> Float[Array, " N"]:
    """Return the law of the first state: the limit law, one near uniform, a random or a narrow one.

    Paths do not start in absorbing states.
    """
    k = jax.random.split(key, 4)
    may = active & ~absorbing
    even = jnp.maximum(1 + jax.random.normal(k[1], active.shape) / 50**0.5, 0.05)
    power = jnp.array([1.0, 1.0, 5.0])[jax.random.randint(k[0], (), 0, 3)]
    uneven = jax.random.exponential(k[2], active.shape) ** power
    random = jnp.where(published | jax.random.bernoulli(k[3], 0.3), even, uneven) + 1e-9
    random = random * may
    stationary = jax.random.bernoulli(k[0]) & ~absorbing.any()
    law = jnp.where(stationary, limit, random)
    return law / law.sum()
