"""States that move in a well: i ψ_t = −κ ψ″ + V ψ with κ = kinetic."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from problems.oracle import layered
from problems.parameters import filled, fits, positive
from problems.reference import packets
from problems.reference.layers import Layers
from problems.reference.packets import Gaussian
from sciml import registry
from sciml.bound_states import EigenProblem
from sciml.errors import BadProblem
from sciml.problem import QuantumDynamics
from sciml.registry import register

TAGS = ("schrodinger", "dynamics", "1d")
FLUEGGE = "S. Flügge, Practical Quantum Mechanics (Springer, 1971), part I"

Points = Float[np.ndarray, "n 2"]
Exact = Callable[[Points], Points]


def later(build: Callable[[], Exact]) -> Exact:
    """Return a reference that is built when it is first asked."""
    built = functools.cache(build)
    return lambda points: built()(points)


@register("coherent_state", tags=(*TAGS, "closed-form", "unbounded"))
def coherent_state(
    displacement: float = 2.0,
    momentum: float = 0.0,
    omega: float = 1.0,
    kinetic: float = 0.5,
    periods: float = 10.0,
) -> QuantumDynamics:
    """Coherent state of the oscillator: i ψ_t = −κ ψ″ + κ ω² x² ψ, ψ(0) = φ₀(x − x₀) e^(ip₀x).

    The packet keeps its shape and follows the classical orbit q = x₀ cos 2κωt + (p₀/ω) sin 2κωt.

    Parameters
    ----------
    displacement, momentum : x₀ and p₀ of the packet.
    omega : ω, stiffness; the ground state is exp(−ωx²/2).
    kinetic : κ, coefficient of −ψ″; with κ = ½ this is V = ω²x²/2.
    periods : duration in periods π/(κω) of the classical orbit.

    Good values
    -----------
    displacement −5 to 5 at omega 1; the defaults run to 20π.

    Reference
    ---------
    E. Schrödinger, Naturwissenschaften 14, 664 (1926); closed form.
    """
    positive("coherent_state", omega=omega, kinetic=kinetic, periods=periods)
    exact = packets.coherent(displacement, momentum, omega, kinetic)
    reach = math.hypot(displacement, momentum / omega) + 6 / math.sqrt(omega)

    def initial(x: Float[np.ndarray, " n"]) -> np.ndarray:
        psi = exact(np.stack([np.zeros_like(x), x], axis=1))
        return psi[:, 0] + 1j * psi[:, 1]

    well = registry.get("harmonic", omega=omega, kinetic=kinetic)
    assert isinstance(well, EigenProblem)
    return QuantumDynamics(
        name="coherent_state",
        well=well,
        initial=initial,
        duration=periods * math.pi / (kinetic * omega),
        window=(-reach, reach),
        exact=exact,
        citation="E. Schrödinger, Naturwissenschaften 14, 664 (1926)",
    )


@register("packet_in_well", tags=TAGS)
def packet_in_well(
    well: str = "infinite_well",
    center: float = 0.35,
    width: float = 0.05,
    momentum: float = 40.0,
    kinetic: float = 1.0,
    duration: float = 0.05,
) -> QuantumDynamics:
    """Gaussian packet in a well: i ψ_t = −κ ψ″ + V ψ, ψ(0) ∝ exp(−(x − x₀)²/(4σ²) + ikx).

    Where the well has two hard walls, the packet's mirror images in them are added at t = 0, so
    that ψ vanishes there. The packet moves with velocity 2κk until it meets a wall.

    Parameters
    ----------
    well : name of a registered well on a line, at its defaults.
    center, width : x₀ and σ, the standard deviation of |ψ|².
    momentum : k, mean wave number.
    kinetic : κ, coefficient of −ψ″.
    duration : the last time.

    Good values
    -----------
    In the infinite well everything repeats at the revival time 2/(πκ) = 0.6366. In other wells
    the packet must lie well inside: well=double_well center=−2 width=0.4 momentum=2 duration=4.

    Reference
    ---------
    S. Flügge, Practical Quantum Mechanics (Springer, 1971), part I. Sine series with Gaussian
    coefficients in the infinite well, spectral elements between other walls, unless a tail of
    the packet over a jump of V takes too many of their states; no reference in wells without walls.
    """
    positive("packet_in_well", width=width, kinetic=kinetic, duration=duration)
    within = filled(well, kinetic)
    if within.dimension != 1:
        raise BadProblem(
            f"'{well}' is no well on a line.", "name one of `sciml problems --tag schrodinger`"
        )
    packet = Gaussian(center, width, momentum)
    lower, upper = within.domain.bounding_box[0]
    if not lower < center < upper:
        raise BadProblem(
            f"parameter 'center' of 'packet_in_well' is {center}.",
            f"give a position inside the well, from {lower:g} to {upper:g}",
        )
    if not within.is_bounded:
        return QuantumDynamics(
            name="packet_in_well",
            well=within,
            initial=packet,
            duration=duration,
            citation=FLUEGGE,
        )
    initial = packet.between(lower, upper)
    exact = later(lambda: packets.in_well(within, initial, momentum, width))
    if well == "infinite_well":
        exact = packets.in_box(packet, lower, upper, kinetic)
    return QuantumDynamics(
        name="packet_in_well",
        well=within,
        initial=initial,
        duration=duration,
        exact=exact,
        citation=FLUEGGE,
    )


@register("tunnelling", aliases=("tunneling",), tags=(*TAGS, "piecewise"))
def tunnelling(
    V0: float = 220.0,
    width: float = 0.1,
    momentum: float = 12.0,
    packet_width: float = 0.2,
    center: float = -1.5,
    box: float = 6.0,
    kinetic: float = 1.0,
    duration: float = 0.125,
) -> QuantumDynamics:
    """Packet that meets a barrier: i ψ_t = −κ ψ″ + V ψ, V = V₀ for |x| < w/2, else 0, in a box.

    A part passes and a part is thrown back; `transmission` and `reflection` are the probabilities
    beyond and before the barrier at the last time, `in_barrier` what is still inside. Below V₀
    a classical particle would never pass.

    Parameters
    ----------
    V0, width : height of the barrier, an energy, and its width w.
    momentum : k, mean wave number; the mean energy is κk² and a little more.
    packet_width, center : σ, the standard deviation of |ψ|² at t = 0, and the middle there.
    box : b; ψ(±b/2) = 0, and the packet's mirror images in these walls are added at t = 0.
    kinetic : κ, coefficient of −ψ″.
    duration : the last time; the packet moves with velocity 2κk.

    Good values
    -----------
    V0 0 to 1000 at the other defaults, where the mean energy is 150: at the last time the packet
    has left the barrier, and only its tails have met the walls.

    Reference
    ---------
    S. Flügge, Practical Quantum Mechanics (Springer, 1971), part I; spectral elements.
    """
    name = "tunnelling"
    positive(name, width=width, packet_width=packet_width, box=box)
    positive(name, kinetic=kinetic, duration=duration)
    fits(name, "width", width, "box", box)
    if not -box / 2 < center < -width / 2:
        raise BadProblem(
            f"parameter 'center' of '{name}' is {center}.",
            f"start before the barrier, between {-box / 2:g} and {-width / 2:g}",
        )
    layers = Layers((-box / 2, -width / 2, width / 2, box / 2), (0.0, V0, 0.0), kinetic=kinetic)
    well = layered(name, layers, states=3, citation=FLUEGGE)
    initial = Gaussian(center, packet_width, momentum).between(-box / 2, box / 2)
    return QuantumDynamics(
        name=name,
        well=well,
        initial=initial,
        duration=duration,
        regions={
            "transmission": (width / 2, math.inf),
            "reflection": (-math.inf, -width / 2),
            "in_barrier": (-width / 2, width / 2),
        },
        exact=later(lambda: packets.in_well(well, initial, momentum, packet_width)),
        citation=FLUEGGE,
    )
