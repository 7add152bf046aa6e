"""Priors of the general solver: wide ones, without carriers nobody calls for, or smooth ones."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.linalg import solve_triangular

from gp_solver.scattered.regression import Learned, Prior
from gp_solver.scattered.space import CARRIER, Space

GUESSED = 10.0
"""standard deviation of an unknown parameter, relative to its first guess"""
PRUNED = 1e-2
"""variance by evidence, relative to the posterior's, below which a carrier is not called for"""
FALL = 1e-3
"""factor by which the variance of polynomials may fall from one octave of the degree to the next"""


def wide_prior(space: Space, deviation: float) -> Prior:
    """Return a prior that is the same for all functions, and about the guess for parameters."""
    mean, variance = np.zeros(space.count), np.full(space.count, deviation**2)
    for name, column in space.parameters.items():
        guess = space.problem.theta[name]
        mean[column], variance[column] = guess, (GUESSED * (abs(guess) or 1.0)) ** 2
    return Prior(mean, variance)


def pruned(
    space: Space, wide: Prior, *, sparse: Learned, found: Learned
) -> Float[np.ndarray, " m"]:
    """Return the variances of a wide prior, with carriers narrowed that the data do not call for.

    Variances that maximise the evidence are too small where few coefficients speak for them, and
    bands come out too narrow; a wide prior keeps the posterior of what the data determine.

    Parameters
    ----------
    sparse : learned with a variance for each component.
    found : learned with the wide prior.
    """
    inverse = solve_triangular(found.posterior.triangle, np.eye(space.count))
    narrow = sparse.prior.variance < PRUNED * np.sum(inverse**2, axis=1)
    pairs = zip(space.labels, space.index, strict=True)
    carries = np.any([labels[i] >= CARRIER for labels, i in pairs], axis=0)
    chosen = np.zeros(space.count, bool)
    for name in space.problem.fields:
        start = space.columns(name).start
        chosen[start : start + space.products] = carries
    return np.where(chosen & narrow, sparse.prior.variance, wide.variance)


def smooth(space: Space, variance: Float[np.ndarray, " m"]) -> Float[np.ndarray, " m"]:
    """Return variances that never rise with the degree, and fall by a factor an octave at most.

    What maximises the evidence of sparse data is zero for many components; a smooth solution has
    something everywhere.
    """
    found = variance.copy()
    for name in space.problem.fields:
        start = space.columns(name).start
        mine = slice(start, start + space.products)
        tensor = np.zeros(space.kept.shape)
        tensor[space.kept] = variance[mine]
        for a, labels in enumerate(space.labels):
            count = int(np.sum(labels < CARRIER))
            lines = np.moveaxis(tensor, a, 0)
            lines[:count] = np.maximum.accumulate(lines[:count][::-1], axis=0)[::-1]
            for k in range(1, count):
                least = lines[k - 1] * FALL ** float(labels[k] - labels[k - 1])
                lines[k] = np.maximum(lines[k], least)
        found[mine] = tensor[space.kept]
    return found
