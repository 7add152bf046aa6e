"""Laws of jump processes on the host: transition matrices, occupancy, where they end up."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float
from scipy.linalg import expm

from sciml.errors import BadProblem

CHUNK = 20_000
"""matrix exponentials at a time, so that memory stays bounded"""


def transitions(
    rates: Float[np.ndarray, "*b n n"], times: Float[np.ndarray, "*c"]
) -> Float[np.ndarray, "*d n n"]:
    """Return P = exp(Q t), entries in [0, 1] and rows adding to 1.

    The leading axes of rates and of times are broadcast against each other.
    """
    generators = rates * np.asarray(times, float)[..., None, None]
    n = generators.shape[-1]
    flat = generators.reshape(-1, n, n)
    parts = [expm(flat[i : i + CHUNK]) for i in range(0, len(flat), CHUNK)]
    found = np.clip(np.concatenate(parts) if parts else flat, 0.0, None)
    found /= found.sum(-1, keepdims=True)
    return found.reshape(generators.shape)


def occupancy(
    rates: Float[np.ndarray, "*b n n"],
    initial: Float[np.ndarray, "*c n"],
    times: Float[np.ndarray, " T"],
) -> Float[np.ndarray, "*d T n"]:
    """Return p(t) = p(0) exp(Q t) at times t >= 0 in any order.

    Each distinct gap between successive times costs one exponential, so that regular times cost
    one for each rate matrix.
    """
    times = np.asarray(times, float)
    order = np.argsort(times, kind="stable")
    gaps = np.diff(times[order], prepend=0.0)
    if np.any(gaps < 0):
        raise BadProblem("a time is negative.", "give times since the start")
    n = rates.shape[-1]
    batch = np.broadcast_shapes(rates.shape[:-2], np.shape(initial)[:-1])
    law = np.broadcast_to(initial, (*batch, n))
    found = np.empty((*batch, len(times), n))
    step = 1e-13 * max(float(times.max(initial=0.0)), 1e-300)
    _, first, which = np.unique(np.round(gaps / step), return_index=True, return_inverse=True)
    known: dict[int, Float[np.ndarray, "*b n n"]] = {}
    last = {int(w): i for i, w in enumerate(which)}
    for i, w in enumerate(int(w) for w in which):
        if gaps[i] > 0:
            if w not in known:
                known[w] = transitions(rates, np.asarray(gaps[first[w]]))
            law = np.einsum("...i,...ij->...j", law, known[w])
        if last[w] == i:
            known.pop(w, None)
        found[..., order[i], :] = law
    return found


def reachable(links: Bool[np.ndarray, "*b n n"]) -> Bool[np.ndarray, "*b n n"]:
    """Return which states j can be reached from i in any number of jumps, i itself among them."""
    n = links.shape[-1]
    reach = links | np.eye(n, dtype=bool)
    for _ in range(int(np.ceil(np.log2(max(n, 2))))):
        paths = reach.astype(np.float32)
        reach = paths @ paths > 0
    return reach


def closed(reach: Bool[np.ndarray, "*b n n"]) -> Bool[np.ndarray, "*b n"]:
    """Return which states are recurrent: all that can be reached from them leads back."""
    return ~np.any(reach & ~np.swapaxes(reach, -1, -2), axis=-1)


def stationary(
    rates: Float[np.ndarray, "*b n n"], initial: Float[np.ndarray, "*c n"] | None = None
) -> Float[np.ndarray, "*d n"]:
    """Return the law as t → ∞, for each rate matrix.

    Irreducible matrices are solved without a subtraction, so that each entry is exact to
    rounding relative to itself (Grassmann, Taksar and Heyman, Oper. Res. 33, 1107 (1985)).

    Parameters
    ----------
    rates : rate matrices Q.
    initial : law at t = 0; it matters only where several classes of states are never left.

    Raises
    ------
    BadProblem : several classes are never left, and no initial law is given.
    """
    n = rates.shape[-1]
    batch = rates.shape[:-2]
    if initial is not None:
        batch = np.broadcast_shapes(batch, np.shape(initial)[:-1])
        initial = np.broadcast_to(initial, (*batch, n)).reshape(-1, n)
    flat = np.broadcast_to(rates, (*batch, n, n)).reshape(-1, n, n)
    reach = reachable(flat > 0)
    found = np.empty((len(flat), n))
    whole = reach.all((-1, -2))
    found[whole] = _reduced(flat[whole])
    for k in np.flatnonzero(~whole):
        found[k] = _split(flat[k], reach[k], None if initial is None else initial[k])
    return found.reshape(*batch, n)


def _reduced(rates: Float[np.ndarray, "b n n"]) -> Float[np.ndarray, "b n"]:
    """The stationary laws of irreducible matrices, one state eliminated after the other."""
    q, n = np.array(rates, float), rates.shape[-1]
    for k in range(n - 1, 0, -1):
        q[:, :k, k] /= q[:, k, :k].sum(-1)[:, None]
        q[:, :k, :k] += q[:, :k, k, None] * q[:, k, None, :k]
    law = np.ones((len(q), n))
    for k in range(1, n):
        law[:, k] = np.einsum("bi,bi->b", law[:, :k], q[:, :k, k])
    return law / law.sum(-1, keepdims=True)


def _split(
    rates: Float[np.ndarray, "n n"],
    reach: Bool[np.ndarray, "n n"],
    initial: Float[np.ndarray, " n"] | None,
) -> Float[np.ndarray, " n"]:
    """The limit law of one matrix with transient states or with several closed classes."""
    recurrent = closed(reach)
    firsts = [i for i in np.flatnonzero(recurrent) if i == np.flatnonzero(reach[i])[0]]
    if len(firsts) > 1 and initial is None:
        raise BadProblem(
            f"there are {len(firsts)} classes of states that are never left.",
            "give the initial law: it decides where the process ends",
        )
    law = np.zeros(len(rates))
    transient = np.flatnonzero(~recurrent)
    for first in firsts:
        members = np.flatnonzero(reach[first])
        mass = 1.0
        if initial is not None:
            mass = initial[members].sum()
            if len(transient):
                exits = rates[np.ix_(transient, members)].sum(1)
                ends = np.linalg.solve(-rates[np.ix_(transient, transient)], exits)
                mass += initial[transient] @ ends
        law[members] = mass * _reduced(rates[np.ix_(members, members)][None])[0]
    return law / law.sum()
