"""Constants of a law fitted through the differential equation to the raw data.

Levenberg-Marquardt on the weighted misfit; the Jacobian comes from neighbouring parameter sets
integrated in one batch with the base set. What is fitted: the law's constants, the free
parameters of the known part, and the initial state of every experiment.
"""

from __future__ import annotations

import numpy as np

from discovery.ranking.law import Law
from discovery.ranking.model import Model
from discovery.ranking.simulate import Budget
from discovery.ranking.target import Fit, Target


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
