"""Wells made of constant pieces and point interactions: −ψ″ + V ψ = E ψ."""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np

from problems.oracle import known, layered
from problems.parameters import at_least, fits, positive
from problems.reference import closed_forms
from problems.reference.layers import Layers
from sciml.domain import Box
from sciml.problem import EigenProblem
from sciml.registry import register

BOX = ("schrodinger", "1d", "piecewise")
LINE = (*BOX, "unbounded")
FLUEGGE = "S. Flügge, Practical Quantum Mechanics (Springer, 1971)"
GRIFFITHS = "D. J. Griffiths and D. F. Schroeter, Introduction to Quantum Mechanics (2018)"


@register("infinite_well", tags=("schrodinger", "1d", "closed-form"))
def infinite_well(length: float = 1.0, kinetic: float = 1.0) -> EigenProblem:
    """Particle between hard walls: −ψ″ = E ψ on [0, L], ψ(0) = ψ(L) = 0.

    E_n = (nπ/L)², ψ_n = √(2/L) sin(nπx/L), n = 1, 2, …

    Parameters
    ----------
    length : L, distance of the walls.
    kinetic : coefficient of −ψ″; energies scale with it.

    Good values
    -----------
    length 0.5 to 10; E_1 = π² at the defaults.

    Reference
    ---------
    D. J. Griffiths and D. F. Schroeter, Introduction to Quantum Mechanics (2018), section
    2.2.
    """
    positive("infinite_well", length=length, kinetic=kinetic)
    return EigenProblem(
        name="infinite_well",
        domain=Box({"x": (0.0, length)}),
        potential=jnp.zeros_like,
        kinetic=kinetic,
        citation=f"{GRIFFITHS}, section 2.2",
        **known(lambda k: closed_forms.infinite_well(k, length, kinetic)),
    )


@register("finite_well", tags=BOX)
def finite_well(
    V0: float = 50.0, width: float = 1.0, box: float = 2.0, kinetic: float = 1.0
) -> EigenProblem:
    """Finite well in a hard box: −ψ″ + V ψ = E ψ, V = V₀ for |x| > w/2, else 0, ψ(±b/2) = 0.

    States below V₀ are the well's, those above belong to the box.

    Parameters
    ----------
    V0 : height of V outside the well, in units of E.
    width : w, width of the well.
    box : b, distance of the hard walls, centred at 0; wider than the well.
    kinetic : coefficient of −ψ″.

    Good values
    -----------
    V0 5 to 200 with width 1 and box 2; the defaults bind three states below V0.

    Reference
    ---------
    D. J. Griffiths and D. F. Schroeter, Introduction to Quantum Mechanics (2018), section
    2.6; energies by the transfer matrix.
    """
    positive("finite_well", V0=V0, width=width, box=box, kinetic=kinetic)
    fits("finite_well", "width", width, "box", box)
    return layered(
        "finite_well",
        Layers((-box / 2, -width / 2, width / 2, box / 2), (V0, 0.0, V0), kinetic=kinetic),
        states=3,
        citation=f"{GRIFFITHS}, section 2.6",
    )


@register("finite_well_unbounded", tags=LINE)
def finite_well_unbounded(
    V0: float = 50.0, width: float = 1.0, kinetic: float = 1.0
) -> EigenProblem:
    """Finite well on the line: −ψ″ + V ψ = E ψ, V = V₀ for |x| > w/2, else 0.

    The number of bound states is 1 + ⌊(w/π) √(V₀/kinetic)⌋; above V₀ the continuum begins.

    Parameters
    ----------
    V0 : height of V outside the well, in units of E.
    width : w, width of the well.
    kinetic : coefficient of −ψ″.

    Good values
    -----------
    V0 5 to 200 with width 1 (the defaults bind three states); kinetic = 0.5, V0 = 40 gives a
    well often used for networks, with E_1 = 3.27896.

    Reference
    ---------
    D. J. Griffiths and D. F. Schroeter, Introduction to Quantum Mechanics (2018), section
    2.6; H. Jin, M. Mattheakis and P. Protopapas, arXiv 2203.00451 (2022); energies by the transfer
    matrix.
    """
    positive("finite_well_unbounded", V0=V0, width=width, kinetic=kinetic)
    return layered(
        "finite_well_unbounded",
        Layers((-width / 2, width / 2), (0.0,), (V0, V0), kinetic=kinetic),
        states=3,
        citation=f"{GRIFFITHS}, section 2.6",
    )


