"""Nonlinear evolutions on a ring, known by Fourier modes and ETDRK4 (`problems.reference.ring`).

Allen-Cahn, Korteweg-de Vries, Kuramoto-Sivashinsky, Schrödinger with a cubic term, Gray-Scott.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jax.numpy as jnp
import numpy as np

from problems.parameters import positive
from problems.reference.ring import Ring
from sciml.domain import Box
from sciml.jet import Residual
from sciml.problem import Condition, Problem
from sciml.registry import register

TAGS = ("evolution", "1d", "nonlinear", "periodic")
RAISSI = "M. Raissi, P. Perdikaris and G. E. Karniadakis, J. Comput. Phys. 378, 686 (2019)"
ZABUSKY = "N. J. Zabusky and M. D. Kruskal, Phys. Rev. Lett. 15, 240 (1965)"
KASSAM = "A.-K. Kassam and L. N. Trefethen, SIAM J. Sci. Comput. 26, 1214 (2005)"
PEARSON = "J. E. Pearson, Science 261, 189 (1993)"


def _on_ring(
    name: str,
    ring: Ring,
    residual: Residual,
    initial: dict[str, Callable[[Any], Any]],
    theta: dict[str, float],
    citation: str,
) -> Problem:
    """The problem whose fields start as given and repeat along x."""

    def starts(field: str) -> Residual:
        return lambda j, x, _theta: getattr(j, field) - initial[field](x["x"])

    return Problem(
        name=name,
        domain=Box({"t": (0.0, ring.t_end), "x": ring.bounds}),
        fields=tuple(initial),
        theta=theta,
        residual=residual,
        conditions=tuple(Condition(("t:lower",), starts(field)) for field in initial),
        periodic=("x",),
        exact=ring,
        citation=citation,
    )


@lru_cache(maxsize=4)
def _allen_cahn_ring(diffusion: float, rate: float) -> Ring:
    return Ring(
        (-1.0, 1.0),
        1.0,
        lambda k: -diffusion * k[None] ** 2 + rate,
        lambda u: -rate * u(0) ** 3,
        lambda x: (x**2 * np.cos(np.pi * x))[None],
        nodes=16384,  # the jump of the slope is what limits the accuracy
        steps=4,
        kept=401,
    )


@register("allen_cahn", tags=("reaction", "allen-cahn", *TAGS))
def allen_cahn(diffusion: float = 1e-4, rate: float = 5.0) -> Problem:
    """Phases that separate: u_t = D u_xx + r (u − u³) on 0 < t < 1, |x| < 1, periodic.

    u(0, x) = x² cos πx, whose slope jumps at x = ±1.

    Parameters
    ----------
    diffusion, rate : D > 0 and r > 0; walls between phases are about √(8D/r) wide.

    Good values
    -----------
    diffusion 1e-4 to 1e-2, rate 1 to 5; the defaults are the usual test of networks.

    Reference
    ---------
    M. Raissi, P. Perdikaris and G. E. Karniadakis, J. Comput. Phys. 378, 686 (2019).
    """
    positive("allen_cahn", diffusion=diffusion, rate=rate)
    return _on_ring(
        "allen_cahn",
        _allen_cahn_ring(diffusion, rate),
        lambda j, _x, th: j.u_t - th["diffusion"] * j.u_xx - th["rate"] * (j.u - j.u**3),
        {"u": lambda x: x**2 * jnp.cos(jnp.pi * x)},
        {"diffusion": diffusion, "rate": rate},
        RAISSI,
    )


@lru_cache(maxsize=4)
def _kdv_ring(dispersion: float) -> Ring:
    return Ring(
        (-1.0, 1.0),
        1.0,
        lambda k: 1j * dispersion**2 * k[None] ** 3,
        lambda u: -u(0) * u(1),
        lambda x: np.cos(np.pi * x)[None],
        nodes=768,
        steps=25,
    )


@register("kdv", aliases=("korteweg_de_vries",), tags=("transport", "dispersive", *TAGS))
def kdv(dispersion: float = 0.022) -> Problem:
    """Solitons from a cosine: u_t + u u_x + δ² u_xxx = 0 on 0 < t < 1, |x| < 1, periodic.

    u(0, x) = cos πx steepens until dispersion breaks it into a train of solitons.

    Parameters
    ----------
    dispersion : δ > 0.

    Good values
    -----------
    dispersion 0.015 to 0.1; the default is that of Zabusky and Kruskal.

    Reference
    ---------
    N. J. Zabusky and M. D. Kruskal, Phys. Rev. Lett. 15, 240 (1965).
    """
    positive("kdv", dispersion=dispersion)
    return _on_ring(
        "kdv",
        _kdv_ring(dispersion),
        lambda j, _x, th: j.u_t + j.u * j.u_x + th["dispersion"] ** 2 * j.u_xxx,
        {"u": lambda x: jnp.cos(jnp.pi * x)},
        {"dispersion": dispersion},
        ZABUSKY,
    )


@lru_cache(maxsize=4)
def _ks_ring(t_end: float) -> Ring:
    return Ring(
        (0.0, 32 * math.pi),
        t_end,
        lambda k: (k**2 - k**4)[None],
        lambda u: -u(0) * u(1),
        lambda x: (np.cos(x / 16) * (1 + np.sin(x / 16)))[None],
        nodes=512,
        steps=8,
    )


@register("kuramoto_sivashinsky", aliases=("ks",), tags=("transport", "chaos", *TAGS))
def kuramoto_sivashinsky(t_end: float = 20.0) -> Problem:
    """Flames on the way to chaos: u_t + u u_x + u_xx + u_xxxx = 0 on 0 < x < 32π, periodic.

    u(0, x) = cos(x/16) (1 + sin(x/16)). Errors grow about tenfold in every 25 units of time.

    Parameters
    ----------
    t_end : last time > 0.

    Good values
    -----------
    t_end 1 to 60; the reference is known to 1e-8 up to there.

    Reference
    ---------
    A.-K. Kassam and L. N. Trefethen, SIAM J. Sci. Comput. 26, 1214 (2005).
    """
    positive("kuramoto_sivashinsky", t_end=t_end)
    return _on_ring(
        "kuramoto_sivashinsky",
        _ks_ring(t_end),
        lambda j, _x, _theta: j.u_t + j.u * j.u_x + j.u_xx + j.u_xxxx,
        {"u": lambda x: jnp.cos(x / 16) * (1 + jnp.sin(x / 16))},
        {},
        KASSAM,
    )


def _sech_images(x: Any, lib: Any) -> Any:
    """sech x and its images 10, 20 and 30 to either side: smooth around the ring."""
    return sum(1 / lib.cosh(x - 10 * n) for n in range(-3, 4))


def _rotate(k: np.ndarray) -> np.ndarray:
    return np.zeros((2, len(k)))


@lru_cache(maxsize=4)
def _nls_ring(amplitude: float) -> Ring:
    def rate(w: Callable[[int], np.ndarray]) -> np.ndarray:
        (u, v), (u_xx, v_xx) = w(0), w(2)
        size = u**2 + v**2
        return np.stack([-0.5 * v_xx - size * v, 0.5 * u_xx + size * u])

    return Ring(
        (-5.0, 5.0),
        math.pi / 2,
        _rotate,
        rate,
        lambda x: np.stack([amplitude * _sech_images(x, np), 0 * x]),
        nodes=384,
        steps=24,
    )


@register(
    "nonlinear_schrodinger", aliases=("nls",), tags=("schrodinger-equation", "2-fields", *TAGS)
)
def nonlinear_schrodinger(amplitude: float = 2.0) -> Problem:
    """Waves that focus: i h_t + ½ h_xx + |h|² h = 0 on 0 < t < π/2, |x| < 5, periodic, h = u + iv.

    h(0, x) = A sech x with its images around the ring; at A = 2 two solitons on top of each other
    breathe. The equation is solved for its real and imaginary parts, u_t = −½ v_xx − |h|² v and
    v_t = ½ u_xx + |h|² u.

    Parameters
    ----------
    amplitude : A > 0.

    Good values
    -----------
    amplitude 0.5 to 2.

    Reference
    ---------
    M. Raissi, P. Perdikaris and G. E. Karniadakis, J. Comput. Phys. 378, 686 (2019).
    """
    positive("nonlinear_schrodinger", amplitude=amplitude)
    return _on_ring(
        "nonlinear_schrodinger",
        _nls_ring(amplitude),
        lambda j, _x, _theta: (
            j.u_t + 0.5 * j.v_xx + (j.u**2 + j.v**2) * j.v,
            j.v_t - 0.5 * j.u_xx - (j.u**2 + j.v**2) * j.u,
        ),
        {"u": lambda x: amplitude * _sech_images(x, jnp), "v": lambda x: 0 * x},
        {},
        RAISSI,
    )


@lru_cache(maxsize=4)
def _gray_scott_ring(feed: float, kill: float, t_end: float) -> Ring:
    def rate(w: Callable[[int], np.ndarray]) -> np.ndarray:
        u, v = w(0)
        eaten = u * v**2
        return np.stack([feed - eaten, eaten])

    return Ring(
        (-1.0, 1.0),
        t_end,
        lambda k: np.stack([-2e-4 * k**2 - feed, -1e-4 * k**2 - feed - kill]),
        rate,
        lambda x: np.stack([1 - 0.5 * np.exp(-80 * x**2), 0.25 * np.exp(-80 * x**2)]),
        nodes=512,
    )


@register("gray_scott", tags=("reaction", "pattern", "2-fields", *TAGS))
def gray_scott(feed: float = 0.04, kill: float = 0.06, t_end: float = 200.0) -> Problem:
    """Pulses that spread: u_t = 2D u_xx − u v² + F (1 − u), v_t = D v_xx + u v² − (F + k) v.

    On |x| < 1, periodic, D = 1e-4; u = 1 − ½ e^(−80x²) and v = ¼ e^(−80x²) at t = 0.

    Parameters
    ----------
    feed, kill : F > 0 and k > 0.
    t_end : last time > 0.

    Good values
    -----------
    feed 0.02 to 0.06, kill 0.05 to 0.065, t_end up to 500.

    Reference
    ---------
    J. E. Pearson, Science 261, 189 (1993).
    """
    positive("gray_scott", feed=feed, kill=kill, t_end=t_end)
    return _on_ring(
        "gray_scott",
        _gray_scott_ring(feed, kill, t_end),
        lambda j, _x, th: (
            j.u_t - 2e-4 * j.u_xx + j.u * j.v**2 - th["feed"] * (1 - j.u),
            j.v_t - 1e-4 * j.v_xx - j.u * j.v**2 + (th["feed"] + th["kill"]) * j.v,
        ),
        {
            "u": lambda x: 1 - 0.5 * jnp.exp(-80 * x**2),
            "v": lambda x: 0.25 * jnp.exp(-80 * x**2),
        },
        {"feed": feed, "kill": kill},
        PEARSON,
    )
