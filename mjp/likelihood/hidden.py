"""Log-likelihood of misreported labels: the exact forward algorithm of a hidden Markov chain.

The front alpha_j is the probability of the labels so far and of state j now. A visit moves it by
P(gap) and weighs it by the probability E_jy of the label y; it is scaled to add to 1 and the
logarithms of the scales add up (L. Rabiner, Proc. IEEE 77, 1989). All subjects of a batch move
at once. A few long subjects are cut into blocks: the transfer matrices of all blocks are
computed side by side, and the front then steps over whole blocks, which is as exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from mjp.likelihood.transitions import Nodes, at_nodes, little_further

TINY = 1e-300
"""least probability of which a logarithm is taken"""


class Steps(NamedTuple):
    """Visits after the first, step after step [L, R]: R subjects, or R blocks of subjects.

    Attributes
    ----------
    labels : reported states, [L, R]; n where there is no visit.
    base : last node not above the gap before the visit, [L, R], or [L, 1] where all have one gap.
    beyond : gap less that node, [L, R or 1]; None: nothing.
    exact : whether the state was entered at that very time, [L, R]; None: none was.
    """

    labels: Array | np.ndarray
    base: Array | np.ndarray
    beyond: Array | np.ndarray | None
    exact: Array | np.ndarray | None


@partial(
    jax.tree_util.register_dataclass,
    data_fields=["nodes", "first", "first_exact", "steps"],
    meta_fields=["blocks"],
)
@dataclass(frozen=True)
class Batch:
    """Subjects of similar length, padded to the same.

    Attributes
    ----------
    nodes : times of the transition matrices.
    first : first labels, [K]; n for subjects that only pad.
    first_exact : whether these are entries, [K]; None: none is.
    steps : the visits after the first; R = K, or K blocks with the block running fastest.
    blocks : blocks of each subject; 0: subjects are not cut.
    """

    nodes: Nodes
    first: Int[Array, " K"] | Int[np.ndarray, " K"]
    first_exact: Array | np.ndarray | None
    steps: Steps
    blocks: int


def log_likelihood(
    rates: Float[Array, "n n"],
    misclassification: Float[Array, "n n"],
    initial: Float[Array, " n"],
    batch: Batch,
) -> Float[Array, ""]:
    """Return the log-probability of the labels of a batch.

    Parameters
    ----------
    rates : rate matrix Q, in the inverse unit of the times of the batch.
    misclassification : E, E_ij = P(reported j | true i).
    initial : law of the state at the first visit.
    batch : what was reported.

    Returns
    -------
    Sum over subjects; each exact entry after a first visit counts as a density per unit of time.
    """
    n = rates.shape[0]
    table = at_nodes(rates, batch.nodes)
    emission = jnp.concatenate([misclassification, jnp.ones((n, 1))], axis=1)
    weight = emission[:, batch.first]
    if batch.first_exact is not None:
        weight = jnp.where(batch.first_exact, _one_hot(batch.first, n), weight)
    front, scale = _scaled((initial[:, None] * weight)[None])
    if batch.blocks == 0:
        _, log_scale = _run(front, table, emission, rates, batch.steps)
        return jnp.sum(jnp.log(scale)) + jnp.sum(log_scale)
    return jnp.sum(jnp.log(scale)) + _over_blocks(front[0], table, emission, rates, batch)


def _one_hot(labels: Int[Array, " R"] | Int[np.ndarray, " R"], n: int) -> Float[Array, "n R"]:
    return (jnp.arange(n)[:, None] == labels[None, :]).astype(float)


def _scaled(front: Float[Array, "S n R"]) -> tuple[Float[Array, "S n R"], Float[Array, "S R"]]:
    """Return the fronts scaled to add to 1, and by what they were divided."""
    total = jnp.maximum(front.sum(1), TINY)
    return front / total[:, None], total


def _run(
    front: Float[Array, "S n R"],
    table: Float[Array, "n n G"],
    emission: Float[Array, "n n1"],
    rates: Float[Array, "n n"],
    steps: Steps,
) -> tuple[Float[Array, "S n R"], Float[Array, "S R"]]:
    """Return the fronts after all steps, scaled to add to 1, and the logarithms of the scales.

    Each of the R subjects or blocks has S fronts, which run independently.
    """
    n = table.shape[0]

    @partial(jax.checkpoint, prevent_cse=False)
    def step(carry: tuple[Array, Array], visit: Steps) -> tuple[tuple[Array, Array], None]:
        fronts, logs = carry
        moved = _move(fronts, table[:, :, visit.base])
        if visit.beyond is not None:
            moved = little_further(rates, moved, jnp.asarray(visit.beyond))
        seen = moved * emission[:, visit.labels]
        if visit.exact is not None:
            jumps = rates - jnp.diag(jnp.diagonal(rates))
            entered = _move(moved, jumps[:, :, None]) * _one_hot(visit.labels, n)
            seen = jnp.where(visit.exact, entered, seen)
        fronts, total = _scaled(seen)
        return (fronts, logs + jnp.log(total)), None

    start = (front, jnp.zeros((front.shape[0], front.shape[2])))
    return jax.lax.scan(step, start, steps)[0]


def _move(fronts: Float[Array, "S n R"], p: Float[Array, "n n R1"]) -> Float[Array, "S n R"]:
    """Return the fronts times the matrices of each of the R."""
    total = fronts[:, 0, None] * p[None, 0]
    for i in range(1, p.shape[0]):
        total = total + fronts[:, i, None] * p[None, i]
    return total


def _over_blocks(
    front: Float[Array, "n K"],
    table: Float[Array, "n n G"],
    emission: Float[Array, "n n1"],
    rates: Float[Array, "n n"],
    batch: Batch,
) -> Float[Array, ""]:
    """Return the log-scales that fronts gather over the blocks of their subjects.

    Row s of a block's transfer matrix is the front that starts in state s; rows are scaled each
    by itself, so that none is lost beside a larger one.
    """
    n, subjects = front.shape
    starts = jnp.broadcast_to(jnp.eye(n)[:, :, None], (n, n, subjects * batch.blocks))
    rows, logs = _run(starts, table, emission, rates, batch.steps)
    rows = jnp.moveaxis(rows.reshape(n, n, subjects, batch.blocks), 3, 0)
    logs = jnp.moveaxis(logs.reshape(n, subjects, batch.blocks), 2, 0)

    def over(
        carry: tuple[Array, Array], block: tuple[Array, Array]
    ) -> tuple[tuple[Array, Array], None]:
        front, total = carry
        row, log = block
        top = jax.lax.stop_gradient(jnp.max(jnp.where(front > 0, log, -jnp.inf), axis=0))
        weight = front * jnp.exp(jnp.minimum(log - top, 0.0))
        moved = jnp.sum(weight[:, None] * row, axis=0)
        scale = jnp.maximum(moved.sum(0), TINY)
        return (moved / scale, total + top + jnp.log(scale)), None

    (_, total), _ = jax.lax.scan(over, (front, jnp.zeros(subjects)), (rows, logs))
    return jnp.sum(total)
