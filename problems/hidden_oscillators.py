"""Oscillators with a term hidden, each with data from the whole equation.

The truth is kept for scoring only. Equally spaced times from 0 to t_end are measured, with Gaussian
errors of `noise` times each state's mean absolute value (see `problems.measure`).
"""

from __future__ import annotations

import math

from problems.measure import number, series
from problems.parameters import positive
from sciml.hidden import Hidden, HiddenTermProblem
from sciml.registry import register

TAGS = ("hidden-term", "ode")


@register(
    "van_der_pol", aliases=("van_der_pol_hidden",), tags=(*TAGS, "oscillation", "limit-cycle")
)
def van_der_pol(
    mu: float = 1.5,
    x0: float = 2.0,
    y0: float = 0.0,
    points: int = 41,
    noise: float = 0.02,
    t_end: float = 10.0,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """An oscillator with its damping hidden: x′ = y, y′ = −x + F(x, y).

    Truth: F = μ (1 − x²) y.

    Parameters
    ----------
    mu : μ > 0, hidden.
    x0, y0 : x and y at t = 0.
    points, noise, t_end, data_seed : equally spaced times from 0 to t_end; errors of noise times
        each state's mean absolute value; their seed.

    Good values
    -----------
    mu 0.5 to 3.

    Reference
    ---------
    B. van der Pol, Phil. Mag. 2, 978 (1926).
    """
    positive("van_der_pol", mu=mu)
    return HiddenTermProblem(
        name="van_der_pol",
        states=("x", "y"),
        known={"x": "y", "y": "-x"},
        hidden=(Hidden("F", "y", ("x", "y")),),
        truth={"F": f"{number(mu)}*y - {number(mu)}*x^2*y"},
        data=series(
            "van_der_pol",
            lambda _t, s: (s[1], -s[0] + mu * (1 - s[0] ** 2) * s[1]),
            (x0, y0),
            t_end=t_end,
            points=points,
            noise=noise,
            seed=data_seed,
        ),
        citation="B. van der Pol, Phil. Mag. 2, 978 (1926)",
    )


@register("pendulum_friction", aliases=("drag_hidden",), tags=(*TAGS, "oscillation", "friction"))
def pendulum_friction(
    drag: float = 0.4,
    q0: float = 2.0,
    v0: float = 0.0,
    points: int = 41,
    noise: float = 0.02,
    t_end: float = 12.0,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """A pendulum with its friction hidden: q′ = v, v′ = −sin q + F(v).

    Truth: F = −c v |v|, the drag of a body in a fluid at high Reynolds number.

    Parameters
    ----------
    drag : c > 0, hidden.
    q0, v0 : angle and angular velocity at t = 0.
    points, noise, t_end, data_seed : equally spaced times from 0 to t_end; errors of noise times
        each state's mean absolute value; their seed.

    Good values
    -----------
    drag 0.1 to 1.

    Reference
    ---------
    L. D. Landau and E. M. Lifshitz, Fluid Mechanics (1987), §45.
    """
    positive("pendulum_friction", drag=drag)
    return HiddenTermProblem(
        name="pendulum_friction",
        states=("q", "v"),
        known={"q": "v", "v": "-sin(q)"},
        hidden=(Hidden("F", "v", ("v",)),),
        truth={"F": f"-{number(drag)}*v*abs(v)"},
        data=series(
            "pendulum_friction",
            lambda _t, s: (s[1], -math.sin(s[0]) - drag * s[1] * abs(s[1])),
            (q0, v0),
            t_end=t_end,
            points=points,
            noise=noise,
            seed=data_seed,
        ),
        citation="L. D. Landau and E. M. Lifshitz, Fluid Mechanics (1987), §45",
    )


@register("fitzhugh_nagumo", aliases=("fitzhugh_nagumo_hidden",), tags=(*TAGS, "excitable"))
def fitzhugh_nagumo(
    current: float = 0.5,
    eps: float = 0.08,
    a: float = 0.7,
    b: float = 0.8,
    v0: float = -1.0,
    w0: float = 1.0,
    points: int = 61,
    noise: float = 0.02,
    t_end: float = 60.0,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """An excitable cell with its membrane current hidden: v′ = F(v) − w + J, w′ = ε (v + a − b w).

    Truth: F = v − v³/3.

    Parameters
    ----------
    current : J, the injected current, known.
    eps, a, b : ε > 0, a and b of the recovery, known.
    v0, w0 : potential and recovery at t = 0.
    points, noise, t_end, data_seed : equally spaced times from 0 to t_end; errors of noise times
        each state's mean absolute value; their seed.

    Good values
    -----------
    current 0.35 to 1.4: the cell fires repeatedly.

    Reference
    ---------
    R. FitzHugh, Biophys. J. 1, 445 (1961).
    """
    positive("fitzhugh_nagumo", eps=eps)
    return HiddenTermProblem(
        name="fitzhugh_nagumo",
        states=("v", "w"),
        known={"v": "J - w", "w": "eps*(v + a - b*w)"},
        params={"J": current, "eps": eps, "a": a, "b": b},
        hidden=(Hidden("F", "v", ("v",)),),
        truth={"F": "v - v^3/3"},
        data=series(
            "fitzhugh_nagumo",
            lambda _t, s: (s[0] - s[0] ** 3 / 3 - s[1] + current, eps * (s[0] + a - b * s[1])),
            (v0, w0),
            t_end=t_end,
            points=points,
            noise=noise,
            seed=data_seed,
        ),
        citation="R. FitzHugh, Biophys. J. 1, 445 (1961)",
    )
