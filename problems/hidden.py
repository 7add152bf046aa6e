"""Populations with a term hidden, each with data from the whole equation.

The truth is kept for scoring only. Equally spaced times from 0 to t_end are measured, with Gaussian
errors of `noise` times each state's mean absolute value (see `problems.measure`).
"""

from __future__ import annotations

from problems.measure import number, series
from problems.parameters import positive
from sciml.hidden import Hidden, HiddenTermProblem
from sciml.registry import register

PODINA = "L. Podina, B. Eastman and M. Kohandel, ICML 2023, arXiv 2212.04630"
TAGS = ("hidden-term", "ode")


@register("lotka_volterra", aliases=("predator_prey",), tags=(*TAGS, "oscillation", "2-terms"))
def lotka_volterra(
    a: float = 1.3,
    b: float = 0.9,
    c: float = 0.8,
    d: float = 1.8,
    x0: float = 0.44249296,
    y0: float = 4.6280594,
    points: int = 31,
    noise: float = 0.005,
    t_end: float = 3.0,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """Predators and prey, their encounters hidden: x′ = a x + F1(x, y), y′ = −d y + F2(x, y).

    Truth: F1 = −b xy, F2 = c xy.

    Parameters
    ----------
    a, d : rates of growth and of death, known.
    b, c : rates of encounters, hidden.
    x0, y0 : prey and predators at t = 0.
    points, noise, t_end, data_seed : equally spaced times from 0 to t_end; errors of noise times
        each state's mean absolute value; their seed.

    Good values
    -----------
    t_end 3 with noise up to 0.005; t_end 6 tells rival laws apart at ten times the noise.

    Reference
    ---------
    L. Podina, B. Eastman and M. Kohandel, ICML 2023, arXiv 2212.04630.
    """
    positive("lotka_volterra", a=a, b=b, c=c, d=d, x0=x0, y0=y0)
    return HiddenTermProblem(
        name="lotka_volterra",
        states=("x", "y"),
        known={"x": "a*x", "y": "-d*y"},
        params={"a": a, "d": d},
        hidden=(Hidden("F1", "x", ("x", "y")), Hidden("F2", "y", ("x", "y"))),
        truth={"F1": f"-{number(b)}*x*y", "F2": f"{number(c)}*x*y"},
        data=series(
            "lotka_volterra",
            lambda _t, s: (a * s[0] - b * s[0] * s[1], c * s[0] * s[1] - d * s[1]),
            (x0, y0),
            t_end=t_end,
            points=points,
            noise=noise,
            seed=data_seed,
        ),
        citation=PODINA,
    )


@register("logistic", aliases=("logistic_growth",), tags=(*TAGS, "growth"))
def logistic(
    rate: float = 1.0,
    capacity: float = 1.0,
    x0: float = 0.1,
    points: int = 16,
    noise: float = 0.02,
    t_end: float = 8.0,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """Growth of which nothing is known: x′ = F(x).

    Truth: F = r x (1 − x / K).

    Parameters
    ----------
    rate, capacity : r > 0 and K > 0, hidden.
    x0 : x at t = 0.
    points, noise, t_end, data_seed : equally spaced times from 0 to t_end; errors of noise times
        the mean absolute value; their seed.

    Good values
    -----------
    t_end 8 at the default rate: growth and saturation are both seen.

    Reference
    ---------
    P. F. Verhulst, Correspondance mathématique et physique 10, 113 (1838).
    """
    positive("logistic", rate=rate, capacity=capacity, x0=x0)
    return HiddenTermProblem(
        name="logistic",
        states=("x",),
        hidden=(Hidden("F", "x", ("x",)),),
        truth={"F": f"{number(rate)}*x - {number(rate / capacity)}*x^2"},
        data=series(
            "logistic",
            lambda _t, s: (rate * s[0] * (1 - s[0] / capacity),),
            (x0,),
            t_end=t_end,
            points=points,
            noise=noise,
            seed=data_seed,
        ),
        citation="P. F. Verhulst, Correspondance mathématique et physique 10, 113 (1838)",
    )


@register("sir", aliases=("sir_hidden",), tags=(*TAGS, "epidemic"))
def sir(
    beta: float = 1.2,
    gamma: float = 0.4,
    infected: float = 0.01,
    points: int = 31,
    noise: float = 0.02,
    t_end: float = 20.0,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """An epidemic with its incidence hidden: S′ = −F(S, I), I′ = F(S, I) − γ I.

    Truth: F = β S I; S and I are fractions of the population.

    Parameters
    ----------
    beta : β > 0, rate of infection, hidden.
    gamma : γ > 0, rate of recovery, known.
    infected : I at t = 0; all others are susceptible.
    points, noise, t_end, data_seed : equally spaced times from 0 to t_end; errors of noise times
        each state's mean absolute value; their seed.

    Good values
    -----------
    beta above gamma, else there is no epidemic.

    Reference
    ---------
    W. O. Kermack and A. G. McKendrick, Proc. R. Soc. A 115, 700 (1927).
    """
    positive("sir", beta=beta, gamma=gamma, infected=infected)
    return HiddenTermProblem(
        name="sir",
        states=("S", "I"),
        known={"I": "-gamma*I"},
        params={"gamma": gamma},
        hidden=(Hidden("F", {"S": -1.0, "I": 1.0}, ("S", "I")),),
        truth={"F": f"{number(beta)}*S*I"},
        data=series(
            "sir",
            lambda _t, s: (-beta * s[0] * s[1], beta * s[0] * s[1] - gamma * s[1]),
            (1.0 - infected, infected),
            t_end=t_end,
            points=points,
            noise=noise,
            seed=data_seed,
        ),
        citation="W. O. Kermack and A. G. McKendrick, Proc. R. Soc. A 115, 700 (1927)",
    )
