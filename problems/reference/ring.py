"""Evolutions on a ring by Fourier modes in space and ETDRK4 in time: independent references.

A.-K. Kassam and L. N. Trefethen, SIAM J. Sci. Comput. 26, 1214 (2005): the linear part is exact,
the coefficients come from means over a circle in the complex plane. Spectra are kept at equally
spaced times and interpolated between them by polynomials of degree seven.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Complex, Float

NEIGHBOURS = 8
"""times from which a spectrum is interpolated"""

Rates = Callable[[Callable[[int], np.ndarray]], np.ndarray]
"""(order -> that derivative of the fields [f, n]) -> nonlinear part [f, n]"""


@dataclass(frozen=True, eq=False)
class Ring:
    """u_t = L u + N(u) for fields on a periodic interval.

    Attributes
    ----------
    bounds, t_end : of the interval, and the last time.
    symbol : wavenumbers [m] -> L of each field [f, m].
    nonlinear : the rest, pointwise in the fields and their derivatives.
    initial : positions [n] -> fields [f, n] at t = 0.
    nodes, steps : points along the ring; steps in time between kept times, of which there are
        `kept`.
    """

    bounds: tuple[float, float]
    t_end: float
    symbol: Callable[[np.ndarray], np.ndarray]
    nonlinear: Rates
    initial: Callable[[np.ndarray], np.ndarray]
    nodes: int = 512
    steps: int = 10
    kept: int = 801

    @cached_property
    def wavenumbers(self) -> Float[np.ndarray, " m"]:
        """Of the modes kept for real fields."""
        length = self.bounds[1] - self.bounds[0]
        return 2 * np.pi * np.fft.rfftfreq(self.nodes, length / self.nodes)

    @cached_property
    def spectra(self) -> Complex[np.ndarray, "t f m"]:
        """Spectra at the kept times."""
        lower, upper = self.bounds
        x = lower + (upper - lower) * np.arange(self.nodes) / self.nodes
        now = np.fft.rfft(self.initial(x), axis=-1)
        step = self.t_end / (self.kept - 1) / self.steps
        march = self._step(step)
        found = [now]
        for _ in range(self.kept - 1):
            for _ in range(self.steps):
                now = march(now)
            found.append(now)
        return np.array(found)

    def _rate(self, spectrum: np.ndarray) -> np.ndarray:
        """The nonlinear part's spectrum, the upper third of the modes left out."""
        ik = 1j * self.wavenumbers
        out = self.nonlinear(lambda order: np.fft.irfft(ik**order * spectrum, self.nodes, axis=-1))
        return np.fft.rfft(out, axis=-1) * (np.arange(len(ik)) < self.nodes // 3)

    def _step(self, h: float) -> Callable[[np.ndarray], np.ndarray]:
        """One step of ETDRK4."""
        linear = np.asarray(self.symbol(self.wavenumbers), complex)
        circle = np.exp(2j * np.pi * (np.arange(32) + 0.5) / 32)
        z = h * linear[..., None] + circle
        whole, half = np.exp(h * linear), np.exp(h * linear / 2)
        q = h * np.mean((np.exp(z / 2) - 1) / z, axis=-1)
        first = h * np.mean((-4 - z + np.exp(z) * (4 - 3 * z + z**2)) / z**3, axis=-1)
        middle = h * np.mean((2 + z + np.exp(z) * (z - 2)) / z**3, axis=-1)
        last = h * np.mean((-4 - 3 * z - z**2 + np.exp(z) * (4 - z)) / z**3, axis=-1)

        def march(v: np.ndarray) -> np.ndarray:
            nv = self._rate(v)
            a = half * v + q * nv
            na = self._rate(a)
            b = half * v + q * na
            nb = self._rate(b)
            c = half * a + q * (2 * nb - nv)
            return whole * v + first * nv + 2 * middle * (na + nb) + last * self._rate(c)

        return march

    def __call__(self, points: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "n f"]:
        """Return the fields at points (t, x)."""
        t, x = np.asarray(points, float).T
        times, which = np.unique(t, return_inverse=True)
        spectra = self._at(times)
        phase = np.exp(1j * np.outer(x - self.bounds[0], self.wavenumbers))
        twice = np.where(np.arange(len(self.wavenumbers)) == 0, 1.0, 2.0) * phase
        found = [
            np.real(np.einsum("nm,nm->n", twice, spectra[which, f]))
            for f in range(spectra.shape[1])
        ]
        return np.stack(found, axis=1) / self.nodes

    def _at(self, times: Float[np.ndarray, " t"]) -> Complex[np.ndarray, "t f m"]:
        """Spectra at given times, by Lagrange's formula on the nearest kept ones."""
        s = times / self.t_end * (self.kept - 1)
        first = np.clip(s.astype(int) - NEIGHBOURS // 2 + 1, 0, self.kept - NEIGHBOURS)
        local = s - first
        found = np.zeros((len(times), *self.spectra.shape[1:]), complex)
        for i in range(NEIGHBOURS):
            others = [k for k in range(NEIGHBOURS) if k != i]
            weight = np.prod([(local - k) / (i - k) for k in others], axis=0)
            found += weight[:, None, None] * self.spectra[first + i]
        return found
