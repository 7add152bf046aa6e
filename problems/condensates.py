"""Condensates that fill a well: −κ ψ″ + V ψ + g|ψ|²ψ = μ ψ with κ = kinetic, ∫|ψ|² = 1."""

from __future__ import annotations

import functools
import math

import numpy as np
from jaxtyping import Float

from problems.parameters import filled, positive
from problems.reference import condensates
from problems.reference.condensates import Condensed
from sciml.bound_states import EigenProblem
from sciml.problem import Condensate
from sciml.registry import register

ELEMENTS = 100
"""elements, of a soliton's width, that a reference in a box may take"""
PETHICK = "C. J. Pethick and H. Smith, Bose-Einstein Condensation in Dilute Gases (2008), chapter 6"


@register("condensate", aliases=("gross_pitaevskii",), tags=("schrodinger", "condensate"))
def condensate(g: float = 10.0, well: str = "harmonic", kinetic: float = 0.5) -> Condensate:
    """Ground state of the Gross-Pitaevskii equation: −κ ψ″ + V ψ + g|ψ|²ψ = μ ψ, ∫|ψ|² = 1.

    The energy of a particle is T + U + I, with I = (g/2) ∫|ψ|⁴, and μ = T + U + 2I.

    Parameters
    ----------
    g : interaction; repulsive where positive, and 0 gives the linear ground state.
    well : name of a registered well, at its defaults; V is ω²x²/2 with ω = 1 at ours.
    kinetic : κ, coefficient of −ψ″ (of −∇²ψ in the plane).

    Good values
    -----------
    g −10 to 1000 in the oscillator: μ = 0.869943814753 at g = 1, 3.107243089427 at 10,
    14.134287086586 at 100.

    Reference
    ---------
    C. J. Pethick and H. Smith, Bose-Einstein Condensation in Dilute Gases (2008), chapter 6;
    Newton on spectral elements in the oscillator, and between the walls of a well on a line;
    no reference in other wells.
    """
    positive("condensate", kinetic=kinetic)
    within = filled(well, kinetic)
    problem = Condensate(name="condensate", well=within, interaction=g, citation=PETHICK)
    box = _box(within, g)
    if box is None:
        return problem
    size = 8 * kinetic / abs(g) if g < 0 else math.inf

    @functools.cache
    def known() -> Condensed:
        return condensates.ground_state(within, g, *box, size=size)

    def wavefunction(points: Float[np.ndarray, "n 1"]) -> Float[np.ndarray, " n"]:
        return known().wavefunction(points)

    return Condensate(
        name="condensate",
        well=within,
        interaction=g,
        chemical_potential=lambda: known().mu,
        wavefunction=wavefunction,
        citation=PETHICK,
    )


def _box(well: EigenProblem, g: float) -> tuple[float, float] | None:
    """Where the reference is computed: between walls, or as far as ψ reaches in the oscillator.

    A condensate of strong repulsion ends where V = μ, with μ^(3/2) = (3/4) g ω κ^(1/2).
    """
    if well.name == "harmonic":
        frequency = math.sqrt(float(well.potential_at(np.ones((1, 1)))[0]) / well.kinetic)
        mu = (0.75 * max(g, 0.0) * frequency * math.sqrt(well.kinetic)) ** (2 / 3)
        reach = math.sqrt(mu / well.kinetic) / frequency + 9 / math.sqrt(frequency)
        if g < 0:  # a soliton falls as exp(-|g x| / (4κ))
            reach = min(reach, 160 * well.kinetic / abs(g))
        return -reach, reach
    if well.dimension == 1 and well.is_bounded and not well.singular:
        lower, upper = well.domain.bounding_box[0]
        if -g * (upper - lower) <= 8 * well.kinetic * ELEMENTS:
            return lower, upper
    return None
