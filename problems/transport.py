"""Equations that carry their solution along: advection and Burgers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from problems.manufactured import manufactured, value
from problems.parameters import at_least, positive
from sciml.domain import Box
from sciml.errors import BadProblem
from sciml.problem import Condition, Problem
from sciml.registry import register


@register("burgers", tags=("transport", "shock", "nonlinear", "closed-form"))
def burgers(nu: float = 0.01 / math.pi) -> Problem:
    """Viscous Burgers: u_t + u u_x = ν u_xx on 0 < t < 1, |x| < 1.

    u(0, x) = −sin πx and u(t, ±1) = 0. The wave steepens to an inner layer of width
    about ν at x = 0 near t = 1/π.

    Parameters
    ----------
    nu : ν > 0, viscosity.

    Good values
    -----------
    nu 0.003 to 0.1; the default 0.01/π is the usual test of networks.

    Reference
    ---------
    C. Basdevant et al., Comput. Fluids 14, 23 (1986); exact by the Cole-Hopf transformation.
    """
    positive("burgers", nu=nu)
    return Problem(
        name="burgers",
        domain=Box({"t": (0.0, 1.0), "x": (-1.0, 1.0)}),
        theta={"nu": nu},
        residual=lambda j, _x, theta: j.u_t + j.u * j.u_x - theta["nu"] * j.u_xx,
        conditions=(
            Condition(("t:lower",), lambda j, x, _theta: j.u + jnp.sin(jnp.pi * x["x"])),
            Condition(("x:lower", "x:upper"), lambda j, _x, _theta: j.u),
        ),
        exact=lambda points: cole_hopf(points, nu),
        citation="C. Basdevant et al., Comput. Fluids 14, 23 (1986)",
    )


def cole_hopf(points: Float[np.ndarray, "n 2"], nu: float) -> Float[np.ndarray, "n 1"]:
    """u at (t, x): the mean of −sin πy under exp(−cos(πy)/2πν − (x − y)²/4νt), y on the line.

    The trapezoidal rule converges geometrically for such integrands; its step is a third of the
    narrowest width the weight can have, its range is where the weight exceeds e^-40 of its peak.
    """
    t, x = np.asarray(points, float).T
    start = np.maximum(t, 1e-300)
    reach = np.sqrt(start * (4 / math.pi + 160 * nu))
    width = np.sqrt(2 * nu * start / (1 + math.pi * start))
    nodes = 2 * math.ceil(3 * float(np.max(reach / width, initial=1.0))) + 1
    y = x[:, None] + reach[:, None] * np.linspace(-1.0, 1.0, nodes)
    exponent = -np.cos(math.pi * y) / (2 * math.pi * nu)
    exponent -= (y - x[:, None]) ** 2 / (4 * nu * start[:, None])
    weight = np.exp(exponent - exponent.max(axis=1, keepdims=True))
    u = -np.sum(weight * np.sin(math.pi * y), axis=1) / np.sum(weight, axis=1)
    return np.where(t > 0, u, -np.sin(math.pi * x))[:, None]


def _advection(j: Any, _x: Mapping[str, Any], theta: Mapping[str, Any]) -> Any:
    """u_t + β u_x."""
    return j.u_t + theta["beta"] * j.u_x


def _nonzero_speed(problem: str, beta: float) -> None:
    if not (math.isfinite(beta) and beta != 0):
        raise BadProblem(
            f"parameter 'beta' of '{problem}' is {beta}.",
            "give a finite speed other than 0: positive to the right, negative to the left",
        )


@register(
    "gp_advection",
    aliases=("advection",),
    tags=("transport", "1d", "linear", "evolution", "multi-scale", "closed-form", "gp-hm"),
)
def gp_advection(beta: float = 200.0) -> Problem:
    """Fast advection: u_t + β u_x = 0 on [0, 1]² with u = sin(x − βt).

    u is given where it enters only: at t = 0 and at the wall from which the flow comes, x = 0
    for β > 0 and x = 1 for β < 0. (The paper prescribes all four sides.)

    Parameters
    ----------
    beta : β ≠ 0, speed.

    Good values
    -----------
    beta −500 to 500; GP-HM reaches 1e-4 at the default, from all four sides.

    Reference
    ---------
    S. Fang et al., ICLR 2024, arXiv 2311.04465.
    """
    _nonzero_speed("gp_advection", beta)
    return manufactured(
        lambda t, x: jnp.sin(x - beta * t),
        _advection,
        name="gp_advection",
        bounds={"t": (0.0, 1.0), "x": (0.0, 1.0)},
        conditions=[
            (("t:lower",), value),
            (("x:lower" if beta > 0 else "x:upper",), value),
        ],
        theta={"beta": beta},
        citation="S. Fang et al., ICLR 2024, arXiv 2311.04465",
    )


@register(
    "advection_periodic",
    tags=("transport", "1d", "linear", "evolution", "periodic", "closed-form"),
)
def advection_periodic(beta: float = 5.0, waves: int = 10) -> Problem:
    """Advection around a ring: u_t + β u_x = 0 on [0, 1]², periodic in x, u given at t = 0.

    u = sin 2πn(x − βt) + ½ cos 2π(x − βt).

    Parameters
    ----------
    beta : β ≠ 0, speed, in turns per unit of time.
    waves : n, waves around the ring.

    Good values
    -----------
    beta −20 to 20, waves 1 to 40.

    Reference
    ---------
    R. J. LeVeque, Finite Volume Methods for Hyperbolic Problems (2002), chapter 4.
    """
    _nonzero_speed("advection_periodic", beta)
    at_least("advection_periodic", 1, waves=waves)
    turn = 2 * math.pi
    return manufactured(
        lambda t, x: jnp.sin(waves * turn * (x - beta * t)) + 0.5 * jnp.cos(turn * (x - beta * t)),
        _advection,
        name="advection_periodic",
        bounds={"t": (0.0, 1.0), "x": (0.0, 1.0)},
        conditions=[(("t:lower",), value)],
        theta={"beta": beta},
        periodic=("x",),
        citation="R. J. LeVeque, Finite Volume Methods for Hyperbolic Problems (2002), chapter 4",
    )
