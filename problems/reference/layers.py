"""Potentials made of constant pieces, with point interactions, between walls or on the line."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sciml.errors import BadProblem


@dataclass(frozen=True)
class Layers:
    """A potential of constant pieces with point interactions: -kinetic ψ″ + Vψ = Eψ.

    Attributes
    ----------
    breaks : x_0 < ... < x_P, the ends of the pieces.
    values : V on each of the P pieces.
    outside : V left of x_0 and right of x_P; infinity is a hard wall (ψ = 0 there).
    deltas : (position, strength) of each term s δ(x - c) with x_0 < c < x_P.
    kinetic : coefficient of -ψ″.

    Raises
    ------
    BadProblem : breaks that do not ascend, a wrong number of values, a delta outside.
    """

    breaks: tuple[float, ...]
    values: tuple[float, ...]
    outside: tuple[float, float] = (math.inf, math.inf)
    deltas: tuple[tuple[float, float], ...] = ()
    kinetic: float = 1.0

    def __post_init__(self) -> None:
        if len(self.breaks) < 2 or any(np.diff(self.breaks) <= 0):
            raise BadProblem(f"the breaks {self.breaks} do not ascend.", "sort them, no two equal")
        if len(self.values) != len(self.breaks) - 1:
            raise BadProblem(
                f"{len(self.values)} values were given for {len(self.breaks) - 1} pieces.",
                "give one value for each interval between neighbouring breaks",
            )
        for c, _ in self.deltas:
            if not self.breaks[0] < c < self.breaks[-1]:
                raise BadProblem(
                    f"the delta at {c} lies outside ({self.breaks[0]}, {self.breaks[-1]}).",
                    "put the delta between the first and the last break",
                )

    @property
    def continuum(self) -> float:
        """Energy at which the continuum starts (infinity between hard walls)."""
        return min(self.outside)

    @property
    def floor(self) -> float:
        """An energy below all states: min V, lowered by what the attractive deltas can bind."""
        attraction = sum(-s for _, s in self.deltas if s < 0)
        return min(*self.values, *self.outside) - attraction**2 / (4 * self.kinetic)

    def pieces(self) -> tuple[list[float], list[float], list[float]]:
        """Ends of the pieces with deltas made ends too, V on each, and the delta at each end."""
        strength: dict[float, float] = {}
        for c, s in self.deltas:
            strength[c] = strength.get(c, 0.0) + s
        ends = sorted({*self.breaks, *strength})
        middles = [0.5 * (a + b) for a, b in zip(ends[:-1], ends[1:], strict=True)]
        index = np.searchsorted(self.breaks, middles) - 1
        return ends, [self.values[i] for i in index], [strength.get(x, 0.0) for x in ends]
