"""From a problem and a plan for each axis to a system; refuses what a box cannot determine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gp_solver.boxes import axis as axes
from gp_solver.boxes.faces import Face, NotSeparable, periodic
from gp_solver.boxes.resolution import Plan
from gp_solver.boxes.system import System, highest_orders
from gp_solver.equation import Equation, Traits
from gp_solver.interpolant import Interpolant
from sciml.errors import BadProblem
from sciml.problem import Problem


def check_conditions(problem: Problem, equation: Equation, faces: Sequence[Face]) -> None:
    """Refuse a box whose axes have fewer conditions than their order, or dependent ones.

    Raises
    ------
    BadProblem : too few conditions along an axis; the message names the axis.
    NotSeparable : more conditions than the order (they need the general solver).
    """
    for a, order in enumerate(highest_orders(equation)):
        name = problem.domain.axes[a]
        mine = [face for face in faces if face.axis == a]
        if name in problem.periodic:
            if mine:
                raise BadProblem(
                    f"axis '{name}' of '{problem.name}' is periodic and has conditions too.",
                    "drop one of the two",
                )
            continue
        if len(mine) > order:
            raise NotSeparable(f"{len(mine)} conditions along '{name}'")
        if len(mine) < order:
            raise _too_few(problem, name, order, [face.name for face in mine])


def _too_few(problem: Problem, axis: str, order: int, given: list[str]) -> BadProblem:
    times = "once" if order == 1 else f"{order} times"
    have = f"only {len(given)} condition{'s' * (len(given) != 1)}" if given else "no condition"
    return BadProblem(
        f"'{problem.name}' is differentiated {times} along '{axis}' but has {have} there.",
        f"add {order - len(given)} on '{axis}:lower' or '{axis}:upper': an initial condition on "
        f"'{axis}:lower' if {axis} is time, a boundary condition if it is space, or "
        f"periodic=('{axis}',)",
    )


def plans(problem: Problem, equation: Equation) -> list[Plan]:
    """Return the smallest plan for each axis, no frequencies known."""
    orders = highest_orders(equation)
    return [
        Plan(lower, upper, order)
        for (lower, upper), order in zip(problem.domain.bounding_box, orders, strict=True)
    ]


def assemble(
    problem: Problem,
    equation: Equation,
    like: Traits,
    faces: Sequence[Face],
    chosen: Sequence[Plan],
    sampled: Mapping[str, Interpolant],
    *,
    cache: dict[tuple[int, Plan], axes.Axis],
) -> System:
    """Return the system for these plans; axes already built are taken from the cache.

    Raises
    ------
    BadProblem : the conditions along an axis depend on each other.
    """
    built = []
    orders = highest_orders(equation)
    for a, plan in enumerate(chosen):
        name = problem.domain.axes[a]
        conditions = [face.functional for face in faces if face.axis == a]
        if name in problem.periodic:
            conditions = periodic(problem, a, orders[a])
        if (a, plan) not in cache:
            try:
                cache[a, plan] = axes.build(plan.features, conditions, highest=orders[a])
            except np.linalg.LinAlgError as error:
                raise BadProblem(
                    f"the conditions of '{problem.name}' along '{name}' depend on each other.",
                    "give conditions that are different statements about the solution",
                ) from error
        built.append(cache[a, plan])
    return System(problem, equation, like, tuple(faces), tuple(built), sampled)
