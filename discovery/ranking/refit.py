"""Constants of a law fitted through the differential equation to the raw data.

Levenberg-Marquardt on the weighted misfit; the Jacobian comes from neighbouring parameter sets
integrated in one batch with the base set. What is fitted: the law's constants, the free
parameters of the known part, and the initial state of every experiment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float

from discovery.ranking.dynamics import Rates, Terms, Whole, rates, terms, whole
from discovery.ranking.law import Law
from discovery.ranking.simulate import Budget, solve
from discovery.ranking.space import Space
from sciml.hidden import HiddenTermProblem
from sciml.records import Experiment, Records

STEP = 1e-6
"""relative difference between neighbouring parameter sets"""


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


class Model:
    """The residuals of one law as a function of its parameters, in batches."""

    def __init__(
        self, target: Target, law: Law, *, rtol: float = 1e-7, budget: Budget | None = None
    ) -> None:
        self.target, self.law, self.rtol = target, law, rtol
        self.budget = budget or Budget()
        self.problem = target.problem
        self.whole: Whole = whole(target.rates, law)
        self.bound = target.bound()
        self.states = len(self.problem.states)

    @cached_property
    def terms(self) -> Terms:
        """The hidden terms alone."""
        return terms(self.problem, self.law)

    def pack(self, constants: Any, free: Any, starts: Any) -> Float[np.ndarray, " p"]:
        """Return the parameter vector: constants, free parameters, initial states."""
        parts = [np.asarray(part, float) for part in (constants, free, *starts)]
        return np.concatenate(parts)

    def unpack(
        self, p: Float[np.ndarray, "b p"]
    ) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
        """Return constants [b, k], free parameters [b, f], initial parameters [b, q] each."""
        sizes = [self.law.count, len(self.problem.free)]
        sizes += [space.initial for space in self.target.spaces]
        constants, free, *initial = np.split(p, np.cumsum(sizes)[:-1], axis=1)
        return constants, free, initial

    def rate(
        self, p: Float[np.ndarray, "b p"], experiment: int
    ) -> Callable[[Any, Float[np.ndarray, "b n"]], Float[np.ndarray, "b n"]]:
        """Return the time derivative of an experiment's unknowns: (t, [b, n]) -> [b, n]."""
        constants, free, _ = self.unpack(p)
        params = self.params(experiment, free)
        space = self.target.spaces[experiment]

        def slope(t: Any, y: np.ndarray) -> np.ndarray:
            quantities = params | space.quantities(t, y)
            return space.gather(self.whole(quantities, constants), t, y)

        return slope

    def params(self, experiment: int, free: Float[np.ndarray, "b f"]) -> dict[str, Any]:
        """Return the parameters of one experiment, the free ones [b, 1]."""
        own = self.target.records.experiments[experiment].params
        params: dict[str, Any] = {**self.problem.params, **own}
        for i, name in enumerate(self.problem.free):
            params[name] = free[:, i : i + 1]
        return params

    def trajectory(
        self, p: Float[np.ndarray, "b p"], experiment: int, times: Float[np.ndarray, " m"]
    ) -> Float[np.ndarray, "m b n"] | None:
        """Return the unknowns at ascending times, the first being where the experiment begins."""
        space = self.target.spaces[experiment]
        start = space.start(self.unpack(p)[2][experiment])
        bound = self.bound
        return solve(
            self.rate(p, experiment),
            start,
            times,
            bound=bound,
            band=space.band,
            rtol=self.rtol,
            atol=1e-6 * self.rtol * bound,
            budget=self.budget,
        )

    def residuals(self, p: Float[np.ndarray, "b p"]) -> Float[np.ndarray, "b N"] | None:
        """Return the weighted residuals of all observed values, or None where it blows up."""
        paths = self._together(p) if len(self.target.spaces) > 1 else None
        parts = []
        for i, experiment in enumerate(self.target.records.experiments):
            space = self.target.spaces[i]
            found = self.trajectory(p, i, space.times) if paths is None else paths[i]
            if found is None:
                return None
            at = self.target.compared(space.observe(found))  # [r, b, s]
            data = self.target.compared(experiment.values)
            with np.errstate(invalid="ignore"):
                r = (at - data[:, None]) / self.target.deviations(experiment)[:, None]
            parts.append(np.moveaxis(r, 0, 1)[:, experiment.observed])
        return np.concatenate(parts, axis=1)

    def _together(
        self, p: Float[np.ndarray, "b p"]
    ) -> list[Float[np.ndarray, "m b n"] | None] | None:
        """The paths of all experiments solved as one system, each in units of its own duration.

        None where the experiments are fields, or one has no duration.
        """
        spaces = self.target.spaces
        spans = np.array([s.times[-1] - s.times[0] for s in spaces])
        if self.problem.space or np.any(spans <= 0):
            return None
        constants, free, initial = self.unpack(p)
        many, sets = len(spaces), len(p)
        start = np.concatenate([s.start(a) for s, a in zip(spaces, initial, strict=True)])
        begin = np.repeat([s.times[0] for s in spaces], sets)[:, None]
        span = np.repeat(spans, sets)[:, None]
        own = [self.params(i, free) for i in range(many)]
        params = {
            name: np.concatenate([np.broadcast_to(o[name], (sets, 1)) for o in own])
            for name in own[0]
        }
        every = np.tile(constants, (many, 1))

        def rate(tau: float, y: np.ndarray) -> np.ndarray:
            t = begin + tau * span
            quantities = params | spaces[0].quantities(t, y)
            return span * spaces[0].gather(self.whole(quantities, every), t, y)

        parts = [(s.times - s.times[0]) / d for s, d in zip(spaces, spans, strict=True)]
        union = np.unique(np.round(np.concatenate(parts), 12))
        found = solve(
            rate,
            start,
            union,
            bound=self.bound,
            band=spaces[0].band,
            rtol=self.rtol,
            atol=1e-6 * self.rtol * self.bound,
            budget=self.budget,
        )
        if found is None:
            return [None] * many
        return [
            found[np.searchsorted(union, np.round(part, 12)), i * sets : (i + 1) * sets]
            for i, part in enumerate(parts)
        ]

    def owner(self) -> np.ndarray:
        """Return the state that each residual belongs to, [N]."""
        return self.target.records.owners

    def linearised(self, p: Float[np.ndarray, " p"]) -> tuple[np.ndarray, np.ndarray] | None:
        """Return residuals [N] and their Jacobian [N, p] by differences."""
        least = 1e-4 * max(float(np.median(np.abs(p))), 1e-8)
        steps = STEP * np.maximum(np.abs(p), least)
        batch = np.concatenate([p[None], p[None] + np.diag(steps)])
        r = self.residuals(batch)
        if r is None or not np.all(np.isfinite(r)):
            return None
        return r[0], (r[1:] - r[0]).T / steps


