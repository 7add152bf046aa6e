"""What a problem must have before anything is trained; each message names the mend."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pinn.forward.checks import faces_of
from pinn.forward.statements import Statement
from sciml.domain import Box
from sciml.errors import BadProblem
from sciml.problem import BOUNDARY, Problem

MOST = 6
"""coordinates"""


def check(problem: Problem, statements: Sequence[Statement]) -> None:
    """Raise BadProblem for what cannot be solved."""
    if not np.all(np.isfinite(np.array(problem.domain.bounding_box))):
        raise BadProblem(
            f"'{problem.name}' is posed on an unbounded domain.",
            "end the box where the solution is known, and give conditions there",
        )
    if problem.dimension > MOST:
        raise BadProblem(
            f"'{problem.name}' has {problem.dimension} coordinates.",
            f"method network solves up to {MOST}",
        )
    if problem.unknowns or problem.observations is not None:
        raise BadProblem(
            f"'{problem.name}' has unknowns or observations, which method network does not read.",
            "use method pinn, which infers coefficients from measurements",
        )
    if problem.sampled or problem.enrichment:
        what = "functions sampled on a grid" if problem.sampled else "corner functions"
        raise BadProblem(
            f"'{problem.name}' has {what}, which method network does not read.", "use gp"
        )
    if isinstance(problem.domain, Box):
        _check_axes(problem, statements)
    elif not problem.conditions:
        raise BadProblem(
            f"'{problem.name}' has no condition on its boundary.", f"add one on '{BOUNDARY}'"
        )


def _check_axes(problem: Problem, statements: Sequence[Statement]) -> None:
    """Refuse a periodic axis with conditions, and a single field with too few along an axis."""
    for a, axis in enumerate(problem.domain.axes):
        given = [s for s in faces_of(axis, statements) if BOUNDARY not in s.faces]
        if axis in problem.periodic and given:
            raise BadProblem(
                f"axis '{axis}' of '{problem.name}' is periodic and has conditions too.",
                "drop one of the two",
            )
        order = max((o[a] for _, o in problem.derivatives.values()), default=0)
        single = len(problem.fields) == 1 and axis not in problem.periodic
        have = sum(s.components for s in faces_of(axis, statements))
        if single and have < order:
            raise BadProblem(
                f"'{problem.name}' is of order {order} along '{axis}' but has {have} conditions "
                "there.",
                f"add one on '{axis}:lower' or '{axis}:upper', or periodic=('{axis}',)",
            )
