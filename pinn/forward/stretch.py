"""Which embedding of an axis, and how many features of it, a solution needs: the fewest that fit.

The candidates are the plain coordinate and coordinates stretched where the solution is steepest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import scipy.linalg
from jaxtyping import Float

from pinn.forward.axis import Axis
from pinn.forward.embedding import Embedding

PEAKS = 4
"""places that are stretched, at most"""
STEEP = 5.0
"""range of the solution over the length of the axis: slopes of so many times that are steep"""
WIDTHS, WEIGHTS = (1.5, 3.0, 6.0), (0.5, 2.0)
"""of a stretch: in widths of the layer, and in lengths of the axis"""
SMALLEST, LARGEST, GROWTH = 10, 700, 1.2
"""features along an axis: at least, at most, and from one trial to the next"""

Lines = Float[np.ndarray, "n l"]


def enough(
    values: Lines,
    positions: Float[np.ndarray, " n"],
    like: Embedding,
    tolerance: float,
    limit: int = LARGEST,
    first: int = SMALLEST,
    growth: float = GROWTH,
) -> int:
    """Return how many features represent functions sampled at positions (`limit`: not so few)."""
    size = max(float(np.linalg.norm(values)), np.finfo(float).tiny)
    count = first
    while count < min(limit, len(positions) // 2):
        table = Axis(like, count).features(positions)
        head = scipy.linalg.lstsq(table, values, cond=1e-13, lapack_driver="gelsy")[0]
        if np.linalg.norm(table @ head - values) < tolerance * size:
            return count
        count = int(np.ceil(count * growth))
    return limit


def fitted(
    values: Lines,
    positions: Float[np.ndarray, " n"],
    current: Embedding,
    tolerance: float,
    limit: int = LARGEST,
) -> tuple[Embedding, int]:
    """Return the embedding that represents sampled functions with fewest features, and how many."""
    plain = replace(current, centres=(), widths=(), weights=())
    best, count = plain, enough(values, positions, plain, tolerance, limit)
    for candidate in _candidates(values, positions, plain):
        needed = enough(values, positions, candidate, tolerance, limit=int(0.8 * count))
        if needed < int(0.8 * count):
            best, count = candidate, needed
    if current.centres and current != best:
        limit = int(1.2 * count)
        needed = enough(values, positions, current, tolerance, limit)
        if needed < limit:
            best, count = current, needed
    return best, count


def _candidates(
    values: Lines, positions: Float[np.ndarray, " n"], plain: Embedding
) -> Iterator[Embedding]:
    """Stretched coordinates whose centres are where slopes are largest."""
    s = (positions - plain.lower) / (plain.upper - plain.lower)
    span = np.ptp(values, axis=0)
    used = span > 1e-3 * np.max(span, initial=0.0)
    if not np.any(used):
        return
    steep = np.max(np.abs(np.gradient(values[:, used] / span[used], s, axis=0)), axis=1)
    if np.max(steep) < STEEP:
        return
    padded = np.concatenate([[0.0], steep, [0.0]])
    top = (steep >= padded[:-2]) & (steep > padded[2:]) & (steep > 0.25 * np.max(steep))
    places = np.flatnonzero(top)
    places = places[np.argsort(-steep[places])]
    chosen: list[int] = []
    for i in places:
        if all(abs(s[i] - s[k]) > 1 / steep[k] for k in chosen) and len(chosen) < PEAKS:
            chosen.append(int(i))
    for wide in WIDTHS:
        for weight in WEIGHTS:
            yield replace(
                plain,
                centres=tuple(float(s[i]) for i in chosen),
                widths=tuple(float(wide * 0.5 / steep[i]) for i in chosen),
                weights=tuple(weight / len(chosen) for _ in chosen),
            )
