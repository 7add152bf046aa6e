"""Poisson's equation with high frequencies and several scales: ∇²u = f with u given at the walls.

The problems gp_u1 … gp_u7 are those of GP-HM; each solution is a sum of few waves.
"""

from __future__ import annotations

import math

import jax.numpy as jnp

from problems.manufactured import Values, laplacian, manufactured
from problems.parameters import positive
from sciml.problem import Problem
from sciml.registry import register

FANG = "S. Fang et al., ICLR 2024, arXiv 2311.04465"
TURN = 2 * math.pi
LINE = ("elliptic", "poisson", "1d", "linear", "multi-scale", "closed-form", "gp-hm")
PLANE = ("elliptic", "poisson", "2d", "linear", "multi-scale", "closed-form", "gp-hm")


@register("gp_u1", aliases=("poisson_1d_sin100",), tags=LINE)
def gp_u1(frequency: float = 100.0, length: float = TURN) -> Problem:
    """One high frequency: u″ = f on [0, L] with u = sin kx.

    Parameters
    ----------
    frequency : k > 0, radians per unit of x.
    length : L, length of the interval.

    Good values
    -----------
    frequency 1 to 500, length 1 to 2π; GP-HM reaches 4e-7 at the defaults.

    Reference
    ---------
    S. Fang et al., ICLR 2024, arXiv 2311.04465.
    """
    positive("gp_u1", frequency=frequency, length=length)
    return manufactured(
        lambda x: jnp.sin(frequency * x),
        laplacian,
        name="gp_u1",
        bounds={"x": (0.0, length)},
        citation=FANG,
    )


@register("gp_u2", aliases=("poisson_1d_multiscale",), tags=LINE)
def gp_u2(length: float = TURN) -> Problem:
    """Three scales: u″ = f on [0, L] with u = sin x + 0.1 sin 20x + 0.05 sin 100x.

    Parameters
    ----------
    length : L, length of the interval; the paper reports 2π and 1.

    Good values
    -----------
    length 1 to 2π; GP-HM reaches 2e-3 at 2π and 4e-4 at 1.

    Reference
    ---------
    S. Fang et al., ICLR 2024, arXiv 2311.04465 (the last term as in its code; a cosine in print).
    """
    positive("gp_u2", length=length)
    return manufactured(
        lambda x: jnp.sin(x) + 0.1 * jnp.sin(20 * x) + 0.05 * jnp.sin(100 * x),
        laplacian,
        name="gp_u2",
        bounds={"x": (0.0, length)},
        citation=FANG,
    )


@register("gp_u3", aliases=("poisson_1d_sin6_cos100",), tags=LINE)
def gp_u3(length: float = TURN) -> Problem:
    """A modulated wave: u″ = f on [0, L] with u = sin 6x cos 100x.

    Parameters
    ----------
    length : L, length of the interval.

    Good values
    -----------
    length 1 to 2π; GP-HM reaches 2e-6 at the default.

    Reference
    ---------
    S. Fang et al., ICLR 2024, arXiv 2311.04465.
    """
    positive("gp_u3", length=length)
    return manufactured(
        lambda x: jnp.sin(6 * x) * jnp.cos(100 * x),
        laplacian,
        name="gp_u3",
        bounds={"x": (0.0, length)},
        citation=FANG,
    )


@register("gp_u4", aliases=("poisson_1d_xsin200",), tags=LINE)
def gp_u4(frequency: float = 200.0, length: float = TURN) -> Problem:
    """A wave of growing amplitude: u″ = f on [0, L] with u = x sin kx.

    Parameters
    ----------
    frequency : k > 0, radians per unit of x.
    length : L, length of the interval.

    Good values
    -----------
    frequency 1 to 500, length 1 to 2π; GP-HM reaches 9e-7 at the defaults.

    Reference
    ---------
    S. Fang et al., ICLR 2024, arXiv 2311.04465.
    """
    positive("gp_u4", frequency=frequency, length=length)
    return manufactured(
        lambda x: x * jnp.sin(frequency * x),
        laplacian,
        name="gp_u4",
        bounds={"x": (0.0, length)},
        citation=FANG,
    )


