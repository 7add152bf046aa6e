"""Frequencies that known functions show: on lines inside a domain, on its edges, on a grid."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from gp_solver.boxes.resolution import sampling
from sciml.conditions import Sampled
from sciml.domain import Box, Domain, Triangle
from sciml.problem import BOUNDARY, Problem
from sciml.region import Polygon

CHORDS, ACROSS, ALONG = 5, 33, 257
"""lines looked at along an axis; lines tried across each other axis, and points on each"""
ROUNDING = 1e-12
"""size of a function, relative to the largest, up to which it is taken for rounding"""
WINDOW = 8.0
"""β of the Kaiser window for noisy samples: side lobes below 1e-3"""

Function = Callable[[Float[np.ndarray, "n d"]], Float[np.ndarray, " n"]]
"""points -> values"""


@dataclass(frozen=True, eq=False)
class Chords:
    """Lines of one length along an axis, inside a domain or on its boundary."""

    axis: int
    length: float
    starts: Float[np.ndarray, "m d"]

    def lines(self, function: Function) -> Callable[[int], Float[np.ndarray, "m n"]]:
        """Return the values of a function on these lines, given a number of points."""

        def of(count: int) -> np.ndarray:
            points = np.repeat(self.starts[:, None], count, axis=1)
            points[..., self.axis] += np.linspace(0.0, self.length, count)
            return function(points.reshape(-1, points.shape[2])).reshape(len(points), count)

        return of


def seen_frequencies(
    problem: Problem, sources: Sequence[tuple[Function, str]]
) -> list[tuple[float, ...]]:
    """Return the frequencies along each axis (cycles per unit) that known functions show.

    Parameters
    ----------
    sources : functions, each with the face on which it is known, or "" for the inside.
    """
    domain, found = problem.domain, []
    for a in range(problem.dimension):
        looked = [
            (made, made.lines(function))
            for function, face in sources
            for made in (edges(domain, face, a) if face else chords(domain, a))
        ]
        sizes = [float(np.max(np.abs(lines(33)))) for _, lines in looked]
        mine: list[float] = []
        for (made, lines), size in zip(looked, sizes, strict=True):
            if size > ROUNDING * max(sizes) and math.isfinite(size):
                seen, _ = sampling(lines, made.length)
                mine += [f for f in seen if all(abs(f - g) * made.length > 1e-2 for g in mine)]
        found.append(tuple(mine))
    return found


def chords(domain: Domain, axis: int) -> list[Chords]:
    """Return lines inside a domain along an axis, among the longest there are."""
    box = np.array(domain.bounding_box, float)
    places = [lo + (hi - lo) * (np.arange(ACROSS) + 0.5) / ACROSS for lo, hi in box]
    places[axis] = np.linspace(float(box[axis, 0]), float(box[axis, 1]), ALONG)
    mesh = np.meshgrid(*places, indexing="ij")
    points = np.stack([np.moveaxis(m, axis, -1) for m in mesh], axis=-1)
    inside = np.asarray(domain.contains(points.reshape(-1, len(box))), bool)
    first, last = _longest_runs(inside.reshape(-1, ALONG))
    reach = last - first
    among = np.flatnonzero(reach >= 0.8 * reach.max())
    among = among[np.unique(np.linspace(0, len(among) - 1, CHORDS).round().astype(int))]
    length = int(reach[among].min())
    if length < ALONG // 32:
        return []
    begin = first[among] + (reach[among] - length) // 2
    starts = points.reshape(-1, ALONG, len(box))[among, begin]
    return [Chords(axis, float(length * (places[axis][1] - places[axis][0])), starts)]


def _longest_runs(
    inside: Bool[np.ndarray, "m n"],
) -> tuple[Int[np.ndarray, " m"], Int[np.ndarray, " m"]]:
    """First and last index of the longest run of True in each row."""
    count, best, end = np.zeros((3, len(inside)), int)
    for i, column in enumerate(inside.T):
        count = np.where(column, count + 1, 0)
        end = np.where(count > best, i, end)
        best = np.maximum(best, count)
    return np.maximum(end - best + 1, 0), end


def edges(domain: Domain, face: str, axis: int) -> list[Chords]:
    """Return straight parts of a boundary that run along an axis."""
    box = np.array(domain.bounding_box, float)
    if isinstance(domain, Box):
        every = [f"{a}:{side}" for a in domain.axes for side in ("lower", "upper")]
        made = []
        for name, _, side in (f.partition(":") for f in (every if face == BOUNDARY else [face])):
            across = domain.axes.index(name)
            if across != axis:
                starts = box[:, 0] + (box[:, 1] - box[:, 0]) * np.array([[0.5], [0.29]])
                starts[:, axis], starts[:, across] = box[axis, 0], box[across, int(side == "upper")]
                made.append(Chords(axis, float(np.ptp(box[axis])), starts))
        return made
    if not isinstance(domain, (Polygon, Triangle)):
        return []
    corners = np.array(domain.vertices, float)
    pairs = zip(corners, np.roll(corners, -1, axis=0), strict=True)
    return [
        Chords(axis, float(abs(b[axis] - a[axis])), np.minimum(a, b)[None])
        for a, b in pairs
        if abs(b[1 - axis] - a[1 - axis]) < 1e-12 * np.max(np.abs(b - a))
    ]


def noisy_frequencies(sampled: Sampled, *, most: int = 8) -> list[tuple[float, ...]]:
    """Return the frequencies along each axis that stand out of the noise of samples.

    The noise is read off the median of the power, mean over all lines of the grid.
    """
    found = []
    for a, x in enumerate(sampled.axes):
        lines = np.moveaxis(sampled.values, a, -1).reshape(-1, len(x))
        even = np.linspace(x[0], x[-1], len(x))
        lines = np.array([np.interp(even, x, line) for line in lines])
        count, padded = len(x), 8 * 2 ** math.ceil(math.log2(len(x)))
        window = np.kaiser(count, WINDOW)
        power = np.mean(np.abs(np.fft.rfft(lines * window, padded, axis=1)) ** 2, axis=0)
        places = np.fft.rfftfreq(padded, even[1] - even[0])
        floor = np.median(power) / math.log(2)
        least = floor * (1 + (math.log(count) + 8) / math.sqrt(len(lines)))
        lobe = math.sqrt(1 + (WINDOW / math.pi) ** 2) / (x[-1] - x[0])
        inner = power[1:-1]
        peaks = 1 + np.flatnonzero((inner > power[:-2]) & (inner >= power[2:]) & (inner > least))
        mine: list[float] = []
        for place in places[peaks[np.argsort(-power[peaks])]]:
            if len(mine) < most and all(abs(place - f) > 0.7 * lobe for f in [0.0, *mine]):
                mine.append(float(place))
        found.append(tuple(mine))
    return found
