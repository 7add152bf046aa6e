"""The task of a source known at equally spaced points: one fit, by sparsity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gp_solver import outcome as outcomes
from gp_solver.sparse.ard import ArdSolution, solve_ard
from sciml.method import Info, Outcome
from sciml.problem import Problem
from sciml.status import Status


@dataclass(eq=False)
class ArdTask:
    """One fit of a spectral mixture on an uninformed grid of frequencies.

    Attributes
    ----------
    problem : on a line.
    tolerance : largest relative residual of a converged result.
    points, components, frequency_max, seed : as in `gp_solver.sparse.ard.solve_ard`.
    """

    problem: Problem
    tolerance: float
    points: int
    components: int
    frequency_max: float
    seed: int
    _found: ArdSolution | None = None
    steps: int = 1

    def init(self) -> dict[str, np.ndarray]:
        """Nothing fitted."""
        return {"fitted": np.array(0)}

    @property
    def solution(self) -> ArdSolution:
        """The fit (made once in a process)."""
        if self._found is None:
            self._found = solve_ard(
                self.problem,
                points=self.points,
                components=self.components,
                frequency_max=self.frequency_max,
                seed=self.seed,
            )
        return self._found

    def step(
        self,
        state: dict[str, np.ndarray],  # noqa: ARG002 - there is one step
    ) -> tuple[dict[str, np.ndarray], Info]:
        """Fit."""
        found = self.solution
        metrics = {"residual": found.residual, "unknowns": float(found.unknowns)}
        return {"fitted": np.array(1)}, Info(metrics, Status.CONVERGED)

    def finish(self, state: dict[str, np.ndarray], status: Status) -> Outcome:  # noqa: ARG002
        """The posterior, the components that are left, and whether the points were enough."""
        found = self.solution
        good = found.resolved and found.residual <= self.tolerance
        if status in (Status.CONVERGED, Status.MAX_STEPS):
            status = Status.CONVERGED if good else Status.UNRESOLVED
        axis = self.problem.domain.axes[0]
        order = np.argsort(-found.spectrum.weights)[: max(found.spectrum.active, 1)]
        spectrum = {
            axis: {
                "frequencies": found.spectrum.frequencies[order].tolist(),
                "weights": (found.spectrum.weights[order] ** 2).tolist(),
            }
        }
        return outcomes.outcome(
            self.problem,
            found.field,
            status=status,
            metrics={"residual": found.residual, "left_out_error": found.left_out},
            unknowns=found.unknowns,
            warnings=found.warnings,
            value={
                "active_components": found.spectrum.active,
                "components": len(found.spectrum.frequencies),
                "carriers": found.spectrum.carriers.tolist(),
                "points": self.points,
            },
            spectrum=spectrum,
        )
