"""What a problem must have before anything is trained; each message names the mend."""

from __future__ import annotations

from collections.abc import Sequence

from pinn.forward.checks import check_domain, check_periodic, faces_of
from pinn.forward.statements import Statement
from sciml.domain import Box
from sciml.errors import BadProblem
from sciml.problem import BOUNDARY, Problem

MOST = 6
"""coordinates"""


def check(problem: Problem, statements: Sequence[Statement]) -> None:
    """Raise BadProblem for what cannot be solved."""
    check_domain(problem, "network", MOST)
    if problem.unknowns or problem.observations is not None:
        raise BadProblem(
            f"'{problem.name}' has unknowns or observations, which method network does not read.",
            "use method pinn, which infers coefficients from measurements",
        )
    if isinstance(problem.domain, Box):
        _check_axes(problem, statements)


def _check_axes(problem: Problem, statements: Sequence[Statement]) -> None:
    """Refuse a periodic axis with conditions, and a single field with too few along an axis."""
    for a, axis in enumerate(problem.domain.axes):
        given = [s for s in faces_of(axis, statements) if BOUNDARY not in s.faces]
        check_periodic(problem, axis, given)
        order = max((o[a] for _, o in problem.derivatives.values()), default=0)
        single = len(problem.fields) == 1 and axis not in problem.periodic
        have = sum(s.components for s in faces_of(axis, statements))
        if single and have < order:
            raise BadProblem(
                f"'{problem.name}' is of order {order} along '{axis}' but has {have} conditions "
                "there.",
                f"add one on '{axis}:lower' or '{axis}:upper', or periodic=('{axis}',)",
            )
