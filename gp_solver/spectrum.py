"""Frequencies of a function known on a uniform grid, and how they become blocks of features.

A Kaiser window separates lines whose amplitudes differ by ten decades; a peak's place is refined
by a parabola through the logarithm of the power, which is nearly exact for that window (F. J.
Harris, Proc. IEEE 66, 51 (1978)).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

KAISER = 24.0
"""the window's β: side lobes below 1e-11"""
GAP = 6.0
"""room between two blocks, in degrees of polynomials"""
WIDEST = 0.22
"""degree of an envelope, relative to its carrier's turns, up to which the two stay independent"""


@dataclass(frozen=True)
class Lines:
    """Peaks of a power spectrum.

    Attributes
    ----------
    frequencies : in cycles per unit, strongest first.
    amplitudes : of the oscillation at each, in the units of the function.
    nyquist : share of the strongest peak that is left at the highest frequency the grid shows.
    """

    frequencies: Float[np.ndarray, " q"]
    amplitudes: Float[np.ndarray, " q"]
    nyquist: float


def lobe(length: float) -> float:
    """Return the half width of the window's main lobe in cycles per unit."""
    return math.sqrt(1 + (KAISER / math.pi) ** 2) / length


def enough(frequency: float, length: float) -> int:
    """Return how many equally spaced points tell all frequencies up to one from each other."""
    return math.ceil(2 * frequency * length) + 2


def detect(
    samples: Float[np.ndarray, "m n"], length: float, *, tolerance: float = 1e-6, most: int = 8
) -> Lines:
    """Return the peaks of the mean power spectrum of functions on a uniform grid.

    Parameters
    ----------
    samples : m functions on n points from one end of the interval to the other.
    tolerance : amplitude, relative to the strongest peak, below which none counts.
    most : how many peaks are returned at most.
    """
    count = samples.shape[1]
    padded = 4 * 2 ** math.ceil(math.log2(count))
    window = np.kaiser(count, KAISER)
    power = np.mean(np.abs(np.fft.rfft(samples * window, padded, axis=1)) ** 2, axis=0)
    frequencies = np.fft.rfftfreq(padded, length / (count - 1))
    top = float(power.max())
    if not top > 0:
        return Lines(np.zeros(0), np.zeros(0), 0.0)
    tail = float(np.max(power[int(0.95 * len(power)) :]))
    inner = power[1:-1]
    peaks = 1 + np.flatnonzero((inner > power[:-2]) & (inner >= power[2:]))
    peaks = peaks[(frequencies[peaks] > 0.5 * lobe(length)) & (power[peaks] > tolerance**2 * top)]
    found: list[float] = []
    heights: list[float] = []
    for i in peaks[np.argsort(-power[peaks])]:
        offset, top_log = _refined(np.log(power[i - 1 : i + 2] + 1e-300))
        place = offset * frequencies[1] + frequencies[i]
        if len(found) < most and all(abs(place - f) > 0.5 * lobe(length) for f in found):
            found.append(place)
            heights.append(2 * math.exp(0.5 * top_log) / float(window.sum()))
    return Lines(np.array(found), np.array(heights), math.sqrt(tail / top))


def _refined(logarithms: Float[np.ndarray, " 3"]) -> tuple[float, float]:
    """Offset of a parabola's top from the middle of three points, and its height."""
    a, b, c = (float(v) for v in logarithms)
    bend = a - 2 * b + c
    offset = 0.5 * (a - c) / bend if bend < 0 else 0.0
    return offset, b - 0.25 * (a - c) * offset


@dataclass(frozen=True)
class Bands:
    """Blocks that do not overlap: the degree of the polynomials, carriers, their envelopes."""

    degree: int
    carriers: tuple[float, ...]
    envelopes: tuple[int, ...]

    @property
    def count(self) -> int:
        """Number of functions."""
        return self.degree + 1 + sum(2 * (k + 1) for k in self.envelopes)


def bands(
    frequencies: Float[np.ndarray, " q"], length: float, *, degree: int, envelope: int
) -> Bands:
    """Return blocks for these frequencies, merged where they would overlap.

    In units of polynomial degree a carrier of frequency μ sits at πμL and fills the band of its
    envelope's degree on both sides. One that reaches into the polynomials is taken over by them,
    carriers whose bands meet share one envelope that is wide enough for all of them: functions
    that nearly coincide cost digits. So does an envelope that turns nearly as fast as its
    carrier, and such a block goes to the polynomials too.
    """
    places = np.sort(math.pi * length * np.asarray(frequencies, float))
    groups = [[p, p] for p in places]
    while True:
        halves = [envelope + _reach(0.5 * (high - low)) for low, high in groups]
        lows = [0.5 * (low + high) - h for (low, high), h in zip(groups, halves, strict=True)]
        highs = [0.5 * (low + high) + h for (low, high), h in zip(groups, halves, strict=True)]
        if groups and (lows[0] < degree + GAP or halves[0] > WIDEST * sum(groups[0]) / 2):
            degree = max(degree, math.ceil(_reach(groups.pop(0)[1])))
            continue
        touching = [i for i in range(len(groups) - 1) if lows[i + 1] < highs[i] + GAP]
        if not touching:
            break
        low, high = groups[touching[0]][0], groups[touching[0] + 1][1]
        groups[touching[0] : touching[0] + 2] = [[low, high]]
    carriers = tuple(float(0.5 * (a + b) / (math.pi * length)) for a, b in groups)
    return Bands(degree, carriers, tuple(math.ceil(h) for h in halves))


def _reach(turns: float) -> float:
    """The degree from which polynomials resolve exp(i turns t) on [-1, 1] to rounding."""
    return turns + 8 * turns ** (1 / 3) + 8 if turns > 0 else 0.0


def polynomial_degree(frequency: float, length: float) -> int:
    """Return the degree from which polynomials resolve a frequency to rounding."""
    return math.ceil(_reach(math.pi * length * frequency))
