"""Transition matrices exp(Q t) at many times, by scaling and squaring of non-negative matrices.

With q = max_i -q_ii the matrix B = Q + q I has no negative entry and exp(Q t) =
exp(-q t) exp(B t): no term of the Taylor series cancels another, so that each entry of the
result is accurate relative to its own size, however small, and Q may be defective, as it is for
a progressive chain. (Uniformisation: A. Jensen, Skand. Aktuarietidskr. 36, 1953; scaling and
squaring: C. Moler and C. Van Loan, SIAM Rev. 45, 2003.)

Few times are served directly. Many are interpolated (Lagrange, in log t) from a geometric table
of PER_OCTAVE times an octave, where each octave is the square of the one below.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from sciml.precision import float64

FEW = 64
"""up to how many distinct gaps each has its own matrix"""
SAME = 1e-10
"""relative difference below which two gaps are one"""
PER_OCTAVE = 64
"""times of the table from t to 2 t"""
ORDER = 6
"""points of the interpolation"""
SQUARINGS = 30
"""most squarings, enough for q t up to 5e8"""
SMALL = 0.5
"""q t up to which the series is summed"""
FURTHER = 8
"""terms of the series by which a front moves on from a node"""
EXTRA_TERMS = 8
"""terms of the series beyond the number of states"""


@partial(jax.tree_util.register_dataclass, data_fields=["first"], meta_fields=["octaves"])
@dataclass(frozen=True)
class Nodes:
    """The times first[b] 2^o of the matrices, in the order o B + b.

    Attributes
    ----------
    first : times of the lowest octave, [B].
    octaves : how many octaves there are (1: the times `first` alone).
    """

    first: Float[Array, " B"] | Float[np.ndarray, " B"]
    octaves: int = 1


@dataclass(frozen=True)
class Lookup:
    """Where among the nodes each gap is found.

    Attributes
    ----------
    nodes : the times at which there are matrices, G of them.
    base : index of the last node that is not above the gap, [P].
    beyond : gap less the time of that node, [P]; None: all gaps are nodes.
    weights : Lagrange weights of the nodes from base + 1 - ORDER / 2 on, [P, ORDER]; None as well.
    """

    nodes: Nodes
    base: Int[np.ndarray, " P"]
    beyond: Float[np.ndarray, " P"] | None
    weights: Float[np.ndarray, "P order"] | None


def product(a: Float[Array, "n m ..."], b: Float[Array, "m k ..."]) -> Float[Array, "n k ..."]:
    """Return the matrix products along the first two axes (the loop over them vectorises)."""
    total = a[:, 0, None] * b[None, 0]
    for k in range(1, b.shape[0]):
        total = total + a[:, k, None] * b[None, k]
    return total


def _square(p: Float[Array, "n n U"]) -> Float[Array, "n n U"]:
    squared = product(p, p)
    return squared / squared.sum(1, keepdims=True)


def exponentials(rates: Float[Array, "n n"], times: Float[Array, " U"]) -> Float[Array, "n n U"]:
    """Return exp(Q t) for each of the times, the time last.

    Parameters
    ----------
    rates : rate matrix Q, in the inverse unit of the times.
    times : positive times with -q_ii t < 5e8.
    """
    n = rates.shape[0]
    fastest = jax.lax.stop_gradient(jnp.max(-jnp.diagonal(rates)))
    load = fastest * times
    halvings = jnp.ceil(jnp.log2(jnp.maximum(load, 1e-300) / SMALL)).clip(0, SQUARINGS)
    short = times / 2.0**halvings
    b = (rates + fastest * jnp.eye(n))[:, :, None] * short
    unit = jnp.broadcast_to(jnp.eye(n)[:, :, None], b.shape)

    def term(total: Array, k: Array) -> tuple[Array, None]:
        return unit + product(b, total) / k, None

    series, _ = jax.lax.scan(term, unit, jnp.arange(n + EXTRA_TERMS, 0, -1.0))
    series = series / series.sum(1, keepdims=True)

    def doubled(p: Array, r: Array) -> tuple[Array, None]:
        wanted = halvings > r
        squared = jax.lax.cond(
            jnp.any(wanted), lambda x: jnp.where(wanted, _square(x), x), lambda x: x, p
        )
        return squared, None

    return jax.lax.scan(doubled, series, jnp.arange(SQUARINGS))[0]


def at_nodes(rates: Float[Array, "n n"], nodes: Nodes) -> Float[Array, "n n G"]:
    """Return exp(Q t) at the times of the nodes, the node last."""
    lowest = exponentials(rates, jnp.asarray(nodes.first))
    if nodes.octaves == 1:
        return lowest

    def up(p: Array, _: None) -> tuple[Array, Array]:
        return _square(p), p

    _, octaves = jax.lax.scan(up, lowest, None, length=nodes.octaves)
    n = rates.shape[0]
    return jnp.moveaxis(octaves, 0, 2).reshape(n, n, -1)


def little_further(
    rates: Float[Array, "n n"], fronts: Float[Array, "S n R"], times: Float[Array, " R"]
) -> Float[Array, "S n R"]:
    """Return fronts exp(Q t) for times t that are short beside the holding times.

    The Poisson-weighted series of Q + q I is cut after FURTHER terms and its weights add to 1;
    up to q t = 0.1 (gaps of ten holding times, in the table) that is exact to rounding.
    """
    fastest = jax.lax.stop_gradient(jnp.max(-jnp.diagonal(rates)))
    b = rates + fastest * jnp.eye(rates.shape[0])

    def term(carry: tuple[Array, Array], k: Array) -> tuple[tuple[Array, Array], None]:
        total, mass = carry
        moved = jnp.einsum("sir,ij->sjr", total, b)
        return (fronts + moved * (times / k), 1.0 + mass * fastest * times / k), None

    start = (fronts, jnp.ones_like(times))
    (total, mass), _ = jax.lax.scan(term, start, jnp.arange(FURTHER, 0, -1.0))
    return total / mass


def padded(size: int) -> int:
    """Return the next of 1, 2, 4, 8, ...: shapes that repeat are compiled once."""
    return 1 << max(size - 1, 0).bit_length()


def distinct(
    gaps: Float[np.ndarray, " P"],
) -> tuple[Float[np.ndarray, " U"], Int[np.ndarray, " P"]]:
    """Return the gaps that differ by more than rounding, and which of them each gap is."""
    values, which = np.unique(gaps, return_inverse=True)
    new = np.concatenate([[True], np.diff(values) > SAME * values[1:]])
    group = np.cumsum(new) - 1
    return values[new], group[which.ravel()]


def lookup(gaps: Float[np.ndarray, " P"]) -> Lookup:
    """Return nodes that serve these (positive) gaps, and where each gap is among them."""
    if len(gaps) == 0:
        return Lookup(Nodes(np.ones(1)), np.zeros(0, np.int32), None, None)
    values, which = distinct(gaps)
    if len(values) <= FEW:
        first = np.full(padded(len(values)), values[-1])
        first[: len(values)] = values
        return Lookup(Nodes(first), which.astype(np.int32), None, None)
    margin = ORDER / PER_OCTAVE
    lowest = gaps.min() * 2.0**-margin
    octaves = int(np.ceil(np.log2(gaps.max() / lowest) + margin))
    octaves = 4 * -(-octaves // 4)
    place = PER_OCTAVE * np.log2(gaps / lowest)
    base = np.floor(place).astype(np.int32)
    beyond = np.maximum(gaps - lowest * 2.0 ** (base / PER_OCTAVE), 0.0)
    first = lowest * 2.0 ** (np.arange(PER_OCTAVE) / PER_OCTAVE)
    weights = _lagrange(place - base + (ORDER // 2 - 1))
    return Lookup(Nodes(first, octaves), base, beyond, weights)


def _lagrange(place: Float[np.ndarray, " P"]) -> Float[np.ndarray, "P order"]:
    """Return the Lagrange weights of the points 0, 1, ..., ORDER - 1 at these places."""
    weights = np.ones((len(place), ORDER))
    for j in range(ORDER):
        for m in range(ORDER):
            if m != j:
                weights[:, j] *= (place - m) / (j - m)
    return weights


@jax.jit
def _transition_matrices(rates: Array, times: Array) -> Array:
    return jnp.moveaxis(exponentials(rates, times), 2, 0)


def transition_matrices(
    rates: Float[np.ndarray, "n n"], times: Float[np.ndarray, " U"]
) -> Float[np.ndarray, "U n n"]:
    """Return P(t) = exp(Q t) for each of the times.

    Parameters
    ----------
    rates : rate matrix Q, rows adding to 0, per unit of time.
    times : times t >= 0.

    Returns
    -------
    Transition probabilities from i to j within t, each accurate relative to its own size.
    """
    times = np.asarray(times, float)
    full = np.zeros(padded(len(times)))
    full[: len(times)] = times
    with float64():
        return np.asarray(_transition_matrices(jnp.asarray(rates), jnp.asarray(full)))[: len(times)]
