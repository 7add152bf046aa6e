"""Coordinates that a first layer reads: the plain one, one that repeats, one that is stretched.

A stretched coordinate spends more of its length where a solution is steep: with centres c, widths
δ and weights a,
    ξ(s) = (s + Σ a tanh((s − c) / δ)) / (1 + Σ a (tanh((1 − c) / δ) − tanh(−c / δ))) + const
maps [0, 1] to itself and is smooth, so that units with one scale in ξ have many in s.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

ORDERS = 5
"""derivatives 0, 1, … that features offer"""


@dataclass(frozen=True)
class Embedding:
    """A smooth map of an axis to [0, 1].

    Attributes
    ----------
    lower, upper : ends of the axis.
    periodic : whether functions of it repeat.
    centres, widths, weights : of the stretches, in units of the axis (none: a plain coordinate).
    """

    lower: float
    upper: float
    periodic: bool = False
    centres: tuple[float, ...] = ()
    widths: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()

    def __call__(self, x: Float[np.ndarray, " n"]) -> Float[np.ndarray, "k n"]:
        """Return ξ and its derivatives along the axis: [order, point]."""
        length = self.upper - self.lower
        s = (np.asarray(x, float) - self.lower) / length
        found = np.zeros((ORDERS, len(s)))
        found[0], found[1] = s, 1.0
        total = 1.0
        for c, d, a in zip(self.centres, self.widths, self.weights, strict=True):
            images = (-1.0, 0.0, 1.0) if self.periodic else (0.0,)
            for image in images:
                found += a * _tanh((s - c - image) / d, d)
                found[0] -= a * np.tanh((-c - image) / d)
                total += a * (np.tanh((1 - c - image) / d) - np.tanh((-c - image) / d))
        return found / total / length ** np.arange(ORDERS)[:, None]


def _tanh(z: Float[np.ndarray, " n"], width: float) -> Float[np.ndarray, "k n"]:
    """tanh(z) and its derivatives in width × z."""
    t = np.tanh(z)
    slope = 1 - t**2
    found = (t, slope, -2 * t * slope, slope * (6 * t**2 - 2), slope * (16 * t - 24 * t**3))
    return np.stack(found) / width ** np.arange(ORDERS)[:, None]


def compose(
    outer: list[Float[np.ndarray, "n m"]], inner: Float[np.ndarray, "k n"], order: int
) -> Float[np.ndarray, "n m"]:
    """Return a derivative of f(ξ(x)) in x from those of f in ξ and of ξ in x (Faà di Bruno)."""
    one, two, three, four = (inner[i][:, None] for i in (1, 2, 3, 4))
    if order == 0:
        return outer[0]
    if order == 1:
        return outer[1] * one
    if order == 2:
        return outer[2] * one**2 + outer[1] * two
    if order == 3:
        return outer[3] * one**3 + 3 * outer[2] * one * two + outer[1] * three
    return (
        outer[4] * one**4
        + 6 * outer[3] * one**2 * two
        + outer[2] * (4 * one * three + 3 * two**2)
        + outer[1] * four
    )
