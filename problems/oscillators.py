"""Smooth wells on the line: oscillator, Pöschl-Teller, Morse, quartic double well."""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np

from problems.oracle import Values, known
from problems.parameters import positive
from problems.reference import closed_forms, spectral_elements
from problems.reference.bound_states import BoundStates
from sciml.domain import Box
from sciml.errors import NoBoundState
from sciml.problem import EigenProblem
from sciml.registry import register

LINE = Box({"x": (-math.inf, math.inf)})
EXACT = ("schrodinger", "1d", "closed-form", "unbounded", "smooth")


@register("harmonic", aliases=("oscillator",), tags=EXACT)
def harmonic(omega: float = 1.0, kinetic: float = 1.0) -> EigenProblem:
    """Harmonic oscillator on the line: −t ψ″ + t ω² x² ψ = E ψ with t = kinetic.

    E_n = t ω (2n + 1), n = 0, 1, …; with t = ½ this is V = ω²x²/2 and E_n = ω (n + ½).

    Parameters
    ----------
    omega : ω, stiffness; the ground state is exp(−ωx²/2).
    kinetic : t, coefficient of −ψ″.

    Good values
    -----------
    omega 0.1 to 100; E = 1, 3, 5, … at the defaults.

    Reference
    ---------
    D. J. Griffiths and D. F. Schroeter, Introduction to Quantum Mechanics (2018), section 2.3.
    """
    positive("harmonic", omega=omega, kinetic=kinetic)
    return EigenProblem(
        name="harmonic",
        domain=LINE,
        potential=lambda x: kinetic * (omega * x) ** 2,
        kinetic=kinetic,
        states=4,
        citation="D. J. Griffiths and D. F. Schroeter, Introduction to Quantum Mechanics (2018)",
        **known(lambda k: closed_forms.harmonic(k, omega, kinetic)),
    )


@register("poschl_teller", aliases=("sech2_well",), tags=EXACT)
def poschl_teller(order: float = 5.0, a: float = 1.0, kinetic: float = 1.0) -> EigenProblem:
    """Pöschl-Teller well on the line: −t ψ″ − t λ(λ+1) a² sech²(ax) ψ = E ψ with t = kinetic.

    E_n = −t a² (λ − n)² for n < λ; the continuum begins at E = 0.

    Parameters
    ----------
    order : λ > 0, any real number; ⌈λ⌉ states are bound.
    a : inverse width of the well.
    kinetic : t, coefficient of −ψ″.

    Good values
    -----------
    order 1 to 20, a 0.2 to 5; five bound states at the defaults: −25, −16, −9, −4, −1.

    Reference
    ---------
    G. Pöschl and E. Teller, Z. Phys. 83, 143 (1933).
    """
    positive("poschl_teller", order=order, a=a, kinetic=kinetic)
    depth = kinetic * order * (order + 1) * a**2
    return EigenProblem(
        name="poschl_teller",
        domain=LINE,
        potential=lambda x: -depth / jnp.cosh(jnp.clip(a * x, -300.0, 300.0)) ** 2,
        kinetic=kinetic,
        states=min(4, closed_forms.poschl_teller_count(order)),
        citation="G. Pöschl and E. Teller, Z. Phys. 83, 143 (1933)",
        **known(lambda k: closed_forms.poschl_teller(k, order, a, kinetic)),
    )


