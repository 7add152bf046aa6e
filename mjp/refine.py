"""Refinement of the network's answer on the exact likelihood, with draws around its maximum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from mjp import likelihood
from mjp.posterior import Amortised
from sciml.jumps import JumpProcess, generator
from sciml.visits import Visits


@dataclass(frozen=True, eq=False)
class Refined:
    """The likelihood's maximum.

    Attributes
    ----------
    rates : rate matrix [n, n].
    draws : around it, from the observed information [S, n, n]; None where the data do not
        determine the rates.
    misclassification, initial, loglik : as `mjp.likelihood.Estimate` has them.
    converged : whether the maximum was reached.
    vanished : rates that ran to zero [n, n].
    """

    rates: Float[np.ndarray, "n n"]
    draws: Float[np.ndarray, "S n n"] | None
    misclassification: Float[np.ndarray, "n n"]
    initial: Float[np.ndarray, " n"]
    loglik: float
    converged: bool
    vanished: Bool[np.ndarray, "n n"]


def refine(
    problem: JumpProcess,
    visits: Visits,
    guess: Amortised | None,
    *,
    noisy: bool,
    draws: int,
    seed: int,
) -> Refined:
    """Return the maximum of the exact likelihood, from the network's guess and a scaled start.

    Raises
    ------
    BadData : labels that the allowed links exclude.
    """
    noise = likelihood.clean()
    if problem.known_misclassification is not None:
        noise = likelihood.confusion(problem.known_misclassification)
    elif noisy:
        noise = likelihood.uniform()
    certain = np.isin(problem.states, problem.entered_exactly)
    made = likelihood.model(visits, problem.allowed, noise=noise, certain=certain)
    starts = None
    if guess is not None:
        near = np.maximum(guess.rates, 1e-3 / guess.scale)
        starts = [made.pack(near, min(max(guess.noise, 1e-3), 0.3))]
    found = likelihood.maximum_likelihood(made, starts=starts, key=seed)
    if starts is not None and not found.converged:
        again = likelihood.maximum_likelihood(made, key=seed)
        found = max((found, again), key=lambda e: e.log_likelihood)
    vanished = problem.allowed & (found.rates <= 0)
    return Refined(
        found.rates,
        _draws(made, found, draws, seed),
        found.misclassification,
        found.initial,
        found.log_likelihood,
        found.converged,
        vanished,
    )


def _draws(
    made: likelihood.Model, found: likelihood.Estimate, count: int, seed: int
) -> Float[np.ndarray, "S n n"] | None:
    """Rate matrices around the maximum: logarithms of rates from the inverse information."""
    if found.covariance is None:
        return None
    part = made.parts[0]
    covariance = found.covariance[part, part]
    values, vectors = np.linalg.eigh(covariance)
    rng = np.random.default_rng(seed)
    spread = vectors * np.sqrt(np.clip(values, 0.0, 9.0))
    z = rng.normal(size=(count, len(values)))
    log = np.log(np.maximum(found.rates[made.links], 1e-300)) + z @ spread.T
    n = made.states
    rates = np.zeros((count, n, n))
    alive = found.rates[made.links] > 0
    rates[:, *made.links] = np.where(alive, np.exp(np.minimum(log, 300.0)), 0.0)
    return generator(rates)
