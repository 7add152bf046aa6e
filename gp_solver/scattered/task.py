"""The task of a problem that needs regression: one level a step."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gp_solver import outcome as outcomes
from gp_solver.boxes.samples import Formula
from gp_solver.scattered import solve as solving
from gp_solver.scattered.given import Given
from gp_solver.scattered.level import Level, solve_level
from gp_solver.scattered.solve import GeneralSolution
from sciml.method import Info, Outcome
from sciml.status import Status


@dataclass(eq=False)
class GeneralTask:
    """A ladder of levels for one problem; the state counts those that are solved.

    Attributes
    ----------
    given : the problem, understood.
    tolerance : largest relative residual of a converged result.
    seed : of points, random starts and draws.
    steps : levels at most.
    formula : the source itself, where it is solved with samples of it.
    """

    given: Given
    tolerance: float
    seed: int
    steps: int
    formula: Formula | None = None
    _levels: list[Level] = field(default_factory=list)

    def init(self) -> dict[str, np.ndarray]:
        """No level solved."""
        return {"solved": np.array(0)}

    def _reach(self, count: int) -> list[Level]:
        """The first levels (each solved once in a process, from the one before it)."""
        while len(self._levels) < count:
            before = self._levels[-1] if self._levels else None
            number = solving.following(self.given, self._levels) if before else self.given.first
            if number is None:
                break
            self._levels.append(solve_level(self.given, number, before, seed=self.seed))
        return self._levels[:count]

    def step(self, state: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], Info]:
        """Solve one level more, unless nothing is to be gained."""
        count = int(state["solved"]) + 1
        levels = self._reach(count)
        done = solving.following(self.given, levels) is None
        logged = solving.metrics(levels[-1])
        return {"solved": np.array(count)}, Info(logged, Status.CONVERGED if done else None)

    def finish(self, state: dict[str, np.ndarray], status: Status) -> Outcome:
        """The best level's posterior and what was inferred."""
        levels = self._reach(max(int(state["solved"]), 1))
        found = solving.finish(self.given, levels, tolerance=self.tolerance, seed=self.seed)
        left = max(found.residual, found.condition_residual)
        unseen = self.formula.doubts(found.field, left) if self.formula else []
        if status in (Status.CONVERGED, Status.MAX_STEPS):
            status = _ending(found, spoiled=bool(unseen))
        metrics = {
            "residual": found.residual,
            "condition_residual": found.condition_residual,
            **{f"misfit_{name}": float(v) for name, v in found.misfit.items()},
        }
        return outcomes.outcome(
            self.given.problem,
            found.field,
            status=status,
            metrics=metrics,
            unknowns=found.unknowns,
            warnings=[*unseen, *found.warnings],
            value={
                "theta": {n: {"value": v, "sd": sd} for n, (v, sd) in found.theta.items()},
                "noise": dict(found.noise),
                "points": dict(found.points),
            },
        )


def _ending(found: GeneralSolution, *, spoiled: bool) -> Status:
    if not found.determined:
        return Status.ILL_CONDITIONED
    good = found.converged and found.resolved and not spoiled
    return Status.CONVERGED if good else Status.UNRESOLVED
