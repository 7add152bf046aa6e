"""The uninformed route: which frequencies a solution has, learned from its equation at points.

The prior is a spectral mixture on a fixed grid of frequencies from zero to `frequency_max`, each a
carrier with a polynomial envelope so wide that together they tile the axis. Nothing is detected:
the weights of the components follow from the exact evidence of the equation at equally spaced
points, under Jeffreys' prior, by a closed-form fixed point (model: arXiv 2311.04465; update: D.
MacKay, Neural Comput. 4, 415 (1992); M. Tipping, J. Mach. Learn. Res. 1, 211 (2001)). What is left
of the mixture is recentred. Where the points cannot tell a component from its aliases, the band
holds them all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from threadpoolctl import threadpool_limits

from gp_solver.features import Features
from gp_solver.field import Basis, Field
from gp_solver.sparse.aliases import ambiguous, ensemble, hidden
from gp_solver.sparse.collocation import Collocation, collocation
from gp_solver.sparse.evidence import select
from gp_solver.sparse.recentre import (
    Fitted,
    fitted,
    recentred,
    reweighted,
    rounded,
    rounding,
    widened,
)
from gp_solver.sparse.verdict import judged
from sciml.errors import BadConfig, BadProblem
from sciml.precision import float64
from sciml.problem import Problem

FLOOR = 1e-12
"""variance of the noise, relative to the data, at which components are selected"""
MARGIN = 8
"""degree of a carrier's envelope beyond what reaches halfway to the next"""
PER_MARGIN = 6
"""points for each degree of that, where there are few"""
OUTER, POLISH = 3, 8
"""linearisations of a nonlinear equation while components are selected, and thereafter"""
ACTIVE = 1e-6
"""share of the solution from which a component counts"""
GOAL, GAIN = 1e-6, 0.1
"""that error beyond which higher frequencies are tried, and the factor that makes them worth it"""
FEWEST, DRAWS = 6, 200
ROUNDING = 2e-15
"""standard deviation, relative to the largest value, that rounding adds"""


@dataclass(frozen=True, eq=False)
class Spectrum:
    """What became of a spectral mixture.

    Attributes
    ----------
    frequencies : of the grid, in cycles per unit [q].
    weights : share of the solution that each component gave when selected (root mean square) [q].
    active : number of components whose share counts.
    carriers : frequencies after recentring, beside the polynomials [c].
    """

    frequencies: Float[np.ndarray, " q"]
    weights: Float[np.ndarray, " q"]
    active: int
    carriers: Float[np.ndarray, " c"]


@dataclass(frozen=True, eq=False)
class ArdSolution:
    """A solution learned from its equation at equally spaced points.

    Attributes
    ----------
    field : posterior mean and draws.
    spectrum : components before and after selection.
    residual : root mean square of the residual at the points, relative to the data.
    left_out : root mean square error of predicting the equation at one point from the others,
        relative to the data.
    resolved : the points determine the solution among all that the prior allows.
    unknowns : number of functions that are combined.
    warnings : sentences a user must read beside the answer.
    """

    field: Field
    spectrum: Spectrum
    residual: float
    left_out: float
    resolved: bool
    unknowns: int
    warnings: tuple[str, ...] = ()


def solve_ard(
    problem: Problem,
    *,
    points: int = 400,
    components: int = 30,
    frequency_max: float = 20.0,
    iterations: int = 60,
    seed: int = 0,
) -> ArdSolution:
    """Return the solution of an equation on a line, its frequencies learned from its source.

    The source is known at the points only; its frequencies are not looked at, nor is `exact`.

    Parameters
    ----------
    points : equally spaced, both ends among them; at least 6.
    components : frequencies of the mixture, from zero.
    frequency_max : the highest, in cycles per unit of the axis. Beyond what the points resolve
        it says which aliases the band has to hold.
    iterations : of the fixed point.
    seed : of the draws.

    Raises
    ------
    BadConfig : a setting out of range.
    BadProblem : not one field on a finite interval; noise, unknown parameters or enrichment;
        a residual that is not finite; conditions that do not fit.
    """
    _check(points, components, frequency_max, iterations)
    with float64(), threadpool_limits(1, user_api="blas"):
        given = collocation(problem, points)
        nyquist = 0.5 / float(given.points[1] - given.points[0])
        highest, raised = float(frequency_max), False
        grid, fit = _selected(given, components, min(highest, nyquist), iterations)
        while fit.regression.missed > GOAL and highest < nyquist:
            more = min(2 * components, points)
            wider = _selected(given, more, min(2 * highest, nyquist), iterations)
            if wider[1].regression.missed > GAIN * fit.regression.missed:
                break
            (grid, fit), components, highest, raised = wider, more, 2 * highest, True
        shares = fit.amplitudes
        fit = _polished(given, fit)
        return _solution(given, fit, grid, shares, highest, raised, seed)


def _check(points: int, components: int, frequency_max: float, iterations: int) -> None:
    if points < FEWEST:
        raise BadConfig(f"points is {points}.", f"give at least {FEWEST}")
    if components < 2:
        raise BadConfig(f"components is {components}.", "give at least 2: zero and one frequency")
    if not (math.isfinite(frequency_max) and frequency_max > 0):
        raise BadConfig(
            f"frequency_max is {frequency_max}.",
            "give the highest frequency to be expected, in cycles per unit of the axis",
        )
    if iterations < 1:
        raise BadConfig(f"iterations is {iterations}.", "give at least 1; 60 is usual")


