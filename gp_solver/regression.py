"""Bayesian regression: the posterior of coefficients, its evidence, the size of noise and prior.

The model is y_g = A_g z + σ_g s ε for each group g of rows, and z ~ N(m, diag v). Rows over their
standard deviations stand on rows of the prior; the triangle of a QR decomposition of the whole is
a square root of the posterior's precision, and nothing is squared on the way. What is nonlinear in
z is linearised step by step (Gauss and Newton).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from jaxtyping import Float, Int
from scipy.linalg import lapack, solve_triangular

SWEEPS = 80
STEPS, HALVINGS = 30, 8
PANEL = 128
"""columns that are eliminated together"""
CLOSE = 1e-2
"""decrease of the objective still to come, for each row, at which Gauss-Newton ends"""
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


def condensed(rows: Block) -> Block:
    """Return the triangle of a group's rows: the same posterior from no more than m + 1 rows."""
    if len(rows.target) <= rows.matrix.shape[1] + 1:
        return rows
    triangle = np.asarray(_triangle(np.asfortranarray(replace(rows, noise=1.0).whitened)))
    return replace(
        rows, matrix=triangle[:, :-1], target=triangle[:, -1], spread=np.ones(len(triangle))
    )


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
    objective : -2 log of likelihood times prior at the mean, without their constants.
    evidence : log of the probability of the data.
    """

    mean: Float[np.ndarray, " m"]
    triangle: Float[np.ndarray, "m m"]
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
    inverse = 1 / np.sqrt(prior.variance)
    below = np.zeros((size, size + 1), order="F")
    below[np.arange(size), np.arange(size)] = inverse
    below[:, size] = prior.mean * inverse
    triangle = np.triu(lapack.dtpqrt(size, min(PANEL, size), _triangle(stacked), below)[0])
    corner, right = triangle[:size, :size], triangle[:size, size]
    objective = float(triangle[size, size] ** 2)
    logarithms = sum(b.logarithm + 2 * b.rows * math.log(b.noise) for b in blocks)
    logarithms += sum(b.rows for b in blocks) * math.log(2 * math.pi)
    logarithms += np.sum(np.log(prior.variance)) + 2 * np.sum(np.log(np.abs(np.diag(corner))))
    evidence = -0.5 * (objective + float(logarithms))
    return Posterior(solve_triangular(corner, right), corner, objective, evidence)


def _triangle(rows: Float[np.ndarray, "n k"]) -> Float[np.ndarray, "k k"]:
    """R of a QR decomposition of at least as many rows as columns, which are overwritten."""
    count = rows.shape[1]
    factors = lapack.dgeqrt(min(PANEL, count), rows, overwrite_a=True)[0]
    return np.asfortranarray(np.triu(factors[:count]))


class Model(Protocol):
    """What is regressed: rows as functions of the coefficients."""

    def blocks(self, z: Float[np.ndarray, " m"]) -> Sequence[Block]:
        """The rows linearised about z; the targets are what is missing there."""
        ...

    def missing(self, z: Float[np.ndarray, " m"]) -> Float[np.ndarray, " n"]:
        """All targets at z over their standard deviations."""
        ...


@dataclass(frozen=True, eq=False)
class Fit:
    """Where Gauss-Newton ended.

    Attributes
    ----------
    z : coefficients.
    blocks : rows about the last point but one.
    posterior : of the step from there.
    converged : whether the next step would have gained next to nothing.
    objective : -2 log of likelihood times prior at z, without their constants.
    """

    z: Float[np.ndarray, " m"]
    blocks: Sequence[Block]
    posterior: Posterior
    converged: bool
    objective: float


def gauss_newton(model: Model, prior: Prior, start: Float[np.ndarray, " m"]) -> Fit:
    """Return the coefficients at which likelihood times prior is highest, near a start."""
    z, missing = start, model.missing(start)
    now = _objective(missing, z, prior)
    for _ in range(STEPS):
        blocks = model.blocks(z)
        found = posterior(blocks, Prior(prior.mean - z, prior.variance))
        factor = 1.0
        for _ in range(HALVINGS):
            tried = z + factor * found.mean
            left = model.missing(tried)
            after = _objective(left, tried, prior)
            if after <= now:
                break
            factor *= 0.5
        close = CLOSE * (len(missing) + min(now, after))
        if not after <= now:
            return Fit(z, blocks, found, bool(now - found.objective < close), now)
        z, now = tried, after
        if factor == 1.0:
            departure = np.abs(left - np.concatenate([_left(b, found.mean) for b in blocks]))
            rounding = np.concatenate([_rounding(b, found.mean) for b in blocks])
            if np.sum(np.maximum(departure - rounding, 0.0) ** 2) < close:
                return Fit(z, blocks, found, True, now)
    return Fit(z, blocks, found, False, now)


def _left(rows: Block, step: Float[np.ndarray, " m"]) -> Float[np.ndarray, " n"]:
    """What a linear step leaves of the targets, over their standard deviations."""
    return (rows.target - rows.matrix @ step) / (rows.noise * rows.spread)


def _rounding(rows: Block, step: Float[np.ndarray, " m"]) -> Float[np.ndarray, " n"]:
    """A bound on the rounding errors in that."""
    sums = np.abs(rows.target) + np.abs(rows.matrix) @ np.abs(step)
    return np.finfo(float).eps * sums / (rows.noise * rows.spread)


def _objective(missing: Float[np.ndarray, " n"], z: Float[np.ndarray, " m"], prior: Prior) -> float:
    return float(np.sum(missing**2) + np.sum((z - prior.mean) ** 2 / prior.variance))


@dataclass(frozen=True, eq=False)
class Learned:
    """Variances that maximise the evidence.

    Attributes
    ----------
    noise : σ of each group.
    freedom : of each group, its rows less the coefficients that they determine.
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
    blocks = [condensed(b) for b in blocks]
    best: Learned | None = None
    for _ in range(SWEEPS):
        found = posterior(blocks, prior)
        inverse = solve_triangular(found.triangle, np.eye(len(found.mean)))
        freedom = {b.name: b.rows - _determined(b, inverse) for b in blocks}
        noise = {b.name: b.noise for b in blocks}
        gain = math.inf if best is None else found.evidence - best.posterior.evidence
        if gain > 0:
            best = Learned(noise, freedom, prior, found)
        if gain < SETTLED:
            break
        prior = _shrunk(prior, components, found, np.sum(inverse**2, axis=1))
        blocks = [_quietened(b, found, freedom[b.name], floor) for b in blocks]
    assert best is not None
    return best


def _determined(rows: Block, inverse: Float[np.ndarray, "m m"]) -> float:
    """How many coefficients a group of rows determines."""
    return float(np.sum((rows.whitened[:, :-1] @ inverse) ** 2))


def _quietened(rows: Block, found: Posterior, freedom: float, floor: float) -> Block:
    """A group with the noise that its misfit shows."""
    if rows.is_known:
        return rows
    misfit = (rows.target - rows.matrix @ found.mean) / rows.spread
    return replace(rows, noise=max(math.sqrt(np.sum(misfit**2) / max(freedom, 0.5)), floor))


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
