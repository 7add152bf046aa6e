"""The edge network: it commutes with relabelling the states, and serves any number of them.

Hidden features h_ij live on all pairs of states. A layer multiplies triangles, sum_k a_ik b_kj,
as a logarithm of a transition matrix needs them (J. Jumper et al., Nature 596, 583, 2021, has the
same update for pairs of residues), then mixes h_ij with h_ji and with means over rows, columns
and all pairs.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import flax.linen as nn
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from mjp import features
from mjp.counts import Counts

MIXED = 3
"""log-normal components of the law of a rate"""


class Size(NamedTuple):
    """Width, number of layers, the type of the products, and whether there are triangle products.

    Without them a layer sees an edge, its reverse and means: an ablation.
    """

    width: int = 128
    layers: int = 7
    dtype: Any = jnp.float32
    triangle: bool = True


class Heads(NamedTuple):
    """What the network says of one data set, times in units of its scale.

    Attributes
    ----------
    link : logit of the probability that a link exists [N, N].
    weight, centre, spread : of a rate that exists, log-normal mixture: logits, means and
        standard deviations of the logarithm [N, N, 3].
    initial : logits of the law of the first state [N].
    noisy : logit of the probability that labels have errors.
    noise, noise_spread : mean and standard deviation of the logarithm of their rate.
    """

    link: Float[Array, "N N"]
    weight: Float[Array, "N N 3"]
    centre: Float[Array, "N N 3"]
    spread: Float[Array, "N N 3"]
    initial: Float[Array, " N"]
    noisy: Float[Array, ""]
    noise: Float[Array, ""]
    noise_spread: Float[Array, ""]


class Layer(nn.Module):
    """Triangle products, then a pointwise network on an edge, its reverse and the means."""

    size: Size

    @nn.compact
    def __call__(self, h: Array, both: Array) -> tuple[Array, None]:
        """Return the features of the next layer [N, N, d]."""
        d, dtype = self.size.width, self.size.dtype
        n = jnp.sqrt(both.sum())

        def dense(width: int, scale: float = 1.0) -> nn.Dense:
            init = nn.initializers.variance_scaling(scale, "fan_in", "normal")
            return nn.Dense(width, dtype=dtype, kernel_init=init)

        norm = nn.LayerNorm(dtype=dtype, use_bias=False)(h) * both.astype(dtype)
        a, b, c, e, gate_a, gate_b = jnp.split(dense(6 * d)(norm), 6, axis=-1)
        mask = both.astype(dtype)
        a, b = a * nn.sigmoid(gate_a) * mask, b * nn.sigmoid(gate_b) * mask
        through = jnp.einsum("ikd,kjd->ijd", a, b) / n.astype(dtype)
        shared = jnp.einsum("kid,kjd->ijd", c * mask, e * mask) / n.astype(dtype)
        told = nn.LayerNorm(dtype=dtype)(jnp.concatenate([through, shared], -1))
        h = h + dense(d, 0.1)(told) * mask * self.size.triangle
        z = nn.LayerNorm(dtype=dtype, use_bias=False)(h) * mask
        row, column = z.sum(1) / n.astype(dtype), z.sum(0) / n.astype(dtype)
        own = jnp.einsum("iid->id", z)
        everywhere = jnp.broadcast_to(row.sum(0) / n.astype(dtype), row.shape)
        node = dense(d)(jnp.concatenate([row, column, own, everywhere], -1))
        inner = dense(3 * d)(z) + dense(3 * d)(jnp.swapaxes(z, 0, 1))
        inner = inner + dense(3 * d)(node)[:, None] + dense(3 * d)(node)[None]
        h = h + dense(d, 0.1)(nn.gelu(inner)) * mask
        return h, None


class EdgeNetwork(nn.Module):
    """Counts -> `Heads`."""

    size: Size

    @nn.compact
    def __call__(self, counts: Counts, active: Array, known: Array) -> Heads:
        """Return the heads; `known` is 0 where a link is known to be absent [N, N]."""
        both = (active[:, None] & active[None, :])[..., None].astype(jnp.float32)
        x = features.edges(counts, active, known)
        h = nn.Dense(2 * self.size.width)(x)
        h = nn.Dense(self.size.width)(nn.gelu(h)) * both
        h = h.astype(self.size.dtype)
        stack = nn.scan(
            Layer,
            variable_axes={"params": 0},
            split_rngs={"params": True},
            in_axes=nn.broadcast,
            length=self.size.layers,
        )
        h, _ = stack(self.size, name="layers")(h, both)
        h = nn.LayerNorm()(h.astype(jnp.float32)) * both
        small = nn.initializers.variance_scaling(0.02, "fan_in", "normal")
        z = nn.gelu(nn.Dense(self.size.width)(h))
        out = nn.Dense(1 + 3 * MIXED, kernel_init=small)(z)
        base = features.prior_rates(counts)[..., None]
        spread = jnp.exp(jnp.clip(out[..., 1 + 2 * MIXED :], -5.5, 1.5))
        offset = jnp.linspace(-0.5, 0.5, MIXED)
        own = nn.Dense(1, kernel_init=small)(jnp.einsum("iid->id", h))[:, 0]
        whole = nn.gelu(nn.Dense(self.size.width)((h * both).sum((0, 1)) / both.sum()))
        noise = nn.Dense(3, kernel_init=small)(whole)
        return Heads(
            out[..., 0],
            out[..., 1 : 1 + MIXED],
            base + offset + 3.0 * out[..., 1 + MIXED : 1 + 2 * MIXED],
            spread,
            jnp.where(active, own, -1e9),
            noise[0],
            3.0 * noise[1] - 3.5,
            jnp.exp(jnp.clip(noise[2], -5.0, 1.0)),
        )


def mean_rates(heads: Heads) -> Float[Array, "N N"]:
    """Return E[q] in 1/scale: the probability of a link times the mean of its rate."""
    each = jnp.exp(jnp.clip(heads.centre + heads.spread**2 / 2, -20.0, 8.0))
    return jax.nn.sigmoid(heads.link) * (jax.nn.softmax(heads.weight, -1) * each).sum(-1)


def expected_error(heads: Heads) -> Float[Array, "N N"]:
    """Return about Var[q] in 1/scale²: spreads count up to 1, so that wide laws do not explode."""
    weight = jax.nn.softmax(heads.weight, -1)
    middle = jnp.exp(jnp.clip(heads.centre, -20.0, 8.0))
    there = jax.nn.sigmoid(heads.link)
    within = (weight * (middle * jnp.minimum(heads.spread, 1.0)) ** 2).sum(-1)
    between = (weight * middle**2).sum(-1) - there * (weight * middle).sum(-1) ** 2
    return there * (within + jnp.maximum(between, 0.0))


def pairs_of(active: Bool[Array, " N"]) -> Bool[Array, "N N"]:
    """Return which entries are rates: pairs of different states that exist."""
    return active[:, None] & active[None, :] & ~jnp.eye(len(active), dtype=bool)
