"""Where Newton's method starts, and which different solutions it finds."""

from __future__ import annotations

import numpy as np

from gp_solver.box import System, Tensor, coordinates
from gp_solver.linear import Linearisation


def first_start(system: System, lifted: Tensor) -> Tensor:
    """Return the solution of the equation linearised at zero, high modes only.

    Modes whose eigenvalue is below the slope of the nonlinear part are left out: there the linear
    equation says nothing about the nonlinear one.
    """
    tables = [list(axis.table) for axis in system.axes]
    x, sampled = coordinates(system.problem, system.nodes), system.samples(system.nodes)
    grid = [len(n) for n in system.nodes]
    values = system.jet(lifted, tables)
    found, slopes = system.equation.linearised(values, x, sampled)
    shaped = {n: s.reshape(grid) for n, s in slopes.items()}
    right = -system.project(found.reshape(grid))
    start = lifted.copy()
    step, _ = Linearisation(system, shaped).solve(right)
    if np.all(np.isfinite(step)):
        system.interior(start)[...] += step
    return start
