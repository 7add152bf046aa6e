"""What a problem must have before anything is computed; each message names the mend."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from pinn.forward.block import Equations
from pinn.forward.statements import Statement
from sciml.domain import Box
from sciml.errors import BadConfig, BadProblem
from sciml.problem import BOUNDARY, Problem

DISAGREEMENT = 1e-6
"""relative difference of two values at one corner that is no rounding"""
MOST = 3
"""coordinates"""
HIGHEST = 4
"""order of derivatives along an axis"""


def check(equations: Equations, units: int) -> None:
    """Raise BadProblem or BadConfig for what cannot be solved."""
    problem = equations.problem
    check_domain(problem, "pinn", MOST)
    for name, (_, order) in problem.derivatives.items():
        if max(order) > HIGHEST:
            raise BadProblem(
                f"the residual of '{problem.name}' asks for '{name}'.",
                f"method pinn differentiates up to {HIGHEST} times along an axis; "
                "write the equation as a system of lower order",
            )
    _ = equations.statements
    if isinstance(problem.domain, Box):
        _check_conditions(equations)
        _check_corners(equations)
    needed = 4 ** len(problem.domain.axes) * len(problem.fields)
    if units < needed:
        raise BadConfig(
            f"units is {units}, too few for the conditions of '{problem.name}'.",
            f"give at least {needed}",
        )


def check_domain(problem: Problem, method: str, most: int) -> None:
    """Raise BadProblem for domains and parts of a problem that a method does not solve.

    `most` is the largest number of coordinates.
    """
    if not np.all(np.isfinite(np.array(problem.domain.bounding_box))):
        raise BadProblem(
            f"'{problem.name}' is posed on an unbounded domain.",
            "end the box where the solution is known, and give conditions there",
        )
    if problem.dimension > most:
        raise BadProblem(
            f"'{problem.name}' has {problem.dimension} coordinates.",
            f"method {method} solves up to {most}",
        )
    unread = {
        "functions sampled on a grid": problem.sampled,
        "corner functions": problem.enrichment,
    }
    for what, there in unread.items():
        if there:
            raise BadProblem(
                f"'{problem.name}' has {what}, which method {method} does not read.", "use gp"
            )
    if not isinstance(problem.domain, Box) and not problem.conditions:
        raise BadProblem(
            f"'{problem.name}' has no condition on its boundary.", f"add one on '{BOUNDARY}'"
        )


def check_periodic(problem: Problem, axis: str, given: Sequence[Statement]) -> None:
    """Refuse conditions on the faces of a periodic axis."""
    if axis in problem.periodic and given:
        raise BadProblem(
            f"axis '{axis}' of '{problem.name}' is periodic and has conditions too.",
            "drop one of the two",
        )


def faces_of(axis: str, statements: Sequence[Statement]) -> list[Statement]:
    """Return the statements on an axis's faces, each once a face."""
    ends = (f"{axis}:lower", f"{axis}:upper")
    found = []
    for statement in statements[1:]:
        for face in statement.faces:
            found += [statement] * (2 if face == BOUNDARY else face in ends)
    return found


def _check_conditions(equations: Equations) -> None:
    """Refuse an axis of a single field with fewer conditions than the equation's order."""
    problem = equations.problem
    if len(problem.fields) > 1:
        return
    for a, axis in enumerate(problem.domain.axes):
        order = max((o[a] for _, o in problem.derivatives.values()), default=0)
        given = faces_of(axis, equations.statements)
        check_periodic(problem, axis, given)
        if axis not in problem.periodic and sum(s.components for s in given) < order:
            times = "once" if order == 1 else f"{order} times"
            have = "no condition" if not given else f"only {len(given)}"
            raise BadProblem(
                f"'{problem.name}' is differentiated {times} along '{axis}' but has {have} there.",
                f"add a condition on '{axis}:lower' or '{axis}:upper', or periodic=('{axis}',)",
            )


def _check_corners(equations: Equations) -> None:
    """Refuse conditions that prescribe two values of a field where their faces meet."""
    problem = equations.problem
    axes, bounds = problem.domain.axes, np.array(problem.domain.bounding_box)
    values = []
    for i, statement in enumerate(equations.statements[1:], 1):
        orders = [sum(order) for _, order in statement.read.values()]
        if orders == [0] and statement.components == 1:
            values += [(i, face) for face in statement.faces if face != BOUNDARY]
    for (i, one), (k, two) in combinations(values, 2):
        (a, end), (b, other) = _place(axes, bounds, one), _place(axes, bounds, two)
        if a == b:
            continue
        names = [next(iter(equations.statements[n].read.values()))[0] for n in (i, k)]
        points = np.linspace(bounds[:, 0], bounds[:, 1], 5)
        points[:, a], points[:, b] = end, other
        first, second = (_prescribed(equations, n, points) for n in (i, k))
        inner = np.linspace(bounds[:, 0], bounds[:, 1], 9)
        inner[:, a] = end
        size = max(1e-300, *(float(np.max(np.abs(v))) for v in (first, second)))
        size = max(size, float(np.max(np.abs(_prescribed(equations, i, inner)))))
        worst = int(np.argmax(np.abs(first - second)))
        if names[0] == names[1] and abs(first[worst] - second[worst]) > DISAGREEMENT * size:
            where = ", ".join(f"{x} = {p:g}" for x, p in zip(axes, points[worst], strict=True))
            raise BadProblem(
                f"the conditions of '{problem.name}' on '{one}' and '{two}' disagree at {where}: "
                f"{first[worst] + 0.0:.6g} and {second[worst] + 0.0:.6g}.",
                "give data that meet where the faces do (or let one change smoothly to the other)",
            )


def _place(axes: tuple[str, ...], bounds: np.ndarray, face: str) -> tuple[int, float]:
    name, _, side = face.partition(":")
    a = axes.index(name)
    return a, float(bounds[a, int(side == "upper")])


def _prescribed(equations: Equations, which: int, points: np.ndarray) -> np.ndarray:
    """The value that a condition on one field alone prescribes at points."""
    (name,) = equations.statements[which].read
    zero = {name: np.zeros(len(points))}
    found, slopes = equations.linearised[which](zero, points, equations.theta)
    return -found[:, 0] / slopes[name][:, 0]
