"""Refinement of the network's answer on the exact likelihood, with draws of the rates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from mjp import likelihood
from mjp.posterior import Amortised
from mjp.prior.density import log_density
from sciml.errors import BadData
from sciml.jumps import JumpProcess, generator
from sciml.visits import Visits

BELIEVED = 10.0
"""twice a logarithm of Bayes factors from which wrong labels are believed: very strong (R. E. Kass
and A. E. Raftery, J. Am. Stat. Assoc. 90, 773 (1995), section 3.2)"""

LIKELY = 0.5
"""probability of a link from which it takes part in the posterior of "map" and of "mcmc"."""


@dataclass(frozen=True, eq=False)
class Refined:
    """What the exact likelihood makes of the rates.

    Attributes
    ----------
    how : "maximum likelihood", "maximum posterior" or "posterior mean".
    rates : rate matrix [n, n].
    draws : of the posterior, or around the maximum from the observed information [S, n, n]; None
        where the data do not determine the rates.
    misclassification, initial : as `mjp.likelihood.Estimate` has them.
    loglik : log-likelihood, less that of the first labels under their own frequencies: of clean
        labels that given the first visits, as is usual in panel studies.
    converged : whether the maximum was reached.
    vanished : rates that ran to zero, or were left out as unlikely links [n, n].
    """

    how: str
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
    how: str = "ml",
    noisy: bool | None,
    draws: int,
    seed: int,
) -> Refined:
    """Return the rates by the exact likelihood, from the network's guess and a scaled start.

    Parameters
    ----------
    how : "ml", "map" or "mcmc", see `mjp.settings.Settings`.
    noisy : whether labels may be wrong; None: "ml" decides, by the Bayesian information criterion
        and `BELIEVED`.

    Raises
    ------
    BadData : labels that the allowed links exclude.
    """
    noise = likelihood.clean() if noisy is False else likelihood.uniform()
    if how != "ml":
        return _by_posterior(problem, visits, noise, guess, how == "mcmc", draws, seed)
    found = _by_likelihood(_model(problem, visits, noise), problem, guess, draws, seed)
    if problem.known_misclassification is not None or noisy is not None:
        return found
    try:
        made = _model(problem, visits, likelihood.clean())
        clean = _by_likelihood(made, problem, guess, draws, seed)
    except BadData:  # without wrong labels the data cannot be
        return found
    gain = 2 * (found.loglik - clean.loglik)
    return found if gain > np.log(len(visits.times)) + BELIEVED else clean


def _model(
    problem: JumpProcess,
    visits: Visits,
    noise: likelihood.Noise,
    links: Bool[np.ndarray, "n n"] | None = None,
) -> likelihood.Model:
    """The likelihood of visits; a known misclassification goes before `noise`."""
    if problem.known_misclassification is not None:
        noise = likelihood.confusion(problem.known_misclassification)
    certain = np.isin(problem.states, problem.entered_exactly)
    allowed = problem.allowed if links is None else links
    return likelihood.model(visits, allowed, noise=noise, certain=certain)


def _first(visits: Visits) -> float:
    """Log-probability of the first labels under their own frequencies."""
    law = likelihood.first_law(visits)[visits.labels[visits.starts[:-1]]]
    return float(np.sum(np.log(law)))


def _starts(
    made: likelihood.Model, guess: Amortised | None
) -> list[Float[np.ndarray, " p"]] | None:
    if guess is None:
        return None
    near = np.maximum(guess.rates, 1e-3 / guess.scale)
    return [made.pack(near, min(max(guess.noise, 1e-3), 0.3))]


def _by_likelihood(
    made: likelihood.Model, problem: JumpProcess, guess: Amortised | None, draws: int, seed: int
) -> Refined:
    starts = _starts(made, guess)
    found = likelihood.maximum_likelihood(made, starts=starts, key=seed)
    if starts is not None and not found.converged:
        again = likelihood.maximum_likelihood(made, key=seed)
        found = max((found, again), key=lambda e: e.log_likelihood)
    vanished = problem.allowed & (found.rates <= 0)
    around = _draws(made, found, draws, seed)
    return _told("maximum likelihood", made, found, found.rates, around, vanished)


def _by_posterior(
    problem: JumpProcess,
    visits: Visits,
    noise: likelihood.Noise,
    guess: Amortised | None,
    sampled: bool,
    draws: int,
    seed: int,
) -> Refined:
    """The posterior of the rates on likely links; all links where those cannot bear the data."""
    links = problem.allowed if guess is None else problem.allowed & (guess.link > LIKELY)
    try:
        made = _model(problem, visits, noise, links)
    except BadData:
        links = problem.allowed
        made = _model(problem, visits, noise)
    starts = _starts(made, guess) or [likelihood.maximum_likelihood(made, key=seed).theta]
    found = likelihood.maximum_posterior(made, log_density, starts[0])
    sample = likelihood.mala if sampled else likelihood.laplace_draws
    theta = sample(made, log_density, found, draws=draws, key=seed).theta
    around = np.zeros((len(theta), *links.shape))
    around[:, *made.links] = np.exp(theta[:, made.parts[0]]) / made.tau
    rates = around.mean(0) if sampled else found.rates
    vanished = problem.allowed & ~links
    if guess is not None:
        rates = np.where(vanished, guess.rates, rates)
    how = "posterior mean" if sampled else "maximum posterior"
    return _told(how, made, found, generator(rates), generator(around), vanished)


def _told(
    how: str,
    made: likelihood.Model,
    found: likelihood.Estimate,
    rates: Float[np.ndarray, "n n"],
    draws: Float[np.ndarray, "S n n"] | None,
    vanished: Bool[np.ndarray, "n n"],
) -> Refined:
    return Refined(
        how,
        rates,
        draws,
        found.misclassification,
        found.initial,
        found.log_likelihood - _first(made.visits),
        found.converged,
        vanished,
    )


def log_likelihood(
    problem: JumpProcess, visits: Visits, rates: Float[np.ndarray, "n n"], flips: float
) -> float | None:
    """Return the log-likelihood of given rates; None where they exclude the labels.

    As `Refined.loglik`. Rates of 0 count as the smallest the model holds.

    Parameters
    ----------
    flips : rate of wrong labels.
    """
    noise = likelihood.clean() if flips == 0 else likelihood.uniform(flips)
    try:
        made = _model(problem, visits, noise)
    except BadData:
        return None
    theta = made.pack(rates)
    return made.log_likelihood(theta) - _first(visits)


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
