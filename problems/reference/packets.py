"""Wave packets whose motion is known: closed forms, sine series, and spectral elements.

All solve i ψ_t = -t₀ ψ″ + Vψ with t₀ = `kinetic`. Sources: E. Schrödinger, Naturwissenschaften
14, 664 (1926), for the coherent state; S. Flügge, *Practical Quantum Mechanics* (1971), part I.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float

from problems.reference import spectral_elements
from problems.reference.bound_states import BoundStates
from sciml.bound_states import EigenProblem
from sciml.errors import BadProblem
from sciml.quadrature import panels

Vector = Float[np.ndarray, " n"]
Wave = Complex[np.ndarray, " n"]

REACH = 6.1
"""√(log 1e16): where a Gaussian amplitude is rounding"""
HALF_WAVES = 6.0
"""half-waves of the fastest state in one element"""
MOST = 320
"""states that are tried"""
ENOUGH, DOUBTFUL = 3e-9, 1e-7
"""norms left out of ψ(0): where no more states are tried, and where they are too few"""


@dataclass(frozen=True)
class Gaussian:
    """(2πσ²)^(-1/4) exp(-(x - x₀)²/(4σ²) + ikx): σ = `width`, k = `momentum`, x₀ = `center`."""

    center: float
    width: float
    momentum: float

    def __call__(self, x: Vector) -> Wave:
        """The packet on the line, at positions [n]."""
        y = (x - self.center) / (2 * self.width)
        scale = (2 * math.pi * self.width**2) ** -0.25
        return scale * np.exp(-(y**2) + 1j * self.momentum * x)

    def transform(self, q: Vector) -> Wave:
        """∫ ψ exp(-iqx) dx."""
        off = q - self.momentum
        scale = (8 * math.pi * self.width**2) ** 0.25
        return scale * np.exp(-((self.width * off) ** 2) - 1j * off * self.center)

    def between(self, lower: float, upper: float) -> Callable[[Vector], Wave]:
        """The packet with its mirror images in two walls, at which the sum vanishes."""
        length = upper - lower

        def reflected(x: Vector) -> Wave:
            shifts = 2 * length * np.arange(-2, 3)
            direct = np.sum([self(x + s) for s in shifts], axis=0)
            return direct - np.sum([self(2 * lower - x + s) for s in shifts], axis=0)

        return reflected


def coherent(
    x0: float, p0: float, omega: float, kinetic: float
) -> Callable[[Float[np.ndarray, "n 2"]], Float[np.ndarray, "n 2"]]:
    """Return (t, x) -> (Re ψ, Im ψ) of the ground state of V = t₀ω²x² displaced by x₀ and p₀.

    The centre is the classical orbit of frequency 2t₀ω, the shape never changes:
    ψ = (ω/π)^¼ exp(-ω(x - q)²/2 + ip(x - q/2) - it₀ωt).
    """

    def psi(points: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "n 2"]:
        t, x = points.T
        turn = 2 * kinetic * omega * t
        q = x0 * np.cos(turn) + p0 / omega * np.sin(turn)
        p = p0 * np.cos(turn) - omega * x0 * np.sin(turn)
        size = (omega / math.pi) ** 0.25 * np.exp(-0.5 * omega * (x - q) ** 2)
        phase = p * (x - q / 2) - kinetic * omega * t
        return np.stack([size * np.cos(phase), size * np.sin(phase)], axis=1)

    return psi


@dataclass(frozen=True, eq=False)
class Expansion:
    """Σ c_n exp(-i E_n t) φ_n in states that are known: what every reference here ends in."""

    states: BoundStates
    amplitudes: Complex[np.ndarray, " k"]

    def __call__(self, points: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "n 2"]:
        """(Re ψ, Im ψ) at points (t, x); times and positions that repeat are evaluated once."""
        times, row = np.unique(points[:, 0], return_inverse=True)
        places, column = np.unique(points[:, 1], return_inverse=True)
        moved = self.amplitudes * np.exp(-1j * np.outer(times, self.states.energies))
        psi = (moved @ self.states.wavefunctions(places).T)[row, column]
        return np.stack([psi.real, psi.imag], axis=1)


def in_box(packet: Gaussian, lower: float, upper: float, kinetic: float) -> Expansion:
    """Return the motion of a packet with its images between hard walls, V = 0: a sine series.

    The images make the coefficients those of the whole line, which are Gaussians.
    """
    length = upper - lower
    count = math.ceil((abs(packet.momentum) + REACH / packet.width) * length / math.pi)
    waves = np.arange(1, count + 1) * math.pi / length
    there = np.exp(1j * waves * lower) * packet.transform(waves)
    back = np.exp(-1j * waves * lower) * packet.transform(-waves)
    amplitudes = math.sqrt(2 / length) * (back - there) / 2j

    def sines(x: Vector) -> Float[np.ndarray, "n k"]:
        inside = (x >= lower) & (x <= upper)
        psi = math.sqrt(2 / length) * np.sin(np.outer(x - lower, waves))
        return np.where(inside[:, None], psi, 0.0)

    states = BoundStates(kinetic * waves**2, sines)
    return Expansion(states, amplitudes / np.linalg.norm(amplitudes))


def in_well(
    well: EigenProblem, initial: Callable[[Vector], Wave], momentum: float, width: float
) -> Expansion:
    """Return the motion of a state in a bounded well, in the states of spectral elements.

    `momentum` and `width` of the packet say how many states it takes; more are taken until they
    hold ψ(0), which a jump of V under its tail delays.

    Raises
    ------
    BadProblem : 320 states leave out more than 1e-7 of ψ(0).
    """
    (lower, upper), kinetic = well.domain.bounding_box[0], well.kinetic
    x = np.linspace(lower, upper, 1003)[1:-1]
    v = well.potential_at(x[:, None])
    fastest = abs(momentum) + REACH / width + math.sqrt(float(np.ptp(v)) / kinetic)
    count = math.ceil(fastest * (upper - lower) / math.pi)
    while True:
        found, left = _expanded(well, initial, count)
        if left <= ENOUGH or count >= MOST:
            break
        count = min(2 * count, MOST)
    if left > DOUBTFUL:
        raise BadProblem(
            f"{count} states of the reference leave {left:.1e} of the initial state out.",
            "move the packet away from the jumps of the potential",
        )
    return found


def _expanded(
    well: EigenProblem, initial: Callable[[Vector], Wave], count: int
) -> tuple[Expansion, float]:
    """A state in so many states of spectral elements, and the norm of what they leave out."""
    (lower, upper), kinetic = well.domain.bounding_box[0], well.kinetic
    ends = spectral_elements.mesh(
        lower,
        upper,
        breaks=(*well.jumps, *(c for c, _ in well.deltas)),
        singular=well.singular,
        size=HALF_WAVES * (upper - lower) / count,
    )
    states = spectral_elements.bound_states(
        lambda y: well.potential_at(y[:, None]),
        ends,
        count,
        kinetic=kinetic,
        deltas=well.deltas,
        singular=well.singular,
    )
    nodes, weights = panels(ends, 48)
    psi = initial(nodes)
    psi = psi / math.sqrt(float(weights @ np.abs(psi) ** 2))
    sampled = states.wavefunctions(nodes)
    amplitudes = sampled.T @ (weights * psi)
    left = math.sqrt(float(weights @ np.abs(psi - sampled @ amplitudes) ** 2))
    return Expansion(states, amplitudes), left
