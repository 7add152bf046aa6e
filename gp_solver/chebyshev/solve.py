"""Newton's method on a collocation grid; for a linear equation, one solve and its refinement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gp_solver.chebyshev.axes import NotReducible, NotSolved
from gp_solver.chebyshev.grid import Grid, Tensor, contract
from gp_solver.chebyshev.points import TINY
from gp_solver.chebyshev.systems import ByAxis, Dense
from problems.reference.chebyshev import interpolation, nodes

DENSE = 6000
"""unknowns up to which a dense factorisation is tried in two dimensions and more"""
DIRECT = 1200
"""unknowns up to which nothing else is"""

NEWTON, REFINEMENTS, HALVINGS = 30, 5, 8
SETTLED = 1e-13
"""relative step at which an iteration has converged; rounding may stop it earlier"""
STALLED = 1e-8
"""relative step below which an iteration that no longer improves has converged all the same"""


class TooLarge(Exception):
    """More unknowns than can be factorised, and no structure that would spare it."""


System = Dense | ByAxis


@dataclass(frozen=True, eq=False)
class Found:
    """What was found on one grid.

    Attributes
    ----------
    grid, values : the solution, by its values at the nodes.
    converged : whether the iteration settled.
    reciprocal : reciprocal condition number of the matrix (1 where none was formed).
    """

    grid: Grid
    values: Tensor
    converged: bool
    reciprocal: float

    def on(self, points: Sequence[int]) -> Tensor:
        """The values on a grid of other numbers of points."""
        pairs = zip(points, self.grid.points, strict=True)
        return contract([interpolation(nodes(n), m) for n, m in pairs], self.values)


def solve(grid: Grid, guess: Tensor | None) -> Found:
    """Return the solution on a grid, from a guess or from zero.

    Raises
    ------
    TooLarge : the system has no structure that would spare a dense matrix too large.
    """
    statement, count = grid.statement, int(np.prod(grid.points))
    if statement.dimension > 1 and statement.separable and count > DIRECT:
        try:
            return _iterate(ByAxis(grid), guess)
        except (NotReducible, NotSolved, np.linalg.LinAlgError):
            pass
    if count > DENSE and statement.dimension > 1:
        raise TooLarge
    return _iterate(Dense(grid), guess)


def _iterate(system: System, guess: Tensor | None) -> Found:
    if system.grid.statement.linear:
        return _refine(system)
    return _newton(system, guess)


def _refine(system: System) -> Found:
    """A linear system: solve, then correct what rounding left over as long as that helps."""
    u = system.start(None)
    residual, slopes = system.linearise(u)
    inverse, last = system.solver(slopes), np.inf
    for _ in range(REFINEMENTS):
        change = inverse(residual)
        step = _relative(change, u)
        if not step < 0.5 * last:
            break
        u, last = u - change, step
        residual = residual - system.linear(slopes, change)
        if step <= SETTLED:
            break
    return Found(system.grid, u, last < STALLED, system.reciprocal)


def _newton(system: System, guess: Tensor | None) -> Found:
    """Newton's method; steps that raise the residual are halved, and end it if that is no help."""
    u = system.start(guess)
    residual, slopes = system.linearise(u)
    size, converged = float(np.linalg.norm(residual)), False
    for _ in range(NEWTON):
        try:
            change, factor = system.solver(slopes)(residual), 1.0
        except NotSolved:
            break
        if not np.all(np.isfinite(change)):
            break
        for _ in range(HALVINGS):
            tried = u - factor * change
            residual, slopes = system.linearise(tried)
            new = float(np.linalg.norm(residual))
            if new <= size or _relative(change, u) < STALLED:
                break
            factor /= 2
        else:
            break
        step, stalled = _relative(factor * change, u), not new < 0.5 * size
        u, size = tried, new
        converged = step <= SETTLED or (stalled and step < STALLED)
        if converged or not np.isfinite(new):
            break
    return Found(system.grid, u, converged, system.reciprocal)


def _relative(change: Tensor, u: Tensor) -> float:
    """Size of a change relative to what it changes (or to itself, from zero)."""
    size = max(float(np.linalg.norm(u)), float(np.linalg.norm(change)), TINY)
    return float(np.linalg.norm(change)) / size
