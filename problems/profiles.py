"""Poisson's equation for solutions that no few waves make up: chirps, packets, layers, peaks.

Each profile comes on the unit interval and on the unit square, with u given at the walls.
"""

from __future__ import annotations

import jax.numpy as jnp

from problems.manufactured import ROACHE, Field, Values, laplacian, manufactured
from problems.parameters import positive
from sciml.problem import Problem
from sciml.registry import register

UNIT = (0.0, 1.0)
LINE = ("elliptic", "poisson", "1d", "linear", "closed-form", "profile")
PLANE = ("elliptic", "poisson", "2d", "linear", "closed-form", "profile")
MITCHELL = "W. F. Mitchell, Appl. Math. Comput. 220, 350 (2013)"


def _on_interval(name: str, u: Field, citation: str = ROACHE) -> Problem:
    return manufactured(u, laplacian, name=name, bounds={"x": UNIT}, citation=citation)


def _on_square(name: str, u: Field, citation: str = ROACHE) -> Problem:
    return manufactured(u, laplacian, name=name, bounds={"x": UNIT, "y": UNIT}, citation=citation)


@register("poisson_1d_chirp", tags=LINE)
def poisson_1d_chirp(rate: float = 150.0) -> Problem:
    """A wave that quickens: u″ = f on [0, 1] with u = sin(c x²).

    Parameters
    ----------
    rate : c > 0; the local frequency 2cx grows from 0 to 2c.

    Good values
    -----------
    rate 10 to 500.

    Reference
    ---------
    P. J. Roache, J. Fluids Eng. 124, 4 (2002), on manufactured solutions.
    """
    positive("poisson_1d_chirp", rate=rate)
    return _on_interval("poisson_1d_chirp", lambda x: jnp.sin(rate * x**2))


@register("poisson_1d_packet", tags=LINE)
def poisson_1d_packet(frequency: float = 300.0, width: float = 0.05) -> Problem:
    """A Gaussian wave packet: u″ = f on [0, 1] with u = exp(−(x − 0.45)²/2w²) sin kx.

    Parameters
    ----------
    frequency : k > 0, radians per unit of x.
    width : w, standard deviation of the envelope.

    Good values
    -----------
    frequency 20 to 1000, width 0.01 to 0.2.

    Reference
    ---------
    P. J. Roache, J. Fluids Eng. 124, 4 (2002), on manufactured solutions.
    """
    positive("poisson_1d_packet", frequency=frequency, width=width)
    return _on_interval(
        "poisson_1d_packet",
        lambda x: jnp.exp(-0.5 * ((x - 0.45) / width) ** 2) * jnp.sin(frequency * x),
    )


@register("poisson_1d_layer", tags=LINE)
def poisson_1d_layer(width: float = 0.01) -> Problem:
    """An inner layer: u″ = f on [0, 1] with u = tanh((x − ½)/w).

    Parameters
    ----------
    width : w > 0, width of the layer.

    Good values
    -----------
    width 0.003 to 0.2.

    Reference
    ---------
    W. F. Mitchell, Appl. Math. Comput. 220, 350 (2013), wave front.
    """
    positive("poisson_1d_layer", width=width)
    return _on_interval("poisson_1d_layer", lambda x: jnp.tanh((x - 0.5) / width), MITCHELL)


@register("poisson_1d_peak", tags=LINE)
def poisson_1d_peak(sharpness: float = 2500.0) -> Problem:
    """A narrow peak: u″ = f on [0, 1] with u = 1/(1 + s (x − 0.37)²).

    Parameters
    ----------
    sharpness : s > 0; the half-width is 1/√s.

    Good values
    -----------
    sharpness 25 to 10000.

    Reference
    ---------
    C. Runge, Z. Math. Phys. 46, 224 (1901); W. F. Mitchell, Appl. Math. Comput. 220, 350 (2013).
    """
    positive("poisson_1d_peak", sharpness=sharpness)
    return _on_interval(
        "poisson_1d_peak", lambda x: 1 / (1 + sharpness * (x - 0.37) ** 2), MITCHELL
    )


@register("poisson_2d_chirp", tags=PLANE)
def poisson_2d_chirp(cx: float = 60.0, cy: float = 40.0) -> Problem:
    """A wave that quickens outwards: ∇²u = f on [0, 1]² with u = sin(c_x x² + c_y y²).

    Parameters
    ----------
    cx, cy : c_x and c_y > 0; the local frequencies grow to 2c_x and 2c_y.

    Good values
    -----------
    cx and cy 5 to 200.

    Reference
    ---------
    P. J. Roache, J. Fluids Eng. 124, 4 (2002), on manufactured solutions.
    """
    positive("poisson_2d_chirp", cx=cx, cy=cy)
    return _on_square("poisson_2d_chirp", lambda x, y: jnp.sin(cx * x**2 + cy * y**2))


@register("poisson_2d_packet", tags=PLANE)
def poisson_2d_packet(frequency: float = 100.0, width: float = 0.1) -> Problem:
    """A wave packet: ∇²u = f on [0, 1]² with u = exp(−|r − c|²/2w²) sin k(x + y/2).

    The centre c is (0.45, 0.55).

    Parameters
    ----------
    frequency : k > 0, radians per unit of x.
    width : w, standard deviation of the envelope.

    Good values
    -----------
    frequency 20 to 500, width 0.03 to 0.3.

    Reference
    ---------
    P. J. Roache, J. Fluids Eng. 124, 4 (2002), on manufactured solutions.
    """
    positive("poisson_2d_packet", frequency=frequency, width=width)

    def packet(x: Values, y: Values) -> Values:
        square = ((x - 0.45) ** 2 + (y - 0.55) ** 2) / width**2
        return jnp.exp(-0.5 * square) * jnp.sin(frequency * (x + 0.5 * y))

    return _on_square("poisson_2d_packet", packet)


@register("poisson_2d_layer", tags=PLANE)
def poisson_2d_layer(width: float = 0.02) -> Problem:
    """An oblique inner layer: ∇²u = f on [0, 1]² with u = tanh((x + y/2 − ¾)/w).

    Parameters
    ----------
    width : w > 0, width of the layer along x.

    Good values
    -----------
    width 0.01 to 0.3.

    Reference
    ---------
    W. F. Mitchell, Appl. Math. Comput. 220, 350 (2013), wave front.
    """
    positive("poisson_2d_layer", width=width)
    return _on_square(
        "poisson_2d_layer", lambda x, y: jnp.tanh((x + 0.5 * y - 0.75) / width), MITCHELL
    )


@register("poisson_2d_peak", tags=PLANE)
def poisson_2d_peak(sharpness: float = 500.0) -> Problem:
    """A narrow peak: ∇²u = f on [0, 1]² with u = 1/(1 + s (x − 0.37)² + s (y − 0.61)²).

    Parameters
    ----------
    sharpness : s > 0; the half-width is 1/√s.

    Good values
    -----------
    sharpness 10 to 5000.

    Reference
    ---------
    W. F. Mitchell, Appl. Math. Comput. 220, 350 (2013), peak.
    """
    positive("poisson_2d_peak", sharpness=sharpness)
    return _on_square(
        "poisson_2d_peak",
        lambda x, y: 1 / (1 + sharpness * ((x - 0.37) ** 2 + (y - 0.61) ** 2)),
        MITCHELL,
    )
