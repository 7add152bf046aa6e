"""A posterior in features, and the move from a fixed grid of carriers to the ones the data ask for.

The envelope that a carrier was given by the posterior says where its frequency really lies: the
mean of the envelope's own spectrum is the distance, and there a narrower envelope will do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import scipy.linalg
from jaxtyping import Float

from gp_solver import legendre
from gp_solver.boxes.axis import gauss
from gp_solver.features import Features
from gp_solver.sparse.collocation import Collocation, Linearised, Table
from gp_solver.sparse.evidence import Regression
from gp_solver.spectrum import Bands, bands

SIZES = ((8, 4), (8, 8), (16, 4), (16, 8), (24, 6), (24, 12), (40, 8), (40, 16))
"""degrees of the polynomials and of the envelopes that are tried"""
SHARES = (1e-3, 1e-6)
"""size of a component, relative to the largest, from which its carrier is kept"""
GOAL = 1e-12
"""relative error of left-out points at which nothing more is tried"""
MOST = 0.7
"""functions, relative to points, that a recentred basis may have"""
BETWEEN = 2.0
"""size of the highest derivative between the points, relative to that at them, of a sound fit"""
SAFE = 2.2
"""degree of polynomials, relative to the root of the number of points, that these determine"""
LEAST = 1e-24
"""variance of the noise, relative to the data, while sizes are compared"""


@dataclass(frozen=True, eq=False)
class Fitted:
    """Posterior of a field given its equation at points.

    Attributes
    ----------
    table : the features at the points.
    weights : prior variance of the coefficients, one number a block of features.
    used : free coefficients whose prior variance is not zero [k].
    regression : posterior of those, in units of `scale`.
    scale : size of the right-hand side.
    """

    table: Table
    weights: Float[np.ndarray, " q"]
    used: np.ndarray
    regression: Regression
    scale: float

    @property
    def features(self) -> Features:
        """The functions."""
        return self.table.features

    @cached_property
    def mean(self) -> Float[np.ndarray, " r"]:
        """Coefficients of the posterior mean."""
        return self.table.start + self._spread(self.regression.mean)

    @property
    def squares(self) -> Float[np.ndarray, " k"]:
        """Second moments of the free coefficients, in units of scale²."""
        found = np.zeros(len(self.table.free))
        found[self.used] = self.regression.mean**2 + self.regression.variance
        return found

    def draws(self, count: int, rng: np.random.Generator) -> Float[np.ndarray, "r s"]:
        """Return coefficients of deviations from the mean: the posterior's and the jackknife's."""
        jackknife = self.regression.left_out()
        chance = rng.standard_normal((jackknife.shape[1], count))
        return self._spread(self.regression.draws(count, rng) + jackknife @ chance)

    def _spread(self, used: Float[np.ndarray, "k ..."]) -> np.ndarray:
        z = np.zeros((len(self.table.free), *used.shape[1:]))
        z[self.used] = self.scale * used
        return self.table.homogeneous(z)

    @cached_property
    def amplitudes(self) -> Float[np.ndarray, " q"]:
        """Root mean square over the interval of what each block gives to the solution."""
        nodes, rule = gauss(self.features.resolution, self.features.lower, self.features.upper)
        values = self.features.at(nodes, 0)[0]
        parts = [values[:, b] @ self.mean[b] for b in self.features.blocks]
        return np.sqrt(np.array([rule @ p**2 for p in parts]) / self.features.length)

    @cached_property
    def between(self) -> float:
        """Root mean square of the highest derivative over the interval, relative to the points."""
        order = self.features.order
        nodes, rule = gauss(self.features.resolution, self.features.lower, self.features.upper)
        inside = self.features.at(nodes, order)[order] @ self.mean
        at_points = self.table.levels[order] @ self.mean
        size = float(np.sqrt(np.mean(at_points**2)))
        return float(np.sqrt(rule @ inside**2 / self.features.length)) / max(size, 1e-300)


def fitted(
    table: Table,
    near: Linearised,
    orders: dict[str, int],
    weights: Float[np.ndarray, " q"],
    noise: float,
    scale: float,
) -> Fitted:
    """Return the posterior for a prior variance of each block, and of the noise (relative)."""
    matrix, right = table.rows(near, orders)
    variances = np.zeros(matrix.shape[1])
    for block, weight in zip(table.blocks, weights, strict=True):
        variances[block] = weight
    used = np.flatnonzero(variances)
    spread = np.sqrt(variances[used])
    left, sizes, rows = scipy.linalg.svd(
        matrix[:, used] * spread, full_matrices=False, check_finite=False
    )
    return Fitted(
        table, weights, used, Regression(left, sizes, rows, spread, right / scale, noise), scale
    )


def reweighted(
    fit: Fitted, near: Linearised, orders: dict[str, int], *, steps: int, floor: float
) -> Fitted:
    """Return the posterior with weights of the blocks, and noise, improved by their evidence."""
    for _ in range(steps):
        squares = fit.squares
        weights = np.array(
            [np.mean(squares[b]) if b.stop > b.start else 0.0 for b in fit.table.blocks]
        )
        fit = fitted(fit.table, near, orders, weights, fit.regression.noise, fit.scale)
        fit = replace(fit, regression=fit.regression.quieted(floor))
    return fit


def widened(fit: Fitted, near: Linearised, orders: dict[str, int]) -> Fitted:
    """Return the posterior with weights as large as the coefficients that carry the solution.

    A block's weight is the mean over all its coefficients, of which few may carry anything. In
    directions that the data do not determine the posterior is the prior: there the weight is the
    mean over as many as take part, (Σc²)² / Σc⁴.
    """
    squares, weights = fit.squares, []
    for block, weight in zip(fit.table.blocks, fit.weights, strict=True):
        part = squares[block]
        taking = np.sum(part) ** 2 / max(float(np.sum(part**2)), 1e-300)
        weights.append(weight * len(part) / max(taking, 1.0))
    return fitted(fit.table, near, orders, np.array(weights), fit.regression.noise, fit.scale)


def rounding(problem: Collocation, features: Features) -> float:
    """Return the variance, relative to the data, of a source at points that are rounded."""
    turns = 2 * math.pi * max(features.carriers, default=0.0)
    largest = float(np.max(np.abs(problem.points)))
    return (0.5 * np.finfo(float).eps * (1.0 + turns * largest)) ** 2


def rounded(problem: Collocation, fit: Fitted, near: Linearised) -> Float[np.ndarray, " r"]:
    """Return coefficients of what the mean of the data's rounding does to the solution.

    Three standard deviations of the mean of as many independent errors: a prior without low
    frequencies would not let them pass, yet arithmetic leaves some there.
    """
    matrix, right = fit.table.rows(near, problem.orders)
    z = np.zeros(matrix.shape[1])
    block = fit.table.blocks[0]
    size = 3 * math.sqrt(rounding(problem, fit.features) * float(np.mean(right**2)) / len(right))
    z[block] = np.linalg.lstsq(matrix[:, block], np.full(len(right), size), rcond=1e-10)[0]
    return fit.table.homogeneous(z)


def recentred(problem: Collocation, fit: Fitted, near: Linearised) -> Fitted:
    """Return the posterior on carriers moved to where the components are, or `fit` itself.

    Several widths are tried; the one that predicts left-out points best is taken.
    """
    best = fit
    for features in _candidates(problem, fit):
        table = problem.table(features)
        count = len(features.blocks)
        tried = fitted(table, near, problem.orders, np.ones(count), LEAST, fit.scale)
        better = tried.regression.missed < 0.5 * best.regression.missed
        if better and tried.between < BETWEEN * min(1.0, best.between):
            best = tried
        if best.regression.missed < GOAL:
            break
    floor = rounding(problem, best.features)
    if best is fit:
        fit = _compact(problem, fit, near)
        return replace(fit, regression=fit.regression.quieted(floor))
    return reweighted(best, near, problem.orders, steps=4, floor=floor)


def _compact(problem: Collocation, fit: Fitted, near: Linearised) -> Fitted:
    """The same posterior without the carriers that have no weight."""
    kept = np.flatnonzero(fit.weights[1:])
    features = replace(
        fit.features,
        carriers=tuple(fit.features.carriers[q] for q in kept),
        envelopes=tuple(fit.features.envelopes[q] for q in kept),
    )
    weights = np.concatenate([fit.weights[:1], fit.weights[1:][kept]])
    table = problem.table(features)
    return fitted(table, near, problem.orders, weights, fit.regression.noise, fit.scale)


def _candidates(problem: Collocation, fit: Fitted) -> list[Features]:
    """Features with carriers moved to where the components are, small bases first."""
    features = fit.features
    spacing = features.carriers[0]
    sizes = fit.amplitudes / (float(np.max(fit.amplitudes)) or 1.0)
    found: dict[Features, None] = {}
    for share, gap in ((s, g) for s in SHARES for g in (spacing, 0.0)):
        kept = np.flatnonzero(sizes[1:] > share)
        moved = np.array([centre(features, fit.mean, q) for q in kept.tolist()])
        carriers = _joined(moved, sizes[1 + kept] ** 2, gap)
        for degree, envelope in SIZES:
            made = bands(carriers, features.length, degree=degree, envelope=envelope)
            if made.degree > max(degree, SAFE * math.sqrt(len(problem.points))):
                plain = tuple(carriers.tolist())  # polynomials of that degree need other points
                made = Bands(degree, plain, (envelope,) * len(plain))
            degree = max(made.degree, features.order + 2)
            chosen = replace(
                features, degree=degree, carriers=made.carriers, envelopes=made.envelopes
            )
            found[chosen] = None
    return [f for f in found if f.count < MOST * len(problem.points)]


def _joined(
    frequencies: Float[np.ndarray, " c"], powers: Float[np.ndarray, " c"], gap: float
) -> Float[np.ndarray, " b"]:
    """Frequencies, neighbours nearer than a gap replaced by their mean."""
    order = np.argsort(frequencies)
    frequencies, powers = frequencies[order], powers[order]
    group = np.cumsum(np.diff(frequencies, prepend=-np.inf) > gap) - 1
    return np.bincount(group, frequencies * powers) / np.bincount(group, powers)


def centre(features: Features, coefficients: Float[np.ndarray, " r"], carrier: int) -> float:
    """Return the mean frequency of one carrier with its envelope, in cycles per unit.

    With a cos ωx + b sin ωx = Re E(x) exp(iωx), that is ω/2π + Im ∫E* E′ / (2π ∫|E|²).
    """
    degree, block = features.envelopes[carrier], features.blocks[1 + carrier]
    t, rule = gauss(degree + 2, -1.0, 1.0)
    values, slopes = legendre.derivatives(t, degree, 1)
    part = np.sqrt(2 * np.arange(degree + 1) + 1)
    part = part * (coefficients[block][: degree + 1] - 1j * coefficients[block][degree + 1 :])
    envelope, slope = values @ part, slopes @ part / (0.5 * features.length)
    power = float(rule @ np.abs(envelope) ** 2)
    shift = float(rule @ np.imag(np.conj(envelope) * slope)) / power if power > 0 else 0.0
    return abs(features.carriers[carrier] + shift / (2 * math.pi))
