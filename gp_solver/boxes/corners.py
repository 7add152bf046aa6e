"""Whether the conditions of adjoining faces agree where the faces meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from gp_solver.boxes.faces import Face
from gp_solver.boxes.system import coordinates
from gp_solver.interpolant import Interpolant, on_grid
from sciml.errors import BadProblem
from sciml.problem import Problem

DISAGREEMENT = 1e-6
"""relative difference of two values of the solution at one point that is no rounding"""
ALONG = 5
"""points along an edge at which values are compared"""


def check_corners(
    problem: Problem, faces: Sequence[Face], sampled: Mapping[str, Interpolant]
) -> None:
    """Refuse conditions that prescribe two values of the solution at one point.

    Raises
    ------
    BadProblem : the message names the point, both faces and both values.
    """
    values = [face for face in faces if _value_of(face) is not None]
    for first, second in combinations(values, 2):
        if first.axis == second.axis:
            continue
        grids = [np.linspace(lo, hi, ALONG) for lo, hi in problem.domain.bounding_box]
        for face in (first, second):
            grids[face.axis] = np.array([face.position])
        x, known = coordinates(problem, grids), on_grid(sampled, grids)
        a, b = (face.data(x, known) / (_value_of(face) or 1.0) for face in (first, second))
        size = max(float(np.max(np.abs(a))), float(np.max(np.abs(b))), _usual(problem, first))
        worst = int(np.argmax(np.abs(a - b)))
        if abs(a[worst] - b[worst]) > DISAGREEMENT * size:
            place = ", ".join(f"{axis} = {x[axis][worst]:g}" for axis in x)
            raise BadProblem(
                f"the conditions of '{problem.name}' on '{first.name}' and '{second.name}' "
                f"disagree at {place}: {a[worst] + 0.0:.6g} and {b[worst] + 0.0:.6g}.",
                "give data that meet where the faces do (or let one change smoothly to the other)",
            )


def _value_of(face: Face) -> float | None:
    """The coefficient of u in a condition on u alone, else None."""
    terms = face.functional.terms
    return terms[0][2] if len(terms) == 1 and terms[0][1] == 0 else None


def _usual(problem: Problem, face: Face) -> float:
    """The size of a condition's data over its face, where corners happen to be zero."""
    rng = np.random.default_rng(6)
    box = np.array(problem.domain.bounding_box)
    points = box[:, 0] + (box[:, 1] - box[:, 0]) * rng.random((16, len(box)))
    points[:, face.axis] = face.position
    x = {a: np.ascontiguousarray(points[:, i]) for i, a in enumerate(problem.domain.axes)}
    if problem.sampled:
        return np.finfo(float).tiny
    return max(float(np.max(np.abs(face.data(x, {})))), np.finfo(float).tiny)
