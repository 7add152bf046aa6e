"""Parametric bootstrap of a finished search: how often another set of data elects the same law.

Noise is drawn anew on the best law's solution, and the laws of the short list are refitted to every
replicate (Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapters 6 and 13).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from discovery.candidates.symbolic import law
from discovery.predict import law_of
from discovery.ranking.law import Law
from discovery.ranking.model import Model
from discovery.ranking.refit import refit
from discovery.ranking.score import score
from discovery.ranking.space import Ordinary
from discovery.ranking.target import Fit, Target
from discovery.uncertainty import LEVEL, constants
from sciml import formula
from sciml.errors import BadConfig, BadData
from sciml.hidden import HiddenTermProblem

if TYPE_CHECKING:
    import pandas

LAWS = 5
"""laws of the short list that stand for election"""


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """How a short list and its best law's constants fare on replicates of the data.

    Attributes
    ----------
    votes : one row a law, in the order of the short list: hidden terms, share of the replicates
        that it wins.
    intervals : the best law's constants: term, name, where each stands, value, sd, 95 % interval
        of the replicates (percentiles).
    count, failed : replicates that were counted, and those to which no law could be refitted.
    """

    votes: pandas.DataFrame
    intervals: pandas.DataFrame
    count: int
    failed: int


def bootstrap(
    target: Target, laws: Sequence[Law], *, free: Any = None, count: int = 40, seed: int = 0
) -> Bootstrap:
    """Return the votes for the laws, the best one first, and intervals of its constants.

    Parameters
    ----------
    target : the data and their noise, with initial states to start from.
    laws : the short list with its constants; of more than five the first five.
    free : first values of the problem's free parameters; None for the problem's own.
    count : number of replicates.
    seed : of the noise; same seed, same result.

    Raises
    ------
    BadConfig : a partial differential equation, or fewer than two replicates.
    BadData : the best law cannot be refitted to the data.
    """
    import pandas

    _check(target.problem, count)
    fits = [refit(target, one, free=free, rtol=1e-9, tolerance=1e-8) for one in laws[:LAWS]]
    best = fits[0] if fits else None
    if best is None:
        raise BadData("the best law cannot be refitted to the data.", "search again")
    listed = [f for f in fits if f is not None]
    wins = np.zeros(len(listed))
    draws = []
    for again in replicates(target, best, count, seed):
        tried = [refit(again, f.law, free=f.free, starts=f.starts, tolerance=1e-6) for f in listed]
        scores = [np.inf if f is None else score(again, f) for f in tried]
        if np.isfinite(min(scores)):
            wins[int(np.argmin(scores))] += 1
        if tried[0] is not None:
            draws.append(tried[0].law.values)
    counted = int(wins.sum())
    names = [h.name for h in target.problem.hidden]
    rows = [
        {
            **dict(zip(names, map(str, _rounded(f)), strict=True)),
            "votes": float(w / max(counted, 1)),
        }
        for f, w in zip(listed, wins, strict=True)
    ]
    return Bootstrap(
        pandas.DataFrame(rows),
        pandas.DataFrame(_intervals(target, best, np.array(draws))),
        counted,
        count - counted,
    )


def replicates(target: Target, fit: Fit, count: int, seed: int) -> Iterator[Target]:
    """Give targets whose data are a law's fitted solution with noise drawn anew.

    The noise is the given one; where none was given, that of each state's residuals, with the
    degrees of freedom that the fit has left. What was not observed stays so.
    """
    rng = np.random.default_rng(seed)
    model = Model(target, fit.law, rtol=1e-9)
    p = model.pack(fit.law.values, fit.free, fit.starts)[None]
    used = fit.jacobian.shape[1] * fit.counts / max(float(np.sum(fit.counts)), 1.0)
    size = np.sqrt(fit.rss / np.maximum(fit.counts - used, 1.0))
    size = np.ones_like(size) if target.records.has_noise else size
    clean = []
    for i, space in enumerate(target.spaces):
        path = model.trajectory(p, i, space.times)
        if path is None:
            raise BadData("the best law's solution ends before the data do.", "search again")
        clean.append(space.observe(path)[:, 0])
    for _ in range(count):
        made = []
        for values, experiment in zip(clean, target.records.experiments, strict=True):
            drawn = size * target.deviations(experiment) * rng.standard_normal(values.shape)
            noisy = np.where(target.positive, values * np.exp(drawn), values + drawn)
            noisy = np.where(experiment.observed, noisy, np.nan)
            made.append(replace(experiment, values=noisy))
        yield replace(
            target, records=replace(target.records, experiments=tuple(made)), starts=fit.starts
        )


def target_of(
    problem: HiddenTermProblem, value: Mapping[str, Any], params: Any, *, asked: bool = False
) -> Target:
    """Return what the laws of a finished search were fitted to.

    Raises
    ------
    BadConfig : the equation is a partial one.
    BadData : the problem has no data.
    """
    _check(problem)
    if problem.data is None:
        raise BadData(f"'{problem.name}' has no data.", "keep the data with the search")
    spaces = tuple(
        Ordinary(problem, experiment, float(begin))
        for experiment, begin in zip(problem.data.experiments, params["begins"], strict=True)
    )
    starts = tuple(
        space.parameters(np.asarray(start, float).ravel())
        for space, start in zip(spaces, params["starts"], strict=True)
    )
    sigma = np.array([float(value["noise"][s]) for s in problem.states])
    return Target(problem, problem.data, sigma, spaces, starts, asked)


def laws_of(problem: HiddenTermProblem, value: Mapping[str, Any], params: Any) -> list[Law]:
    """Return the laws of a finished search's short list, each form once, best first."""
    found = {(best := law_of(problem, params)).skeleton: best}
    for entry in value["shortlist"][1:]:
        written = law(
            [formula.parse(entry["expressions"][h.name], h.inputs) for h in problem.hidden]
        )
        found.setdefault(written.skeleton, written)
    return list(found.values())


def _check(problem: HiddenTermProblem, count: int = 2) -> None:
    if problem.space:
        raise BadConfig(
            "the bootstrap serves ordinary differential equations.",
            "use the intervals of .table, or search again with other seeds of the data",
        )
    if count < 2:
        raise BadConfig(f"count is {count}.", "give at least 2 replicates, better 40")


def _rounded(fit: Fit) -> Iterator[Any]:
    """A law's formulas as people read them."""
    return (e.evalf(6) for e in fit.law.expressions)


def _intervals(
    target: Target, fit: Fit, draws: Float[np.ndarray, "r k"]
) -> Iterator[dict[str, Any]]:
    """The constants' rows with sd and percentiles of the replicates."""
    tails = [50 * (1 - LEVEL), 50 * (1 + LEVEL)]
    for entry in constants(target, fit):
        column = draws[:, int(entry["name"][1:])] if len(draws) else np.full(2, np.nan)
        lower, upper = np.percentile(column, tails)
        yield entry | {
            "sd": float(np.std(column, ddof=1)),
            "lower": float(lower),
            "upper": float(upper),
        }
