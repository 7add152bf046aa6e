"""What a rate matrix implies: long-run law, time scales, passage times, dissipation."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.linalg import expm


def stationary(q: Float[np.ndarray, "*s n n"]) -> Float[np.ndarray, "*s n"]:
    """Return the law pi with pi Q = 0; with several closed classes, the shortest such vector."""
    n = q.shape[-1]
    scale = np.maximum(np.abs(q).max((-1, -2), keepdims=True), 1e-300)
    across = np.swapaxes(q / scale, -1, -2)
    system = np.concatenate([across, np.ones((*q.shape[:-2], 1, n))], axis=-2)
    law = np.maximum(np.linalg.pinv(system)[..., -1], 0.0)
    return law / law.sum(-1, keepdims=True)


def relaxation_times(q: Float[np.ndarray, "n n"]) -> Float[np.ndarray, " m"]:
    """Return -1 / Re(eigenvalue), slowest first, without the eigenvalues at zero."""
    real = -np.linalg.eigvals(q).real
    real = np.sort(real[real > 1e-9 * max(float(np.abs(q).max()), 1e-300)])
    return 1.0 / real


def slowest(q: Float[np.ndarray, "s n n"]) -> Float[np.ndarray, " s"]:
    """Return the slowest relaxation time of each rate matrix, infinite where nothing relaxes."""
    real = -np.linalg.eigvals(q).real
    floor = 1e-9 * np.maximum(np.abs(q).max((-1, -2)), 1e-300)
    return 1.0 / np.where(real > floor[:, None], real, np.inf).min(-1)


def mfpt(q: Float[np.ndarray, "n n"]) -> Float[np.ndarray, "n n"]:
    """Return mean first passage times from i to j; infinite where j may never be reached.

    For each target the times solve sum_k q_ik m_k = -1 over the other states
    (J. R. Norris, Markov Chains, theorem 3.3.3).
    """
    n = len(q)
    times = np.zeros((n, n))
    linked = np.linalg.matrix_power((q > 0) | np.eye(n, dtype=bool), n) > 0
    for j in range(n):
        others = np.arange(n) != j
        sure = np.array([all(linked[k, j] for k in np.flatnonzero(linked[i])) for i in range(n)])
        solved = np.flatnonzero(others & sure)
        times[others & ~sure, j] = np.inf
        if len(solved):
            inner = q[np.ix_(solved, solved)]
            times[solved, j] = np.linalg.solve(inner, -np.ones(len(solved)))
    return times


def entropy_production(q: Float[np.ndarray, "*s n n"]) -> Float[np.ndarray, "*s"]:
    """Return the rate sum_ij pi_i q_ij ln(pi_i q_ij / pi_j q_ji), in units of k_B per time.

    Infinite where a link is used one way only (J. Schnakenberg, Rev. Mod. Phys. 48, 571, 1976).
    """
    off = ~np.eye(q.shape[-1], dtype=bool)
    flow = stationary(q)[..., None] * np.where(off, q, 0.0)
    back = np.swapaxes(flow, -1, -2)
    both, one = (flow > 0) & (back > 0), (flow > 0) ^ (back > 0)
    ratio = np.where(both, flow, 1.0) / np.where(both, back, 1.0)
    rate = 0.5 * np.where(both, (flow - back) * np.log(ratio), 0.0).sum((-1, -2))
    return np.where(one.any((-1, -2)), np.inf, rate)


def occupancy(
    q: Float[np.ndarray, "n n"], initial: Float[np.ndarray, " n"], times: Float[np.ndarray, " t"]
) -> Float[np.ndarray, "t n"]:
    """Return the probability of each state at each time, p(0) exp(Q t)."""
    return np.stack([initial @ expm(q * t) for t in times])