@register("morse", tags=EXACT)
def morse(depth: float = 64.0, a: float = 1.0, kinetic: float = 1.0) -> EigenProblem:
    """Morse well of a diatomic molecule, on the line: −ψ″ + D (1 − e^(−ax))² ψ = E ψ.

    E_n = kinetic a² (n + ½)(2λ − n − ½) for n < λ − ½, with λ = √(D/kinetic)/a; the continuum
    begins at E = D.

    Parameters
    ----------
    depth : D, dissociation energy counted from the bottom of the well.
    a : inverse width of the well.
    kinetic : coefficient of −ψ″.

    Good values
    -----------
    depth 5 to 200 with a 0.5 to 2, so that λ exceeds ½; eight bound states at the defaults, the
    first 7.75, 21.75, 33.75, 43.75.

    Reference
    ---------
    P. M. Morse, Phys. Rev. 34, 57 (1929).
    """
    positive("morse", depth=depth, a=a, kinetic=kinetic)
    bound = closed_forms.morse_count(depth, a, kinetic)
    if bound == 0:
        raise NoBoundState(
            f"'morse' with depth = {depth}, a = {a}, kinetic = {kinetic} binds no state.",
            f"raise 'depth' above {kinetic * a**2 / 4:g} or lower 'a'",
        )
    return EigenProblem(
        name="morse",
        domain=LINE,
        potential=lambda x: depth * jnp.expm1(-a * x) ** 2,
        kinetic=kinetic,
        states=min(4, bound),
        citation="P. M. Morse, Phys. Rev. 34, 57 (1929)",
        **known(lambda k: closed_forms.morse(k, depth, a, kinetic)),
    )


def quartic(x: Values, V0: float, a: float) -> Values:
    """Return V₀ (x²/a² − 1)² at any array of positions."""
    return V0 * ((x / a) ** 2 - 1) ** 2


@register("double_well", tags=("schrodinger", "1d", "unbounded", "smooth", "near-degenerate"))
def double_well(V0: float = 16.0, a: float = 2.0, kinetic: float = 1.0) -> EigenProblem:
    """Quartic double well on the line: −ψ″ + V₀ (x²/a² − 1)² ψ = E ψ.

    Below V₀ the states come in pairs, even and odd, split by tunnelling.

    Parameters
    ----------
    V0 : height of the barrier at x = 0, in units of E.
    a : distance of each minimum from 0.
    kinetic : coefficient of −ψ″.

    Good values
    -----------
    V0 1 to 100, a 1 to 4; at the defaults V = (x² − 4)², and the first pair is split by 4e-4
    of its energy.

    Reference
    ---------
    L. D. Landau and E. M. Lifshitz, Quantum Mechanics (1977), section 50; energies by spectral
    elements.
    """
    positive("double_well", V0=V0, a=a, kinetic=kinetic)

    return EigenProblem(
        name="double_well",
        domain=LINE,
        potential=lambda x: quartic(x, V0, a),
        kinetic=kinetic,
        states=4,
        citation="L. D. Landau and E. M. Lifshitz, Quantum Mechanics (1977), section 50",
        **known(lambda k: _quartic_states(V0, a, kinetic, k)),
    )


def _quartic_states(V0: float, a: float, kinetic: float, k: int) -> BoundStates:
    """The k lowest states of the quartic double well, on a box where they have died out.

    The box is semiclassical: an energy above the k-th by Bohr's and Sommerfeld's count, then the
    distance at which a state of that energy has decayed by e^-36.
    """

    def action(energy: float, start: float, end: float, sign: int) -> float:
        """∫√|E − V| where the sign of E − V is the given one, over √kinetic."""
        x = np.linspace(start, end, 4001)
        kept = np.maximum(sign * (energy - quartic(x, V0, a)), 0.0)
        return float(np.trapezoid(np.sqrt(kept / kinetic), x))

    def turning_point(energy: float) -> float:
        return a * math.sqrt(1 + math.sqrt(energy / V0))

    energy = 4 * math.sqrt(V0 * kinetic) / a
    while 2 * action(energy, 0.0, turning_point(energy), 1) < math.pi * (k + 2):
        energy *= 1.3
    reach = turning_point(energy)
    while action(energy, turning_point(energy), reach, -1) < 36:
        reach *= 1.05
    size = min(math.pi / math.sqrt(energy / kinetic), reach / 4)
    ends = spectral_elements.mesh(-reach, reach, size=size)
    return spectral_elements.bound_states(
        lambda x: np.asarray(quartic(x, V0, a)), ends, k, kinetic=kinetic
    )