@register("barrier", tags=BOX)
def barrier(
    V0: float = 50.0, width: float = 0.2, box: float = 1.0, kinetic: float = 1.0
) -> EigenProblem:
    """Barrier in the middle of a hard box: −ψ″ + V ψ = E ψ, V = V₀ for |x − b/2| < w/2, else 0.

    Tunnelling splits the states into pairs that close up as V₀ or w grows.

    Parameters
    ----------
    V0 : height of the barrier, in units of E.
    width : w, width of the barrier.
    box : b; ψ(0) = ψ(b) = 0.
    kinetic : coefficient of −ψ″.

    Good values
    -----------
    V0 10 to 1000 with width 0.2 and box 1.

    Reference
    ---------
    S. Flügge, Practical Quantum Mechanics (Springer, 1971), part I; energies by the
    transfer matrix.
    """
    positive("barrier", V0=V0, width=width, box=box, kinetic=kinetic)
    fits("barrier", "width", width, "box", box)
    left, right = box / 2 - width / 2, box / 2 + width / 2
    return layered(
        "barrier",
        Layers((0.0, left, right, box), (0.0, V0, 0.0), kinetic=kinetic),
        states=3,
        citation=FLUEGGE,
    )


@register("step_well", tags=BOX)
def step_well(
    V0: float = 50.0, position: float = 0.5, box: float = 1.0, kinetic: float = 1.0
) -> EigenProblem:
    """Hard box with a step: −ψ″ + V ψ = E ψ, V = V₀ for x > c, else 0, ψ(0) = ψ(b) = 0.

    Parameters
    ----------
    V0 : height of the step, in units of E.
    position : c, where V jumps, between 0 and b.
    box : b, length of the box.
    kinetic : coefficient of −ψ″.

    Good values
    -----------
    V0 5 to 200, position 0.2 to 0.8 of the box.

    Reference
    ---------
    S. Flügge, Practical Quantum Mechanics (Springer, 1971), part I; energies by the
    transfer matrix.
    """
    positive("step_well", V0=V0, position=position, box=box, kinetic=kinetic)
    fits("step_well", "position", position, "box", box)
    return layered(
        "step_well",
        Layers((0.0, position, box), (0.0, V0), kinetic=kinetic),
        states=3,
        citation=FLUEGGE,
    )


@register("multi_well", tags=(*BOX, "near-degenerate"))
def multi_well(
    wells: int = 3,
    V0: float = 50.0,
    width: float = 1.0,
    gap: float = 1.0,
    margin: float = 0.5,
    kinetic: float = 1.0,
) -> EigenProblem:
    """Row of equal wells in a hard box: −ψ″ + V ψ = E ψ, V = 0 in each well, V₀ between them.

    Every level of one well becomes a group of as many close levels as there are wells (the
    finite Kronig-Penney model); the splitting falls as exp(−gap √(V₀ − E)).

    Parameters
    ----------
    wells : number of wells, 1 or more, in a row centred at 0.
    V0 : height of V between and beside the wells, in units of E.
    width, gap : width of each well, and of the barrier between two neighbours.
    margin : width of the barrier between the outer wells and the hard walls.
    kinetic : coefficient of −ψ″.

    Good values
    -----------
    wells 2 to 6, V0 20 to 300. At the defaults a group is 2e-3 wide relative to its energy; at
    V0 = 300 it is 2e-8.

    Reference
    ---------
    R. de L. Kronig and W. G. Penney, Proc. R. Soc. A 130, 499 (1931); energies by the transfer
    matrix.
    """
    at_least("multi_well", 1, wells=wells)
    positive("multi_well", V0=V0, width=width, gap=gap, margin=margin, kinetic=kinetic)
    lengths = [margin, *([width, gap] * wells)[:-1], margin]
    breaks = np.concatenate([[0.0], np.cumsum(lengths)]) - math.fsum(lengths) / 2
    values = [V0, *[0.0, V0] * wells]
    return layered(
        "multi_well",
        Layers(tuple(breaks.tolist()), tuple(values), kinetic=kinetic),
        states=2 * wells,
        citation="R. de L. Kronig and W. G. Penney, Proc. R. Soc. A 130, 499 (1931)",
    )


@register("delta_well", tags=("schrodinger", "1d", "closed-form", "unbounded"))
def delta_well(strength: float = 4.0, kinetic: float = 1.0) -> EigenProblem:
    """Attractive point interaction on the line: −ψ″ − s δ(x) ψ = E ψ.

    One bound state, E = −s²/(4 kinetic) and ψ = √κ e^(−κ|x|) with κ = s/(2 kinetic).

    Parameters
    ----------
    strength : s > 0, in units of E times length.
    kinetic : coefficient of −ψ″.

    Good values
    -----------
    strength 0.5 to 20; E = −4 at the defaults.

    Reference
    ---------
    D. J. Griffiths and D. F. Schroeter, Introduction to Quantum Mechanics (2018), section
    2.5.
    """
    positive("delta_well", strength=strength, kinetic=kinetic)
    return EigenProblem(
        name="delta_well",
        domain=Box({"x": (-math.inf, math.inf)}),
        potential=jnp.zeros_like,
        kinetic=kinetic,
        states=1,
        deltas=((0.0, -strength),),
        citation=f"{GRIFFITHS}, section 2.5",
        **known(lambda k: closed_forms.delta_well(k, strength, kinetic)),
    )
