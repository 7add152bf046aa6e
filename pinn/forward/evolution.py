"""Which axis a problem evolves along: one whose conditions all hold where it begins."""

from __future__ import annotations

from pinn.forward.block import Equations
from pinn.forward.checks import faces_of
from sciml.domain import Box
from sciml.problem import BOUNDARY


def evolving(equations: Equations) -> tuple[int, int] | None:
    """Return the index of the evolving axis and how often the equation is differentiated there.

    None where there is none, or where the conditions at the start are not the equation's order of
    every field.
    """
    problem = equations.problem
    axes = problem.domain.axes
    if not isinstance(problem.domain, Box) or len(axes) < 2:
        return None
    for a in sorted(range(len(axes)), key=lambda i: axes[i] != "t"):
        given = faces_of(axes[a], equations.statements)
        order = max((o[a] for _, o in problem.derivatives.values()), default=0)
        faces = {f for s in given for f in s.faces if f.startswith(f"{axes[a]}:") or f == BOUNDARY}
        enough = sum(s.components for s in given) == order * len(problem.fields)
        if axes[a] not in problem.periodic and faces == {f"{axes[a]}:lower"} and enough:
            return a, order
    return None
