"""Waves in time, and at one frequency: the wave equation and Helmholtz's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp

from problems.manufactured import Values, laplacian, manufactured, value
from problems.parameters import at_least, positive
from sciml.problem import Problem
from sciml.registry import register

IHLENBURG = "F. Ihlenburg and I. Babuška, Comput. Math. Appl. 30 (9), 9 (1995)"
COURANT = "R. Courant and D. Hilbert, Methods of Mathematical Physics I (1953), chapter V"


def _helmholtz(j: Any, x: Mapping[str, Any], theta: Mapping[str, Any]) -> Any:
    """∇²u + k² u."""
    return laplacian(j, x, theta) + theta["k"] ** 2 * j.u


@register("helmholtz_1d", tags=("waves", "helmholtz", "1d", "linear", "multi-scale", "closed-form"))
def helmholtz_1d(k: float = 300.0) -> Problem:
    """Helmholtz on a line: u″ + k² u = f on [0, 1] with u = cos kx + x sin 0.7kx + x².

    Only the last two terms have a source; the first is driven from the ends. Close to a
    resonance, k a multiple of π, the ends do not determine it.

    Parameters
    ----------
    k : wave number > 0, radians per unit of x.

    Good values
    -----------
    k 1 to 1000, away from multiples of π; the default is 0.49 π from the nearest.

    Reference
    ---------
    F. Ihlenburg and I. Babuška, Comput. Math. Appl. 30 (9), 9 (1995).
    """
    positive("helmholtz_1d", k=k)
    return manufactured(
        lambda x: jnp.cos(k * x) + x * jnp.sin(0.7 * k * x) + x**2,
        _helmholtz,
        name="helmholtz_1d",
        bounds={"x": (0.0, 1.0)},
        theta={"k": k},
        citation=IHLENBURG,
    )


@register("helmholtz_2d", tags=("waves", "helmholtz", "2d", "linear", "multi-scale", "closed-form"))
def helmholtz_2d(k: float = 80.0, angle: float = 0.6) -> Problem:
    """Helmholtz in the plane: ∇²u + k² u = f on [0, 1]² with u a plane wave and two standing ones.

    u = cos(k (x cos α + y sin α)) + sin(0.4kx) cos(0.3ky) + xy; the plane wave is driven from
    the walls. Resonances lie at k² = π²(m² + n²).

    Parameters
    ----------
    k : wave number > 0, radians per unit of length.
    angle : α, direction of the plane wave.

    Good values
    -----------
    k 1 to 200, away from resonances, any angle.

    Reference
    ---------
    F. Ihlenburg and I. Babuška, Comput. Math. Appl. 30 (9), 9 (1995).
    """
    positive("helmholtz_2d", k=k)
    kx, ky = k * math.cos(angle), k * math.sin(angle)

    def u(x: Values, y: Values) -> Values:
        standing = jnp.sin(0.4 * k * x) * jnp.cos(0.3 * k * y)
        return jnp.cos(kx * x + ky * y) + standing + x * y

    return manufactured(
        u,
        _helmholtz,
        name="helmholtz_2d",
        bounds={"x": (0.0, 1.0), "y": (0.0, 1.0)},
        theta={"k": k},
        citation=IHLENBURG,
    )


@register("wave", tags=("waves", "evolution", "1d", "linear", "multi-scale", "closed-form"))
def wave(c: float = 1.0, slow: int = 8, fast: int = 40) -> Problem:
    """Two modes of a string: u_tt = c² u_xx on [0, 1]², fixed ends, u and u_t given at t = 0.

    u = sin mπx cos mπct + ½ sin nπx sin nπct: the slow mode starts displaced, the fast one moving.

    Parameters
    ----------
    c : speed > 0.
    slow, fast : m and n, half-waves along the string in each mode.

    Good values
    -----------
    c 0.2 to 2; slow and fast 1 to 60.

    Reference
    ---------
    R. Courant and D. Hilbert, Methods of Mathematical Physics I (1953), chapter V.
    """
    positive("wave", c=c)
    at_least("wave", 1, slow=slow, fast=fast)
    p, q = slow * math.pi, fast * math.pi

    def u(t: Values, x: Values) -> Values:
        displaced = jnp.sin(p * x) * jnp.cos(p * c * t)
        return displaced + 0.5 * jnp.sin(q * x) * jnp.sin(q * c * t)

    return manufactured(
        u,
        lambda j, _x, theta: j.u_tt - theta["c"] ** 2 * j.u_xx,
        name="wave",
        bounds={"t": (0.0, 1.0), "x": (0.0, 1.0)},
        conditions=[
            (("t:lower",), value),
            (("t:lower",), lambda j, _x, _theta: j.u_t),
            (("x:lower", "x:upper"), value),
        ],
        theta={"c": c},
        citation=COURANT,
    )
