"""What laws are fitted to, and what a fitted law is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from discovery.ranking.dynamics import Rates, rates
from discovery.ranking.law import Law
from discovery.ranking.space import Space
from sciml.hidden import HiddenTermProblem
from sciml.records import Experiment, Records


@dataclass(frozen=True, eq=False)
class Target:
    """What laws are fitted to: the data, with weights and a start for what is not known.

    Attributes
    ----------
    problem, records : the equation and the measurements.
    sigma : standard deviation of each state's measurements, [s] (of its logarithm where the state
        is positive); used where the data bring none of their own.
    spaces : where the unknowns of each experiment live.
    starts : parameters of each experiment's initial state, to start from, [q] each.
    asked : whether the user has named the functions that laws may hold.
    """

    problem: HiddenTermProblem
    records: Records
    sigma: Float[np.ndarray, " s"]
    spaces: tuple[Space, ...]
    starts: tuple[Float[np.ndarray, " q"], ...]
    asked: bool = False
    rates: Rates = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rates", rates(self.problem))

    @property
    def positive(self) -> np.ndarray:
        """Which states are compared by their logarithms."""
        return np.array([s in self.problem.positive for s in self.problem.states])

    def bound(self) -> float:
        """A size that no solution worth having reaches."""
        return 1e3 * max(float(np.nanmax(np.abs(e.values))) for e in self.records.experiments)

    def deviations(self, experiment: Experiment) -> Float[np.ndarray, "n s"]:
        """Standard deviation of every value, in the scale in which it is compared."""
        if experiment.noise is None:
            return np.broadcast_to(self.sigma, experiment.values.shape)
        with np.errstate(invalid="ignore", divide="ignore"):
            relative = experiment.noise / np.abs(experiment.values)
        return np.where(self.positive, relative, experiment.noise)

    def compared(self, values: Float[np.ndarray, "... s"]) -> Float[np.ndarray, "... s"]:
        """Values in the scale in which they are compared: logarithms of positive states."""
        if not self.positive.any():
            return values
        with np.errstate(invalid="ignore", divide="ignore"):
            logs = np.log(np.maximum(values, 1e-300))
        return np.where(self.positive, logs, values)


@dataclass(frozen=True, eq=False)
class Fit:
    """A law fitted to the raw data.

    Attributes
    ----------
    law : with its best constants.
    free : values of the problem's free parameters.
    starts : parameters of the initial states, [q] an experiment.
    rss : weighted sum of squares of each state, Σ (residual / sd)², [s].
    counts : number of observed values of each state.
    jacobian : of the weighted residuals in (constants, free parameters, initial states) [N, p].
    residuals : weighted, [N].
    settled : whether the fit has converged.
    """

    law: Law
    free: tuple[float, ...]
    starts: tuple[Float[np.ndarray, " q"], ...]
    rss: Float[np.ndarray, " s"]
    counts: Float[np.ndarray, " s"]
    jacobian: Float[np.ndarray, "N p"]
    residuals: Float[np.ndarray, " N"]
    settled: bool = False

    @property
    def chi2(self) -> float:
        """Σ (residual / sd)² over all data."""
        return float(np.sum(self.rss))

    @property
    def parameters(self) -> int:
        """Number of fitted constants and free parameters (initial states are not counted)."""
        return self.law.count + len(self.free)

    @property
    def covariance(self) -> Float[np.ndarray, "p p"]:
        """Covariance of all parameters by Gauss-Newton, for unit weights (JᵀJ)⁻¹."""
        return inverse_gram(self.jacobian)


def inverse_gram(jacobian: Float[np.ndarray, "N p"]) -> Float[np.ndarray, "p p"]:
    """Return (JᵀJ)⁻¹, by columns of unit length; directions that J does not see are left out."""
    scale = np.sqrt(np.sum(jacobian**2, axis=0))
    scale = np.where(scale > 0, scale, 1.0)
    gram = (jacobian / scale).T @ (jacobian / scale)
    return np.linalg.pinv(gram, rcond=1e-13, hermitian=True) / np.outer(scale, scale)
