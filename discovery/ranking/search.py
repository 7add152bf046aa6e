"""The search for laws: propose to first order, refit to the raw data, prune, and again.

Each round linearises the equation about the best law so far, so that what is proposed next
answers to what that law leaves unexplained.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import numpy as np
import sympy

from discovery.candidates.library import Entry
from discovery.ranking.law import Law, renumbered
from discovery.ranking.propose import propose
from discovery.ranking.reference import Reference, of_law
from discovery.ranking.refit import refit
from discovery.ranking.score import MARGIN, score
from discovery.ranking.simulate import Budget
from discovery.ranking.target import Fit, Target

Report = Callable[[str, float], None]
"""(what is being done, part of it done) -> None"""


Heat = Mapping[str, Any]

EXTRA_HEATS = 3
"""how often laws of the short list that have not settled go on beyond the last heat"""


@dataclass(frozen=True)
class Effort:
    """How much is tried.

    Attributes
    ----------
    first, later : laws refitted in the first round, and in each later one.
    rounds : largest number of rounds; they end when the best law stays the best.
    parents : laws that are pruned, and number of those that are mixed.
    heats : how far laws are refitted, how many of the best go on to each heat, and how many of
        those with one constant, with two, and so on.
    """

    first: int = 40
    later: int = 24
    rounds: int = 4
    parents: tuple[int, int] = (12, 5)
    heats: tuple[Heat, ...] = (
        {"iterations": 3, "rtol": 1e-6, "tolerance": 1e-12},
        {"iterations": 4, "rtol": 1e-6, "tolerance": 1e-3, "keep": 20, "short": 5},
        {"iterations": 20, "rtol": 1e-7, "tolerance": 1e-4, "keep": 8, "short": 2},
    )


FIELDS = Effort(
    first=18,
    later=8,
    rounds=3,
    parents=(5, 3),
    heats=(
        {"iterations": 2, "rtol": 1e-4, "tolerance": 1e-12},
        {"iterations": 3, "rtol": 1e-4, "tolerance": 1e-3, "keep": 8, "short": 2},
        {"iterations": 8, "rtol": 1e-5, "tolerance": 1e-3, "keep": 5, "short": 1},
    ),
)
"""the effort for partial differential equations, where a refit costs a hundred times more"""


@dataclass(frozen=True)
class Ranked:
    """A fitted law and its score."""

    fit: Fit
    score: float


@dataclass
class Pool:
    """All laws refitted so far, the best of each form."""

    target: Target
    effort: Effort
    found: dict[tuple[str, ...], Ranked | None] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)

    @property
    def ranked(self) -> list[Ranked]:
        """The laws that could be fitted, best first."""
        return sorted((r for r in self.found.values() if r is not None), key=lambda r: r.score)

    def add(self, laws: Iterable[Law]) -> bool:
        """Refit the laws of new forms; whether the best law has changed."""
        before = self.ranked[0].score if self.ranked else np.inf
        starts = self.ranked[0].fit.starts if self.ranked else None
        free = self.ranked[0].fit.free if self.ranked else None
        heats = self.effort.heats
        for law in laws:
            if law.skeleton not in self.found:
                self.found[law.skeleton] = None
                self._take(self._refit(law, starts, free, heats[0]))
        for heat in heats[1:]:
            self._go_on(heat)
        for _ in range(EXTRA_HEATS):
            if all(r.fit.settled for r in shortlist(self)):
                break
            self._go_on({**heats[-1], "keep": min(len(shortlist(self)), heats[-1]["keep"])})
        return bool(self.ranked) and self.ranked[0].score < before - 1e-6

    def _go_on(self, heat: Mapping[str, Any]) -> None:
        """Refit further the best laws that have not settled."""
        rest = {k: v for k, v in heat.items() if k not in ("keep", "short")}
        for entry in self._going_on(heat["keep"], heat["short"]):
            fit = entry.fit
            if not fit.settled:
                self._take(self._refit(fit.law, fit.starts, fit.free, rest), fit)

    def _going_on(self, keep: int, short: int) -> list[Ranked]:
        """The best laws, and the best of each number of constants up to four.

        A short law that is not yet fitted to the end may trail behind long ones by far.
        """
        chosen = {id(r): r for r in self.ranked[:keep]}
        for count in range(1, 5):
            few = [r for r in self.ranked if r.fit.law.count == count][:short]
            chosen |= {id(r): r for r in few}
        return list(chosen.values())

    def _refit(self, law: Law, starts: Any, free: Any, heat: Heat) -> Fit | None:
        """A law refitted; once a law leads, no solution may cost many times what its does."""
        return refit(self.target, law, starts=starts, free=free, budget=self.budget, **heat)

    def _take(self, fit: Fit | None, before: Fit | None = None) -> None:
        """Keep a fit; one that could not go on counts as settled."""
        if fit is None and before is not None:
            fit = replace(before, settled=True)
        if fit is not None:
            leads = not self.ranked or score(self.target, fit) < self.ranked[0].score
            self.found[fit.law.skeleton] = Ranked(fit, score(self.target, fit))
            if leads and self.budget.spent < self.budget.limit and fit.law.count:
                self.budget.limit = min(max(500, 8 * self.budget.spent), self.budget.limit)


def run(
    target: Target,
    references: Sequence[Reference],
    dictionary: Sequence[Sequence[Entry]],
    *,
    extra: Sequence[Law] = (),
    effort: Effort | None = None,
    report: Report | None = None,
) -> Pool:
    """Return all laws that were tried, refitted.

    Parameters
    ----------
    references : solutions to start from, one an experiment.
    dictionary : entries of every hidden term.
    extra : further candidates, for example of symbolic regression.
    effort : how much is tried; None for what suits the equation.
    """
    say = report or (lambda _what, _part: None)
    much = effort or (FIELDS if target.problem.space else Effort())
    pool = Pool(target, much)
    prune, mix = much.parents
    nothing = Law(tuple(sympy.Integer(0) for _ in target.problem.hidden), ())
    say("candidates", 0.0)
    pool.add([nothing, *propose(target, references, dictionary, count=much.first), *extra])
    pool.add(mixed(pool.ranked[:mix]))
    for number in range(much.rounds):
        say("laws", (number + 1) / (much.rounds + 1))
        while pool.add(pruned(r.fit.law for r in pool.ranked[:prune])):
            pass
        best = pool.ranked[0]
        near = propose(target, of_law(target, best.fit), dictionary, count=much.later)
        changed = pool.add(near)
        changed |= pool.add(mixed(pool.ranked[:mix]))
        if not changed:
            break
    pool.add(pruned(r.fit.law for r in shortlist(pool)[:prune]))
    return pool


def shortlist(pool: Pool, margin: float = MARGIN) -> list[Ranked]:
    """Return the laws that the data do not exclude, best first."""
    ranked = pool.ranked
    return [r for r in ranked if r.score <= ranked[0].score + margin]


def pruned(laws: Iterable[Law]) -> list[Law]:
    """Return every law that lacks one summand of a given law."""
    found = []
    for law in laws:
        numbers = dict(zip(law.symbols, law.values, strict=True))
        for index, term in enumerate(law.terms):
            summands = sympy.Add.make_args(term)
            if term == 0:
                continue
            for summand in summands:
                rest = sympy.Add(*(s for s in summands if s is not summand))
                terms = (*law.terms[:index], rest, *law.terms[index + 1 :])
                found.append(renumbered(terms, numbers))
    return found


def mixed(ranked: Sequence[Ranked]) -> list[Law]:
    """Return the laws that take each hidden term from one of several laws."""
    if not ranked or len(ranked[0].fit.law.terms) < 2:
        return []
    choices: list[dict[str, tuple[sympy.Expr, dict[sympy.Symbol, float]]]] = []
    for index in range(len(ranked[0].fit.law.terms)):
        options: dict[str, tuple[sympy.Expr, dict[sympy.Symbol, float]]] = {}
        for rank, entry in enumerate(ranked):
            law = entry.fit.law
            fresh = {s: sympy.Symbol(f"m{index}_{rank}_{s.name}", real=True) for s in law.symbols}
            numbers = {fresh[s]: v for s, v in zip(law.symbols, law.values, strict=True)}
            options.setdefault(
                law.skeleton[index],
                (law.terms[index].subs(fresh, simultaneous=True), numbers),
            )
        choices.append(options)
    found = []
    for combination in product(*(c.values() for c in choices)):
        numbers = {k: v for _, part in combination for k, v in part.items()}
        found.append(renumbered(tuple(term for term, _ in combination), numbers))
    return found[:64]
