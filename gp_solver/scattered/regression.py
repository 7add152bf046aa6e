"""Bayesian regression: the posterior of coefficients, its evidence, the size of noise and prior.

The model is y_g = A_g z + σ_g s ε for each group g of rows, and z ~ N(m, diag v). Rows over their
standard deviations stand on rows of the prior; the triangle of a QR decomposition of the whole is
a square root of the posterior's precision, and nothing is squared on the way.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int
from scipy.linalg import lapack, solve_triangular

SWEEPS = 80
PANEL = 128
"""columns that are eliminated together"""
SETTLED = 1e-2
"""gain of the evidence in a sweep, in nats, below which its maximisation ends"""
SMALLEST = 1e-14
"""variance of a component of the prior relative to the largest, at least"""
DETERMINED = 1e-3
"""share of a component's coefficients that the data determine, below which it is left alone"""


@dataclass(frozen=True, eq=False)
class Block:
    """Rows of one group, or a triangle that says the same.

    Attributes
    ----------
    name : of the group.
    matrix, target : A [n, m] and y [n].
    spread : s, relative standard deviations of the rows [n].
    noise : σ, or the first guess of it.
    is_known : whether σ is given.
    rows : number of rows before they were condensed.
    logarithm : Σ log s² of those.
    """

    name: str
    matrix: Float[np.ndarray, "n m"]
    target: Float[np.ndarray, " n"]
    spread: Float[np.ndarray, " n"]
    noise: float
    is_known: bool
    rows: int
    logarithm: float

    @property
    def whitened(self) -> Float[np.ndarray, "n k"]:
        """[A | y] over the standard deviations."""
        deviation = (self.noise * self.spread)[:, None]
        return np.hstack([self.matrix, self.target[:, None]]) / deviation


def block(
    name: str,
    matrix: Float[np.ndarray, "n m"],
    *,
    target: Float[np.ndarray, " n"],
    spread: Float[np.ndarray, " n"] | None = None,
    noise: float = 1.0,
    is_known: bool = True,
) -> Block:
    """Return the rows of one group; `spread` is one by default."""
    spread = np.ones(len(target)) if spread is None else spread
    logarithm = 2 * float(np.sum(np.log(spread)))
    return Block(name, matrix, target, spread, noise, is_known, len(target), logarithm)


@dataclass(frozen=True, eq=False)
class Prior:
    """Independent normal coefficients: means m and variances v."""

    mean: Float[np.ndarray, " m"]
    variance: Float[np.ndarray, " m"]


@dataclass(frozen=True, eq=False)
class Posterior:
    """Normal coefficients.

    Attributes
    ----------
    mean : [m].
    triangle : upper triangular R with RᵀR the inverse covariance [m, m].
    data : the same of the rows without the prior, with their targets [m + 1, m + 1].
    objective : -2 log of likelihood times prior at the mean, without their constants.
    evidence : log of the probability of the data.
    """

    mean: Float[np.ndarray, " m"]
    triangle: Float[np.ndarray, "m m"]
    data: Float[np.ndarray, "k k"]
    objective: float
    evidence: float

    def draws(self, count: int, seed: int) -> Float[np.ndarray, "s m"]:
        """Return deviations d_1 ... d_s whose Σ d dᵀ / s is the covariance: exactly if s = m.

        There are `count` of them, or m if that is less.
        """
        size = len(self.mean)
        right = math.sqrt(size) * np.eye(size)
        if size > count:
            right = np.random.default_rng(seed).standard_normal((size, count))
        return solve_triangular(self.triangle, right).T

    def deviations(self, last: int) -> Float[np.ndarray, " k"]:
        """Return the standard deviations of the last few coefficients."""
        corner = self.triangle[len(self.mean) - last :, len(self.mean) - last :]
        return np.linalg.norm(solve_triangular(corner, np.eye(last)), axis=1)


def posterior(blocks: Sequence[Block], prior: Prior) -> Posterior:
    """Return the posterior of the coefficients; groups of little noise should come first."""
    size, rows = len(prior.mean), sum(len(b.target) for b in blocks)
    stacked = np.zeros((max(rows, size + 1), size + 1), order="F")
    start = 0
    for part in blocks:
        stacked[start : start + len(part.target)] = part.whitened
        start += len(part.target)
    logarithms = sum(b.logarithm + 2 * b.rows * math.log(b.noise) for b in blocks)
    logarithms += sum(b.rows for b in blocks) * math.log(2 * math.pi)
    return _joined(_triangle(stacked), prior, float(logarithms))


def under(found: Posterior, prior: Prior) -> Posterior:
    """Return the posterior under another prior (its evidence is left out)."""
    return _joined(found.data, prior, math.nan)


def _joined(data: Float[np.ndarray, "k k"], prior: Prior, logarithms: float) -> Posterior:
    """The posterior from the triangle of the rows, and the prior's."""
    size, inverse = len(prior.mean), 1 / np.sqrt(prior.variance)
    below = np.zeros((size, size + 1), order="F")
    below[np.arange(size), np.arange(size)] = inverse
    below[:, size] = prior.mean * inverse
    triangle = np.triu(lapack.dtpqrt(size, min(PANEL, size), data, below)[0])
    corner, right = triangle[:size, :size], triangle[:size, size]
    objective = float(triangle[size, size] ** 2)
    logarithms += np.sum(np.log(prior.variance)) + 2 * np.sum(np.log(np.abs(np.diag(corner))))
    evidence = -0.5 * (objective + float(logarithms))
    return Posterior(solve_triangular(corner, right), corner, data, objective, evidence)