def refit(
    target: Target,
    law: Law,
    *,
    free: tuple[float, ...] | None = None,
    starts: tuple[np.ndarray, ...] | None = None,
    iterations: int = 25,
    rtol: float = 1e-7,
    tolerance: float = 1e-4,
    budget: Budget | None = None,
) -> Fit | None:
    """Return a law fitted to the raw data from its present constants on, or None if it cannot be.

    Parameters
    ----------
    free, starts : first values of free parameters and initial states; None for the target's.
    iterations : largest number of Levenberg-Marquardt steps.
    rtol : relative tolerance of the integration.
    tolerance : a relative decrease of χ² below this ends the fit.
    budget : of evaluations of the rates.
    """
    model = Model(target, law, rtol=rtol, budget=budget)
    first = tuple(target.problem.params[n] for n in target.problem.free)
    p = model.pack(
        law.values, first if free is None else free, target.starts if starts is None else starts
    )
    point = model.linearised(p)
    if point is None:
        return None
    damping, settled = 1e-3, False
    for _ in range(iterations):
        r, jacobian = point
        chi2 = float(r @ r)
        step = _step(model, p, r, jacobian, damping)
        if step is None:
            settled = True
            break
        p, damping, better = step
        point_next = model.linearised(p)
        if point_next is None:
            break
        point = point_next
        fall = (chi2 - better) / max(chi2, 1e-300)
        if fall < tolerance:
            settled = True
            break
    return _fit(model, p, *point, settled)


def _step(
    model: Model, p: np.ndarray, r: np.ndarray, jacobian: np.ndarray, damping: float
) -> tuple[np.ndarray, float, float] | None:
    """The best of a fan of damped steps: (parameters, its damping, its χ²); None if none helps."""
    scale = np.sqrt(np.sum(jacobian**2, axis=0))
    scale = np.where(scale > 0, scale, 1.0)
    scaled = jacobian / scale
    left, singular, right = np.linalg.svd(scaled, full_matrices=False)
    projected = left.T @ r
    chi2 = float(r @ r)
    for _ in range(3):
        fan = damping * np.array([1e-6, 1e-3, 1e-1, 1.0, 10.0])
        shrink = singular / (singular**2 + fan[:, None] * max(singular[0] ** 2, 1e-300))
        steps = -(shrink * projected) @ right / scale
        trial = model.residuals(p + steps)
        if trial is not None:
            found = np.where(np.all(np.isfinite(trial), axis=1), np.sum(trial**2, axis=1), np.inf)
            best = int(np.argmin(found))
            if found[best] < chi2:
                return p + steps[best], float(np.clip(fan[best], 1e-9, 1e3)), float(found[best])
        damping *= 1e2
    return None


def _fit(model: Model, p: np.ndarray, r: np.ndarray, jacobian: np.ndarray, settled: bool) -> Fit:
    constants, free, initial = model.unpack(p[None])
    owner = model.owner()
    rss = np.array([np.sum(r[owner == s] ** 2) for s in range(model.states)])
    counts = np.array([np.sum(owner == s) for s in range(model.states)], float)
    return Fit(
        model.law.with_values(constants[0]),
        tuple(float(v) for v in free[0]),
        tuple(y[0] for y in initial),
        rss,
        counts,
        jacobian,
        r,
        settled,
    )
