"""Wave functions on constant pieces at known energies, as null vectors of the matching conditions.

Shooting from one end would amplify round-off through every barrier. Here all pieces are matched
at once: ψ on each piece is a combination of two functions of size about one, continuity of ψ and
the jumps of ψ′ are the rows of a small matrix, and ψ is its smallest singular vector.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from problems.reference.layers import Layers

Vector = Float[np.ndarray, " n"]
Pair = tuple[Vector, Vector]

CLUSTER = 1e-12
"""states closer than this, relative to their size, are determined as a subspace only"""


def _basis(q: float, length: float, s: Vector) -> tuple[Pair, Pair]:
    """Two solutions of ψ″ = -qψ at offsets s from the left end of a piece, and their slopes."""
    if q > 0:
        k = math.sqrt(q)
        return (np.cos(k * s), np.sin(k * s)), (-k * np.sin(k * s), k * np.cos(k * s))
    if q == 0:
        one = np.ones_like(s) / length
        return (1 - s / length, s / length), (-one, one)
    kappa = math.sqrt(-q)
    full = math.expm1(-2 * kappa * length)

    def sinh_ratio(t: Vector) -> Vector:
        return np.exp(kappa * (t - length)) * np.expm1(-2 * kappa * t) / full

    def its_slope(t: Vector) -> Vector:
        return -kappa * np.exp(kappa * (t - length)) * (1 + np.exp(-2 * kappa * t)) / full

    return (sinh_ratio(length - s), sinh_ratio(s)), (-its_slope(length - s), its_slope(s))


@dataclass(frozen=True)
class _Pieces:
    """A layered potential at one energy, with ends at every break and delta."""

    layers: Layers
    energy: float
    ends: Float[np.ndarray, " ends"]
    strengths: Float[np.ndarray, " ends"]
    q: Float[np.ndarray, " pieces"]

    @classmethod
    def at(cls, layers: Layers, energy: float) -> _Pieces:
        ends, values, strengths = (np.array(part) for part in layers.pieces())
        return cls(layers, energy, ends, strengths, (energy - values) / layers.kinetic)

    def decay(self, side: int) -> float:
        """κ of the tail on a side; infinite behind a wall."""
        return math.sqrt(max(self.layers.outside[side] - self.energy, 0.0) / self.layers.kinetic)

    def _end_row(self, value: Vector, slope: Vector, side: int, unit: float) -> Vector:
        """ψ = 0 at a wall, ψ′ = ±κψ where a tail begins."""
        kappa = self.decay(side)
        sign = -1.0 if side == 0 else 1.0
        return value if math.isinf(kappa) else unit * (slope + sign * kappa * value)

    def matching(self) -> Float[np.ndarray, "m m"]:
        """Rows: the left end, ψ and ψ′ at each inner end, the right end; two columns a piece."""
        pieces = len(self.q)
        matrix = np.zeros((2 * pieces, 2 * pieces))
        unit = (self.ends[-1] - self.ends[0]) / pieces  # makes slopes comparable with values
        for p, length in enumerate(np.diff(self.ends)):
            values, slopes = _basis(self.q[p], length, np.array([0.0, length]))
            (left, right), (left_slope, right_slope) = np.array(values).T, np.array(slopes).T
            columns = slice(2 * p, 2 * p + 2)
            if p == 0:
                matrix[0, columns] = self._end_row(left, left_slope, 0, unit)
            else:
                matrix[2 * p - 1, columns] = left
                matrix[2 * p, columns] = unit * left_slope
            if p == pieces - 1:
                matrix[-1, columns] = self._end_row(right, right_slope, 1, unit)
            else:
                kick = self.strengths[p + 1] / self.layers.kinetic
                matrix[2 * p + 1, columns] = -right
                matrix[2 * p + 2, columns] = -unit * (right_slope + kick * right)
        return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)

    def evaluate(self, coefficients: Float[np.ndarray, " m"], x: Vector) -> Vector:
        """ψ at any positions, tails included."""
        ends = self.ends
        nearest = np.clip(x, ends[0], ends[-1])
        piece = np.clip(np.searchsorted(ends, nearest, side="right") - 1, 0, len(self.q) - 1)
        psi = np.zeros_like(x)
        for p in np.unique(piece):
            here = piece == p
            (first, second), _ = _basis(self.q[p], ends[p + 1] - ends[p], nearest[here] - ends[p])
            psi[here] = coefficients[2 * p] * first + coefficients[2 * p + 1] * second
        for side, beyond in enumerate((x < ends[0], x > ends[-1])):
            kappa, distance = self.decay(side), np.abs(x - nearest)[beyond]
            psi[beyond] *= 0.0 if math.isinf(kappa) else np.exp(-kappa * distance)
        return psi

    def norm(self, coefficients: Float[np.ndarray, " m"]) -> float:
        """√∫ψ², to round-off: Gauss-Legendre panels inside, the tails in closed form."""
        nodes, weights = np.polynomial.legendre.leggauss(20)
        total = 0.0
        for p, q in enumerate(self.q):
            a, b = self.ends[p], self.ends[p + 1]
            edges = np.linspace(a, b, 2 + int(math.sqrt(abs(q)) * (b - a) / 4))
            half = 0.5 * np.diff(edges)[:, None]
            x = (edges[:-1, None] + half * (1 + nodes)).ravel()
            total += float((half * weights).ravel() @ self.evaluate(coefficients, x) ** 2)
        tips = self.evaluate(coefficients, self.ends[[0, -1]])
        for side in (0, 1):
            if not math.isinf(self.decay(side)):
                total += float(tips[side] ** 2 / (2 * self.decay(side)))
        return math.sqrt(total)


def wavefunctions(
    layers: Layers, energies: Float[np.ndarray, " k"]
) -> Callable[[Vector], Float[np.ndarray, "n k"]]:
    """Return positions [n] -> normalised ψ [n, k] of a layered potential at its energies.

    Members of a cluster of equal energies get different vectors of their subspace. Wave functions
    of well separated states are exact to round-off; of close ones, to round-off divided by their
    relative distance.
    """
    states = []
    for n, energy in enumerate(energies):
        near = np.abs(energies - energy) <= CLUSTER * abs(energy)
        pieces = _Pieces.at(layers, float(np.mean(energies[near])))
        coefficients = np.linalg.svd(pieces.matching())[2][-1 - int(np.sum(near[:n]))]
        states.append((pieces, coefficients / pieces.norm(coefficients)))

    def evaluate(x: Vector) -> Float[np.ndarray, "n k"]:
        x = np.asarray(x, float)
        psi = [pieces.evaluate(coefficients, x) for pieces, coefficients in states]
        return np.stack(psi, axis=1) if psi else np.zeros((len(x), 0))

    return evaluate
