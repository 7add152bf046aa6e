"""Method `chebyshev`: collocation on Lobatto points of a box, the classical spectral method.

It is here as a baseline and as an oracle: for a smooth solution on a box it converges faster than
any power of the number of points, and nothing is assumed of its frequencies. See L. N. Trefethen,
*Spectral Methods in MATLAB* (2000), and J. P. Boyd, *Chebyshev and Fourier Spectral Methods*
(2001). The number of points along each axis starts from what the source and the data need and
grows until the last Chebyshev coefficients of the solution are negligible. A nonlinear equation is
solved by Newton's method from zero: where there are several solutions, one of them is found.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float

from gp_solver.chebyshev import grid as grids
from gp_solver.chebyshev import points as counts
from gp_solver.chebyshev.grid import Grid, Statement, contract
from gp_solver.chebyshev.points import TINY, rms
from gp_solver.chebyshev.solve import DENSE, Found, TooLarge, solve
from problems.reference.chebyshev import interpolation
from sciml.domain import Box
from sciml.errors import BadConfig, BadProblem
from sciml.method import Info, Method, Outcome
from sciml.problem import AnyProblem, Problem
from sciml.status import Status

LIMITS = {1: 4000, 2: 3200, 3: 160}
"""most points along an axis, by dimension"""
SAFE = 1e-2
"""share of the tolerance below which the last coefficients alone show that a grid suffices"""
SOUND = 1e-6
"""relative residual at fresh points above which an answer is not called resolved"""
SINGULAR = 1e-13
"""reciprocal condition number below which the equation is called ill-conditioned"""
ROUNDING = 1e-6
"""tail below which one that no longer falls is kept up by rounding"""
MOST_STEPS = 40
PLOT_POINTS = {1: 801, 2: 90, 3: 24}
CHUNK = 2000


@dataclass(frozen=True)
class Config:
    """Settings of `chebyshev`.

    Attributes
    ----------
    points : points along every axis (default: as many as the solution turns out to need).
    tolerance : size of the last Chebyshev coefficients, relative to the largest, at which the
        solution is resolved. Rounding errors come on top of it.
    steps : how many grids are tried at most.
    """

    points: int | None = None
    tolerance: float = 1e-11
    steps: int = 12

    def __post_init__(self) -> None:
        if self.points is not None and not 8 <= self.points <= LIMITS[1]:
            raise BadConfig(
                f"points is {self.points}.", f"choose a number from 8 to {LIMITS[1]}, or none"
            )
        if not 0 < self.tolerance < 1:
            raise BadConfig(f"tolerance is {self.tolerance}.", "give a number between 0 and 1")
        if not 1 <= self.steps <= MOST_STEPS:
            raise BadConfig(f"steps is {self.steps}.", f"choose a number from 1 to {MOST_STEPS}")


@dataclass(frozen=True, eq=False)
class Level:
    """One grid's solution and how good it is.

    Attributes
    ----------
    found : the solution.
    tails : the last Chebyshev coefficients along each axis, relative to the largest.
    change : difference from the grid before, relative; infinite for the first.
    residual : residual at fresh points, relative to the equation's largest term.
    """

    found: Found
    tails: tuple[float, ...]
    change: float
    residual: float


@dataclass
class ChebyshevTask:
    """One problem's grids, finer and finer; the state holds how many points each had."""

    statement: Statement
    config: Config
    first: tuple[int, ...]
    levels: dict[tuple[int, ...], Level] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """The number of grids that are tried at most."""
        return 1 if self.config.points is not None else self.config.steps

    def init(self) -> dict[str, np.ndarray]:
        """No grid solved; the first one known."""
        ladder = np.zeros((MOST_STEPS + 1, len(self.first)), int)
        ladder[0] = self.first
        return {"ladder": ladder, "solved": np.array(0)}

    def step(self, state: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], Info]:
        """Solve on the next grid; end if it resolves the solution or no finer one is possible."""
        index, ladder = int(state["solved"]), state["ladder"].copy()
        try:
            level = self.level(ladder, index)
        except TooLarge:
            if index:  # the grid before stands
                return state, Info(self._metrics(ladder, index - 1), Status.UNRESOLVED)
            ladder[0] = counts.fitting(ladder[0], DENSE)
            level = self.level(ladder, 0)
        ladder[index + 1] = self._finer(ladder[index], level)
        status = self._status(level, self._is_last(ladder, index))
        following = {"ladder": ladder, "solved": np.array(index + 1)}
        return following, Info(self._metrics(ladder, index), status)

    def _metrics(self, ladder: np.ndarray, index: int) -> dict[str, float]:
        level = self.level(ladder, index)
        points = float(np.max(ladder[index]))
        return {"residual": level.residual, "tail": max(level.tails), "points": points}

    def _is_last(self, ladder: np.ndarray, index: int) -> bool:
        """Whether no grid follows: at the limit, or where rounding keeps the tail from falling."""
        if self.config.points is not None or np.array_equal(ladder[index + 1], ladder[index]):
            return True
        tail = max(self.level(ladder, index).tails)
        before = max(self.level(ladder, index - 1).tails) if index else np.inf
        return tail < ROUNDING and tail > 0.5 * before

    def _status(self, level: Level, last: bool) -> Status | None:
        """How the run ends with this grid; None if it goes on."""
        tail, tolerance = max(level.tails), self.config.tolerance
        sure = last or tail <= SAFE * tolerance or level.change <= tolerance
        if level.found.reciprocal < SINGULAR and (self.statement.linear or level.found.converged):
            return Status.ILL_CONDITIONED
        if tail <= tolerance and level.residual <= SOUND and sure:
            return Status.CONVERGED if level.found.converged else Status.STALLED
        return Status.UNRESOLVED if last else None

    def _finer(self, points: np.ndarray, level: Level) -> np.ndarray:
        """More points along every axis that needs them (along all where that is not known)."""
        limit, following = LIMITS[len(points)], points.copy()
        short = [tail > SAFE * self.config.tolerance for tail in level.tails]
        for axis, tail in enumerate(level.tails):
            if short[axis] or not any(short):
                factor = 1.6 if tail > 1e-3 or not any(short) else 1.25
                following[axis] = min(limit, int(factor * points[axis]) + 8)
        return following

    def level(self, ladder: np.ndarray, index: int) -> Level:
        """The solution on one grid of a ladder (computed once in a process)."""
        points = tuple(int(n) for n in ladder[index])
        if points not in self.levels:
            coarser = self.level(ladder, index - 1).found if index else None
            before = None if coarser is None else coarser.on(points)
            settled = coarser is not None and coarser.converged
            found = solve(Grid(self.statement, points), before if settled else None)
            change = np.inf if before is None else rms(found.values - before)
            self.levels[points] = Level(
                found,
                counts.tails(found.values),
                change / max(rms(found.values), TINY),
                counts.residual(self.statement, found.grid, found.values),
            )
        return self.levels[points]

    def finish(self, state: dict[str, np.ndarray], status: Status) -> Outcome:
        """The solution on the last grid, with what it lacks."""
        solved = int(state["solved"])
        if not solved:
            return Outcome(status, {}, {}, None)
        level = self.level(state["ladder"], solved - 1)
        found, problem = level.found, self.statement.problem
        axes = problem.domain.axes
        params = {"values": found.values, "axes": dict(zip(axes, found.grid.x, strict=True))}
        return Outcome(
            status=status,
            value={"points": list(found.grid.points)},
            metrics={"residual": level.residual, "tail": max(level.tails)},
            params=params,
            arrays=_arrays(problem, params),
            warnings=tuple(self._warnings(level, status)),
        )

    def _warnings(self, level: Level, status: Status) -> list[str]:
        found, axes = level.found, self.statement.problem.domain.axes
        words = []
        if status is Status.ILL_CONDITIONED:
            words.append(
                f"The matrix has a reciprocal condition number of {found.reciprocal:.0e}: there "
                "are too few conditions, or the parameters are those of a resonance."
            )
        short = [a for a, t in zip(axes, level.tails, strict=True) if t > self.config.tolerance]
        if short:
            words.append(
                f"Along {', '.join(short)} the Chebyshev coefficients end at "
                f"{max(level.tails):.0e} of the largest; the tolerance is "
                f"{self.config.tolerance:.0e}. The solution may have kinks, or need more points."
            )
        if status is Status.UNRESOLVED and self.config.points is None:
            words.append(
                f"No grid finer than {'×'.join(map(str, found.grid.points))} was tried: the limit "
                f"is {LIMITS[len(axes)]} points an axis, and {DENSE} in all where the equation is "
                "not solved axis by axis; or rounding keeps the last coefficients up."
            )
        if not found.converged:
            words.append("Newton's method did not settle from its start at zero.")
        return words


