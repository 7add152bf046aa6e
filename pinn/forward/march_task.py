"""The task that follows an evolution window by window."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pinn.forward import outcome
from pinn.forward.march import NEAR, Attempt, Course, Window, following
from sciml.method import Info, Outcome
from sciml.status import Status


@dataclass(eq=False)
class MarchTask:
    """Attempts at windows, each after the one before it; the state counts them.

    Attributes
    ----------
    course : the evolution and how it is followed.
    first : the first attempt.
    steps : limit of attempts.
    """

    course: Course
    first: Attempt
    steps: int
    _windows: list[Window] = field(default_factory=list)
    _last: list[Window] = field(default_factory=list)
    _tried: int = 0
    _next: Attempt | None = None

    @property
    def _end(self) -> float:
        return float(self.course.equations.problem.domain.bounding_box[self.course.axis][1])

    def init(self) -> dict[str, np.ndarray]:
        """Nothing tried."""
        return {"tried": np.array(0)}

    def step(self, state: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], Info]:
        """Try one window more."""
        count = int(state["tried"]) + 1
        self._reach(count)
        reached = (
            self._windows[-1].space.axes[self.course.axis].embedding.upper if self._windows else 0
        )
        logged = {"residual": min(self._last[-1].residual, 1e300), "reached": float(reached)}
        done = self._next is None
        return {"tried": np.array(count)}, Info(logged, Status.CONVERGED if done else None)

    def _reach(self, count: int) -> None:
        """Make the first attempts (each once in a process)."""
        if self._tried == 0 and self._next is None:
            self._next = self.first
        while self._tried < count and self._next is not None:
            before = self._windows[-1] if self._windows else None
            window = self.course.solve(self._next, before)
            self._tried += 1
            self._last = [window]
            tried, accepted = following(self.course, self._next, window, self._end)
            if accepted and np.isfinite(window.residual):
                self._windows.append(window)
            failed = accepted and window.residual > NEAR * self.course.tolerance
            over = tried.start >= self._end - 1e-12 * (self._end - self.first.start)
            self._next = None if failed or over else tried

    def _residual(self, windows: list[Window]) -> float:
        """Root mean square over the windows' time."""
        spans = [w.space.axes[self.course.axis].embedding for w in windows]
        lengths = np.array([s.upper - s.lower for s in spans])
        squares = np.array([w.residual**2 for w in windows])
        return float(np.sqrt(np.sum(lengths * squares) / np.sum(lengths)))

    def finish(self, state: dict[str, np.ndarray], status: Status) -> Outcome:
        """All windows that were accepted."""
        self._reach(max(1, int(state["tried"])))
        windows = self._windows or self._last
        course = self.course
        left = self._residual(windows)
        reached = windows[-1].space.axes[course.axis].embedding.upper
        whole = reached >= self._end - 1e-9 * (self._end - self.first.start)
        warnings: tuple[str, ...] = ()
        if status in (Status.CONVERGED, Status.MAX_STEPS):
            good = whole and left <= course.tolerance
            if not np.isfinite(self._last[-1].residual):
                status = Status.NONFINITE
            elif not good and status is Status.CONVERGED:
                status = Status.UNRESOLVED
        if not whole:
            name = course.equations.problem.domain.axes[course.axis]
            warnings = (
                f"The solution was followed to {name} = {reached:g} only; what was there is held.",
            )
        return outcome.outcome(
            course.equations.problem,
            [(w.space, w.head) for w in windows],
            course.axis,
            status=status,
            metrics={"residual": min(left, 1e300)},
            value={
                "route": "march",
                "windows": len(windows),
                "unknowns": int(max(w.space.size for w in windows)),
            },
            warnings=warnings,
        )
