"""Log-likelihood of clean labels: a sum over transitions between neighbouring visits.

Visits of a Markov chain seen without error contribute log P_ij(gap) a pair, so that only the
number of pairs (gap, i, j) matters, and the cost depends neither on the number of subjects nor
on that of their visits. Where gaps have to be interpolated, log P is, so that each pair becomes
a few fractional pairs on the nodes and nothing else changes.
An entry at an exactly known time contributes log sum_{k != d} P_ik(gap) q_kd (J. Kalbfleisch and
J. Lawless, J. Am. Stat. Assoc. 80, 1985; C. Jackson, J. Stat. Softw. 38(8), 2011).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from mjp.likelihood.transitions import Lookup, Nodes, at_nodes, lookup, product
from sciml.errors import BadData
from sciml.visits import Visits

TINY = 1e-300
"""least probability of which a logarithm is taken"""


@partial(
    jax.tree_util.register_dataclass,
    data_fields=["nodes", "counts", "entries"],
    meta_fields=[],
)
@dataclass(frozen=True)
class Transitions:
    """Numbers of transitions between neighbouring visits.

    Attributes
    ----------
    nodes : the G times over which they took place.
    counts : pairs seen in i and next in j, at each time, [G, n, n] (fractions where interpolated).
    entries : those where j was entered at the very time of the visit, [G, n, n]; None: none.
    """

    nodes: Nodes
    counts: Float[Array, "G n n"] | Float[np.ndarray, "G n n"]
    entries: Float[Array, "G n n"] | Float[np.ndarray, "G n n"] | None


def transitions(visits: Visits, unit: float = 1.0) -> Transitions:
    """Return the numbers of transitions, with times in multiples of `unit`."""
    n = len(visits.states)
    first, second, gaps = visits.pairs()
    found = lookup(gaps / unit)
    before, after = visits.labels[first], visits.labels[second]
    if visits.exact is None:
        return Transitions(found.nodes, _counted(found, before, after, None, n), None)
    exact = visits.exact[second]
    return Transitions(
        found.nodes,
        _counted(found, before, after, ~exact, n),
        _counted(found, before, after, exact, n),
    )


def _counted(
    found: Lookup,
    before: Int[np.ndarray, " P"],
    after: Int[np.ndarray, " P"],
    which: Bool[np.ndarray, " P"] | None,
    n: int,
) -> Float[np.ndarray, "G n n"]:
    size = len(found.nodes.first) * found.nodes.octaves
    chosen = slice(None) if which is None else which
    base, pair = found.base[chosen].astype(np.int64), (before * n + after)[chosen]
    if found.weights is None:
        return np.bincount(base * n * n + pair, minlength=size * n * n).reshape(size, n, n) * 1.0
    counts = np.zeros(size * n * n)
    for k in range(found.weights.shape[1]):
        node = base + k + 1 - found.weights.shape[1] // 2
        weight = found.weights[chosen][:, k]
        counts += np.bincount(node * n * n + pair, weight, minlength=len(counts))
    return counts.reshape(size, n, n)


def log_likelihood(rates: Float[Array, "n n"], seen: Transitions) -> Float[Array, ""]:
    """Return the log-probability of all transitions, given the first label of each subject.

    Parameters
    ----------
    rates : rate matrix Q, in the inverse unit of the times of `seen`.
    seen : how often each transition was seen.

    Returns
    -------
    Sum of counts log P_ij, and for exact entries of log sum_{k != j} P_ik q_kj: a density per
    unit of time for each of these.
    """
    p = at_nodes(rates, seen.nodes)
    total = _weighted_log(jnp.asarray(seen.counts), p)
    if seen.entries is None:
        return total
    jumps = rates - jnp.diag(jnp.diagonal(rates))
    entered = product(p, jumps[:, :, None])
    return total + _weighted_log(jnp.asarray(seen.entries), entered)


def _weighted_log(counts: Float[Array, "G n n"], p: Float[Array, "n n G"]) -> Float[Array, ""]:
    counts = jnp.moveaxis(counts, 0, 2)
    return jnp.sum(counts * jnp.log(jnp.maximum(jnp.where(counts != 0, p, 1.0), TINY)))


def check_possible(visits: Visits, allowed: Bool[np.ndarray, "n n"]) -> None:
    """Raise where clean labels move along no chain of allowed links.

    Raises
    ------
    BadData : a subject goes from one state to another that cannot be reached from it.
    """
    n = len(visits.states)
    reached = np.linalg.matrix_power(allowed.astype(float) + np.eye(n), n) > 0
    first, second, _ = visits.pairs()
    bad = ~reached[visits.labels[first], visits.labels[second]]
    if visits.exact is not None:
        entered = (reached.astype(float) @ allowed.astype(float)) > 0
        impossible = ~entered[visits.labels[first], visits.labels[second]]
        bad |= visits.exact[second] & impossible
    if not bad.any():
        return
    k = int(np.flatnonzero(bad)[0])
    source, target = (visits.states[visits.labels[r]] for r in (first[k], second[k]))
    raise BadData(
        f"{visits.named(int(second[k]))} goes from '{source}' to '{target}' at time "
        f"{visits.times[second[k]]:g}, and no chain of allowed links leads there "
        f"({int(bad.sum())} such visits).",
        "allow a link that leads there, or allow misreported states (noise)",
    )
