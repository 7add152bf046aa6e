"""From pieces of a solution to what the user gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

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
    box = problem.domain.bounding_box
    if len(box) == 1:
        x = np.linspace(*box[0], LINE_POINTS)
        return {"x": x, "u": solution.values(params, x[:, None])}
    count = PLANE_POINTS if len(box) == 2 else SPACE_POINTS
    mesh = np.meshgrid(*(np.linspace(*ends, count) for ends in box), indexing="ij")
    points = np.stack([m.ravel() for m in mesh], axis=1)
    points = points[np.asarray(problem.domain.contains(points), bool)]
    return {"points": points, "u": solution.values(params, points)}
