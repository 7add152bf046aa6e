"""Smooth coordinates in which a state needs the same resolution everywhere."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from pinn.coarse import Coarse


@dataclass(frozen=True)
class Coordinate:
    """x in [lower, upper] -> [-1, 1], by a straight line or by asinh((x - centre) / width).

    A `width` of infinity is the straight line; a finite one gives a core of that width the
    resolution, and long tails what is left (logarithmically little).
    """

    lower: float
    upper: float
    centre: float = 0.0
    width: float = float("inf")

    def _ends(self) -> Float[np.ndarray, " 2"]:
        """The stretched coordinate of both ends, before scaling to [-1, 1]."""
        ends = np.array([self.lower, self.upper])
        return ends if math.isinf(self.width) else np.arcsinh((ends - self.centre) / self.width)

    def __call__(self, x: float | Float[Any, "..."]) -> Any:
        """The mapped coordinate of x, shaped like x (numpy in, numpy out; JAX in, JAX out)."""
        a, b = self._ends()
        if math.isinf(self.width):
            return (2 * x - a - b) / (b - a)
        asinh = np.arcsinh if isinstance(x, np.ndarray | float) else jnp.arcsinh
        return (2 * asinh((x - self.centre) / self.width) - a - b) / (b - a)

    def inverse(self, z: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        """x of a mapped coordinate in [-1, 1]."""
        a, b = self._ends()
        stretched = a + (z + 1) * (b - a) / 2
        if math.isinf(self.width):
            return stretched
        x = self.centre + self.width * np.sinh(stretched)
        return np.clip(x, self.lower, self.upper)

    def slope(self, z: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        """dx/dz at a mapped coordinate in [-1, 1]."""
        a, b = self._ends()
        if math.isinf(self.width):
            return np.full_like(z, (b - a) / 2)
        return self.width * np.cosh(a + (z + 1) * (b - a) / 2) * (b - a) / 2


def phase_cells(coarse: Coarse, kinetic: float) -> Float[np.ndarray, " c"]:
    """Return points between which the top coarse state turns by about one radian.

    The local wave number is sqrt(|V - E| / kinetic); beyond a turning point it counts less and
    less, as the state itself is small there.
    """
    energy = float(coarse.energies[-1])
    depth = np.maximum(*coarse.actions(energy, kinetic))
    weight = np.exp(-depth / 4)
    turn = np.sqrt(np.abs(coarse.potential - energy) / kinetic) * weight * coarse.h
    phase = np.concatenate([[0.0], np.cumsum(turn)])
    edges = np.concatenate([coarse.x - coarse.h / 2, [coarse.x[-1] + coarse.h[-1] / 2]])
    count = max(4, int(phase[-1]))
    return np.interp(np.linspace(0.0, phase[-1], count + 1), phase, edges)


def fit_coordinate(
    coarse: Coarse, kinetic: float, panels: tuple[float, ...] = ()
) -> tuple[Coordinate, int]:
    """Return the coordinate in which the tightest cell is widest, and the number of phase cells.

    Cells are those of the phase, and the panels that V needs (see `pinn.refine`). The straight
    line is kept unless a stretched coordinate needs less than half as many features.
    """
    cells = phase_cells(coarse, kinetic)
    lower = float(coarse.x[0] - coarse.h[0] / 2)
    upper = float(coarse.x[-1] + coarse.h[-1] / 2)
    plain = Coordinate(lower, upper)
    centres = {lower, upper, coarse.centre, (lower + upper) / 2}
    if len(panels) > 1:
        tightest = int(np.argmin(np.diff(panels)))
        centres.add((panels[tightest] + panels[tightest + 1]) / 2)

    def need(coordinate: Coordinate) -> float:
        gap = float(np.min(np.diff(coordinate(cells))))
        if len(panels) > 1:
            gap = min(gap, float(np.min(np.diff(coordinate(np.array(panels))))))
        return 2.0 / gap

    stretched = [
        Coordinate(lower, upper, c, float((upper - lower) * w))
        for c in sorted(centres)
        for w in np.logspace(-4.0, 0.0, 17)
    ]
    best = min(stretched, key=need)
    return best if need(best) < 0.5 * need(plain) else plain, len(cells) - 1
