"""What equally spaced points cannot tell: waves that agree at all of them, and a band over all.

At points h apart the frequencies ν and 2jf ± ν, f = 1/(2h) Nyquist's, give the same values. A
source known only there fits each of them equally well, and no evidence decides: that of the best
fit says nothing of the others. The prior gives the same odds to a component as it is, to its lowest
alias, to all higher ones together (among which they fall with the frequency as those of a prior
that knows no scale do, density 1/ν), and to a component of which a part is an alias. With a quarter
each, none of them is far outside the band.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from gp_solver.features import Features
from gp_solver.sparse.collocation import Collocation, Linearised
from gp_solver.sparse.recentre import Fitted, fitted

VISIBLE = 1e-3
"""share of the solution or of its source from which a component's aliases matter"""
COINCIDENT = 8.0
"""size of a source, relative to the change that rounding makes, up to which it is zero"""
PRECISE = 1e-12
"""variance, relative to the data, from which an alias may be noise that is not in the data"""
STEPS = 4
"""linearisations for each combination of aliases of a nonlinear equation"""


@dataclass(frozen=True)
class Family:
    """Components whose bands meet, so that the points see them as one, and where it may lie.

    Attributes
    ----------
    blocks : of the features; 0 is that of the polynomials.
    folds : (j, ±1) of every alias 2jf ± ν within the prior.
    odds : of the components as they are, of each alias, then of a part of them being each alias.
    """

    blocks: tuple[int, ...]
    folds: tuple[tuple[int, int], ...]
    odds: tuple[float, ...]


def nyquist(problem: Collocation) -> float:
    """Return the highest frequency that the points tell from all lower ones, in cycles per unit."""
    return 0.5 / float(problem.points[1] - problem.points[0])


def folds(frequency: float, limit: float, highest: float) -> list[tuple[int, int]]:
    """Return (j, ±1) for which 2j·limit ± frequency is a higher frequency up to `highest`."""
    count = math.ceil(highest / (2 * limit)) + 1
    signs = (-1, 1) if 0 < frequency < limit else (-1,)
    tried = [(j, s) for j in range(1, count) for s in signs]
    return [(j, s) for j, s in tried if frequency < 2 * j * limit + s * frequency <= highest]


def ambiguous(problem: Collocation, fit: Fitted, highest: float) -> list[Family]:
    """Return the families of visible components which have aliases up to `highest`."""
    limit = nyquist(problem)
    sizes, sources = fit.amplitudes, _sources(fit)
    share = np.maximum(sources / (np.max(sources) or 1.0), sizes / (np.max(sizes) or 1.0))
    share[0] = sources[0] / (np.max(sources) or 1.0)  # the conditions are not aliased
    found = []
    for blocks in _clusters(fit.features, np.flatnonzero(share > VISIBLE)):
        places = np.array([_frequency(fit.features, q) for q in blocks])
        middle = float(places @ share[blocks] / np.sum(share[blocks]))
        others = folds(min(middle, limit), limit, highest)
        if others:
            places = np.array([2 * j * limit + s * middle for j, s in others])
            found.append(Family(tuple(blocks), tuple(others), _odds(places)))
    return found


def hidden(problem: Collocation, near: Linearised) -> float:
    """Return the size of a solution whose source is zero at all points, or 0 if the source is not.

    Such a source is there of the size of its rounding: it changes by as much when the points move
    by one unit in the last place. That change is its slope, hence the size of the slowest wave
    that is zero at all points.
    """
    (name,) = problem.problem.domain.axes
    x = problem.points
    beside = np.nextafter(x, np.mean(x))
    values = problem.equation.source({name: x}, problem.sampled)
    change = np.max(np.abs(problem.equation.source({name: beside}, problem.sampled) - values))
    if not 0 < np.max(np.abs(values)) <= COINCIDENT * change:
        return 0.0
    turns = 2 * math.pi * nyquist(problem)
    leading = [near.slopes[n] for n, o in problem.orders.items() if o == problem.order]
    slope = change / np.spacing(np.max(np.abs(x)))
    return float(slope / turns ** (1 + problem.order) / max(np.mean(np.abs(leading)), 1e-300))


def _odds(places: Float[np.ndarray, " a"]) -> tuple[float, ...]:
    """Of a component as it is, of its aliases at these frequencies, of parts of it being those."""
    higher = 1 / places[1:]
    moved = np.concatenate([[1.0], higher / (higher.sum() or 1.0)])
    odds = np.concatenate([[1.0], moved, moved / moved.sum()])
    return tuple((odds / odds.sum()).tolist())


