"""The task that solves a problem in one block of space and time, level by level."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pinn.forward import outcome, sizes, steady
from pinn.forward.block import Equations
from pinn.forward.embedding import Embedding
from pinn.forward.settings import Config
from pinn.forward.steady import Level
from sciml.domain import Box
from sciml.method import Info, Outcome
from sciml.status import Status

GROWTH = 1.35
STAGNANT = 0.7
"""a level that leaves more of the residual than this gained nothing"""


@dataclass(eq=False)
class BlockTask:
    """A ladder of levels; the state counts those that are solved.

    Attributes
    ----------
    equations, config : the problem and the settings.
    coordinates, first : embedding of each axis, and the features to start with.
    """

    equations: Equations
    config: Config
    coordinates: list[Embedding]
    first: list[int]
    _levels: list[Level] = field(default_factory=list)

    @property
    def steps(self) -> int:
        """The step limit."""
        return self.config.steps

    @property
    def tolerance(self) -> float:
        """The relative residual at which the task is done."""
        return self.config.reached(linear=self.equations.is_linear)

    def init(self) -> dict[str, np.ndarray]:
        """No level solved."""
        return {"solved": np.array(0)}

    def step(self, state: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], Info]:
        """Solve one level more, unless nothing is to be gained."""
        count = int(state["solved"]) + 1
        levels = self._reach(count)
        done = self._following(levels) is None
        logged = {"residual": min(levels[-1].residual, 1e300), "unknowns": float(levels[-1].z.size)}
        return {"solved": np.array(count)}, Info(logged, Status.CONVERGED if done else None)

    def _reach(self, count: int) -> list[Level]:
        """The first levels (each solved once in a process, from the one before it)."""
        while len(self._levels) < count:
            wanted = self._following(self._levels)
            if wanted is None:
                break
            space = steady.space_of(self.equations, self.coordinates, wanted)
            before = self._levels[-1] if self._levels else None
            self._levels.append(steady.solve_level(self.equations, space, before))
        return self._levels[:count]

    def _following(self, levels: list[Level]) -> list[int] | None:
        """Sizes of the next level; None at the end."""
        if not levels:
            return self.first
        residuals = [level.residual for level in levels]
        if residuals[-1] < 0.1 * self.tolerance or not np.isfinite(residuals[-1]):
            return None
        settled = len(residuals) > 1 and residuals[-1] > STAGNANT * residuals[-2]
        if residuals[-1] < self.tolerance and settled:
            return None
        patience = 2 if self.equations.is_linear else 4
        lasting = len(residuals) > 1 + patience
        if lasting and min(residuals[-patience:]) > STAGNANT * min(residuals[:-patience]):
            return None
        return steady.grown(levels[-1], units=limit(self.equations, self.config), factor=GROWTH)

    def finish(self, state: dict[str, np.ndarray], status: Status) -> Outcome:
        """The best level's solution."""
        levels = self._reach(max(int(state["solved"]), 1))
        best = min(levels, key=lambda level: level.residual)
        good = best.residual <= self.tolerance
        if status in (Status.CONVERGED, Status.MAX_STEPS):
            finite = np.isfinite(levels[-1].residual)
            unresolved = Status.UNRESOLVED if finite else Status.NONFINITE
            ended = unresolved if status is Status.CONVERGED else status
            status = Status.CONVERGED if good else ended
        return outcome.outcome(
            self.equations.problem,
            [(best.space, best.head)],
            0,
            status=status,
            metrics={"residual": min(best.residual, 1e300)},
            value={"route": "block", "unknowns": int(best.z.size)},
        )


def limit(equations: Equations, config: Config) -> int:
    """Return the largest number of coefficients of a block."""
    box = isinstance(equations.problem.domain, Box)
    return config.limit(linear=equations.is_linear, box=box)


def block_task(equations: Equations, config: Config, first: list[int]) -> BlockTask:
    """Return the task of a problem in one block, starting with features of these numbers."""
    fields = len(equations.problem.fields)
    shrink = (limit(equations, config) / fields / float(np.prod(first))) ** (1 / len(first))
    first = [max(4, int(n * min(1.0, shrink))) for n in first]
    return BlockTask(equations, config, steady.embeddings(equations), first)


def sizes_of(equations: Equations) -> list[int]:
    """Return how many features along each axis represent what is known."""
    tolerance = 1e-9 if equations.is_linear else 1e-5
    return sizes.from_data(equations, steady.embeddings(equations), tolerance)
