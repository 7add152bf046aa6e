"""Counts of a data set: all that the network reads of it, whatever the number of paths."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Array, Float

from sciml.visits import Visits

LAGS = (1, 2, 4, 8)
"""visits between the two members of a pair"""

CENTRES = np.linspace(-7.0, 4.0, 12)
"""log2(elapsed time / time scale) at the middle of each bin"""

WIDTH = float(CENTRES[1] - CENTRES[0])
"""an elapsed time is shared by the two bins next to it, in proportion to nearness"""


class Counts(NamedTuple):
    """What the network reads of a data set; times in units of `scale`.

    Attributes
    ----------
    pairs : N^m_ij by bin of elapsed time, [lags, bins, N, N]. The bins are soft and log-spaced.
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
