"""Frequencies along each axis of a box, seen in the source and in the data of the conditions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from jaxtyping import Float

from gp_solver.boxes.faces import Face
from gp_solver.boxes.resolution import sampling
from gp_solver.boxes.system import coordinates
from gp_solver.equation import Equation
from gp_solver.interpolant import Interpolant, on_grid
from sciml.problem import Problem

OTHERS = 5
"""positions along the other axes at which lines are looked at"""

NOISE = 1e-12
"""size of a field, relative to the largest, up to which it is taken for rounding"""

Field = Callable[[Sequence[np.ndarray]], Float[np.ndarray, "..."]]
"""axes of a tensor grid -> values on it"""


def frequencies(
    problem: Problem,
    equation: Equation,
    faces: Sequence[Face],
    sampled: Mapping[str, Interpolant],
) -> list[tuple[float, ...]]:
    """Return the frequencies (cycles per unit) along each axis, from data only.

    Looked at are the source and the data of conditions on faces that contain the axis; the exact
    solution never is.
    """
    fields = data_fields(problem, equation, faces, sampled)
    found: list[tuple[float, ...]] = []
    for a, (lower, upper) in enumerate(problem.domain.bounding_box):
        mine: list[float] = []
        for lines in _lines_along(problem, fields, a):
            seen, _ = sampling(lines, upper - lower)
            mine += [f for f in seen if all(abs(f - g) * (upper - lower) > 1e-3 for g in mine)]
        found.append(tuple(mine))
    return found


def data_fields(
    problem: Problem,
    equation: Equation,
    faces: Sequence[Face],
    sampled: Mapping[str, Interpolant],
) -> list[tuple[Field, int | None]]:
    """Return what is known as functions on tensor grids, with the axis each does not depend on.

    The source depends on all axes (None), the data of a condition on all but the face's own.
    What is zero up to rounding is left out.
    """

    def source(grids: Sequence[np.ndarray]) -> np.ndarray:
        x, known = coordinates(problem, grids), on_grid(sampled, grids)
        return equation.source(x, known).reshape([len(g) for g in grids])

    def data(face: Face) -> Field:
        def of(grids: Sequence[np.ndarray]) -> np.ndarray:
            placed = list(grids)
            placed[face.axis] = np.array([face.position])
            x, known = coordinates(problem, placed), on_grid(sampled, placed)
            return face.data(x, known).reshape([len(g) for g in placed])

        return of

    fields: list[tuple[Field, int | None]] = [(source, None)]
    fields += [(data(face), face.axis) for face in faces]
    rng = np.random.default_rng(4)
    grids = [lo + (hi - lo) * rng.random(9) for lo, hi in problem.domain.bounding_box]
    sizes = [float(np.max(np.abs(field(grids)))) for field, _ in fields]
    return [f for f, size in zip(fields, sizes, strict=True) if size > NOISE * max(sizes)]


def _lines_along(
    problem: Problem, fields: list[tuple[Field, int | None]], axis: int
) -> list[Callable[[int], np.ndarray]]:
    """Functions (number of points) -> lines [m, n] along an axis, of each field."""
    rng = np.random.default_rng(2)
    box = problem.domain.bounding_box
    others = [lo + (hi - lo) * rng.uniform(0.03, 0.97, OTHERS) for lo, hi in box]

    def lines_of(field: Field) -> Callable[[int], np.ndarray]:
        def lines(count: int) -> np.ndarray:
            grids = list(others)
            grids[axis] = np.linspace(*box[axis], count)
            return np.moveaxis(field(grids), axis, -1).reshape(-1, count)

        return lines

    return [lines_of(field) for field, missing in fields if missing != axis]
