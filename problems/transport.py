"""Equations that carry their solution along: Burgers."""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from problems.parameters import positive
from sciml.domain import Box
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
        exact=lambda points: _cole_hopf(points, nu),
        citation="C. Basdevant et al., Comput. Fluids 14, 23 (1986)",
    )


def _cole_hopf(points: Float[np.ndarray, "n 2"], nu: float) -> Float[np.ndarray, "n 1"]:
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
