"""One training example from a key: a process, its paths, and the counts the network reads."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, Key

from mjp.bins import CENTRES, LAGS, WIDTH
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


class Counts(NamedTuple):
    """What the network reads of a data set; times in units of `scale`.

    Attributes
    ----------
    pairs : N^m_ij by bin of elapsed time, [lags, bins, N, N].
    bounces : i -> j -> i over three visits in a row, by bin of the whole time [bins, N, N].
    first : labels of first visits [N].
    held : time between visits that start in each state [N].
    scale : mean time between observed changes.
    visits, paths : how many.
    """

    pairs: Float[Array, "m g N N"]
    bounces: Float[Array, "g N N"]
    first: Float[Array, " N"]
    held: Float[Array, " N"]
    scale: Float[Array, ""]
    visits: Float[Array, ""]
    paths: Float[Array, ""]


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


def soft(elapsed: Float[Array, "*b"]) -> Float[Array, "*b g"]:
    """Return how much of an elapsed time, in units of the scale, falls into each bin."""
    x = jnp.clip(jnp.log2(jnp.maximum(elapsed, 1e-9)), CENTRES[0], CENTRES[-1])
    return jnp.maximum(0.0, 1.0 - jnp.abs(x[..., None] - CENTRES) / WIDTH)


def counts(
    reported: Int[Array, "G K L"], seen: Float[Array, "G K L"], design: designs.Design, shape: Shape
) -> Counts:
    """Return the counts of paths; products of one-hot labels in half precision, sums in single."""
    times = jnp.concatenate([jnp.zeros((shape.grids, 1)), jnp.cumsum(design.gaps, -1)], axis=-1)
    both = seen[..., 1:] * seen[..., :-1]
    change = (reported[..., 1:] != reported[..., :-1]) * both
    spent = both * design.gaps[:, None, :]
    scale = spent.sum() / (change.sum() + 1.0)
    scale = jnp.where(scale > 0, scale, 1.0)
    hot = jax.nn.one_hot(reported, shape.states, dtype=jnp.bfloat16) * seen[..., None].astype(
        jnp.bfloat16
    )
    pairs = []
    for lag in LAGS:
        if lag >= shape.visits:
            pairs.append(jnp.zeros((len(CENTRES), shape.states, shape.states)))
            continue
        weight = soft((times[:, lag:] - times[:, :-lag]) / scale)
        pairs.append(_binned(hot[..., :-lag, :], hot[..., lag:, :], weight))
    again = (reported[..., 2:] == reported[..., :-2]).astype(jnp.bfloat16)
    weight = soft((times[:, 2:] - times[:, :-2]) / scale)
    bounces = _binned(
        hot[..., :-2, :] * again[..., None],
        hot[..., 1:-1, :] * seen[..., 2:, None].astype(jnp.bfloat16),
        weight,
    )
    held = jnp.einsum("gkla,gkl->a", hot[..., :-1, :].astype(jnp.float32), spent) / scale
    first = hot[..., 0, :].astype(jnp.float32).sum((0, 1))
    return Counts(jnp.stack(pairs), bounces, first, held, scale, seen.sum(), seen[..., 0].sum())


def _binned(first: Array, second: Array, weight: Array) -> Array:
    """Counts of pairs by bin: over paths for each pair of visits, then over visits with weights."""
    each = jnp.einsum("gkla,gklb->glab", first, second, preferred_element_type=jnp.float32)
    return jnp.einsum("glab,glw->wab", each, weight)


def magnified(
    key: Key[Array, ""], found: Counts, drawn: Process, design: designs.Design, shape: Shape
) -> Counts:
    """Return counts with the mean and covariance of up to `shape.scaled` times more paths.

    Paths are independent: the counts N of K paths have mean M and covariance C, those of s K
    paths s M and s C, as s M + sqrt(s) (N - M) has. Cells whose mean is small are drawn from
    Poisson's law instead. Regular grids only, where M has a closed form.
    """
    k = jax.random.split(key, 3)
    s = jnp.exp(jax.random.uniform(k[0], ()) * jnp.log(shape.scaled))
    pairs, bounces, first = _expected(drawn, design, shape)
    weights = jnp.stack([soft(lag * design.gaps[0, 0] / found.scale) for lag in LAGS])

    def grown(key: Array, seen: Array, mean: Array) -> Array:
        smooth = jnp.maximum(s * mean + jnp.sqrt(s) * (seen - mean), 0.0)
        rare = jax.random.poisson(key, jnp.minimum(s * mean, 60.0)).astype(jnp.float32)
        return jnp.where(s * mean < 40.0, rare, smooth)

    two = soft(2 * design.gaps[0, 0] / found.scale)
    whole = grown(k[1], found.pairs.sum(1), pairs)
    return found._replace(
        pairs=whole[:, None] * weights[:, :, None, None],
        bounces=grown(k[2], found.bounces.sum(0), bounces)[None] * two[:, None, None],
        first=grown(k[0], found.first, first),
        held=whole[0].sum(-1) * design.gaps[0, 0] / found.scale,
        visits=found.visits * s,
        paths=found.paths * s,
    )


def _expected(drawn: Process, design: designs.Design, shape: Shape) -> tuple[Array, Array, Array]:
    """Mean counts of pairs [lags, N, N], of bounces and of first labels, on a regular grid."""
    p = exponential(drawn.q * design.gaps[0, 0])
    visits, paths = design.visits.max(), (design.visits > 0).sum()

    def step(law: Array, _: None) -> tuple[Array, Array]:
        return law @ p, law

    _, laws = jax.lax.scan(step, drawn.initial, None, length=shape.visits)
    laws = laws * paths
    pairs, power = [], p
    for lag in LAGS:
        power = p if lag == 1 else power @ power
        at = (laws * (jnp.arange(shape.visits) < visits - lag)[:, None]).sum(0)
        pairs.append(drawn.errors.T @ (at[:, None] * power) @ drawn.errors)
    at = (laws * (jnp.arange(shape.visits) < visits - 2)[:, None]).sum(0)
    e = drawn.errors
    inner = jnp.einsum("ab,bj,bc,ci->aij", p, e, p, e)
    bounces = jnp.einsum("a,ai,aij->ij", at, e, inner)
    return jnp.stack(pairs), bounces, laws[0] @ e


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
