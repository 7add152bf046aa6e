"""A time that runs fast where the states do: transients at the start get their share of it.

    τ(t) = log(1 + (t − t₀) / a) / log(1 + (t₁ − t₀) / a)
with the a for which equal steps of τ come nearest to equal lengths of the measured path, or plain
time where that does as well.
"""

from __future__ import annotations

import numpy as np

from sciml.records import Records

SHORTEST, LONGEST, COUNT = 1e-4, 0.05, 28
"""of a over the duration: a longer one is no transient"""


def onset(records: Records) -> float:
    """Return a over the duration t₁ − t₀; infinity for plain time."""
    times = np.concatenate([e.times for e in records.experiments])
    begin, duration = float(times.min()), float(np.ptp(times))
    candidates = np.append(np.geomspace(SHORTEST, LONGEST, COUNT), np.inf)
    misfit = np.zeros(len(candidates))
    for experiment in records.experiments:
        for s in range(experiment.values.shape[1]):
            seen = experiment.observed[:, s]
            if seen.sum() < 4 or not duration:
                continue
            at = (experiment.times[seen] - begin) / duration
            steps = np.abs(np.diff(experiment.values[seen, s]))
            length = np.concatenate([[0.0], np.cumsum(steps)])
            if not length[-1]:
                continue
            for i, a in enumerate(candidates):
                shown = elapsed(at, a)
                gone = (shown - shown[0]) / (shown[-1] - shown[0])
                misfit[i] += float(np.mean((gone - length / length[-1]) ** 2))
    return float(candidates[int(np.argmin(misfit))])


def elapsed(at: np.ndarray, a: float) -> np.ndarray:
    """Return τ in [0, 1] at times in [0, 1]."""
    return np.log1p(at / a) / np.log1p(1 / a) if np.isfinite(a) else at


def reached(tau: np.ndarray, a: float) -> np.ndarray:
    """Return the times in [0, 1] at which the clock shows τ."""
    return a * np.expm1(tau * np.log1p(1 / a)) if np.isfinite(a) else tau
