"""Draws from the posterior: Metropolis-adjusted Langevin chains, or the Gaussian at the mode."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Array, Float

from mjp.likelihood.estimate import Estimate, LogPrior, generator_of
from mjp.likelihood.model import Model
from mjp.likelihood.objective import Objective, information, log_posterior

ACCEPTANCE = 0.57
"""share of proposals to be accepted (G. Roberts and J. Rosenthal, J. R. Stat. Soc. B 60, 1998)"""
LEAST_CURVATURE = 0.05
"""least curvature of the Gaussian at the mode along any direction"""


@dataclass(frozen=True, eq=False)
class Draws:
    """Draws of the parameters.

    Attributes
    ----------
    theta : draws, [D, p]; those of a chain stand together.
    acceptance : share of accepted proposals after burn-in (1 for independent draws).
    chains : how many chains they come from.
    step : size of the Langevin step, in units of the Gaussian at the start.
    """

    theta: Float[np.ndarray, "D p"]
    acceptance: float
    chains: int
    step: float


def _spread(objective: Objective, theta: Float[np.ndarray, " p"]) -> Float[np.ndarray, "p p"]:
    """Return a factor A of the covariance A A' of the Gaussian at the mode."""
    _, gradient = objective(theta)
    curvature, axes = np.linalg.eigh(information(objective, theta, gradient, np.arange(len(theta))))
    return axes / np.sqrt(np.maximum(np.abs(curvature), LEAST_CURVATURE))


def laplace_draws(
    model: Model,
    log_prior: LogPrior,
    start: Estimate,
    *,
    draws: int = 1000,
    key: Array | int = 0,
) -> Draws:
    """Return independent draws from the Gaussian at the mode `start` of the posterior."""
    rng = generator_of(key)
    factor = _spread(log_posterior(model, log_prior), start.theta)
    theta = start.theta + rng.normal(size=(draws, model.size)) @ factor.T
    return Draws(np.clip(theta, *model.bounds), 1.0, draws, 0.0)


def mala(
    model: Model,
    log_prior: LogPrior,
    start: Estimate,
    *,
    draws: int = 1000,
    burn: int = 200,
    thin: int = 2,
    chains: int = 8,
    key: Array | int = 0,
) -> Draws:
    """Return draws from the posterior by Metropolis-adjusted Langevin chains.

    Parameters
    ----------
    model : the likelihood.
    log_prior : log density of the log rates, see `maximum_posterior`.
    start : estimate near the mode; its curvature preconditions the chains.
    draws : how many, of all chains together (rounded up to a multiple of `chains`).
    burn : steps before the first draw, in which the step size adapts.
    thin : steps from draw to draw.
    chains : run side by side.
    key : of the random numbers.
    """
    rng = generator_of(key)
    objective = log_posterior(model, log_prior)
    factor = _spread(objective, start.theta)
    low, high = model.bounds
    shape = (chains, model.size)

    def density(z: Float[np.ndarray, "C p"]) -> tuple[np.ndarray, np.ndarray]:
        theta = start.theta + z @ factor.T
        outside = np.any((theta < low) | (theta > high), axis=1)
        value, gradient = objective(np.clip(theta, low, high))
        good = np.isfinite(value) & np.all(np.isfinite(gradient), axis=1) & ~outside
        slope = np.where(good[:, None], gradient, 0.0) @ factor
        return np.where(good, value, -np.inf), slope

    z = np.zeros(shape)
    value, slope = density(z)
    log_step = np.log(1.65**2 / model.size ** (1 / 3))
    kept, accepted = [], []
    rounds = -(-draws // chains)
    for k in range(burn + rounds * thin):
        step = np.exp(log_step)
        noise = rng.normal(size=shape)
        move = step / 2 * slope + np.sqrt(step) * noise
        new, new_slope = density(z + move)
        back = move + step / 2 * new_slope
        log_ratio = new - value + (np.sum(noise**2, 1) - np.sum(back**2, 1) / step) / 2
        chance = np.exp(np.minimum(log_ratio, 0.0))
        take = rng.uniform(size=chains) < chance
        z = np.where(take[:, None], z + move, z)
        value, slope = np.where(take, new, value), np.where(take[:, None], new_slope, slope)
        if k < burn:
            log_step += (chance.mean() - ACCEPTANCE) * 2.0 / np.sqrt(1.0 + k)
        else:
            accepted.append(take.mean())
            if (k - burn) % thin == thin - 1:
                kept.append(z)
    theta = start.theta + np.stack(kept, 1).reshape(-1, model.size) @ factor.T
    return Draws(theta, float(np.mean(accepted)), chains, float(np.exp(log_step)))
