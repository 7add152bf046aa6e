"""Flow of a viscous fluid: the cavity whose lid moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from problems.parameters import positive
from problems.reference import cavity
from sciml.domain import Box
from sciml.problem import Condition, Problem
from sciml.registry import register

SHEN = "J. Shen, J. Comput. Phys. 95, 228 (1991)"


def _vorticity(j: Any, _x: Mapping[str, Any], theta: Mapping[str, Any]) -> Any:
    """∇⁴ψ / Re − ψ_y ∇²ψ_x + ψ_x ∇²ψ_y."""
    spread = (j.psi_xxxx + 2 * j.psi_xxyy + j.psi_yyyy) / theta["reynolds"]
    return spread - j.psi_y * (j.psi_xxx + j.psi_xyy) + j.psi_x * (j.psi_xxy + j.psi_yyy)


@register("lid_driven_cavity", aliases=("cavity",), tags=("flow", "elliptic", "2d", "nonlinear"))
def lid_driven_cavity(reynolds: float = 100.0) -> Problem:
    """Steady flow under a moving lid: ∇⁴ψ / Re = ψ_y ∇²ψ_x − ψ_x ∇²ψ_y on [0, 1]².

    ψ is the stream function, the velocity (ψ_y, −ψ_x). ψ = 0 and no slip on all walls; the lid
    moves at 16 x² (1 − x)², which spares the fluid infinite stress in the corners.

    Parameters
    ----------
    reynolds : Re > 0.

    Good values
    -----------
    reynolds 1 to 400.

    Reference
    ---------
    J. Shen, J. Comput. Phys. 95, 228 (1991).
    """
    positive("lid_driven_cavity", reynolds=reynolds)
    return Problem(
        name="lid_driven_cavity",
        domain=Box({"x": (0.0, 1.0), "y": (0.0, 1.0)}),
        fields=("psi",),
        theta={"reynolds": reynolds},
        residual=_vorticity,
        conditions=(
            Condition(("boundary",), lambda j, _x, _theta: j.psi),
            Condition(("x:lower", "x:upper"), lambda j, _x, _theta: j.psi_x),
            Condition(("y:lower",), lambda j, _x, _theta: j.psi_y),
            Condition(
                ("y:upper",), lambda j, x, _th: j.psi_y - 16 * x["x"] ** 2 * (1 - x["x"]) ** 2
            ),
        ),
        exact=lambda points: cavity.at(points, reynolds),
        citation=SHEN,
    )
