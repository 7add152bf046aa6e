"""Which embedding of an axis, and how many features of it, a solution needs: the fewest that fit.

The candidates are the plain coordinate and those stretched where the solution is steepest, or where
its slope jumps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
KINK = 1.0
"""jump of a slope, in ranges of the solution over the length of the axis"""
KINK_WIDTHS, KINK_WEIGHTS = (0.1, 0.03, 0.01), (0.25, 0.5, 1.0)
"""of a stretch around a kink, in lengths of the axis"""
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
    """Stretched coordinates whose centres are where slopes are largest, else where they jump."""
    s = (positions - plain.lower) / (plain.upper - plain.lower)
    span = np.ptp(values, axis=0)
    used = span > 1e-3 * np.max(span, initial=0.0)
    if not np.any(used):
        return
    shapes = values[:, used] / span[used]
    steep = np.max(np.abs(np.gradient(shapes, s, axis=0)), axis=1)
    if np.max(steep) >= STEEP:
        chosen = _peaks(steep, s, 1 / np.maximum(steep, STEEP / 4))
        for wide in WIDTHS:
            for weight in WEIGHTS:
                widths = [wide * 0.5 / steep[i] for i in chosen]
                yield _stretched(plain, s[chosen], widths, weight)
        return
    jump = _jumps(shapes, s, periodic=plain.periodic)
    if np.max(jump) >= KINK:
        chosen = _peaks(jump, s, np.full(len(s), KINK_WIDTHS[0]))
        for width in KINK_WIDTHS:
            for weight in KINK_WEIGHTS:
                yield _stretched(plain, s[chosen], [width] * len(chosen), weight)


def _stretched(
    plain: Embedding, centres: np.ndarray, widths: Sequence[float], weight: float
) -> Embedding:
    """The coordinate with stretches that share a weight."""
    return replace(
        plain,
        centres=tuple(map(float, centres)),
        widths=tuple(map(float, widths)),
        weights=(weight / len(centres),) * len(centres),
    )


def _peaks(height: np.ndarray, s: np.ndarray, apart: np.ndarray) -> list[int]:
    """Indices of the highest peaks, so far from one another as each asks."""
    padded = np.concatenate([[0.0], height, [0.0]])
    top = (height >= padded[:-2]) & (height > padded[2:]) & (height > 0.25 * np.max(height))
    places = np.flatnonzero(top)
    chosen: list[int] = []
    for i in places[np.argsort(-height[places])]:
        if all(abs(s[i] - s[k]) > apart[k] for k in chosen) and len(chosen) < PEAKS:
            chosen.append(int(i))
    return chosen


def _jumps(shapes: np.ndarray, s: np.ndarray, *, periodic: bool) -> Float[np.ndarray, " n"]:
    """Largest change of slope at each position; around the seam, if the axis repeats."""
    slopes = np.diff(shapes, axis=0) / np.diff(s)[:, None]
    jump = np.zeros(len(s))
    jump[1:-1] = np.max(np.abs(np.diff(slopes, axis=0)), axis=1)
    if periodic:
        jump[0] = float(np.max(np.abs(slopes[0] - slopes[-1])))
    return jump
