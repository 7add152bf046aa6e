"""What a solution on a box leaves over at points where nothing was asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from gp_solver.boxes.axis import Axis
from gp_solver.boxes.faces import Face
from gp_solver.boxes.system import (
    System,
    Tensor,
    coordinates,
    derivative,
    face_data,
    highest_orders,
)
from gp_solver.equation import Equation, Values
from sciml import kron

OTHERS = 6
"""positions along the other axes at which a line along one axis is checked"""
POINTS = {1: 1024, 2: 150, 3: 30}
"""random positions along each axis at which the residual is taken, by dimension"""


@dataclass(frozen=True)
class Check:
    """How far a solution is from the equation at fresh points.

    Attributes
    ----------
    residual : root mean square of the equation's residual, relative to that of its largest term.
    conditions : the same of the conditions, relative to the size of the solution.
    by_axis : the share of both that the functions along each axis cannot express.
    absolute : root mean square of the equation's residual in its own units.
    size : root mean square of the solution.
    """

    residual: float
    conditions: float
    by_axis: tuple[float, ...]
    absolute: float
    size: float


def check(system: System, tensor: Tensor) -> Check:
    """Return how well a solution meets equation and conditions at fresh points."""
    rng = np.random.default_rng(1)
    points = [fresh(axis, rng, POINTS[len(system.axes)]) for axis in system.axes]
    found, scale, size = _residual(system, tensor, points)
    absolute = float(np.sqrt(np.mean(found**2)))
    shares = []
    for a, axis in enumerate(system.axes):
        grids = [
            axis.finer[0] if b == a else fresh(other, rng) for b, other in enumerate(system.axes)
        ]
        lines = np.moveaxis(_residual(system, tensor, grids)[0], a, 0)
        shares.append(axis.unresolved(lines.reshape(len(lines), -1)) / scale)
    size = max(size, np.finfo(float).tiny)
    missed = [_misfit(system, tensor, face, size, rng) for face in system.faces]
    for face, share in zip(system.faces, missed, strict=True):
        for a in range(len(system.axes)):
            if a != face.axis:
                shares[a] = max(shares[a], share)
    residual = max(absolute / scale, *shares)
    return Check(residual, max(missed, default=0.0), tuple(shares), absolute, size)


def fresh(axis: Axis, rng: np.random.Generator, count: int = OTHERS) -> Float[np.ndarray, " n"]:
    """Return random positions along an axis."""
    lower, upper = _ends(axis)
    return np.sort(lower + (upper - lower) * rng.random(count))


def _ends(axis: Axis) -> tuple[float, float]:
    return axis.features.lower, axis.features.upper


def _residual(
    system: System, tensor: Tensor, grids: Sequence[np.ndarray]
) -> tuple[Tensor, float, float]:
    """The residual on a tensor grid, the size of its largest term, the size of the solution."""
    highest = highest_orders(system.equation)
    features = [axis.features for axis in system.axes]
    tables = [f.at(g, m) for f, g, m in zip(features, grids, highest, strict=True)]
    tensor = np.asarray(kron.apply([axis.coefficients for axis in system.axes], tensor))
    values = system.jet(tensor, tables)
    x, sampled = coordinates(system.problem, grids), system.samples(grids)
    found, scale = left_over(system.equation, values, x, sampled)
    plain = derivative(tensor, tables, (0,) * len(grids))
    size = float(np.sqrt(np.mean(plain**2)))
    return found.reshape([len(g) for g in grids]), scale, size


def left_over(
    equation: Equation, values: Values, x: Values, sampled: Values
) -> tuple[Float[np.ndarray, " n"], float]:
    """Return the residual at jet values [n] and points [n], and the size of its largest term."""
    found, slopes = equation.linearised(values, x, sampled)
    terms = [np.sqrt(np.mean((slopes[n] * values[n]) ** 2)) for n in values]
    source = np.sqrt(np.mean(equation.source(x, sampled) ** 2))
    return found, max(float(max([*terms, source])), np.finfo(float).tiny)


def _misfit(
    system: System, tensor: Tensor, face: Face, size: float, rng: np.random.Generator
) -> float:
    """How far a condition is from its data on random points of its face, relative."""
    others = [axis for b, axis in enumerate(system.axes) if b != face.axis]
    grids = [fresh(axis, rng, 40) for axis in others]
    wanted = face_data(system, face, grids)
    row = face.functional.of(system.axes[face.axis].features)
    row = row @ system.axes[face.axis].coefficients
    held = np.tensordot(row, tensor, axes=(0, face.axis))
    tables = [axis.at(g, 0)[0] for axis, g in zip(others, grids, strict=True)]
    for b, table in enumerate(tables):
        held = np.moveaxis(np.tensordot(table, held, axes=(1, b)), 0, b)
    lower, upper = _ends(system.axes[face.axis])
    largest = max(abs(c) / (upper - lower) ** o for _, o, c in face.functional.terms)
    scale = max(float(np.sqrt(np.mean(np.square(wanted)))), size * largest)
    return float(np.sqrt(np.mean(np.square(held - wanted)))) / scale