@register("gp_u5", aliases=("poisson_1d_sin500",), tags=LINE)
def gp_u5(frequency: float = 500.0, length: float = 1.0) -> Problem:
    """A wave on a parabola: u″ = f on [0, L] with u = sin kx − 2 (x − ½)².

    Parameters
    ----------
    frequency : k > 0, radians per unit of x.
    length : L, length of the interval.

    Good values
    -----------
    frequency 1 to 1000 on length 1; GP-HM reaches 4e-4 at the defaults.

    Reference
    ---------
    S. Fang et al., ICLR 2024, arXiv 2311.04465.
    """
    positive("gp_u5", frequency=frequency, length=length)
    return manufactured(
        lambda x: jnp.sin(frequency * x) - 2 * (x - 0.5) ** 2,
        laplacian,
        name="gp_u5",
        bounds={"x": (0.0, length)},
        citation=FANG,
    )


@register("gp_u6", aliases=("poisson_2d_sin100",), tags=PLANE)
def gp_u6(frequency: float = 100.0, length: float = TURN) -> Problem:
    """One high frequency in the plane: ∇²u = f on [0, L]² with u = sin kx sin ky.

    Parameters
    ----------
    frequency : k > 0, radians per unit of x and of y.
    length : L, side of the square.

    Good values
    -----------
    frequency 1 to 300, length 1 to 2π; GP-HM reaches 6e-5 at the defaults.

    Reference
    ---------
    S. Fang et al., ICLR 2024, arXiv 2311.04465.
    """
    positive("gp_u6", frequency=frequency, length=length)
    return manufactured(
        lambda x, y: jnp.sin(frequency * x) * jnp.sin(frequency * y),
        laplacian,
        name="gp_u6",
        bounds={"x": (0.0, length), "y": (0.0, length)},
        citation=FANG,
    )


@register("gp_u7", aliases=("poisson_2d_multiscale",), tags=PLANE)
def gp_u7(length: float = TURN) -> Problem:
    """Two scales in the plane: ∇²u = f on [0, L]² with u = q(x) + q(y), q(s) = sin 6s cos 20s.

    Parameters
    ----------
    length : L, side of the square.

    Good values
    -----------
    length 1 to 2π; GP-HM reaches 1e-3 at the default.

    Reference
    ---------
    S. Fang et al., ICLR 2024, arXiv 2311.04465.
    """
    positive("gp_u7", length=length)

    def q(s: Values) -> Values:
        return jnp.sin(6 * s) * jnp.cos(20 * s)

    return manufactured(
        lambda x, y: q(x) + q(y),
        laplacian,
        name="gp_u7",
        bounds={"x": (0.0, length), "y": (0.0, length)},
        citation=FANG,
    )


@register(
    "poisson_2d_high", tags=("elliptic", "poisson", "2d", "linear", "multi-scale", "closed-form")
)
def poisson_2d_high(kx: float = 800.0, ky: float = 600.0, length: float = TURN) -> Problem:
    """Many wavelengths in the plane: ∇²u = f on [0, L]² with u = sin k_x x sin k_y y + xy.

    Parameters
    ----------
    kx, ky : k_x and k_y, radians per unit of each coordinate.
    length : L, side of the square.

    Good values
    -----------
    kx and ky 50 to 1000 on length 2π; a polynomial of degree k L / 2 and more is needed per axis.

    Reference
    ---------
    P. J. Roache, J. Fluids Eng. 124, 4 (2002), on manufactured solutions.
    """
    positive("poisson_2d_high", kx=kx, ky=ky, length=length)
    return manufactured(
        lambda x, y: jnp.sin(kx * x) * jnp.sin(ky * y) + x * y,
        laplacian,
        name="poisson_2d_high",
        bounds={"x": (0.0, length), "y": (0.0, length)},
    )


@register("poisson_3d", tags=("elliptic", "poisson", "3d", "linear", "multi-scale", "closed-form"))
def poisson_3d(kx: float = 60.0, ky: float = 80.0, kz: float = 40.0) -> Problem:
    """Poisson in the unit cube: ∇²u = f with u = sin k_x x sin k_y y cos k_z z + x² y eᶻ.

    Parameters
    ----------
    kx, ky, kz : k_x, k_y and k_z, radians per unit of each coordinate.

    Good values
    -----------
    kx, ky and kz 5 to 150.

    Reference
    ---------
    P. J. Roache, J. Fluids Eng. 124, 4 (2002), on manufactured solutions.
    """
    positive("poisson_3d", kx=kx, ky=ky, kz=kz)
    return manufactured(
        lambda x, y, z: jnp.sin(kx * x) * jnp.sin(ky * y) * jnp.cos(kz * z) + x**2 * y * jnp.exp(z),
        laplacian,
        name="poisson_3d",
        bounds={"x": (0.0, 1.0), "y": (0.0, 1.0), "z": (0.0, 1.0)},
    )
