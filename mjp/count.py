"""Counts of a data set, as the network reads them: once, whatever the number of paths."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from mjp.bins import CENTRES, LAGS, WIDTH
from mjp.prior.process import Counts
from sciml.visits import Visits


def count(visits: Visits) -> Counts:
    """Return the counts of visits; times in units of the mean time between observed changes."""
    n = len(visits.states)
    labels = visits.labels
    apart = {lag: visits.pairs(lag) for lag in LAGS}
    first, second, gaps = apart[1]
    changes = np.count_nonzero(labels[first] != labels[second])
    scale = float(gaps.sum() / (changes + 1.0)) or 1.0
    pairs = np.zeros((len(LAGS), len(CENTRES), n, n))
    for m, lag in enumerate(LAGS):
        one, two, elapsed = apart[lag]
        pairs[m] = _binned(labels[one], labels[two], elapsed / scale, n)
    one, three, elapsed = apart[2]
    back = labels[one] == labels[three]
    one, elapsed = one[back], elapsed[back]
    bounces = _binned(labels[one], labels[one + 1], elapsed / scale, n)
    held = np.bincount(labels[first], gaps, n) / scale
    begun = np.bincount(labels[visits.starts[:-1]], minlength=n)
    single = (pairs, bounces, begun, held, scale, len(labels), visits.paths)
    return Counts(*(np.asarray(a, np.float32) for a in single))  # type: ignore[arg-type]


def _binned(
    i: np.ndarray, j: np.ndarray, elapsed: np.ndarray, n: int
) -> Float[np.ndarray, "g n n"]:
    """Counts of labels (i, j), shared by the two bins next to the elapsed time."""
    bins = len(CENTRES)
    x = np.clip(np.log2(np.maximum(elapsed, 1e-9)), CENTRES[0], CENTRES[-1])
    place = (x - CENTRES[0]) / WIDTH
    low = np.minimum(place.astype(np.int64), bins - 2)
    above = place - low
    index = low * n * n + i * n + j
    size = bins * n * n
    table = np.bincount(index, 1.0 - above, size) + np.bincount(index + n * n, above, size)
    return table.reshape(bins, n, n).astype(
        float
    )  # of no pairs at all, bincount counts in integers
