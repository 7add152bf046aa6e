"""Where Newton's method starts, and which different solutions it finds."""

from __future__ import annotations

import numpy as np

from gp_solver.box import System, Tensor, coordinates, derivative
from gp_solver.linear import Linearisation
from gp_solver.newton import Iterate, newton

STARTS = {1: 10, 2: 2, 3: 0}
"""further starts, by dimension"""
AMPLITUDES = (1.0, 4.0, 0.5, 2.0, 8.0)
"""sizes of random starts, relative to that of the first solution (or to one, if it is small)"""
LOW = 5
"""modes of each axis that a random start is made of"""
DISTINCT = 1e-5
"""relative distance from which two solutions are different"""
ACCEPTED = 1e-8
"""relative projected residual up to which Newton's method has found a solution"""


def first_start(system: System, lifted: Tensor) -> Tensor:
    """Return the solution of the equation linearised where it is zero but for its conditions."""
    tables = [list(axis.table) for axis in system.axes]
    x, sampled = coordinates(system.problem, system.nodes), system.samples(system.nodes)
    grid = [len(n) for n in system.nodes]
    found, slopes = system.equation.linearised(system.jet(lifted, tables), x, sampled)
    shaped = {n: s.reshape(grid) for n, s in slopes.items()}
    step, _ = Linearisation(system, shaped).solve(-system.project(found.reshape(grid)))
    start = lifted.copy()
    if np.all(np.isfinite(step)):
        system.interior(start)[...] += step
    return start


def is_evolution(system: System) -> bool:
    """Return whether some axis has conditions at its lower end only, as time has."""
    for a in range(len(system.axes)):
        sides = {face.name.partition(":")[2] for face in system.faces if face.axis == a}
        if len(sides) == 1:
            return True
    return False


def search(system: System, first: Iterate, lifted: Tensor, *, seed: int) -> list[Iterate]:
    """Return the different solutions found, the one of smallest norm first.

    Starts are random combinations of low modes on top of the first solution and of the lifted
    conditions. The smallest norm is what a prior without preference would choose.
    """
    found = [first] if first.size <= ACCEPTED else []
    if is_evolution(system):
        return found
    rng = np.random.default_rng(seed)
    scale = max(norm(system, first.tensor), 1.0)
    for i in range(STARTS[len(system.axes)]):
        base = first.tensor if i % 2 == 0 else lifted
        bump = AMPLITUDES[i % len(AMPLITUDES)] * scale * _low_modes(system, rng)
        tried = newton(system, base + bump, steps=16)
        is_new = all(distance(system, tried.tensor, f.tensor) > DISTINCT for f in found)
        if tried.size <= ACCEPTED and is_new:
            found.append(tried)
    return sorted(found, key=lambda f: norm(system, f.tensor))


def _low_modes(system: System, rng: np.random.Generator) -> Tensor:
    """A random combination of the lowest trials of each axis, of unit size."""
    bump = np.zeros([axis.size for axis in system.axes])
    low = tuple(slice(axis.lifts, axis.lifts + LOW) for axis in system.axes)
    decay = np.ones(())
    for axis in system.axes:
        decay = np.multiply.outer(
            decay, 1.0 / np.linalg.norm(axis.table[0][:, axis.lifts : axis.lifts + LOW], axis=0)
        )
    bump[low] = decay * rng.standard_normal(decay.shape)
    return bump / (norm(system, bump) or 1.0)


def norm(system: System, tensor: Tensor) -> float:
    """Return the root mean square of a field over the box."""
    values = derivative(tensor, [a.table for a in system.axes], (0,) * len(system.axes))
    squares = values**2
    for axis in system.axes:
        squares = np.tensordot(axis.weights / np.sum(axis.weights), squares, axes=(0, 0))
    return float(np.sqrt(squares))


def distance(system: System, first: Tensor, second: Tensor) -> float:
    """Return the root mean square of a difference, relative to the larger field."""
    size = max(norm(system, first), norm(system, second)) or 1.0
    return norm(system, first - second) / size
