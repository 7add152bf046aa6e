"""A state in a basis of energies, at any time and place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float

SPARSE = 4
"""cells of a grid of times and positions for each point asked for, up to which it is filled"""
CHUNK = 4096
"""points at which amplitudes and states are multiplied at once"""

Basis = Callable[[Float[np.ndarray, " n"]], Float[np.ndarray, "n k"]]
"""positions -> basis functions there"""


@dataclass(frozen=True, eq=False)
class Wave:
    """ψ(t) = Σ c_n exp(-i E_n t) φ_n.

    Attributes
    ----------
    amplitudes : c_n [k].
    energies : E_n [k], in units of 1/t.
    """

    amplitudes: Complex[np.ndarray, " k"]
    energies: Float[np.ndarray, " k"]

    def at(self, times: Float[np.ndarray, " t"]) -> Complex[np.ndarray, "t k"]:
        """Return the amplitudes at times."""
        return self.amplitudes * np.exp(-1j * np.outer(times, self.energies))

    def sampled(self, points: Float[np.ndarray, "n 2"], basis: Basis) -> Complex[np.ndarray, " n"]:
        """Return ψ at points (t, x).

        Points of a grid share their times and positions, each of which is evaluated once.
        """
        times, row = np.unique(points[:, 0], return_inverse=True)
        places, column = np.unique(points[:, 1], return_inverse=True)
        states = basis(places)
        if len(times) * len(places) <= SPARSE * len(points):
            return (self.at(times) @ states.T)[row, column]
        psi = np.empty(len(points), complex)
        for start in range(0, len(points), CHUNK):
            part = slice(start, start + CHUNK)
            psi[part] = np.sum(self.at(points[part, 0]) * states[column[part]], axis=1)
        return psi
