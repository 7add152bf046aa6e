"""Bayesian linear regression: weights of groups by their evidence, and the posterior they give.

The weight of a group of functions has Jeffreys' prior 1/w: the maximum of the evidence then sets
the weights of groups that the data do not ask for to zero (D. MacKay, Neural Comput. 4, 415
(1992); M. Tipping, J. Mach. Learn. Res. 1, 211 (2001)).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import scipy.linalg
from jaxtyping import Float

FIRST_NOISE, SHRINK = 1e-6, 0.3
"""variance of the noise at the first step, relative to the data, and its factor step by step"""
NEGLIGIBLE = 1e-13
"""weight, relative to the largest, below which a group is dropped"""


def select(
    blocks: Sequence[Float[np.ndarray, "n _"]],
    right: Float[np.ndarray, " n"],
    *,
    iterations: int,
    floor: float,
) -> tuple[Float[np.ndarray, " q"], float]:
    """Return the weight of every group of columns, and the variance of the noise.

    The model is right = Σ_q block_q z_q + noise with z_q ~ N(0, w_q). At a maximum of its evidence,
    with C its covariance, |block_qᵀ C⁻¹ right|² = trace(block_qᵀ C⁻¹ block_q): each step multiplies
    w_q by the root of the two sides' ratio. At first every group has the variance of the data; the
    noise shrinks towards `floor`, relative to that variance. Of data that are all zero nothing is
    kept but the first group, negligible.
    """
    size = float(np.mean(right**2))
    power = np.array([np.sum(b**2) / len(right) for b in blocks])
    if not size > 0:
        return np.where(np.arange(len(blocks)) == 0, NEGLIGIBLE, 0.0), NEGLIGIBLE
    w = np.divide(size, power, out=np.zeros(len(blocks)), where=power > 0)
    noise = size * FIRST_NOISE
    for _ in range(iterations):
        active = np.flatnonzero(w * power > NEGLIGIBLE * np.max(w * power)).tolist()
        w[np.setdiff1d(np.arange(len(w)), active)] = 0.0
        scaled = np.hstack([np.sqrt(w[q]) * blocks[q] for q in active])
        covariance = scaled @ scaled.T
        lower, noise = _cholesky(covariance, noise)
        white = scipy.linalg.solve_triangular(lower, scaled, lower=True, check_finite=False)
        seen = white.T @ scipy.linalg.solve_triangular(lower, right, lower=True)
        starts = np.cumsum([0, *(blocks[q].shape[1] for q in active)])[:-1]
        asked = np.add.reduceat(seen**2, starts)
        given = np.add.reduceat(np.sum(white**2, axis=0), starts)
        w[active] *= np.sqrt(asked / np.maximum(given, 1e-300))
        noise = max(noise * SHRINK, floor * size)
    return w, noise


def _cholesky(covariance: Float[np.ndarray, "n n"], noise: float) -> tuple[np.ndarray, float]:
    """Factor of covariance + noise, and the noise, raised as far as rounding requires."""
    diagonal = np.diag_indices_from(covariance)
    largest = float(np.max(covariance[diagonal]))
    noise = max(noise, 1e-16 * largest)
    while noise < largest:
        raised = covariance.copy()
        raised[diagonal] += noise
        try:
            return scipy.linalg.cholesky(raised, lower=True, check_finite=False), noise
        except np.linalg.LinAlgError:
            noise *= 10.0
    raise np.linalg.LinAlgError("a covariance that is no covariance")


@dataclass(frozen=True, eq=False)
class Regression:
    """Posterior of right = matrix z + noise, z_i ~ N(0, w_i), by singular-value decomposition.

    Attributes
    ----------
    left, sizes, rows : decomposition of matrix · diag(√w), [n, p], [p], [p, k].
    spread : √w [k].
    right : data [n].
    noise : variance of the noise.
    """

    left: Float[np.ndarray, "n p"]
    sizes: Float[np.ndarray, " p"]
    rows: Float[np.ndarray, "p k"]
    spread: Float[np.ndarray, " k"]
    right: Float[np.ndarray, " n"]
    noise: float

    @cached_property
    def _rest(self) -> float:
        """Square of what no combination of the columns explains."""
        return float(np.sum((self.right - self.left @ self._seen) ** 2))

    @cached_property
    def _seen(self) -> np.ndarray:
        return self.left.T @ self.right

    @cached_property
    def _kept(self) -> np.ndarray:
        return self.sizes**2 / (self.sizes**2 + self.noise)

    @cached_property
    def mean(self) -> Float[np.ndarray, " k"]:
        """Posterior mean of z."""
        shrunk = self.sizes / (self.sizes**2 + self.noise) * self._seen
        return self.spread * (self.rows.T @ shrunk)

    @cached_property
    def variance(self) -> Float[np.ndarray, " k"]:
        """Posterior variance of each z."""
        return self.spread**2 * np.maximum(1.0 - (self.rows**2).T @ self._kept, 0.0)

    @cached_property
    def scores(self) -> Float[np.ndarray, " n"]:
        """How far each datum is from its prediction by the others, in standard deviations."""
        return self._left_out / np.sqrt(self.noise * self._spared)

    @cached_property
    def missed(self) -> float:
        """Root mean square error of predicting a datum from the others, relative to the data."""
        size = float(np.sqrt(np.mean(self.right**2))) or 1.0
        return float(np.sqrt(np.mean((self._left_out / self._spared) ** 2))) / size

    @cached_property
    def _left_out(self) -> np.ndarray:
        """noise · C⁻¹ right, the residual."""
        return self.right - self.left @ (self._kept * self._seen)

    @cached_property
    def _spared(self) -> np.ndarray:
        """noise · diagonal of C⁻¹."""
        return np.maximum(1.0 - self.left**2 @ self._kept, 1e-12)

    def evidence(self, noise: float) -> float:
        """Logarithm of the evidence for another variance of the noise, but for a constant."""
        variances = self.sizes**2 + noise
        free = max(len(self.right) - len(self.sizes), 0)
        fit = np.sum(self._seen**2 / variances) + self._rest / noise
        return -0.5 * float(np.sum(np.log(variances)) + free * np.log(noise) + fit)

    def quieted(self, floor: float) -> Regression:
        """Return the posterior with the noise of most evidence, not below `floor`.

        `floor` is a variance relative to the data.
        """
        size = float(np.mean(self.right**2)) or 1.0
        tried = size * np.geomspace(floor, 1.0, math.ceil(-4 * math.log10(floor)) + 1)
        return replace(self, noise=float(tried[np.argmax([self.evidence(v) for v in tried])]))

    def draws(self, count: int, rng: np.random.Generator) -> Float[np.ndarray, "k s"]:
        """Return deviations from the mean, as the posterior has them."""
        plain = rng.standard_normal((len(self.spread), count))
        along = self.rows @ plain
        shrunk = np.sqrt(self.noise / (self.sizes**2 + self.noise))
        return self.spread[:, None] * (plain + self.rows.T @ ((shrunk - 1.0)[:, None] * along))

    def left_out(self) -> Float[np.ndarray, "k n"]:
        """Return the change of the mean with each datum that is left out.

        The sum of their squares is the jackknife's variance: what the posterior's own does not
        see, errors of the model, it does. A residual that is rounding counts as none.
        """
        exact = 4 * np.finfo(float).eps * float(np.max(np.abs(self.right)))
        beyond = np.sign(self._left_out) * np.maximum(np.abs(self._left_out) - exact, 0.0)
        gain = (self.sizes / (self.sizes**2 + self.noise))[:, None] * self.left.T
        return self.spread[:, None] * (self.rows.T @ (gain * (beyond / self._spared)))
