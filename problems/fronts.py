"""Fronts that travel: Fisher and KPP's equation, with the wave that is known in closed form."""

from __future__ import annotations

import math

import jax.numpy as jnp

from problems.manufactured import Values, manufactured, value
from problems.parameters import positive
from sciml.problem import Problem
from sciml.registry import register

ABLOWITZ = "M. J. Ablowitz and A. Zeppetella, Bull. Math. Biol. 41, 835 (1979)"


@register(
    "fisher_front",
    aliases=("fisher_kpp_front",),
    tags=("reaction", "evolution", "1d", "nonlinear", "closed-form"),
)
def fisher_front(diffusion: float = 1e-3, growth: float = 10.0) -> Problem:
    """A population that invades: u_t = D u_xx + r u (1 − u) on 0 < t < 1, |x| < 1.

    u = (1 + exp(√(r/6D) (x + ½) − 5rt/6))⁻², a front of width √(6D/r) that travels at 5 √(rD/6).
    u is given at t = 0 and at both ends.

    Parameters
    ----------
    diffusion, growth : D > 0 and r > 0.

    Good values
    -----------
    diffusion 1e-4 to 1e-2, growth 1 to 20.

    Reference
    ---------
    M. J. Ablowitz and A. Zeppetella, Bull. Math. Biol. 41, 835 (1979).
    """
    positive("fisher_front", diffusion=diffusion, growth=growth)
    steep = math.sqrt(growth / (6 * diffusion))

    def u(t: Values, x: Values) -> Values:
        # 1 / (1 + e^z) as a hyperbolic tangent: no overflow far ahead of the front
        z = steep * (x + 0.5) - 5 * growth * t / 6
        return (0.5 - 0.5 * jnp.tanh(z / 2)) ** 2

    return manufactured(
        u,
        lambda j, _x, th: j.u_t - th["diffusion"] * j.u_xx - th["growth"] * j.u * (1 - j.u),
        name="fisher_front",
        bounds={"t": (0.0, 1.0), "x": (-1.0, 1.0)},
        conditions=[(("t:lower",), value), (("x:lower", "x:upper"), value)],
        theta={"diffusion": diffusion, "growth": growth},
        citation=ABLOWITZ,
    )