def _arrays(problem: Problem, params: dict[str, Any]) -> dict[str, np.ndarray]:
    """The solution on a uniform grid, for pictures."""
    count = PLOT_POINTS[len(problem.domain.axes)]
    at = [np.linspace(lo, hi, count) for lo, hi in problem.domain.bounding_box]
    u = params["values"]
    u = contract([interpolation(np.linspace(-1, 1, count), n) for n in u.shape], u)
    if len(at) == 1:
        return {"x": at[0], "u": u[:, None]}
    points = np.stack([g.ravel() for g in np.meshgrid(*at, indexing="ij")], axis=-1)
    return {"points": points, "u": u.reshape(-1, 1)}


def _refuse(problem: Problem) -> None:
    """Raise BadProblem for what collocation on a box does not do."""
    found = {
        "is not posed on a bounded box": not isinstance(problem.domain, Box)
        or not problem.domain.is_bounded,
        "has more than three axes": len(problem.domain.axes) > 3,
        "has a periodic axis": bool(problem.periodic),
        "has several fields": len(problem.fields) > 1,
        "has a source that is known on a grid only": bool(problem.sampled),
        "has parameters to infer": bool(problem.unknowns),
        "has observations": problem.observations is not None,
        "has conditions with noise": any(c.noise for c in problem.conditions),
    }
    for what, so in found.items():
        if so:
            raise BadProblem(
                f"'{problem.name}' {what}, which method 'chebyshev' cannot use.",
                "use method 'gp'",
            )


