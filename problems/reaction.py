"""Allen-Cahn equations: diffusion against a cubic reaction, where solutions may be several."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp

from problems.manufactured import Field, Values, laplacian, manufactured
from problems.parameters import positive
from sciml.domain import Box
from sciml.problem import Condition, Problem
from sciml.registry import register

FANG = "S. Fang et al., ICLR 2024, arXiv 2311.04465"
CHAFEE = "N. Chafee and E. F. Infante, Applicable Analysis 4, 17 (1974)"
TAGS = ("reaction", "allen-cahn", "nonlinear", "multi-scale", "closed-form", "gp-hm")


def _cubic(j: Any, x: Mapping[str, Any], theta: Mapping[str, Any]) -> Any:
    """∇²u + u (u² − 1)."""
    return laplacian(j, x, theta) + j.u * (j.u**2 - 1)


def _allen_cahn(name: str, u: Field, bounds: Mapping[str, tuple[float, float]]) -> Problem:
    return manufactured(u, _cubic, name=name, bounds=bounds, citation=FANG)


@register("gp_ac1_sin", aliases=("allen_cahn_1d_sin100",), tags=(*TAGS, "1d"))
def gp_ac1_sin(frequency: float = 100.0, length: float = 2 * math.pi) -> Problem:
    """One high frequency: u″ + u (u² − 1) = f on [0, L] with u = sin kx.

    The boundary values do not fix the solution: further ones exist beside this.

    Parameters
    ----------
    frequency : k > 0, radians per unit of x.
    length : L, length of the interval.

    Good values
    -----------
    frequency 10 to 500, length 1 to 2π; GP-HM reaches 8e-7 at the defaults.

    Reference
    ---------
    S. Fang et al., ICLR 2024, arXiv 2311.04465.
    """
    positive("gp_ac1_sin", frequency=frequency, length=length)
    return _allen_cahn("gp_ac1_sin", lambda x: jnp.sin(frequency * x), {"x": (0.0, length)})


@register("gp_ac1_sincos", aliases=("allen_cahn_1d_sin6_cos100",), tags=(*TAGS, "1d"))
def gp_ac1_sincos(length: float = 2 * math.pi) -> Problem:
    """A modulated wave: u″ + u (u² − 1) = f on [0, L] with u = sin 6x cos 100x.

    The boundary values do not fix the solution: further ones exist beside this.

    Parameters
    ----------
    length : L, length of the interval.

    Good values
    -----------
    length 1 to 2π; GP-HM reaches 4e-6 at the default.

    Reference
    ---------
    S. Fang et al., ICLR 2024, arXiv 2311.04465.
    """
    positive("gp_ac1_sincos", length=length)
    return _allen_cahn(
        "gp_ac1_sincos", lambda x: jnp.sin(6 * x) * jnp.cos(100 * x), {"x": (0.0, length)}
    )


@register("gp_ac2", aliases=("allen_cahn_2d_multiscale",), tags=(*TAGS, "2d"))
def gp_ac2(length: float = 1.0) -> Problem:
    """Three scales in the plane: ∇²u + u (u² − 1) = f on [0, L]² with u = q(x) q(y).

    q(s) = sin s + 0.1 sin 20s + cos 100s.

    Parameters
    ----------
    length : L, side of the square.

    Good values
    -----------
    length 0.2 to 1; GP-HM reaches 3e-3 at the default.

    Reference
    ---------
    S. Fang et al., ICLR 2024, arXiv 2311.04465.
    """
    positive("gp_ac2", length=length)

    def q(s: Values) -> Values:
        return jnp.sin(s) + 0.1 * jnp.sin(20 * s) + jnp.cos(100 * s)

    return _allen_cahn("gp_ac2", lambda x, y: q(x) * q(y), {"x": (0.0, length), "y": (0.0, length)})


@register("allen_cahn_several", tags=("reaction", "allen-cahn", "nonlinear", "1d", "several"))
def allen_cahn_several(length: float = 10.0, source: float = 0.0) -> Problem:
    """Several solutions: u″ + u − u³ + s = 0 on [0, L] with u = 0 at both ends.

    Without a source there are 2N + 1 solutions, N the number of n = 1, 2, … with nπ < L: zero,
    and for each n a pair ±u_n with n − 1 zeros inside. At the default length N = 3, seven in all;
    of them only ±u_1 are stable in time. A constant source breaks the symmetry of the pairs.

    Parameters
    ----------
    length : L > 0, length of the interval.
    source : s, a constant.

    Good values
    -----------
    length 1 to 20, source −0.3 to 0.3; one solution for length below π and no source.

    Reference
    ---------
    N. Chafee and E. F. Infante, Applicable Analysis 4, 17 (1974).
    """
    positive("allen_cahn_several", length=length)
    return Problem(
        name="allen_cahn_several",
        domain=Box({"x": (0.0, length)}),
        theta={"source": source},
        residual=lambda j, _x, theta: j.u_xx + j.u - j.u**3 + theta["source"],
        conditions=(Condition(("x:lower", "x:upper"), lambda j, _x, _theta: j.u),),
        citation=CHAFEE,
    )
