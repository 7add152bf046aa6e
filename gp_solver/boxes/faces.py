"""Conditions on the faces of a box, read as linear functionals along one axis and their data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gp_solver.boxes.axis import Functional
from gp_solver.equation import Equation, Values, equation, traits
from sciml.domain import Box
from sciml.errors import BadProblem
from sciml.problem import BOUNDARY, Condition, Problem


@dataclass(frozen=True, eq=False)
class Face:
    """One condition on one face.

    Attributes
    ----------
    axis : index of the axis across which the face lies.
    name : the face, as "axis:lower".
    equation : the condition's residual.
    functional : what it asks of functions along the axis.
    noise : standard deviation of its data.
    """

    axis: int
    name: str
    equation: Equation
    functional: Functional
    noise: float

    @property
    def position(self) -> float:
        """Coordinate of the face along its axis."""
        return self.functional.terms[0][0]

    def data(self, x: Values, sampled: Values) -> np.ndarray:
        """Return g [n] where the condition is functional(u) = g, at points of the face."""
        return self.equation.source(x, sampled)


class NotSeparable(Exception):
    """A condition that is no functional along one axis: it needs the general solver."""


def faces_of(problem: Problem, condition: Condition) -> tuple[str, ...]:
    """Return the faces of a condition on a box, the whole boundary spelled out."""
    axes = problem.domain.axes
    every = tuple(f"{a}:{side}" for a in axes for side in ("lower", "upper"))
    named = [every if face == BOUNDARY else (face,) for face in condition.faces]
    return tuple(dict.fromkeys(face for group in named for face in group))


def face_position(problem: Problem, face: str) -> tuple[int, float]:
    """Return the index of the axis across which a face of a box lies, and its coordinate."""
    axis, _, side = face.partition(":")
    index = problem.domain.axes.index(axis)
    return index, problem.domain.bounding_box[index][side == "upper"]


def faces(problem: Problem, sampled: Mapping[str, float] | None = None) -> list[Face]:
    """Return the conditions of a problem on a box, one entry a condition and face.

    Raises
    ------
    NotSeparable : a condition is nonlinear, has varying coefficients or a tangential derivative.
    BadProblem : a condition is not finite, or reads nothing of the solution.
    """
    found = []
    for condition in problem.conditions:
        read = equation(problem, condition.residual)
        for name in faces_of(problem, condition):
            index, position = face_position(problem, name)
            like = traits(read, sampled, face=(index, position))
            if not (like.linear and like.constant):
                raise NotSeparable(name)
            terms = []
            for derivative, c in like.coefficients.items():
                order = read.order(derivative)
                if any(o for a, o in enumerate(order) if a != index):
                    raise NotSeparable(name)
                if c != 0.0:
                    terms.append((position, order[index], c))
            if not terms:
                raise BadProblem(
                    f"a condition of '{problem.name}' on '{name}' does not read the solution.",
                    "write it on the jet, for example lambda j, x, theta: j.u - 1.0",
                )
            functional = Functional(tuple(terms))
            found.append(Face(index, name, read, functional, condition.noise))
    return found


def periodic(problem: Problem, axis: int, order: int) -> list[Functional]:
    """Return the functionals that make the solution and `order` - 1 derivatives repeat."""
    assert isinstance(problem.domain, Box)
    lower, upper = problem.domain.bounding_box[axis]
    return [Functional(((lower, j, 1.0), (upper, j, -1.0))) for j in range(order)]
