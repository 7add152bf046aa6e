"""Estimates: the maximum of the likelihood or of a posterior density, and its curvature."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import jax
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from mjp.likelihood.model import Model
from mjp.likelihood.model import model as build
from mjp.likelihood.objective import Objective, log_posterior, smoothed_likelihood
from mjp.likelihood.settle import Maximum, maximum, near_maximum
from mjp.likelihood.sojourn import smoothed_rates
from sciml.jumps import generator
from sciml.visits import Visits

MANY, SOME = 200_000, 500
"""visits above which misreported labels are first fitted to some subjects, and how many"""

LogPrior = Callable[[Array, Array], Array]


@dataclass(frozen=True, eq=False)
class Estimate:
    """Parameters of a jump process, estimated.

    Attributes
    ----------
    rates : rate matrix per unit of time, [n, n].
    misclassification : E_ij = P(reported j | true i), [n, n].
    initial : law of the state at first visits, [n].
    log_likelihood : at the estimate, without prior or smoothing.
    theta : free parameters, see `Model`, [p].
    covariance : of theta, the inverse of the observed information, [p, p]; 0 for pinned ones;
        None where the information is not positive definite: the data do not identify theta.
    pinned : parameters at a bound, such as rates that ran to 0, [p].
    converged : whether a Newton step promises no more than 1e-5 in log-likelihood.
    evaluations : of likelihood and gradient.
    """

    rates: Float[np.ndarray, "n n"]
    misclassification: Float[np.ndarray, "n n"]
    initial: Float[np.ndarray, " n"]
    log_likelihood: float
    theta: Float[np.ndarray, " p"]
    covariance: Float[np.ndarray, "p p"] | None
    pinned: Bool[np.ndarray, " p"]
    converged: bool
    evaluations: int


def generator_of(key: Array | int) -> np.random.Generator:
    """Return a random generator of numpy that is a function of a JAX key or of a seed."""
    if isinstance(key, int):
        return np.random.default_rng(key)
    typed = jax.numpy.issubdtype(key.dtype, jax.dtypes.prng_key)
    data = jax.random.key_data(key) if typed else key
    return np.random.default_rng(np.asarray(data).ravel().tolist())


def scaled_starts(
    model: Model, restarts: int, rng: np.random.Generator
) -> list[Float[np.ndarray, " p"]]:
    """Return starts: jumps over holding time, shrunk to a common rate, and random ones about it.

    Where the rate of misreports is unknown, starts differ in how many changes they blame on it.
    """
    rates = smoothed_rates(model.sojourn, model.allowed)
    noisy = len(model.misreports[0]) > 0
    starts = [model.pack(rates, 0.01)]
    if noisy:
        starts.append(model.pack(0.3 * rates, 0.1))
    low, high = model.bounds
    for _ in range(restarts - len(starts)):
        flip = float(np.exp(rng.uniform(np.log(0.003), np.log(0.2))))
        theta = model.pack(rates * rng.uniform(0.3, 1.0), flip)
        theta[model.parts[0]] += rng.normal(0.0, 0.7, len(model.links[0]))
        starts.append(np.clip(theta, low, high))
    return starts


def maximum_likelihood(
    model: Model,
    *,
    starts: Sequence[Float[np.ndarray, " p"]] | None = None,
    restarts: int = 3,
    key: Array | int = 0,
) -> Estimate:
    """Return the parameters under which the observations are most probable.

    The initial law, where it is free, is smoothed by 1/n observations of each state.

    Parameters
    ----------
    model : the likelihood.
    starts : thetas to start from (see `Model.pack`); None: scaled ones from the data.
    restarts : how many starts to make where none is given.
    key : of random starts.
    """
    rng = generator_of(key)
    many = len(model.visits.times) > MANY and model.visits.paths > SOME
    if starts is None and many and model.noise.kind != "clean":
        start = _start_from_some(model, restarts, rng)
        objective = smoothed_likelihood(model)
        return _estimate(objective, near_maximum(objective, start))
    given = scaled_starts(model, restarts, rng) if starts is None else list(starts)
    objective = smoothed_likelihood(model)
    return _estimate(objective, maximum(objective, given))


def maximum_posterior(
    model: Model, log_prior: LogPrior, start: Estimate | Float[np.ndarray, " p"]
) -> Estimate:
    """Return the most probable parameters theta.

    Parameters
    ----------
    model : the likelihood.
    log_prior : log density of the log rates in units of 1/tau, [n, n], on the allowed links
        [n, n], differentiable by JAX: log_prior(log_rates, allowed), compiled once a function.
        Misreports and initial law are uniform on their simplices.
    start : where to start from.
    """
    theta = start.theta if isinstance(start, Estimate) else np.asarray(start, float)
    objective = log_posterior(model, log_prior)
    return _estimate(objective, maximum(objective, [theta]))


def _start_from_some(
    model: Model, restarts: int, rng: np.random.Generator
) -> Float[np.ndarray, " p"]:
    """Return the estimate from SOME of the subjects, with rates of half a jump or more."""
    chosen = np.sort(rng.choice(model.visits.paths, SOME, replace=False))
    few = build(
        _subset(model.visits, chosen),
        model.allowed,
        noise=model.noise,
        initial=model.law,
        certain=np.asarray(model.setting.certain),
    )
    found = maximum_likelihood(few, starts=scaled_starts(few, restarts, rng))
    theta = model.pack(np.maximum(found.rates, 0.5 / model.sojourn.held[:, None]))
    theta[model.parts[1]] = found.theta[few.parts[1]]
    theta[model.parts[2]] = found.theta[few.parts[2]]
    return theta


def _subset(visits: Visits, subjects: Int[np.ndarray, " k"]) -> Visits:
    lengths = visits.lengths[subjects]
    rows = np.concatenate([np.arange(*visits.starts[k : k + 2]) for k in subjects])
    return Visits(
        visits.times[rows],
        visits.labels[rows],
        np.concatenate([[0], np.cumsum(lengths)]),
        visits.states,
        exact=None if visits.exact is None else visits.exact[rows],
    )


def _estimate(objective: Objective, found: Maximum) -> Estimate:
    model = objective.model
    theta = found.theta
    rates, misclassification, initial = model.unpack(theta)
    low, _ = model.bounds
    part = model.parts[0]
    zero = np.zeros_like(model.allowed)
    zero[model.links] = theta[part] <= low[part] + 1e-6
    return Estimate(
        generator(np.where(zero, 0.0, rates)),
        misclassification,
        initial,
        model.log_likelihood(theta),
        theta,
        found.covariance,
        found.pinned,
        found.converged,
        objective.evaluations,
    )
