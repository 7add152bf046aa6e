"""Functions that a spectral-mixture prior combines along one axis: carriers times smooth envelopes.

A component of a Gaussian spectral mixture whose length scale exceeds the interval is, there, a
low-rank process: cos and sin of its carrier, each times a polynomial envelope (arXiv 2311.04465,
equation 4, has the kernel; this is its weight-space form). The component at frequency zero is a
block of polynomials; a wide one is a spectral method, so that nothing smooth is out of reach.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from gp_solver import legendre


@dataclass(frozen=True)
class Features:
    """What the functions along one axis are.

    Attributes
    ----------
    lower, upper : the interval.
    order : m, the derivative in which the functions have unit size.
    degree : P, highest degree of the polynomial block.
    carriers : frequencies in cycles per unit, each > 0.
    envelopes : K of each carrier, the highest degree of its envelope.
    """

    lower: float
    upper: float
    order: int
    degree: int
    carriers: tuple[float, ...] = ()
    envelopes: tuple[int, ...] = ()

    @property
    def length(self) -> float:
        """Length of the interval."""
        return self.upper - self.lower

    @property
    def polynomials(self) -> int:
        """Size of the polynomial block, which comes first."""
        return self.degree + 1

    @property
    def count(self) -> int:
        """Number of functions."""
        return self.polynomials + sum(2 * (k + 1) for k in self.envelopes)

    @property
    def blocks(self) -> tuple[slice, ...]:
        """Columns of the polynomials, then of each carrier."""
        ends = np.cumsum([self.polynomials, *(2 * (k + 1) for k in self.envelopes)]).tolist()
        return tuple(slice(a, b) for a, b in zip([0, *ends], ends, strict=False))

    @property
    def resolution(self) -> int:
        """Gauss points that integrate products of two of the functions to rounding."""
        waves = [
            3.2 * mu * self.length + 1.2 * k
            for mu, k in zip(self.carriers, self.envelopes, strict=True)
        ]
        return math.ceil(max(waves, default=0.0) + 1.15 * self.degree + 24)

    def at(self, x: Float[np.ndarray, " n"], highest: int) -> list[Float[np.ndarray, "n r"]]:
        """Return the functions and their derivatives up to order `highest`, each [n, count]."""
        half, middle = 0.5 * self.length, 0.5 * (self.lower + self.upper)
        t = np.clip((np.asarray(x, float) - middle) / half, -1.0, 1.0)
        polynomials = self._polynomials(t, highest)
        if not self.carriers:
            return polynomials
        widest = max(self.envelopes)
        envelopes = legendre.derivatives(t, widest, highest)
        size = np.sqrt((2 * np.arange(widest + 1) + 1) / half)
        envelopes = [e * size / half**j for j, e in enumerate(envelopes)]
        blocks = [polynomials] + [
            self._modulated(half * t, [e[:, : k + 1] for e in envelopes], mu)
            for mu, k in zip(self.carriers, self.envelopes, strict=True)
        ]
        return [np.hstack([block[j] for block in blocks]) for j in range(highest + 1)]

    def _polynomials(self, t: np.ndarray, highest: int) -> list[np.ndarray]:
        half, m = 0.5 * self.length, self.order
        degrees = np.arange(self.degree + 1 - m)
        size = np.concatenate(
            [np.full(m, self.length**-0.5), half**m * np.sqrt((2 * degrees + 1) / self.length)]
        )
        levels = legendre.integrated(t, self.degree, m, highest)
        return [level * (size / half**j) for j, level in enumerate(levels)]

    def _modulated(self, x: np.ndarray, envelopes: list[np.ndarray], mu: float) -> list[np.ndarray]:
        """cos ωx and sin ωx times each envelope, over ω^m, by Leibniz' rule."""
        omega = 2 * math.pi * mu
        waves = [np.cos(omega * x), np.sin(omega * x)]
        levels = []
        for j in range(len(envelopes)):
            columns = []
            for phase in (0, 1):
                total = np.zeros_like(envelopes[0])
                for i in range(j + 1):
                    wave = _turned(waves, phase, i)[:, None] * omega ** (i - self.order)
                    total += math.comb(j, i) * wave * envelopes[j - i]
                columns.append(total)
            levels.append(np.hstack(columns))
        return levels


def _turned(waves: list[np.ndarray], phase: int, order: int) -> np.ndarray:
    """The derivative of this order of cos (phase 0) or sin (phase 1), in units of its ω."""
    quarter = (order + (3 if phase else 0)) % 4  # sin is cos a quarter turn back
    sign = 1.0 if quarter in (0, 3) else -1.0
    return sign * waves[quarter % 2]
