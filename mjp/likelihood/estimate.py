"""Estimates: the maximum of the likelihood or of a posterior density, and its curvature."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import jax
import numpy as np
from jaxtyping import Array, Bool, Float
from scipy.optimize import minimize

from mjp.likelihood.model import Model
from mjp.likelihood.objective import Objective, information, log_posterior, smoothed_likelihood
from mjp.likelihood.sojourn import smoothed_rates
from sciml.jumps import generator

GLANCE = 20
"""iterations from each start, before the best goes on"""
PATIENCE = 500
"""most iterations of the climb to the top"""
NEVER = 1e-2
"""expected jumps below which a rate counts as 0"""
FLAT = 1e-5
"""largest expected gain in log-likelihood still to be had at a converged estimate"""

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
    converged : whether no more than FLAT in log-likelihood is to be gained.
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
    """Return starts from jumps over holding time, shrunk to a common rate, and random ones about it.

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
    given = scaled_starts(model, restarts, rng) if starts is None else list(starts)
    return _maximum(model, smoothed_likelihood(model), given, pin=True)


def maximum_posterior(
    model: Model, log_prior: LogPrior, start: Estimate | Float[np.ndarray, " p"]
) -> Estimate:
    """Return the most probable parameters theta.

    Parameters
    ----------
    model : the likelihood.
    log_prior : log density of the log rates in units of 1/tau, [n, n], on the allowed links
        [n, n], differentiable by JAX: log_prior(log_rates, allowed). Misreports and initial law
        are uniform on their simplices.
    start : where to start from.
    """
    theta = start.theta if isinstance(start, Estimate) else np.asarray(start, float)
    return _maximum(model, log_posterior(model, log_prior), [theta], pin=False)


def _climb(
    objective: Objective, model: Model, start: Float[np.ndarray, " p"], iterations: int
) -> tuple[float, Float[np.ndarray, " p"]]:
    """Return value and place after some iterations of L-BFGS-B in variables of unit curvature."""
    scale = np.ones(model.size)
    scale[model.parts[0]] = np.sqrt(model.sojourn.jumps[model.links] + 1.0)
    scale[model.parts[1]] = np.sqrt(1.0 + 0.01 * model.sojourn.jumps.sum())
    low, high = model.bounds

    def downhill(x: Float[np.ndarray, " p"]) -> tuple[float, Float[np.ndarray, " p"]]:
        value, gradient = objective(x / scale)
        return -float(value), -gradient / scale

    found = minimize(
        downhill,
        np.clip(start, low, high) * scale,
        jac=True,
        method="L-BFGS-B",
        bounds=list(zip(low * scale, high * scale, strict=True)),
        options={"maxiter": iterations, "maxcor": 20, "ftol": 1e-13, "gtol": 1e-4},
    )
    return -float(found.fun), found.x / scale


def _maximum(
    model: Model, objective: Objective, starts: list[Float[np.ndarray, " p"]], *, pin: bool
) -> Estimate:
    theta = starts[0]
    if len(starts) > 1:
        theta = max((_climb(objective, model, s, GLANCE) for s in starts), key=lambda f: f[0])[1]
    _, theta = _climb(objective, model, theta, PATIENCE)
    pinned = _pinned(model, theta, pin)
    theta, covariance, gain = _polished(objective, model, theta, pinned)
    rates, misclassification, initial = model.unpack(theta)
    zero = np.zeros_like(model.allowed)
    zero[model.links] = pinned[model.parts[0]] & (theta[model.parts[0]] < 0)
    return Estimate(
        generator(np.where(zero, 0.0, rates)) if pin else rates,
        misclassification,
        initial,
        model.log_likelihood(theta),
        theta,
        covariance,
        pinned,
        gain < FLAT,
        objective.evaluations,
    )


def _pinned(model: Model, theta: Float[np.ndarray, " p"], pin: bool) -> Bool[np.ndarray, " p"]:
    """Return which parameters are at a bound; with `pin`, rates of hardly a jump are as well."""
    low, high = model.bounds
    pinned = (theta <= low + 1e-6) | (theta >= high - 1e-6)
    if pin:
        held = model.sojourn.held[model.links[0]] / model.tau
        pinned[model.parts[0]] |= np.exp(theta[model.parts[0]]) * held < NEVER
    return pinned


def _polished(
    objective: Objective,
    model: Model,
    theta: Float[np.ndarray, " p"],
    pinned: Bool[np.ndarray, " p"],
) -> tuple[Float[np.ndarray, " p"], Float[np.ndarray, "p p"] | None, float]:
    """Return theta after a few Newton steps, its covariance, and what a further step would gain."""
    low, high = model.bounds
    free = np.flatnonzero(~pinned)
    value, gradient = objective(theta)
    found = information(objective, theta, gradient, free)
    try:
        inverse = np.linalg.inv(np.linalg.cholesky(found))
    except np.linalg.LinAlgError:
        return theta, None, float(np.abs(gradient[free]).max(initial=0.0))
    inverse = inverse.T @ inverse
    for _ in range(4):
        step = inverse @ gradient[free]
        if gradient[free] @ step / 2 < FLAT**2:
            break
        trial = theta.copy()
        trial[free] += step
        trial = np.clip(trial, low, high)
        new, slope = objective(trial)
        if not new > value:
            break
        theta, value, gradient = trial, new, slope
    covariance = np.zeros((len(theta), len(theta)))
    covariance[np.ix_(free, free)] = inverse
    return theta, covariance, float(gradient[free] @ inverse @ gradient[free] / 2)
