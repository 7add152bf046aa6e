"""The task of a problem on a box: one level a step, the best so far kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from gp_solver import outcome as outcomes
from gp_solver.boxes import posterior
from gp_solver.boxes.alternatives import other_branches
from gp_solver.boxes.branches import norm
from gp_solver.boxes.resolution import LEVELS, Plan
from gp_solver.boxes.samples import Formula
from gp_solver.boxes.separable import CRITICAL
from gp_solver.boxes.solve import (
    GOAL,
    BoxProblem,
    Solution,
    first_plans,
    solve_level,
    widen,
)
from sciml.method import Info, Outcome
from sciml.status import Status

SMALL_GAIN = 2.0
"""factor by which a richer level must lower the residual to be worth another"""
EXPRESSED = 3e-12
"""share that no axis' functions express, relative, below which richer ones add nothing"""
CONTRADICTION = 1e-8
"""relative size of data that no solution can meet, from which there is none"""
PATIENCE = 1
"""levels in a row that may bring nothing"""
BEGINNING, LONG_PATIENCE = 0.3, 5
"""the same while the residual is still above this: nothing of the solution is resolved yet"""
AMPLIFYING = 1e-6
"""relative distance to a resonance that is worth a warning"""


@dataclass(eq=False)
class BoxTask:
    """A ladder of levels for one problem on a box.

    Attributes
    ----------
    given : the problem.
    tolerance : largest relative residual of a converged result.
    branches : whether to look for further solutions.
    seed : of random starts and draws.
    steps : levels at most.
    frequencies : of each axis; None to detect them.
    doubts : warnings that are known before solving, and whether they spoil the result.
    formula : the source itself, where it is solved with samples of it.
    """

    given: BoxProblem
    tolerance: float
    branches: bool
    seed: int
    steps: int
    frequencies: list[tuple[float, ...]] | None = None
    doubts: Sequence[str] = ()
    spoiled: bool = False
    formula: Formula | None = None
    solved: dict[tuple[int, ...], Solution] = field(default_factory=dict)
    _first: list[Plan] | None = None

    def init(self) -> dict[str, np.ndarray]:
        """The level at which the data can be expressed; nothing solved."""
        dimension = len(self.first)  # every level but the first is higher along some axis
        path = np.full((dimension * len(LEVELS), dimension), -1)
        path[0] = [plan.level for plan in self.first]
        return {
            "path": path,
            "done": np.array(0),
            "best": np.array(0),
            "residual": np.array(np.inf),
            "idle": np.array(0),
        }

    @property
    def first(self) -> list[Plan]:
        """The plans of the first level (found once)."""
        if self._first is None:
            self._first = first_plans(self.given, self.frequencies)
        return self._first

    def plans(self, levels: Sequence[int] | np.ndarray) -> list[Plan]:
        """The plans of a state's levels."""
        return [replace(p, level=int(n)) for p, n in zip(self.first, levels, strict=True)]

    def solution(self, path: np.ndarray, index: int) -> Solution:
        """The solution at one level of a path, started from the one before it (found once)."""
        key = tuple(path[: index + 1].ravel().tolist())
        if key not in self.solved:
            before = (
                self.solution(path, index - 1) if index and not self.given.like.linear else None
            )
            self.solved[key] = solve_level(self.given, self.plans(path[index]), coarser=before)
        return self.solved[key]

    def step(self, state: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], Info]:
        """Solve at the next levels of the path; go on to richer ones as long as that helps."""
        path, index, before = state["path"].copy(), int(state["done"]), float(state["residual"])
        found = self.solution(path, index)
        left = max(found.check.residual, found.check.conditions)
        richer = widen(self.plans(path[index]), found.check, linear=self.given.like.linear)
        idle = 0 if left * SMALL_GAIN < before else int(state["idle"]) + 1
        done = richer is None or self._is_enough(found, left, idle)
        if richer is not None:
            path[index + 1] = [plan.level for plan in richer]
        following = {
            "path": path,
            "done": np.array(index + 1),
            "best": np.array(index) if left < before else state["best"],
            "residual": np.array(min(left, before)),
            "idle": np.array(idle),
        }
        metrics = {
            "residual": found.check.residual,
            "condition_residual": found.check.conditions,
            "unknowns": float(np.prod(found.system.shape)),
        }
        return following, Info(metrics, Status.CONVERGED if done else None)

    def _is_enough(self, found: Solution, left: float, idle: int) -> bool:
        """Whether a richer level is not worth it: all expressed, nothing gained, or hopeless."""
        fine = left <= self.tolerance
        expressed = fine and max(found.check.by_axis) <= EXPRESSED
        patience = LONG_PATIENCE if left > BEGINNING else PATIENCE
        hopeless = found.inconsistent > CONTRADICTION or idle > patience
        if self.spoiled:  # the samples know no more than this
            hopeless |= left <= max(made.error for made in self.given.sampled.values())
        return bool(expressed or hopeless or (fine and idle > 0) or found.check.residual <= GOAL)

    def finish(self, state: dict[str, np.ndarray], status: Status) -> Outcome:
        """The best solution with its posterior, other branches, and what to doubt."""
        best = self.solution(state["path"], int(state["best"]))
        found = [best]
        if self.branches and not self.given.like.linear and best.converged:
            found = other_branches(self.given, best, seed=self.seed) or [best]
        fields = [posterior.field(self.given, s, seed=self.seed) for s in found[:1]]
        fields += [posterior.without_draws(s) for s in found[1:]]
        warnings, spoiled = self._doubts(found[0])
        left = max(found[0].check.residual, found[0].check.conditions)
        unseen = self.formula.doubts(fields[0], left) if self.formula else []
        if status in (Status.CONVERGED, Status.MAX_STEPS):
            resolved = left <= self.tolerance and not (spoiled or self.spoiled or unseen)
            status = Status.CONVERGED if resolved else Status.UNRESOLVED
            if found[0].modes.closest < CRITICAL or found[0].inconsistent > CONTRADICTION:
                status = Status.ILL_CONDITIONED
            elif resolved and len(found) > 1:
                status = Status.SEVERAL
        return outcomes.outcome(
            self.given.problem,
            fields[0],
            status=status,
            metrics={
                "residual": found[0].check.residual,
                "condition_residual": found[0].check.conditions,
            },
            unknowns=int(np.prod(found[0].system.shape)),
            warnings=[*self.doubts, *unseen, *warnings],
            value={"resolution": self._resolution(found[0])},
            branches=[(f, _judged(s)) for f, s in zip(fields, found, strict=True)],
        )

    def _resolution(self, solution: Solution) -> dict[str, Any]:
        """Functions and quadrature points along each axis."""
        return {
            name: {
                "functions": axis.size,
                "carriers": list(axis.features.carriers),
                "points": len(axis.nodes),
            }
            for name, axis in zip(self.given.problem.domain.axes, solution.system.axes, strict=True)
        }

    def _doubts(self, solution: Solution) -> tuple[list[str], bool]:
        """Sentences on what is wrong with a solution, and whether it is no good for that."""
        doubts, check, modes = [], solution.check, solution.modes
        if modes.null:
            constant = "a constant" if modes.null == 1 else f"{modes.null} functions"
            doubts.append(
                f"The equation and its conditions leave the solution open up to {constant} "
                f"(a null mode: all conditions on derivatives, or an exact resonance); the one "
                f"without that part is returned."
            )
        if solution.inconsistent > CONTRADICTION:
            doubts.append(
                f"The data have a part of relative size {solution.inconsistent:.1e} that no "
                "solution can meet: source and boundary data do not balance."
            )
        if modes.closest < AMPLIFYING:
            doubts.append(
                f"The operator is within {modes.closest:.1e}, relative, of one that determines "
                "nothing (a resonance): errors in the data are amplified that much."
            )
        if not solution.converged:
            doubts.append("Newton's method ended before its steps became small.")
        if max(check.residual, check.conditions) > self.tolerance:
            worst = int(np.argmax(check.by_axis))
            name = self.given.problem.domain.axes[worst]
            doubts.append(
                f"The relative residual at fresh points is {check.residual:.1e}, of the "
                f"conditions {check.conditions:.1e}; the tolerance is {self.tolerance:.0e}. The "
                f"solution is least resolved along '{name}' "
                f"({solution.system.axes[worst].size} functions)."
            )
        return doubts, not solution.converged


def _judged(solution: Solution) -> Mapping[str, float]:
    return {
        "residual": solution.check.residual,
        "norm": norm(solution.system, solution.tensor),
    }
