"""Poisson's equation on domains that are no boxes: ∇²u = f with u given on the boundary."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from problems.manufactured import ROACHE, Field, laplacian, matched, value
from problems.parameters import fits, positive
from sciml.domain import Disc, Domain
from sciml.precision import float64
from sciml.problem import BOUNDARY, Condition, Problem
from sciml.region import LevelSet, Polygon
from sciml.registry import register

SHAPE = ("elliptic", "poisson", "2d", "linear", "closed-form", "shape")
GRISVARD = "P. Grisvard, Elliptic Problems in Nonsmooth Domains (1985)"
MITCHELL = "W. F. Mitchell, Appl. Math. Comput. 220, 350 (2013)"
ORDERS = (1, 2, 4, 5)
"""k of the functions r^(2k/3) sin(2kφ/3) that are singular at the corner: no multiple of 3"""

Values = Float[Array, "*n"]


def _dirichlet(name: str, domain: Domain, u: Field, citation: str, **more: Any) -> Problem:
    """The problem on a domain whose solution is u, with u prescribed on the whole boundary."""

    def exact(points: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "n 1"]:
        with float64():
            return np.array(u(*jnp.asarray(points, float).T))[:, None]

    return Problem(
        name=name,
        domain=domain,
        residual=more.pop("residual", matched(u, laplacian, {})),
        conditions=(Condition((BOUNDARY,), matched(u, value, {})),),
        exact=exact,
        citation=citation,
        **more,
    )


@register("poisson_disc", tags=(*SHAPE, "multi-scale"))
def poisson_disc(kx: float = 40.0, ky: float = 30.0, radius: float = 1.0) -> Problem:
    """Poisson on a disc: ∇²u = f for |x| < R with u = sin k_x x cos k_y y + e^(xy).

    Parameters
    ----------
    kx, ky : k_x and k_y, radians per unit of each coordinate.
    radius : R, radius of the disc centred at the origin.

    Good values
    -----------
    kx and ky 1 to 100 on radius 1.

    Reference
    ---------
    P. J. Roache, J. Fluids Eng. 124, 4 (2002), on manufactured solutions.
    """
    positive("poisson_disc", kx=kx, ky=ky, radius=radius)
    return _dirichlet(
        "poisson_disc",
        Disc(radius=radius),
        lambda x, y: jnp.sin(kx * x) * jnp.cos(ky * y) + jnp.exp(x * y),
        ROACHE,
    )


@register("poisson_l_shape", tags=(*SHAPE, "multi-scale"))
def poisson_l_shape(kx: float = 50.0, ky: float = 20.0, side: float = 1.0) -> Problem:
    """Poisson on an L: ∇²u = f on [−L, L]² less x > 0 > y, with u = sin k_x x sin k_y y + x² y.

    The solution is smooth: the re-entrant corner is a corner of the domain only.

    Parameters
    ----------
    kx, ky : k_x and k_y, radians per unit of each coordinate.
    side : L, length of the edges that meet at the origin.

    Good values
    -----------
    kx and ky 1 to 100 on side 1.

    Reference
    ---------
    P. J. Roache, J. Fluids Eng. 124, 4 (2002), on manufactured solutions.
    """
    positive("poisson_l_shape", kx=kx, ky=ky, side=side)
    return _dirichlet(
        "poisson_l_shape",
        _l_shape(side),
        lambda x, y: jnp.sin(kx * x) * jnp.sin(ky * y) + x**2 * y,
        ROACHE,
    )


@register("poisson_l_corner", tags=(*SHAPE, "laplace", "singular"))
def poisson_l_corner(side: float = 1.0) -> Problem:
    """Singular corner of an L: ∇²u = 0 on [−L, L]² less x > 0 > y, with u = r^(2/3) sin(2φ/3).

    φ runs from the edge along x > 0 to the edge along y < 0, u = 0 on both. The gradient of u
    is infinite where they meet. The problem carries r^(2k/3) sin(2kφ/3), k = 1, 2, 4, 5, as its
    enrichment: the terms of a solution's expansion at the corner that are not smooth.

    Parameters
    ----------
    side : L, length of the edges that meet at the origin.

    Good values
    -----------
    side 0.5 to 10.

    Reference
    ---------
    P. Grisvard, Elliptic Problems in Nonsmooth Domains (1985); W. F. Mitchell, Appl. Math.
    Comput. 220, 350 (2013).
    """
    positive("poisson_l_corner", side=side)
    return _dirichlet(
        "poisson_l_corner",
        _l_shape(side),
        lambda x, y: _corner_function(x, y, 1),
        f"{GRISVARD}; {MITCHELL}",
        residual=laplacian,
        enrichment=tuple(
            lambda x, k=k: _corner_function(x["x"], x["y"], k)  # k of this term
            for k in ORDERS
        ),
    )


@register("poisson_annulus", tags=(*SHAPE, "hole"))
def poisson_annulus(
    inner: float = 0.4, outer: float = 1.0, kx: float = 8.0, ky: float = 6.0
) -> Problem:
    """Poisson on a ring: ∇²u = f for R₁ < r < R₂ with u = ln r + sin k_x x cos k_y y.

    ln r is harmonic on the ring, but no harmonic polynomials come near it: it needs the hole.

    Parameters
    ----------
    inner, outer : R₁ and R₂, radii of the circles centred at the origin.
    kx, ky : k_x and k_y, radians per unit of each coordinate.

    Good values
    -----------
    inner 0.1 to 0.9 within outer 1; kx and ky 1 to 50.

    Reference
    ---------
    P. J. Roache, J. Fluids Eng. 124, 4 (2002), on manufactured solutions.
    """
    positive("poisson_annulus", inner=inner, outer=outer, kx=kx, ky=ky)
    fits("poisson_annulus", "inner", inner, "outer", outer)

    def level(x: Any) -> Any:
        square = x["x"] ** 2 + x["y"] ** 2
        return (square - outer**2) * (square - inner**2)

    return _dirichlet(
        "poisson_annulus",
        LevelSet(level, {"x": (-outer, outer), "y": (-outer, outer)}),
        lambda x, y: jnp.log(x**2 + y**2) / 2 + jnp.sin(kx * x) * jnp.cos(ky * y),
        ROACHE,
    )


def _l_shape(side: float) -> Polygon:
    """The square [−L, L]² less the quadrant x > 0 > y; its re-entrant corner is the origin."""
    corners = ((0, 0), (1, 0), (1, 1), (-1, 1), (-1, -1), (0, -1))
    return Polygon(tuple((side * x, side * y) for x, y in corners))


def _corner_function(x: Values, y: Values, k: int) -> Values:
    """r^(2k/3) sin(2kφ/3), with φ = 0 along x > 0 and 3π/2 along y < 0; 0 at the origin.

    φ is measured from the middle of the domain, so that it jumps in the quadrant cut away only.
    At the origin all derivatives come out as 0, where those beyond the order 2k/3 are infinite.
    """
    square = x**2 + y**2
    apex = square == 0
    angle = 0.75 * jnp.pi + jnp.arctan2(-x - y, jnp.where(apex, 1.0, y - x))
    radius = jnp.where(apex, 1.0, square)
    return jnp.where(apex, 0.0, radius ** (k / 3) * jnp.sin(2 * k / 3 * angle))
