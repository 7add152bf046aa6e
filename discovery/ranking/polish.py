"""Constants made as simple as the data allow: whole numbers, and constants that are equal.

A change is kept where it lowers the score after a refit: the misfit it costs is then less than what
the constant was worth. Where units are given, a constant that has one is not rounded, and only
constants of the same unit are made equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import sympy

from discovery.ranking.law import Law, renumbered
from discovery.ranking.refit import refit
from discovery.ranking.score import score
from discovery.ranking.search import Ranked
from discovery.ranking.target import Fit, Target
from discovery.units import of_constants

NEAR = 0.05
"""largest distance to a whole number that is rounded away"""


def polish(target: Target, entry: Ranked, *, rtol: float, rounds: int = 6) -> Ranked:
    """Return the law with the best-scoring simpler constants, refitted."""
    for _ in range(rounds):
        trials = []
        for law in simpler(entry.fit, of_constants(target.problem, entry.fit.law)):
            fit = refit(
                target, law, starts=entry.fit.starts, free=entry.fit.free, iterations=12, rtol=rtol
            )
            if fit is not None:
                trials.append(Ranked(fit, score(target, fit)))
        best = min(trials, key=lambda r: r.score, default=None)
        if best is None or best.score >= entry.score - 1e-9:
            break
        entry = best
    return entry


def simpler(fit: Fit, units: Mapping[str, str] | None = None) -> Iterator[Law]:
    """Give the laws with one constant rounded, or two of one term made equal or opposite.

    Parameters
    ----------
    units : of the constants, c0_ -> "1/day", where known; "1" for a pure number.
    """
    given = units or {}
    law, spread = fit.law, np.sqrt(np.maximum(np.diag(fit.covariance), 0.0))
    numbers = dict(zip(law.symbols, law.values, strict=True))
    for i, (name, value) in enumerate(numbers.items()):
        if given.get(name.name, "1") != "1":
            continue
        whole = round(value)
        if whole and abs(value - whole) <= NEAR and abs(value - whole) <= 4 * spread[i] + 1e-6:
            yield _replaced(law, numbers, name, sympy.Integer(whole))
    pairs = list(numbers.items())
    home = [
        next(m for m in range(len(law.terms)) if i in law.constants_of(m)) for i in range(law.count)
    ]
    for i, (first, a) in enumerate(pairs):
        for j, (second, b) in enumerate(pairs[i + 1 :], i + 1):
            if home[i] != home[j] or given.get(first.name) != given.get(second.name):
                continue
            reach = 3 * np.hypot(spread[i], spread[j]) + 1e-6 * abs(a)
            for sign in (1, -1):
                if abs(a - sign * b) <= min(reach, 0.1 * abs(a)):
                    yield _replaced(law, numbers, second, sign * first)


def _replaced(
    law: Law, numbers: dict[sympy.Symbol, float], name: sympy.Symbol, by: sympy.Expr
) -> Law:
    terms = tuple(term.subs(name, by) for term in law.terms)
    return renumbered(terms, {k: v for k, v in numbers.items() if k != name})
