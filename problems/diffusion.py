"""Diffusion: heat in time, media of varying conductivity, walls of several kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax.numpy as jnp

from problems.manufactured import ROACHE, ClosedForm, Field, Values, laplacian, manufactured, value
from problems.parameters import positive
from sciml.errors import BadProblem
from sciml.problem import Problem
from sciml.registry import register

HOU = "T. Y. Hou and X.-H. Wu, J. Comput. Phys. 134, 169 (1997)"
CARSLAW = "H. S. Carslaw and J. C. Jaeger, Conduction of Heat in Solids (1959)"
UNIT = (0.0, 1.0)
PLANE = ("elliptic", "diffusion", "2d", "linear", "closed-form")
EVOLUTION = ("diffusion", "evolution", "linear", "closed-form")


def _divergence(a: Field) -> Callable[[Any, Mapping[str, Any], Mapping[str, Any]], Any]:
    """∇·(a ∇u) in the plane, written out: a (u_xx + u_yy) + a_x u_x + a_y u_y."""

    def operator(j: Any, x: Mapping[str, Any], _theta: Mapping[str, Any]) -> Any:
        medium = ClosedForm(a, x)
        return medium.u * (j.u_xx + j.u_yy) + medium.u_x * j.u_x + medium.u_y * j.u_y

    return operator


def _two_scales(x: Values, y: Values) -> Values:
    return jnp.sin(30 * x) * jnp.sin(20 * y) + x**2 * y


@register("diffusion_2d", tags=(*PLANE, "multi-scale"))
def diffusion_2d(contrast: float = 0.5) -> Problem:
    """A rippled medium: ∇·(a ∇u) = f on [0, 1]² with a = 1 + c sin 20x cos 20y.

    u = sin 30x sin 20y + x² y, given at the walls.

    Parameters
    ----------
    contrast : c, from 0 to 1 (excluded).

    Good values
    -----------
    contrast 0.1 to 0.9.

    Reference
    ---------
    T. Y. Hou and X.-H. Wu, J. Comput. Phys. 134, 169 (1997), on such media.
    """
    positive("diffusion_2d", contrast=contrast)
    if contrast >= 1:
        raise BadProblem(
            f"parameter 'contrast' of 'diffusion_2d' is {contrast}: the conductivity has zeros.",
            "give a number between 0 and 1",
        )
    return manufactured(
        _two_scales,
        _divergence(lambda x, y: 1 + contrast * jnp.sin(20 * x) * jnp.cos(20 * y)),
        name="diffusion_2d",
        bounds={"x": UNIT, "y": UNIT},
        citation=HOU,
    )


@register("diffusion_2d_contrast", tags=(*PLANE, "multi-scale"))
def diffusion_2d_contrast(strength: float = 3.0) -> Problem:
    """High contrast: ∇·(a ∇u) = f on [0, 1]² with a = exp(s sin 10x sin 10y).

    u = sin 30x sin 20y + x² y, given at the walls. The conductivity varies by e^(2s), 400 at
    the default.

    Parameters
    ----------
    strength : s > 0.

    Good values
    -----------
    strength 0.5 to 4.

    Reference
    ---------
    T. Y. Hou and X.-H. Wu, J. Comput. Phys. 134, 169 (1997), on such media.
    """
    positive("diffusion_2d_contrast", strength=strength)
    return manufactured(
        _two_scales,
        _divergence(lambda x, y: jnp.exp(strength * jnp.sin(10 * x) * jnp.sin(10 * y))),
        name="diffusion_2d_contrast",
        bounds={"x": UNIT, "y": UNIT},
        citation=HOU,
    )


@register("poisson_2d_mixed", tags=("elliptic", "poisson", "2d", "linear", "closed-form", "mixed"))
def poisson_2d_mixed(kx: float = 20.0, ky: float = 15.0, exchange: float = 2.0) -> Problem:
    """Walls of three kinds: ∇²u = f on [0, 1]² with u = sin k_x x cos k_y y + x (1 + y)².

    u is given at x = 0, u_x at x = 1, u_y at y = 0, and u_y + h u at y = 1 (Dirichlet, Neumann
    twice, Robin).

    Parameters
    ----------
    kx, ky : k_x and k_y, radians per unit of each coordinate.
    exchange : h > 0, coefficient of u in the last condition.

    Good values
    -----------
    kx and ky 1 to 100, exchange 0.1 to 10.

    Reference
    ---------
    P. J. Roache, J. Fluids Eng. 124, 4 (2002), on manufactured solutions.
    """
    positive("poisson_2d_mixed", kx=kx, ky=ky, exchange=exchange)
    return manufactured(
        lambda x, y: jnp.sin(kx * x) * jnp.cos(ky * y) + x * (1 + y) ** 2,
        laplacian,
        name="poisson_2d_mixed",
        bounds={"x": UNIT, "y": UNIT},
        conditions=[
            (("x:lower",), value),
            (("x:upper",), lambda j, _x, _theta: j.u_x),
            (("y:lower",), lambda j, _x, _theta: j.u_y),
            (("y:upper",), lambda j, _x, theta: j.u_y + theta["exchange"] * j.u),
        ],
        theta={"exchange": exchange},
        citation=ROACHE,
    )


@register("heat", tags=(*EVOLUTION, "1d", "multi-scale"))
def heat(kappa: float = 1.0, k: float = 60.0, omega: float = 30.0) -> Problem:
    """Heat in a rod: u_t = κ u_xx + f on [0, 1]² with u = sin kx e^(−2t) cos ωt + x² t.

    u is given at t = 0 and at both ends.

    Parameters
    ----------
    kappa : κ > 0, diffusivity.
    k, omega : frequencies in x and in t, radians per unit.

    Good values
    -----------
    kappa 0.01 to 10, k 1 to 150, omega 0.1 to 100.

    Reference
    ---------
    H. S. Carslaw and J. C. Jaeger, Conduction of Heat in Solids (1959).
    """
    positive("heat", kappa=kappa, k=k, omega=omega)
    return manufactured(
        lambda t, x: jnp.sin(k * x) * jnp.exp(-2 * t) * jnp.cos(omega * t) + x**2 * t,
        lambda j, _x, theta: j.u_t - theta["kappa"] * j.u_xx,
        name="heat",
        bounds={"t": UNIT, "x": UNIT},
        conditions=[(("t:lower",), value), (("x:lower", "x:upper"), value)],
        theta={"kappa": kappa},
        citation=CARSLAW,
    )


@register("heat_2d", tags=(*EVOLUTION, "2d"))
def heat_2d(kappa: float = 1.0, kx: float = 20.0, ky: float = 15.0) -> Problem:
    """Heat in a plate: u_t = κ ∇²u + f on [0, 1]³ with u = sin k_x x sin k_y y cos 5t + x y t.

    u is given at t = 0 and at the four edges.

    Parameters
    ----------
    kappa : κ > 0, diffusivity.
    kx, ky : k_x and k_y, radians per unit of each coordinate.

    Good values
    -----------
    kappa 0.01 to 10, kx and ky 1 to 60.

    Reference
    ---------
    H. S. Carslaw and J. C. Jaeger, Conduction of Heat in Solids (1959).
    """
    positive("heat_2d", kappa=kappa, kx=kx, ky=ky)
    return manufactured(
        lambda t, x, y: jnp.sin(kx * x) * jnp.sin(ky * y) * jnp.cos(5 * t) + x * y * t,
        lambda j, _x, theta: j.u_t - theta["kappa"] * (j.u_xx + j.u_yy),
        name="heat_2d",
        bounds={"t": UNIT, "x": UNIT, "y": UNIT},
        conditions=[
            (("t:lower",), value),
            (("x:lower", "x:upper", "y:lower", "y:upper"), value),
        ],
        theta={"kappa": kappa},
        citation=CARSLAW,
    )
