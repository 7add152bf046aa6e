"""Billiards and the oscillator in the plane: −∇²ψ + V ψ = E ψ, ψ = 0 on the boundary."""

from __future__ import annotations

import math
from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from scipy.special import jn_zeros

from problems.oracle import Values
from problems.parameters import positive
from sciml.domain import Box, Disc, Domain, Triangle
from sciml.problem import EigenProblem
from sciml.registry import register

BILLIARD = ("schrodinger", "2d", "closed-form", "billiard")
STATES = 6


def _billiard(
    name: str,
    domain: Domain,
    levels: Callable[[int], Float[np.ndarray, " k"]],
    scale: float,
    kinetic: float,
    citation: str,
) -> EigenProblem:
    """A free particle on a domain, with energies kinetic · scale · levels(k)."""
    return EigenProblem(
        name=name,
        domain=domain,
        potential=lambda x, _y: jnp.zeros_like(x),
        kinetic=kinetic,
        states=STATES,
        energies=lambda k: kinetic * scale * levels(k),
        citation=citation,
    )


def _lowest_pairs(k: int, form: Callable[..., np.ndarray], *, ordered: bool) -> np.ndarray:
    """The k lowest values of a quadratic form at positive integers m, n (or at m > n only)."""
    m, n = np.meshgrid(*[np.arange(1, 2 * math.isqrt(k) + 6)] * 2)
    values = form(m, n).astype(float)
    return np.sort(values[m > n] if ordered else values.ravel())[:k]


@register("square_billiard", tags=BILLIARD)
def square_billiard(side: float = 1.0, kinetic: float = 1.0) -> EigenProblem:
    """Square billiard: −∇²ψ = E ψ on [0, L]², ψ = 0 on the boundary.

    E = π²(m² + n²)/L² for m, n = 1, 2, …; levels with m ≠ n are double.

    Parameters
    ----------
    side : L, side of the square.
    kinetic : coefficient of −∇².

    Good values
    -----------
    side 0.5 to 10; the lowest level is 2π² at the defaults.

    Reference
    ---------
    R. Courant and D. Hilbert, Methods of Mathematical Physics I (1953), chapter V.
    """
    positive("square_billiard", side=side, kinetic=kinetic)
    return _billiard(
        "square_billiard",
        Box({"x": (0.0, side), "y": (0.0, side)}),
        lambda k: _lowest_pairs(k, lambda m, n: m**2 + n**2, ordered=False),
        (math.pi / side) ** 2,
        kinetic,
        "R. Courant and D. Hilbert, Methods of Mathematical Physics I (1953), chapter V",
    )


@register("disc_billiard", tags=BILLIARD)
def disc_billiard(radius: float = 1.0, kinetic: float = 1.0) -> EigenProblem:
    """Disc billiard: −∇²ψ = E ψ for |x| < R, ψ = 0 on the circle.

    E = (j_{m,s}/R)² with j_{m,s} the s-th zero of the Bessel function J_m; double for m > 0.

    Parameters
    ----------
    radius : R, radius of the disc centred at the origin.
    kinetic : coefficient of −∇².

    Good values
    -----------
    radius 0.5 to 10; the lowest level is 5.783186 at the defaults.

    Reference
    ---------
    R. Courant and D. Hilbert, Methods of Mathematical Physics I (1953), chapter V.
    """
    positive("disc_billiard", radius=radius, kinetic=kinetic)
    return _billiard(
        "disc_billiard",
        Disc(radius=radius),
        _bessel_levels,
        radius**-2,
        kinetic,
        "R. Courant and D. Hilbert, Methods of Mathematical Physics I (1953), chapter V",
    )


def _bessel_levels(k: int) -> Float[np.ndarray, " k"]:
    """The k lowest squares of zeros of Bessel functions, each once for m = 0 and else twice."""
    count = 2 * math.isqrt(k) + 4  # k zeros lie below about 2√k, and j_{m,1} exceeds m
    zeros = [z for m in range(count) for z in [*jn_zeros(m, count)] * (1 if m == 0 else 2)]
    return np.sort(zeros)[:k] ** 2


