"""Hidden units along one axis: random sines of an embedded coordinate, made orthonormal.

Units sin(wξ + b) with random w up to a bandwidth span, to a tolerance, few functions: those that
a singular value decomposition in a norm with derivatives keeps are the features. Along a periodic
axis w runs over the whole waves. (Random-feature collocation: S. Dong and Z. Li, arXiv 2012.02895;
Fourier features: M. Tancik et al., arXiv 2006.10739.)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float

from pinn.forward.embedding import Embedding, compose

BANDWIDTH = 0.7
"""radians per unit of ξ of the fastest unit, as a part of π × (features − MARGIN)"""
MARGIN = 12
"""features beyond those that the bandwidth counts, which make smooth functions accurate"""
TRUNCATION = 1e-13
"""singular values, relative to the largest, from which functions are kept"""


@dataclass(frozen=True)
class Axis:
    """Features along one axis.

    Attributes
    ----------
    embedding : the coordinate that the units read.
    size : features wanted; fewer where the units do not span so many.
    seed : of the random units.
    """

    embedding: Embedding
    size: int
    seed: int = 0

    @cached_property
    def units(self) -> tuple[Float[np.ndarray, " u"], Float[np.ndarray, " u"]]:
        """Frequencies w and phases b."""
        rng = np.random.default_rng([self.seed, self.size])
        if self.embedding.periodic:
            k = np.arange(self.size)
            return 2 * np.pi * ((k + 1) // 2), np.where(k % 2 == 0, np.pi / 2, 0.0)
        count = 2 * self.size + 8
        fastest = BANDWIDTH * np.pi * max(self.size - MARGIN, 1.0)
        w = fastest * (np.arange(count) + rng.random(count)) / count
        return w, 2 * np.pi * rng.random(count)

    @cached_property
    def head(self) -> Float[np.ndarray, "u m"]:
        """Combinations of the units that are orthonormal on [0, 1]."""
        if self.embedding.periodic:
            return np.diag(np.where(self.units[0] == 0, 1.0, np.sqrt(2.0)))
        x, weight = np.polynomial.legendre.leggauss(2 * self.size + 20)
        root = np.sqrt(weight / 2)[:, None]
        scale = np.pi * self.size
        rows = [root * self._units(0.5 + 0.5 * x, k) / scale**k for k in range(3)]
        _, values, right = np.linalg.svd(np.concatenate(rows), full_matrices=False)
        keep = min(self.size, int(np.sum(values > TRUNCATION * values[0])))
        return right[:keep].T / values[:keep]

    @property
    def count(self) -> int:
        """Number of features."""
        return self.head.shape[1]

    def _units(self, xi: Float[np.ndarray, " n"], order: int) -> Float[np.ndarray, "n u"]:
        w, b = self.units
        return w**order * np.sin(np.outer(xi, w) + b + order * np.pi / 2)

    def features(self, x: Float[np.ndarray, " n"], order: int = 0) -> Float[np.ndarray, "n m"]:
        """Return a derivative of every feature at positions along the axis."""
        inner = self.embedding(x)
        outer = [self._units(inner[0], k) for k in range(order + 1)]
        return compose(outer, inner, order) @ self.head

    def nodes(self, oversampling: float) -> tuple[np.ndarray, np.ndarray]:
        """Return collocation points along the axis and their shares, which add up to 1."""
        wanted = self.count if self.embedding.periodic else self.size
        count = max(int(np.ceil(oversampling * wanted)), self.count + 1)
        if self.embedding.periodic:
            xi, share = (np.arange(count) + 0.5) / count, np.full(count, 1 / count)
        else:
            x, weight = np.polynomial.legendre.leggauss(count)
            xi, share = 0.5 + 0.5 * x, weight / 2
        return self.inverse(xi), share

    def inverse(self, xi: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        """Return the positions at values of the embedded coordinate."""
        e = self.embedding
        if not e.centres:
            return e.lower + (e.upper - e.lower) * np.asarray(xi)
        low, high = np.full(len(xi), e.lower), np.full(len(xi), e.upper)
        for _ in range(60):
            middle = 0.5 * (low + high)
            below = e(middle)[0] < xi
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return 0.5 * (low + high)
