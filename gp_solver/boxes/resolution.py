"""How many functions along each axis: from what is seen of the data, then from the residual."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from gp_solver.features import Features
from gp_solver.spectrum import Lines, bands, detect, lobe, polynomial_degree

LEVELS = (
    *((40, 14), (80, 20), (160, 28), (320, 40)),
    *((640, 40), (1000, 40), (1400, 40), (2560, 40)),
)
"""degree of the polynomials and of the envelopes, level by level"""
FIRST_SAMPLES, MOST_SAMPLES = 1024, 2**16
FEWER = 0.35
"""share of the polynomials' number up to which carriers, which are less well conditioned, pay"""
OTHER = 1.37
"""ratio of the two numbers of samples whose frequencies must agree"""
STRONG = 1e-2
VISIBLE = 1e-6
"""amplitude of a frequency, relative to the strongest, from which it becomes a carrier"""


@dataclass(frozen=True)
class Plan:
    """What stands along one axis.

    Attributes
    ----------
    lower, upper, order : the interval, and the order of the equation along it.
    frequencies : in cycles per unit, as detected or given.
    level : index into `LEVELS`.
    """

    lower: float
    upper: float
    order: int
    frequencies: tuple[float, ...] = ()
    level: int = 0

    @property
    def features(self) -> Features:
        """The functions that this plan stands for: carriers only where they are far fewer."""
        degree, envelope = LEVELS[self.level]
        degree = max(degree, self.order + 2)
        length = self.upper - self.lower
        made = bands(np.array(self.frequencies), length, degree=degree, envelope=envelope)
        plain = degree
        if self.frequencies:
            plain = max(degree, polynomial_degree(max(self.frequencies), length) + degree // 4)
        if made.carriers and made.count <= FEWER * plain:
            return Features(
                self.lower, self.upper, self.order, made.degree, made.carriers, made.envelopes
            )
        return Features(self.lower, self.upper, self.order, max(plain, made.degree))

    @property
    def is_last(self) -> bool:
        """Whether there is no richer level."""
        return self.level + 1 >= len(LEVELS)

    def richer(self) -> Plan:
        """Return the plan one level up that has more functions."""
        following = replace(self, level=self.level + 1)
        while not following.is_last and following.features.count <= self.features.count:
            following = replace(following, level=following.level + 1)
        return following


def sampling(
    function: Callable[[int], Float[np.ndarray, "m n"]],
    length: float,
    *,
    first: int = FIRST_SAMPLES,
) -> tuple[tuple[float, ...], int]:
    """Return the frequencies of lines of a function, and the samples it took to see them.

    `function` maps a number of equally spaced points to lines [m, n]. The number is doubled until
    nothing is left at the highest frequency that the points show, and until other points show the
    same frequencies: a frequency too high for its points appears at a place that depends on them.
    """
    count = first
    while True:
        found = detect(function(count), length, tolerance=VISIBLE)
        again = detect(function(math.ceil(OTHER * count)), length, tolerance=VISIBLE)
        true = found.nyquist < 1e-8 and _agree(found, again, 0.5 * lobe(length))
        if true or count >= MOST_SAMPLES:
            return tuple(float(f) for f in found.frequencies), count
        count *= 2


def _agree(first: Lines, second: Lines, width: float) -> bool:
    """Whether each strong peak of one spectrum is in the other."""
    for one, other in ((first, second), (second, first)):
        strong = one.frequencies[one.amplitudes > STRONG * np.max(one.amplitudes, initial=0.0)]
        for f in strong:
            if not np.any(np.abs(other.frequencies - f) < width):
                return False
    return True
