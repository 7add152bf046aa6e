"""Counts of labels on the device, as `mjp.counts` has them of visits; those of very many paths."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Key

from mjp.counts import CENTRES, LAGS, WIDTH, Counts
from mjp.prior import designs
from mjp.prior.designs import Shape
from mjp.prior.matrices import exponential
from mjp.prior.process import Process


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
