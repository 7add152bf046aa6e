"""Radial equations of atoms: −ψ″ + V ψ = E ψ on the half line."""

from __future__ import annotations

import math

from problems.oracle import Values, known
from problems.parameters import at_least, positive
from problems.reference import closed_forms
from sciml.domain import Box
from sciml.problem import EigenProblem
from sciml.registry import register


@register("hydrogen", tags=("schrodinger", "1d", "closed-form", "unbounded", "singular"))
def hydrogen(l: int = 0, charge: float = 1.0, kinetic: float = 1.0) -> EigenProblem:  # noqa: E741
    """Radial hydrogen atom, u = r R on [0, ∞): −t u″ + t (l(l+1)/r² − 2Z/r) u = E u, t = kinetic.

    E_n = −t Z²/n², n = l + 1, l + 2, …, and u(0) = 0. Lengths are in Bohr radii; energies are in
    rydberg with t = 1 and in hartree with t = ½ (V = −Z/r + l(l+1)/2r²).

    Parameters
    ----------
    l : angular momentum, 0 or more.
    charge : Z, charge of the nucleus.
    kinetic : t, coefficient of −u″.

    Good values
    -----------
    l 0 to 3, charge 1 to 10; E = −1, −1/4, −1/9, −1/16 at the defaults.

    Reference
    ---------
    D. J. Griffiths and D. F. Schroeter, Introduction to Quantum Mechanics (2018), section 4.2.
    """
    at_least("hydrogen", 0, l=l)
    positive("hydrogen", charge=charge, kinetic=kinetic)

    def potential(r: Values) -> Values:
        coulomb = -2 * kinetic * charge / r
        return coulomb + kinetic * l * (l + 1) / r**2 if l else coulomb

    return EigenProblem(
        name="hydrogen",
        domain=Box({"r": (0.0, math.inf)}),
        potential=potential,
        kinetic=kinetic,
        states=4,
        singular=(0.0,),
        citation="D. J. Griffiths and D. F. Schroeter, Introduction to Quantum Mechanics (2018)",
        **known(lambda k: closed_forms.hydrogen(k, l, charge, kinetic)),
    )
