"""A finite box and a decay factor for a problem on the whole plane.

As on the line (`pinn.truncate`), the box grows until the WKB action along every axis is deep
enough, here with the potential minimised over the other axis. The decay factor is a Gaussian with
the second moments of a coarse ground state.
"""

from __future__ import annotations

import math

import numpy as np
import scipy.linalg
from jaxtyping import Float

from pinn.coarse import natural_length
from pinn.truncate import ACTION, DECADES
from sciml.domain import Box
from sciml.errors import NoBoundState
from sciml.problem import EigenProblem

MODES = 24
"""sine functions an axis in the coarse solution"""


def _home(problem: EigenProblem) -> tuple[Float[np.ndarray, " 2"], float]:
    """The lowest point of V, homed in on from the largest scale, and the natural length there."""
    ends = np.array(problem.domain.bounding_box)
    finite = np.where(np.isfinite(ends), ends, np.nan)
    bounded = np.isfinite(ends).any(axis=1)
    centre = np.zeros(2)
    centre[bounded] = np.nanmean(finite[bounded], axis=1)
    points, values = [], []
    for power in reversed(DECADES):
        steps = 10.0**power * np.linspace(-1.0, 1.0, 32)
        grid = np.stack([g.ravel() for g in np.meshgrid(*(centre[:, None] + steps))], -1)
        grid = np.vstack([centre, grid])
        grid = grid[np.all((grid > ends[:, 0]) & (grid < ends[:, 1]), axis=1)]
        if not len(grid):
            continue
        v = problem.potential_at(grid, finite=False)
        v = np.where(np.isnan(v), np.inf, v)  # refused once it lies inside the box
        centre = grid[np.argmin(v)]
        points.append(grid)
        values.append(v)
    distance = np.linalg.norm(np.concatenate(points) - centre, axis=1)
    return centre, natural_length(distance, np.concatenate(values), problem.kinetic)


def _sine_axis(lower: float, upper: float) -> tuple[np.ndarray, np.ndarray]:
    """Points of a sine discrete-variable representation and its matrix of -d²/dx²."""
    k = np.arange(1, MODES + 1)
    points = lower + (upper - lower) * k / (MODES + 1)
    modes = np.sqrt(2 / (MODES + 1)) * np.sin(np.pi * np.outer(k, k) / (MODES + 1))
    return points, modes @ np.diag((k * np.pi / (upper - lower)) ** 2) @ modes


def _coarse(
    problem: EigenProblem, box: Box, states: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Grid points [n, 2], V on the grid [MODES, MODES], coarse energies, ground-state density."""
    (x, kx), (y, ky) = (_sine_axis(lo, hi) for lo, hi in box.bounding_box)
    points = np.stack([g.ravel() for g in np.meshgrid(x, y, indexing="ij")], -1)
    v = problem.potential_at(points)
    one = np.eye(MODES)
    matrix = problem.kinetic * (np.kron(kx, one) + np.kron(one, ky)) + np.diag(v)
    energies, vectors = scipy.linalg.eigh(matrix, subset_by_index=(0, states - 1))
    return points, v.reshape(MODES, MODES), energies, vectors[:, 0] ** 2


def _actions(
    v: Float[np.ndarray, "m m"], box: Box, energy: float, kinetic: float
) -> list[tuple[float, float]]:
    """WKB action towards (lower, upper) of each axis, along the easiest path."""
    found = []
    for axis, (lo, hi) in enumerate(box.bounding_box):
        lowest = v.min(axis=1 - axis)
        wall = np.sqrt(np.maximum(lowest - energy, 0.0) / kinetic) * (hi - lo) / (MODES + 1)
        allowed = np.flatnonzero(lowest < energy)
        if len(allowed) == 0:
            found.append((float(wall.sum() / 2), float(wall.sum() / 2)))
        else:
            found.append((float(wall[: allowed[0]].sum()), float(wall[allowed[-1] + 1 :].sum())))
    return found


def truncated_plane(
    problem: EigenProblem, states: int
) -> tuple[Box, Float[np.ndarray, "2 2"], Float[np.ndarray, " 2"]]:
    """Return a finite box for the lowest states, and precision matrix and centre of the decay.

    Raises
    ------
    NoBoundState : no box up to the largest tried holds that many bound states.
    """
    axes, ends = problem.domain.axes, problem.domain.bounding_box
    home, length = _home(problem)
    reach = np.full((2, 2), length)
    for _ in range(80):
        box = Box(
            {
                axis: (
                    lo if math.isfinite(lo) else home[i] - reach[i, 0],
                    hi if math.isfinite(hi) else home[i] + reach[i, 1],
                )
                for i, (axis, (lo, hi)) in enumerate(zip(axes, ends, strict=True))
            }
        )
        points, v, energies, density = _coarse(problem, box, states)
        deep = np.array(_actions(v, box, float(energies[-1]), problem.kinetic)) >= ACTION
        deep |= np.isfinite(np.array(ends))
        if deep.all():
            centre = density @ points
            covariance = (points - centre).T @ (density[:, None] * (points - centre))
            return box, np.linalg.inv(covariance) / 2, centre
        reach = np.where(deep, reach, 1.25 * reach)
    raise NoBoundState(
        f"'{problem.name}' has fewer than {states} bound states within reach.",
        "ask for fewer states, deepen the well, or put it into a finite box",
    )