def _triangle(rows: Float[np.ndarray, "n k"]) -> Float[np.ndarray, "k k"]:
    """R of a QR decomposition of at least as many rows as columns, which are overwritten."""
    count = rows.shape[1]
    factors = lapack.dgeqrt(min(PANEL, count), rows, overwrite_a=True)[0]
    return np.asfortranarray(np.triu(factors[:count]))


@dataclass(frozen=True, eq=False)
class Learned:
    """Variances that maximise the evidence.

    Attributes
    ----------
    noise : σ of each group in which it was unknown.
    freedom : of each of those, its rows less the coefficients that they determine.
    prior : with the variances of its components.
    posterior : under these.
    """

    noise: Mapping[str, float]
    freedom: Mapping[str, float]
    prior: Prior
    posterior: Posterior


def learn(
    blocks: Sequence[Block], prior: Prior, *, components: Int[np.ndarray, " m"], floor: float
) -> Learned:
    """Return noise and prior variances at which the evidence is highest (a fixed point).

    Components of the prior share a variance with a Jeffreys prior on it, so that those the data
    do not call for shrink away (D. J. C. MacKay, Neural Comput. 4, 415 (1992); M. E. Tipping, J.
    Mach. Learn. Res. 1, 211 (2001)).

    Parameters
    ----------
    components : number of each coefficient's component; -1 where the variance is given.
    floor : least standard deviation of an unknown noise.
    """
    blocks = _merged(blocks)
    best: Learned | None = None
    for _ in range(SWEEPS):
        found = posterior(blocks, prior)
        inverse = solve_triangular(found.triangle, np.eye(len(found.mean)))
        unknown = [b for b in blocks if not b.is_known]
        freedom = {b.name: b.rows - _determined(b, inverse) for b in unknown}
        gain = math.inf if best is None else found.evidence - best.posterior.evidence
        if gain > 0:
            best = Learned({b.name: b.noise for b in unknown}, freedom, prior, found)
        if gain < SETTLED or not (unknown or np.any(components >= 0)):
            break
        prior = _shrunk(prior, components, found, np.sum(inverse**2, axis=1))
        blocks = [_quietened(b, found, freedom, floor) for b in blocks]
    assert best is not None
    return best


def _merged(blocks: Sequence[Block]) -> list[Block]:
    """All rows of known noise as one triangle, and a triangle for each other group."""
    known = [b.whitened for b in blocks if b.is_known]
    merged = [_condensed(b) for b in blocks if not b.is_known]
    if not known:
        return merged
    rows = np.vstack(known)
    one = block("", rows[:, :-1], target=rows[:, -1])
    logarithm = sum(b.logarithm + 2 * b.rows * math.log(b.noise) for b in blocks if b.is_known)
    return [_condensed(replace(one, logarithm=logarithm)), *merged]


def _condensed(rows: Block) -> Block:
    """A group with the same posterior and no more than m + 1 rows."""
    if len(rows.target) <= rows.matrix.shape[1] + 1:
        return rows
    triangle = _triangle(np.asfortranarray(replace(rows, noise=1.0).whitened))
    ones = np.ones(len(triangle))
    return replace(rows, matrix=triangle[:, :-1], target=triangle[:, -1], spread=ones)


def _determined(rows: Block, inverse: Float[np.ndarray, "m m"]) -> float:
    """How many coefficients a group of rows determines."""
    return float(np.sum((rows.whitened[:, :-1] @ inverse) ** 2))


def _quietened(rows: Block, found: Posterior, freedom: Mapping[str, float], floor: float) -> Block:
    """A group with the noise that its misfit shows."""
    if rows.is_known:
        return rows
    misfit = (rows.target - rows.matrix @ found.mean) / rows.spread
    variance = float(np.sum(misfit**2)) / max(freedom[rows.name], 0.5)
    return replace(rows, noise=max(math.sqrt(variance), floor))


def _shrunk(
    prior: Prior,
    components: Int[np.ndarray, " m"],
    found: Posterior,
    variance: Float[np.ndarray, " m"],
) -> Prior:
    """The prior with the variances that its coefficients show, half the way in the logarithm."""
    free = components >= 0
    group, count = components[free], components.max(initial=-1) + 1
    old, new = prior.variance[free], prior.variance.copy()
    size = np.bincount(group, minlength=count)
    determined = np.bincount(group, 1 - variance[free] / old, count)
    square = np.bincount(group, (found.mean[free] - prior.mean[free]) ** 2 / old, count)
    seen = determined > DETERMINED * np.maximum(size, 1)
    ratio = np.where(seen, square / np.where(seen, determined, 1.0), 1.0)
    raised = old * np.sqrt(ratio)[group]
    new[free] = np.maximum(raised, SMALLEST * np.max(raised, initial=0.0))
    return Prior(prior.mean, new)
