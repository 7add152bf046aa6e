"""The search for hidden terms as a task: surrogate, candidates, ranking, polishing."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from discovery import units
from discovery.answer import outcome
from discovery.candidates.hall import brought
from discovery.candidates.symbolic import further
from discovery.findings import Findings
from discovery.ranking import begin, smooth
from discovery.ranking.adequate import complaint
from discovery.ranking.law import Law
from discovery.ranking.polish import polish
from discovery.ranking.refit import refit
from discovery.ranking.score import RESOLUTION, score
from discovery.ranking.search import Pool, Ranked, pruned, run, shortlist
from discovery.ranking.target import Target
from discovery.settings import Settings
from discovery.surrogate.fitted import Surrogate
from discovery.surrogate.train import Settings as Networks
from discovery.surrogate.train import State, Trainer
from sciml import formula
from sciml.errors import BadData
from sciml.hidden import HiddenTermProblem
from sciml.method import Info, Outcome
from sciml.records import Records
from sciml.status import Status

ENOUGH = 20
"""degrees of freedom from which the residuals on segments tell the noise"""

POLISHED = 6
"""laws of the short list whose constants are polished"""


class Discovery:
    """One search: what is computed once, and the steps (stages of the surrogate, then two more).

    Raises
    ------
    BadData : the problem has no data, or a hall of fame cannot be read.
    BadProblem : the units that are given contradict each other.
    """

    def __init__(self, problem: HiddenTermProblem, settings: Settings, seed: int) -> None:
        if problem.data is None:
            raise BadData(
                f"'{problem.name}' has no data.",
                "give measurements: discover(problem, data), or `sciml discover FILE.csv`",
            )
        units.check(problem)
        self.brought = brought(settings, problem)
        self.problem, self.settings, self.seed = problem, settings, seed
        self.records: Records = problem.data
        networks = Networks(settings.solution, settings.hidden, settings.collocation)
        self.trainer = Trainer(problem, self.records, networks, seed)
        self._surrogate: Surrogate | None = None

    @property
    def steps(self) -> int:
        """Stages of the surrogate, the search, and the conclusion."""
        return self.trainer.steps + 2

    def init(self) -> State:
        """Return the state before the first stage."""
        return self.trainer.init()

    def step(self, state: State) -> tuple[State, Info]:
        """Return the state after the next stage."""
        stage = int(state.stage)
        if stage < self.trainer.steps:
            following, metrics = self.trainer.step(state)
            return following, Info(metrics)
        self._surrogate = self._surrogate or self.trainer.finish(state)
        following = state._replace(stage=state.stage + 1)
        if stage == self.trainer.steps:
            pool, _ = self.searched
            return following, Info({"laws": float(len(pool.found)), "score": pool.ranked[0].score})
        return following, Info({"shortlist": float(len(self.findings.short))}, self.verdict)

    def finish(self, state: State, status: Status) -> Outcome:
        """Return the answer that a state holds."""
        if int(state.stage) < self.steps:
            return Outcome(status, {}, {}, None)
        self._surrogate = self._surrogate or self.trainer.finish(state)
        return outcome(self.findings, self.verdict)

    @property
    def surrogate(self) -> Surrogate:
        """The fitted surrogate."""
        assert self._surrogate is not None
        return self._surrogate

    @cached_property
    def searched(self) -> tuple[Pool, tuple[str, ...]]:
        """All laws that were tried, and notes."""
        asked = self.settings.functions is not None
        aim = begin.target(self.problem, self.records, self.surrogate, asked=asked)
        made = begin.references(aim, self.surrogate)
        functions = self.settings.functions
        offered = begin.dictionary(self.problem, made, "auto" if functions is None else functions)
        extra, sigma = self._from_segments(aim, functions)
        aim = replace(aim, sigma=np.minimum(aim.sigma, sigma))
        more, notes = further(self.settings, self.surrogate, self.seed, functions)
        return run(aim, made, offered, extra=[*extra, *self.brought, *more]), notes

    def _from_segments(
        self, aim: Target, functions: tuple[str, ...] | None
    ) -> tuple[list[Law], np.ndarray]:
        """Laws found on short segments along splines, and the noise that the best one leaves."""
        nothing = np.full(len(self.problem.states), np.inf)
        if self.problem.space or self.problem.positive:
            return [], nothing
        started = smooth.target(self.problem, self.records, aim.sigma, aim.asked)
        if started is None:
            return [], nothing
        short, made = started
        offered = begin.dictionary(self.problem, made, "auto" if functions is None else functions)
        pool = run(short, made, offered)
        best = pool.ranked[0].fit
        free = max(len(best.residuals) - best.jacobian.shape[1], 1)
        scale = np.sqrt(len(best.residuals) / free)
        with np.errstate(invalid="ignore", divide="ignore"):
            left = aim.sigma * np.sqrt(best.rss / best.counts) * scale
        left = np.where(
            best.counts > 0, np.maximum(left, RESOLUTION * self.records.spreads), np.inf
        )
        left = left if free >= ENOUGH else nothing
        return [r.fit.law for r in pool.ranked[:20]], left

    @cached_property
    def findings(self) -> Findings:
        """The short list, polished, with what is known beside it."""
        pool, notes = self.searched
        rtol = 1e-5 if self.problem.space else 1e-9
        found: dict[tuple[str, ...], Ranked] = {}
        best = shortlist(pool, self.settings.margin)[:POLISHED]
        best += self._without_idle(pool, best)
        for entry in best:
            again = self._polished(pool, entry, rtol)
            key = (*map(_form, again.fit.law.expressions), f"{again.fit.chi2:.3g}")
            if key not in found or again.score < found[key].score:
                found[key] = again
        least = min(r.score for r in found.values())
        kept = [r for r in found.values() if r.score <= least + 2 * self.settings.margin]
        short = sorted(kept, key=lambda r: r.score)
        return Findings(
            pool.target,
            self.surrogate,
            tuple(short),
            tuple(pool.ranked),
            notes,
            complaint(pool.target, short[0].fit),
            self.settings.margin,
        )

    def _without_idle(self, pool: Pool, best: list[Ranked]) -> list[Ranked]:
        """The first laws of the list with each of their summands left out, fitted to the end."""
        shorter = []
        known = {r.fit.law.skeleton for r in best}
        for entry in best[:2]:
            for law in pruned([entry.fit.law]):
                if law.skeleton in known:
                    continue
                known.add(law.skeleton)
                fit = refit(pool.target, law, starts=entry.fit.starts, free=entry.fit.free)
                if fit is not None:
                    shorter.append(Ranked(fit, score(pool.target, fit)))
        return [r for r in shorter if r.score <= best[0].score + 2 * self.settings.margin]

    def _polished(self, pool: Pool, entry: Ranked, rtol: float) -> Ranked:
        """A law fitted to the end, its constants made as simple as the data allow."""
        fit = refit(
            pool.target,
            entry.fit.law,
            starts=entry.fit.starts,
            free=entry.fit.free,
            rtol=rtol,
            tolerance=1e-8,
        )
        again = entry if fit is None else Ranked(fit, score(pool.target, fit))
        return polish(pool.target, again, rtol=rtol) if self.settings.polish else again

    @property
    def verdict(self) -> Status:
        """How the search ended."""
        found = self.findings
        if found.complaint:
            return Status.NO_LAW
        if found.rivals or found.undetermined or found.doubts:
            return Status.AMBIGUOUS
        return Status.CONVERGED


def _form(expression: Any) -> str:
    """What two ways of writing the same law share."""
    return str(formula.form(expression).skeleton)


def prepare(problem: Any, settings: Any, seed: int) -> Discovery:
    """Return the task of a problem."""
    return Discovery(problem, settings, seed)