def prepare(problem: AnyProblem, config: Config, seed: int) -> ChebyshevTask:  # noqa: ARG001
    """Return the task of a problem; nothing in it is random.

    Raises
    ------
    BadProblem : no bounded box of up to three axes, or anything but one field to be found there.
    """
    assert isinstance(problem, Problem)
    _refuse(problem)
    statement = grids.read(problem)
    if config.points is not None:
        return ChebyshevTask(statement, config, (config.points,) * statement.dimension)
    limit = LIMITS[statement.dimension]
    first = counts.needed(statement, config.tolerance)
    return ChebyshevTask(statement, config, tuple(min(limit, n) for n in first))


def evaluate(
    problem: AnyProblem,  # noqa: ARG001 - part of every method's signature
    config: Config,  # noqa: ARG001
    params: dict[str, Any],
    points: Float[np.ndarray, "n d"],
) -> Float[np.ndarray, "n 1"]:
    """Return the solution at points by barycentric interpolation; NaN outside the box."""
    values, ends = params["values"], [(x[0], x[-1]) for x in params["axes"].values()]
    found = np.full((len(points), 1), np.nan)
    lower, upper = np.array(ends).T
    position = (2 * points - lower - upper) / (upper - lower)
    inside = np.flatnonzero(np.all(np.abs(position) <= 1 + 1e-12, axis=1))
    for start in range(0, len(inside), CHUNK):
        part = inside[start : start + CHUNK]
        found[part, 0] = grids.interpolated(values, np.clip(position[part], -1.0, 1.0))
    return found


METHOD = Method(
    name="chebyshev",
    label="Chebyshev collocation on a box (the classical spectral method, as a baseline)",
    kind="equation",
    config=Config,
    prepare=prepare,
    evaluate=evaluate,
    blas_threads=1,
)