@register("equilateral_billiard", tags=BILLIARD)
def equilateral_billiard(side: float = 1.0, kinetic: float = 1.0) -> EigenProblem:
    """Equilateral triangle billiard: −∇²ψ = E ψ, ψ = 0 on the boundary.

    E = (4π/3L)² (m² + mn + n²) for m, n = 1, 2, …; levels with m ≠ n are double.

    Parameters
    ----------
    side : L; the corners are (0, 0), (L, 0) and (L/2, √3 L/2).
    kinetic : coefficient of −∇².

    Good values
    -----------
    side 0.5 to 10; the lowest level is 16π²/3 at the defaults.

    Reference
    ---------
    B. J. McCartin, SIAM Review 45, 267 (2003), after G. Lamé (1833).
    """
    positive("equilateral_billiard", side=side, kinetic=kinetic)
    return _billiard(
        "equilateral_billiard",
        Triangle(((0.0, 0.0), (side, 0.0), (side / 2, math.sqrt(3) * side / 2))),
        lambda k: _lowest_pairs(k, lambda m, n: m**2 + m * n + n**2, ordered=False),
        (4 * math.pi / (3 * side)) ** 2,
        kinetic,
        "B. J. McCartin, SIAM Review 45, 267 (2003)",
    )


@register("right_triangle_billiard", tags=BILLIARD)
def right_triangle_billiard(leg: float = 1.0, kinetic: float = 1.0) -> EigenProblem:
    """Isosceles right triangle billiard: −∇²ψ = E ψ, ψ = 0 on the boundary.

    E = π²(m² + n²)/L² for m > n = 1, 2, …: the states of the square that are odd in its diagonal.

    Parameters
    ----------
    leg : L; the corners are (0, 0), (L, 0) and (0, L).
    kinetic : coefficient of −∇².

    Good values
    -----------
    leg 0.5 to 10; the lowest level is 5π² at the defaults.

    Reference
    ---------
    M. Brack and R. K. Bhaduri, Semiclassical Physics (1997).
    """
    positive("right_triangle_billiard", leg=leg, kinetic=kinetic)
    return _billiard(
        "right_triangle_billiard",
        Triangle(((0.0, 0.0), (leg, 0.0), (0.0, leg))),
        lambda k: _lowest_pairs(k, lambda m, n: m**2 + n**2, ordered=True),
        (math.pi / leg) ** 2,
        kinetic,
        "M. Brack and R. K. Bhaduri, Semiclassical Physics (1997)",
    )


@register("harmonic_2d", tags=("schrodinger", "2d", "closed-form", "unbounded", "smooth"))
def harmonic_2d(omega_x: float = 1.0, omega_y: float = 1.0, kinetic: float = 1.0) -> EigenProblem:
    """Oscillator in the plane: −t ∇²ψ + t (ω_x² x² + ω_y² y²) ψ = E ψ with t = kinetic.

    E = t ω_x (2m + 1) + t ω_y (2n + 1) for m, n = 0, 1, …

    Parameters
    ----------
    omega_x, omega_y : stiffness along each axis.
    kinetic : t, coefficient of −∇².

    Good values
    -----------
    omega_x and omega_y 0.3 to 5; E = 2, 4, 4, 6, 6, 6 at the defaults.

    Reference
    ---------
    D. J. Griffiths and D. F. Schroeter, Introduction to Quantum Mechanics (2018), section 4.1.
    """
    positive("harmonic_2d", omega_x=omega_x, omega_y=omega_y, kinetic=kinetic)

    def potential(x: Values, y: Values) -> Values:
        return kinetic * ((omega_x * x) ** 2 + (omega_y * y) ** 2)

    def energies(k: int) -> Float[np.ndarray, " k"]:
        odd = 2 * np.arange(k) + 1.0
        return np.sort(np.add.outer(omega_x * odd, omega_y * odd).ravel())[:k] * kinetic

    return EigenProblem(
        name="harmonic_2d",
        domain=Box({"x": (-math.inf, math.inf), "y": (-math.inf, math.inf)}),
        potential=potential,
        kinetic=kinetic,
        states=STATES,
        energies=energies,
        citation="D. J. Griffiths and D. F. Schroeter, Introduction to Quantum Mechanics (2018)",
    )