def _grid(given: Collocation, components: int, highest: float) -> Features:
    """The mixture: carriers from zero to the highest frequency, envelopes that tile the axis."""
    lower, upper = given.ends
    count = min(components, 1 + math.ceil(2 * highest * (upper - lower)))
    frequencies = np.linspace(0.0, highest, max(count, 2))
    turns = 0.5 * math.pi * frequencies[1] * (upper - lower)
    degree = math.ceil(turns + min(MARGIN, max(2, len(given.points) // PER_MARGIN)))
    carriers = tuple(float(f) for f in frequencies[1:])
    return Features(
        lower, upper, given.order, degree + given.order, carriers, (degree,) * len(carriers)
    )


def _selected(
    given: Collocation, components: int, highest: float, iterations: int
) -> tuple[Features, Fitted]:
    """The mixture, and the posterior of those of its components that the evidence keeps."""
    features = _grid(given, components, highest)
    table = given.table(features)
    x = table.start
    for _ in range(1 if given.linear else OUTER):
        near = given.linearised(x, table)
        matrix, right = table.rows(near, given.orders)
        _refuse_open(given, matrix[:, table.blocks[0]])
        scale = float(np.max(np.abs(right))) or 1.0
        weights, noise = select(
            [matrix[:, b] for b in table.blocks], right / scale, iterations=iterations, floor=FLOOR
        )
        fit = fitted(table, near, given.orders, weights, noise, scale)
        x = fit.mean
    return features, fit


def _refuse_open(given: Collocation, polynomials: Float[np.ndarray, "n p"]) -> None:
    """Refuse a linear equation that a polynomial solves which also meets all conditions."""
    sizes = np.linalg.norm(polynomials, axis=0)
    if given.linear and np.min(sizes) <= 1e-12 * np.max(sizes):
        raise BadProblem(
            f"equation and conditions of '{given.problem.name}' leave a constant open.",
            "prescribe the solution itself at one end",
        )


def _polished(given: Collocation, fit: Fitted) -> Fitted:
    """The posterior with carriers recentred; of a nonlinear equation, linearised at its mean."""
    near = given.linearised(fit.mean, fit.table)
    fit = recentred(given, fit, near)
    for _ in range(0 if given.linear else POLISH):
        near = given.linearised(fit.mean, fit.table)
        following = fitted(
            fit.table, near, given.orders, fit.weights, fit.regression.noise, fit.scale
        )
        change = np.linalg.norm(following.mean - fit.mean)
        fit = following
        if change < 1e-14 * np.linalg.norm(fit.mean):
            break
    if given.linear:
        return fit
    floor = rounding(given, fit.features)
    return reweighted(fit, near, given.orders, steps=1, floor=floor)


def _solution(
    given: Collocation,
    fit: Fitted,
    grid: Features,
    shares: Float[np.ndarray, " q"],
    highest: float,
    raised: bool,
    seed: int,
) -> ArdSolution:
    """The answer with its band, from the posterior of the best guess."""
    rng = np.random.default_rng(seed)
    families = ambiguous(given, fit, highest)
    near = given.linearised(fit.mean, fit.table)
    wide = widened(fit, near, given.orders)
    if families:
        features, deviations = ensemble(given, wide, fit.mean, families, DRAWS, rng)
    else:
        features, deviations = fit.features, wide.draws(DRAWS, rng)
    mean = np.zeros(features.count)
    mean[: fit.features.count] = fit.mean
    common = rounded(given, fit, near)
    deviations[: len(common)] += common[:, None] * rng.standard_normal(DRAWS)
    unseen = hidden(given, near)
    field = _field(features, mean, deviations, unseen)
    found = judged(given, fit, field, families, highest=highest, raised=raised, unseen=unseen > 0)
    residual = given.residual(fit.mean, fit.table)
    size = fit.scale * float(np.sqrt(np.mean(fit.regression.right**2))) or 1.0
    return ArdSolution(
        field=field,
        spectrum=Spectrum(
            np.array([0.0, *grid.carriers]),
            shares,
            int(np.sum(shares > ACTIVE * np.max(shares))),
            np.array(fit.features.carriers),
        ),
        residual=float(np.sqrt(np.mean(residual**2))) / size,
        left_out=fit.regression.missed,
        resolved=found.resolved,
        unknowns=fit.features.count,
        warnings=found.warnings,
    )


def _field(
    features: Features,
    mean: Float[np.ndarray, " r"],
    deviations: Float[np.ndarray, "r s"],
    unseen: float,
) -> Field:
    """Mean and draws as the functions that are combined."""
    count = deviations.shape[1]
    basis = Basis(features, np.column_stack([mean, deviations]))
    draws = np.eye(count, 1 + count, 1)[:, None, :]
    x = np.linspace(features.lower, features.upper, 4 * features.resolution)
    floor = max(unseen, ROUNDING * float(np.max(np.abs(features.at(x, 0)[0] @ mean))))
    none = np.zeros((1, 0))
    return Field((basis,), np.eye(1, 1 + count), draws, none, np.zeros((count, 1, 0)), floor)
