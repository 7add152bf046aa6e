"""Evolutions on a ring by Fourier modes in space and ETDRK4 in time: independent references.

A.-K. Kassam and L. N. Trefethen, SIAM J. Sci. Comput. 26, 1214 (2005): the linear part is exact,
the coefficients come from means over a circle in the complex plane. Spectra are kept at equally
spaced times; between them, and between points along the ring, polynomials interpolate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Complex, Float

from problems.reference.kept import digest, kept

NEIGHBOURS = 8
"""times, and points along the ring, from which a value is interpolated"""
FINE, CHUNK = 16384, 64
"""points along the ring between which is interpolated, if four times the nodes are more; times that
are looked at together"""

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
        """Spectra at the kept times, from the user's cache where they were computed before."""
        first = self._first
        numbers = np.array([*self.bounds, self.t_end, self.nodes, self.steps, self.kept])
        parts = [numbers, first, np.asarray(self.symbol(self.wavenumbers)), self._rate(first)]
        return kept(f"ring-{digest(parts)}", self._computed)

    @property
    def _first(self) -> Complex[np.ndarray, "f m"]:
        """The spectrum at t = 0."""
        lower, upper = self.bounds
        x = lower + (upper - lower) * np.arange(self.nodes) / self.nodes
        return np.fft.rfft(self.initial(x), axis=-1)

    def _computed(self) -> Complex[np.ndarray, "t f m"]:
        now = self._first
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
        lower, upper = self.bounds
        nodes = max(self.nodes, min(4 * self.nodes, FINE))
        times, which = np.unique(t, return_inverse=True)
        along = np.mod((x - lower) / (upper - lower), 1.0) * nodes
        first = along.astype(int) - NEIGHBOURS // 2 + 1
        weights = _lagrange(along - first)
        found = np.zeros((len(t), self.spectra.shape[1]))
        for start in range(0, len(times), CHUNK):
            spectra = self._at(times[start : start + CHUNK])
            fields = np.fft.irfft(spectra, nodes, axis=-1) * (nodes / self.nodes)
            here = np.flatnonzero((which >= start) & (which < start + CHUNK))
            for k in range(NEIGHBOURS):
                near = fields[which[here] - start, :, (first[here] + k) % nodes]
                found[here] += weights[k][here, None] * near
        return found

    def _at(self, times: Float[np.ndarray, " t"]) -> Complex[np.ndarray, "t f m"]:
        """Spectra at given times."""
        s = times / self.t_end * (self.kept - 1)
        first = np.clip(s.astype(int) - NEIGHBOURS // 2 + 1, 0, self.kept - NEIGHBOURS)
        found = np.zeros((len(times), *self.spectra.shape[1:]), complex)
        for k, weight in enumerate(_lagrange(s - first)):
            found += weight[:, None, None] * self.spectra[first + k]
        return found


def _lagrange(place: Float[np.ndarray, " n"]) -> Float[np.ndarray, "k n"]:
    """Weights of values at 0, 1, … NEIGHBOURS − 1, for a polynomial's value at places."""
    found = []
    for i in range(NEIGHBOURS):
        others = [k for k in range(NEIGHBOURS) if k != i]
        found.append(np.prod([(place - k) / (i - k) for k in others], axis=0))
    return np.array(found)
