"""Newton's method on the projected residual: nonlinear equations, and varying coefficients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from gp_solver.boxes.linear import Linearisation
from gp_solver.boxes.system import System, Tensor, coordinates

STEPS = 25
HALVINGS = 12
TIGHT, LOOSE = 1e-10, 1e-2
"""tolerances of inner iterations: as good as the residual is already, within these"""


@dataclass(frozen=True, eq=False)
class Iterate:
    """Where Newton's method stands.

    Attributes
    ----------
    tensor : coefficients of all functions, conditions met.
    size : norm of the projected residual, relative to that of its terms.
    converged : whether the step became as small as rounding allows.
    steps : how many were taken.
    """

    tensor: Tensor
    size: float
    converged: bool
    steps: int


def newton(system: System, start: Tensor, *, steps: int = STEPS) -> Iterate:
    """Return the solution that Newton's method reaches from a field that meets the conditions."""
    work = _Work(system, start)
    tensor, (right, slopes) = start, work.residual(start)
    size, last, precondition = float(np.linalg.norm(right)), np.inf, None
    for step in range(steps):
        inner = TIGHT if system.like.linear else float(np.clip(work.relative(size), TIGHT, LOOSE))
        linearised = Linearisation(system, slopes, precondition)
        step_found, found = linearised.solve(-right, tolerance=inner)
        precondition = linearised.preconditioner if found else None
        if not np.all(np.isfinite(step_found)):
            break
        interior = system.interior(tensor)
        change = np.linalg.norm(step_found) / (np.linalg.norm(interior) + work.tiny)
        tensor, right, slopes, shrunk = work.search(tensor, step_found, size)
        new = float(np.linalg.norm(right))
        stalled = new > 0.5 * size and step > 0
        size = new
        if change < 1e-13 or (stalled and change < 1e-8) or (work.relative(size) < 1e-14):
            return Iterate(tensor, work.relative(size), True, step + 1)
        if (stalled and shrunk and last <= size) or not found:
            return Iterate(tensor, work.relative(size), False, step + 1)
        last = size
    return Iterate(tensor, work.relative(size), False, steps)


class _Work:
    """Residuals of fields at the nodes, and what they are measured by."""

    def __init__(self, system: System, start: Tensor) -> None:
        self.system = system
        self.tables = [list(axis.table) for axis in system.axes]
        self.x = coordinates(system.problem, system.nodes)
        self.sampled = system.samples(system.nodes)
        self.grid = tuple(len(n) for n in system.nodes)
        self.tiny = np.finfo(float).tiny
        self.scaling: Float[np.ndarray, "..."] | float = 1.0
        values = system.jet(start, self.tables)
        _, slopes = system.equation.linearised(values, self.x, self.sampled)
        self.scaling = _leading(system, slopes, self.grid)
        self.size = 1.0

    def residual(self, tensor: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """The projected residual of a field, and its derivative in every jet value at the nodes."""
        system = self.system
        values = system.jet(tensor, self.tables)
        found, slopes = system.equation.linearised(values, self.x, self.sampled)
        scaled = {n: self.scaling * s.reshape(self.grid) for n, s in slopes.items()}
        terms = [np.abs(scaled[n].ravel() * values[n]) for n in values]
        self.size = max(float(np.sqrt(np.mean(np.max(terms, axis=0) ** 2))), self.tiny)
        return system.project(self.scaling * found.reshape(self.grid)), scaled

    def relative(self, size: float) -> float:
        """A norm of projected residuals relative to the size of the equation's terms."""
        volume = float(np.prod([np.sum(axis.weights) for axis in self.system.axes]))
        return size / (self.size * np.sqrt(volume))

    def search(
        self, tensor: Tensor, step: Tensor, size: float
    ) -> tuple[Tensor, Tensor, dict[str, Tensor], bool]:
        """The field after the longest halved step that does not raise the residual."""
        factor = 1.0
        for _ in range(HALVINGS):
            tried = tensor.copy()
            self.system.interior(tried)[...] += factor * step
            right, slopes = self.residual(tried)
            norm = np.linalg.norm(right)
            if np.isfinite(norm) and (norm <= size or self.relative(float(norm)) < 1e-11):
                break
            factor *= 0.5
        return tried, right, slopes, factor < 1.0


def _leading(
    system: System, slopes: dict[str, np.ndarray], grid: tuple[int, ...]
) -> Float[np.ndarray, "..."] | float:
    """One over the leading coefficient, if that varies and keeps its sign: rows of equal size."""
    orders = [max(system.equation.order(n)[a] for n in slopes) for a in range(len(grid))]
    leading = [
        slopes[name]
        for name in slopes
        for a, top in enumerate(orders)
        if top
        and system.equation.order(name) == tuple(top if b == a else 0 for b in range(len(grid)))
    ]
    if not leading:
        return 1.0
    size = np.max(np.abs(leading), axis=0)
    if np.min(size) < 1e-8 * np.max(size) or np.ptp(size) < 1e-12 * np.max(size):
        return 1.0
    return (float(np.mean(size)) / size).reshape(grid)
