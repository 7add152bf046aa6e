"""From pieces of a solution to what the user gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from pinn.forward import solution
from pinn.forward.solution import Piece
from sciml.method import Outcome
from sciml.problem import Problem
from sciml.status import Status

LINE_POINTS, PLANE_POINTS, SPACE_POINTS = 1201, 90, 24
"""samples of a solution for pictures along each axis, by dimension"""


def outcome(
    problem: Problem,
    pieces: Sequence[Piece],
    axis: int,
    *,
    status: Status,
    metrics: Mapping[str, float],
    value: Mapping[str, Any],
    warnings: tuple[str, ...] = (),
) -> Outcome:
    """Return the outcome of windows along an axis (or of a single block)."""
    params = solution.to_arrays(pieces, axis)
    return Outcome(status, dict(value), metrics, params, samples(problem, params), warnings)


def samples(problem: Problem, params: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return the fields on the grid of pictures."""
    return sampled(problem, lambda points: solution.values(params, points))


def sampled(
    problem: Problem, values: Callable[[Float[np.ndarray, "n d"]], np.ndarray]
) -> dict[str, np.ndarray]:
    """Return fields, given as a function of points, on the grid of pictures, and the grid."""
    points = picture_points(problem)
    named = {"x": points[:, 0]} if problem.dimension == 1 else {"points": points}
    return {**named, "u": values(points)}


def picture_points(problem: Problem) -> Float[np.ndarray, "n d"]:
    """Return the grid of pictures (of more than three axes: slices through the middle)."""
    box = problem.domain.bounding_box
    count = {1: LINE_POINTS, 2: PLANE_POINTS}.get(len(box), SPACE_POINTS)
    lines = [
        np.linspace(*ends, count) if a < 3 else np.array([0.5 * sum(ends)])
        for a, ends in enumerate(box)
    ]
    grid = np.stack([g.ravel() for g in np.meshgrid(*lines, indexing="ij")], axis=1)
    return grid[np.asarray(problem.domain.contains(grid), bool)]