def example(problem: Collocation, fit: Fitted, families: list[Family]) -> tuple[float, float]:
    """Return the frequency of the largest component that has an alias, and its lowest alias."""
    blocks = [(q, family) for family in families for q in family.blocks]
    q, family = max(blocks, key=lambda pair: fit.amplitudes[pair[0]])
    j, sign = family.folds[0]
    seen = _frequency(fit.features, q)
    return seen, 2 * j * nyquist(problem) + sign * seen


def _frequency(features: Features, block: int) -> float:
    return features.carriers[block - 1] if block else 0.0


def _clusters(features: Features, blocks: Int[np.ndarray, " b"]) -> list[list[int]]:
    """Blocks sorted by frequency, those together whose bands meet."""
    found: list[list[int]] = []
    reach = -math.inf
    for q in sorted(blocks.tolist(), key=lambda q: _frequency(features, q)):
        place = math.pi * features.length * _frequency(features, q)
        degree = _envelope(features, q)
        if place - degree < reach:
            found[-1].append(q)
        else:
            found.append([q])
        reach = max(reach, place + degree)
    return found


def _envelope(features: Features, block: int) -> int:
    return features.envelopes[block - 1] if block else features.degree - features.order


def _sources(fit: Fitted) -> Float[np.ndarray, " q"]:
    """Size of what each block gives to the equations at the points, conditions apart."""
    regression, parts = fit.regression, []
    z = regression.mean / regression.spread
    for block in fit.table.blocks:
        inside = (fit.used >= block.start) & (fit.used < block.stop)
        parts.append(np.linalg.norm(regression.sizes * (regression.rows[:, inside] @ z[inside])))
    return np.array(parts)


def ensemble(
    problem: Collocation,
    fit: Fitted,
    guess: Float[np.ndarray, " g"],
    families: list[Family],
    count: int,
    rng: np.random.Generator,
) -> tuple[Features, Float[np.ndarray, "r s"]]:
    """Return features and coefficients of deviations from a guess, aliases among them.

    The guess is the mean of the fit, none of it an alias; it stays, being the simplest.
    """
    features, places = _joined(fit, families, nyquist(problem))
    table = problem.table(features)
    start = np.zeros(features.count)
    start[: fit.features.count] = guess
    choices = _choices(families, count, rng)
    deviations = np.empty((features.count, count))
    for choice in np.unique(choices, axis=0):
        drawn = np.flatnonzero(np.all(choices == choice, axis=1))
        weights = np.zeros(len(features.blocks))
        weights[: len(fit.weights)] = fit.weights
        for family, taken in zip(families, choice.tolist(), strict=True):
            for q in family.blocks if taken else ():
                part, alias = divmod(taken - 1, len(family.folds))
                weights[q] *= part
                weights[places[q, alias]] = fit.weights[q] * (1.0 if q else 0.5)
        x = start
        for _ in range(1 if problem.linear else STEPS):
            near = problem.linearised(x, table)
            found = fitted(table, near, problem.orders, weights, fit.regression.noise, fit.scale)
            if np.any(choice):  # blocks made for one place fit another less well
                found = replace(found, regression=found.regression.quieted(PRECISE))
            x = found.mean
        deviations[:, drawn] = (x - start)[:, None] + found.draws(len(drawn), rng)
    return features, deviations


def _joined(
    fit: Fitted, families: list[Family], limit: float
) -> tuple[Features, dict[tuple[int, int], int]]:
    """The fit's features with all aliases added: (block, number of the alias) -> its block."""
    features = fit.features
    carriers, envelopes = list(features.carriers), list(features.envelopes)
    places = {}
    for family in families:
        for q in family.blocks:
            for i, (j, sign) in enumerate(family.folds):
                carriers.append(2 * j * limit + sign * _frequency(features, q))
                envelopes.append(_envelope(features, q))
                places[q, i] = len(carriers)
    return replace(features, carriers=tuple(carriers), envelopes=tuple(envelopes)), places


def _choices(
    families: list[Family], count: int, rng: np.random.Generator
) -> Int[np.ndarray, "s a"]:
    """Which of the odds of each family each draw takes (0: no alias), in proportion."""
    levels = (np.arange(count) + 0.5) / count
    columns = [np.searchsorted(np.cumsum(f.odds)[:-1], levels) for f in families]
    return np.stack([rng.permutation(column) for column in columns], axis=1)
