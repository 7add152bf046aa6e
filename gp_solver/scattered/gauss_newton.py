"""Gauss and Newton's method: regression on rows that are nonlinear in the coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from gp_solver.scattered.regression import Block, Posterior, Prior, posterior

STEPS, HALVINGS = 30, 8
NEGLIGIBLE = 1e-6
"""relative decrease of the objective still to come that does not matter"""
CLOSE = 1e-2
"""departure from the linear model, relative to what is left or to a standard deviation a row, up
to which a step counts as the last"""


@runtime_checkable
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
        is_last = now - found.objective < CLOSE * len(missing) + NEGLIGIBLE * now
        factor = 1.0
        for _ in range(HALVINGS):
            tried = z + factor * found.mean
            left = model.missing(tried)
            after = _objective(left, tried, prior)
            if after <= now:
                break
            factor *= 0.5
        if not after <= now:
            return Fit(z, blocks, found, is_last, now)
        z, now = tried, after
        if is_last or (factor == 1.0 and _is_linear(blocks, found.mean, left, now)):
            return Fit(z, blocks, found, True, now)
    return Fit(z, blocks, found, False, now)


def _is_linear(
    blocks: Sequence[Block],
    step: Float[np.ndarray, " m"],
    left: Float[np.ndarray, " n"],
    objective: float,
) -> bool:
    """Whether a step has left what it was to leave, up to rounding and to what does not matter."""
    departure = np.abs(left - np.concatenate([_left(b, step) for b in blocks]))
    beyond = np.maximum(departure - np.concatenate([_rounding(b, step) for b in blocks]), 0.0)
    return bool(np.sum(beyond**2) < CLOSE * (len(left) + objective))


def _left(rows: Block, step: Float[np.ndarray, " m"]) -> Float[np.ndarray, " n"]:
    """What a linear step leaves of the targets, over their standard deviations."""
    return (rows.target - rows.matrix @ step) / (rows.noise * rows.spread)


def _rounding(rows: Block, step: Float[np.ndarray, " m"]) -> Float[np.ndarray, " n"]:
    """A bound on the rounding errors in that."""
    sums = np.abs(rows.target) + np.abs(rows.matrix) @ np.abs(step)
    return np.finfo(float).eps * sums / (rows.noise * rows.spread)


def _objective(missing: Float[np.ndarray, " n"], z: Float[np.ndarray, " m"], prior: Prior) -> float:
    return float(np.sum(missing**2) + np.sum((z - prior.mean) ** 2 / prior.variance))
