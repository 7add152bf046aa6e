"""Where Newton's method starts, and which different solutions it finds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

from gp_solver.boxes.axis import Axis
from gp_solver.boxes.linear import Linearisation
from gp_solver.boxes.newton import Iterate, newton
from gp_solver.boxes.system import System, Tensor, coordinates, derivative
from sciml import kron

STARTS = {1: 30, 2: 2, 3: 0}
"""further starts at most, by dimension"""
EFFORT = 1200
"""unknowns times starts, on a line: large systems are tried from fewer"""
AMPLITUDES = (1.0, -1.0, 3.0, -3.0)
"""sizes of starts, relative to that of the first solution (or to one, if it is small)"""
LOW = 5
"""modes of each axis that a start is made of"""
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

    Starts are single low modes, then random combinations of them, on top of the first solution and
    of the lifted conditions. The smallest norm is what a prior without preference would choose.
    """
    found = [first] if first.size <= ACCEPTED else []
    if is_evolution(system):
        return found
    scale = max(norm(system, first.tensor), 1.0)
    for base, bump in _starts(system, first.tensor, lifted, np.random.default_rng(seed)):
        tried = newton(system, base + scale * bump, steps=16)
        is_new = all(distance(system, tried.tensor, f.tensor) > DISTINCT for f in found)
        if tried.size <= ACCEPTED and is_new:
            found.append(tried)
    return sorted(found, key=lambda f: norm(system, f.tensor))


def _starts(
    system: System, first: Tensor, lifted: Tensor, rng: np.random.Generator
) -> Iterator[tuple[Tensor, Tensor]]:
    """Pairs of a field that meets the conditions and a combination of low modes to add."""
    dimension = len(system.axes)
    count = STARTS[dimension]
    if dimension == 1:
        count = int(np.clip(EFFORT // system.axes[0].trials, 4, count))
    for i in range(count):
        single = dimension == 1 and i < LOW * len(AMPLITUDES)
        weights = np.zeros(LOW) if single else rng.standard_normal((LOW,) * dimension)
        if single:
            weights[i // len(AMPLITUDES)] = 1.0
        yield (lifted if i % 2 else first), AMPLITUDES[i % 4] * _low_modes(system, weights)


def _low_modes(system: System, weights: Tensor) -> Tensor:
    """A combination of the lowest modes of each axis, of unit size."""
    bump = np.zeros([axis.size for axis in system.axes])
    system.interior(bump)[...] = kron.apply([_modes(axis) for axis in system.axes], weights)
    return bump / (norm(system, bump) or 1.0)


def _modes(axis: Axis) -> Float[np.ndarray, "n k"]:
    """The modes of an axis on which its leading derivative is smallest, of unit size."""
    mass = axis.operator(0)[:, axis.lifts :]
    values, vectors = np.linalg.eigh(0.5 * (mass + mass.T))
    low = vectors[:, np.argsort(-np.abs(values))[:LOW]]
    return low / np.linalg.norm(axis.table[0][:, axis.lifts :] @ low, axis=0)


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
