"""Ordinary differential equations with a term hidden, each with data from the whole equation.

The truth is kept for scoring only. `points`, `noise`, `t_end` and `data_seed` say what is measured:
equally spaced times from 0 to t_end, with Gaussian errors of `noise` times each state's mean
absolute value.
"""

from __future__ import annotations

import math

from problems.measure import Rate, series
from problems.parameters import positive
from sciml.errors import BadProblem
from sciml.hidden import Hidden, HiddenTermProblem
from sciml.records import Records
from sciml.registry import register

PODINA = "L. Podina, B. Eastman and M. Kohandel, ICML 2023, arXiv 2212.04630"
TAGS = ("hidden-term", "ode")


def _measured(
    name: str,
    rate: Rate,
    start: tuple[float, ...],
    t_end: float,
    points: int,
    noise: float,
    seed: int,
) -> Records:
    positive(name, t_end=t_end)
    if points < 4:
        raise BadProblem(f"points of '{name}' is {points}.", "give at least 4")
    if not (math.isfinite(noise) and noise >= 0):
        raise BadProblem(f"noise of '{name}' is {noise}.", "give a number that is not negative")
    source = f"{name}, generated (seed {seed}, noise {noise:g})"
    return series(rate, start, t_end=t_end, points=points, noise=noise, seed=seed, source=source)


@register("lotka_volterra", aliases=("predator_prey",), tags=(*TAGS, "oscillation", "2-terms"))
def lotka_volterra(
    points: int = 31, noise: float = 0.005, t_end: float = 3.0, data_seed: int = 0
) -> HiddenTermProblem:
    """Predators and prey, their encounters hidden: x′ = 1.3 x + F1(x, y), y′ = −1.8 y + F2(x, y).

    Truth: F1 = −0.9 xy, F2 = 0.8 xy; start (0.44249296, 4.6280594).

    Parameters
    ----------
    points, noise, t_end, data_seed : what is measured, see the module.

    Good values
    -----------
    t_end 6 instead of 3 tells rival laws apart at ten times the noise.

    Reference
    ---------
    L. Podina, B. Eastman and M. Kohandel, ICML 2023, arXiv 2212.04630.
    """
    a, b, c, d = 1.3, 0.9, 0.8, 1.8
    data = _measured(
        "lotka_volterra",
        lambda _t, s: (a * s[0] - b * s[0] * s[1], c * s[0] * s[1] - d * s[1]),
        (0.44249296, 4.6280594),
        t_end,
        points,
        noise,
        data_seed,
    )
    return HiddenTermProblem(
        name="lotka_volterra",
        states=("x", "y"),
        known={"x": "a*x", "y": "-d*y"},
        params={"a": a, "d": d},
        hidden=(Hidden("F1", "x", ("x", "y")), Hidden("F2", "y", ("x", "y"))),
        truth={"F1": "-0.9*x*y", "F2": "0.8*x*y"},
        data=data,
        citation=PODINA,
    )


APOPTOSIS = {
    "k0": 0.1,
    "kd": 0.05,
    "k1": 0.6,
    "j1": 0.1,
    "km1": 0.2,
    "jm1": 0.1,
    "j2": 0.1,
    "km3": 7.05,
    "jm3": 2.0,
    "k2": 0.4,
}
APOPTOSIS_RATES = {
    "v1": "k1*z*(j1+y)",
    "v2": "k2*y*x/(j2+x)",
    "vm1": "km1*y/(jm1+y)",
    "vm3": "km3*x*y/(jm3+y)",
}


def _apoptosis(
    hidden: str, inputs: tuple[str, ...], points: int, noise: float, t_end: float, seed: int
) -> HiddenTermProblem:
    """x′ = k0 − v2 − kd x, y′ = v1 − vm1 − vm3, z′ = −y′, with one of the rates hidden."""
    p = APOPTOSIS

    def rate(_t: float, s: object) -> tuple[float, float, float]:
        x, y, z = s  # type: ignore[misc]
        v1, vm1 = p["k1"] * z * (p["j1"] + y), p["km1"] * y / (p["jm1"] + y)
        v2, vm3 = p["k2"] * y * x / (p["j2"] + x), p["km3"] * x * y / (p["jm3"] + y)
        turn = v1 - vm1 - vm3
        return p["k0"] - v2 - p["kd"] * x, turn, -turn

    name = f"apoptosis_{hidden}"
    data = _measured(name, rate, (0.248, 0.0973, 0.0027), t_end, points, noise, seed)
    shown = {k: "0" if k == hidden else f"({v})" for k, v in APOPTOSIS_RATES.items()}
    turn = f"{shown['v1']} - {shown['vm1']} - {shown['vm3']}"
    adds = {"v1": {"y": 1.0, "z": -1.0}, "v2": {"x": -1.0}, "vm3": {"y": -1.0, "z": 1.0}}
    own = APOPTOSIS_RATES[hidden]
    for key, value in p.items():
        own = own.replace(key, f"{value:g}")
    return HiddenTermProblem(
        name=name,
        states=("x", "y", "z"),
        known={"x": f"k0 - {shown['v2']} - kd*x", "y": turn, "z": f"-({turn})"},
        params=dict(p),
        hidden=(Hidden("F", adds[hidden], inputs),),
        truth={"F": own},
        data=data,
        citation=PODINA,
    )


@register("apoptosis_v1", tags=(*TAGS, "kinetics"))
def apoptosis_v1(
    points: int = 31, noise: float = 0.005, t_end: float = 60.0, data_seed: int = 0
) -> HiddenTermProblem:
    """Apoptosis, the activation hidden: y′ = F(y, z) − vm1 − vm3, z′ = −y′, x′ known.

    Truth: F = v1 = 0.6 z (0.1 + y).

    Parameters
    ----------
    points, noise, t_end, data_seed : what is measured, see the module.

    Good values
    -----------
    The paper measures 5 clean points up to t_end = 400.

    Reference
    ---------
    L. Podina, B. Eastman and M. Kohandel, ICML 2023, arXiv 2212.04630.
    """
    return _apoptosis("v1", ("y", "z"), points, noise, t_end, data_seed)


@register("apoptosis_v2", tags=(*TAGS, "kinetics", "not-identifiable"))
def apoptosis_v2(
    points: int = 31, noise: float = 0.005, t_end: float = 60.0, data_seed: int = 0
) -> HiddenTermProblem:
    """Apoptosis, a saturating loss hidden: x′ = k0 − F(x, y) − kd x, y and z known.

    Truth: F = v2 = 0.4 xy / (0.1 + x). Along one experiment x and y move together, so that many
    functions of the two fit as well.

    Parameters
    ----------
    points, noise, t_end, data_seed : what is measured, see the module.

    Good values
    -----------
    t_end 60 for the transient; the paper measures 5 clean points up to 400.

    Reference
    ---------
    L. Podina, B. Eastman and M. Kohandel, ICML 2023, arXiv 2212.04630.
    """
    return _apoptosis("v2", ("x", "y"), points, noise, t_end, data_seed)


@register("apoptosis_vm3", tags=(*TAGS, "kinetics"))
def apoptosis_vm3(
    points: int = 31, noise: float = 0.005, t_end: float = 20.0, data_seed: int = 0
) -> HiddenTermProblem:
    """Apoptosis, a loss hidden: y′ = v1 − vm1 − F(x, y), z′ = −y′, x′ known.

    Truth: F = vm3 = 7.05 xy / (2 + y); y stays far below 2, so the saturation is hardly seen.

    Parameters
    ----------
    points, noise, t_end, data_seed : what is measured, see the module.

    Good values
    -----------
    t_end 20.

    Reference
    ---------
    L. Podina, B. Eastman and M. Kohandel, ICML 2023, arXiv 2212.04630.
    """
    return _apoptosis("vm3", ("x", "y"), points, noise, t_end, data_seed)


@register("logistic", aliases=("logistic_growth",), tags=(*TAGS, "growth"))
def logistic(
    rate: float = 1.0,
    capacity: float = 1.0,
    points: int = 16,
    noise: float = 0.02,
    t_end: float = 8.0,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """Growth of which nothing is known: x′ = F(x), x(0) = 0.1.

    Truth: F = r x (1 − x / K).

    Parameters
    ----------
    rate, capacity : r > 0 and K > 0.
    points, noise, t_end, data_seed : what is measured, see the module.

    Good values
    -----------
    t_end 8: growth and saturation are both seen.

    Reference
    ---------
    P. F. Verhulst, Correspondance mathématique et physique 10, 113 (1838).
    """
    positive("logistic", rate=rate, capacity=capacity)
    data = _measured(
        "logistic",
        lambda _t, s: (rate * s[0] * (1 - s[0] / capacity),),
        (0.1 * capacity,),
        t_end,
        points,
        noise,
        data_seed,
    )
    return HiddenTermProblem(
        name="logistic",
        states=("x",),
        hidden=(Hidden("F", "x", ("x",)),),
        truth={"F": f"{rate:g}*x - {rate / capacity:g}*x^2"},
        data=data,
        citation="P. F. Verhulst, Correspondance mathématique et physique 10, 113 (1838)",
    )


@register("van_der_pol_hidden", tags=(*TAGS, "oscillation"))
def van_der_pol_hidden(
    mu: float = 1.5,
    points: int = 41,
    noise: float = 0.02,
    t_end: float = 10.0,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """An oscillator with its damping hidden: x′ = y, y′ = −x + F(x, y).

    Truth: F = μ (1 − x²) y; start (2, 0).

    Parameters
    ----------
    mu : μ > 0.
    points, noise, t_end, data_seed : what is measured, see the module.

    Good values
    -----------
    mu 0.5 to 3.

    Reference
    ---------
    B. van der Pol, Phil. Mag. 2, 978 (1926).
    """
    positive("van_der_pol_hidden", mu=mu)
    data = _measured(
        "van_der_pol_hidden",
        lambda _t, s: (s[1], -s[0] + mu * (1 - s[0] ** 2) * s[1]),
        (2.0, 0.0),
        t_end,
        points,
        noise,
        data_seed,
    )
    return HiddenTermProblem(
        name="van_der_pol_hidden",
        states=("x", "y"),
        known={"x": "y", "y": "-x"},
        hidden=(Hidden("F", "y", ("x", "y")),),
        truth={"F": f"{mu:g}*y - {mu:g}*x^2*y"},
        data=data,
        citation="B. van der Pol, Phil. Mag. 2, 978 (1926)",
    )


@register("drag_hidden", tags=(*TAGS, "friction"))
def drag_hidden(
    drag: float = 0.4,
    points: int = 41,
    noise: float = 0.02,
    t_end: float = 12.0,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """A pendulum with its friction hidden: q′ = v, v′ = −sin q + F(v).

    Truth: F = −c v |v|; start (2, 0).

    Parameters
    ----------
    drag : c > 0.
    points, noise, t_end, data_seed : what is measured, see the module.

    Good values
    -----------
    drag 0.1 to 1.

    Reference
    ---------
    L. D. Landau and E. M. Lifshitz, Fluid Mechanics, §45.
    """
    positive("drag_hidden", drag=drag)
    data = _measured(
        "drag_hidden",
        lambda _t, s: (s[1], -math.sin(s[0]) - drag * s[1] * abs(s[1])),
        (2.0, 0.0),
        t_end,
        points,
        noise,
        data_seed,
    )
    return HiddenTermProblem(
        name="drag_hidden",
        states=("q", "v"),
        known={"q": "v", "v": "-sin(q)"},
        hidden=(Hidden("F", "v", ("v",)),),
        truth={"F": f"-{drag:g}*v*abs(v)"},
        data=data,
        citation="L. D. Landau and E. M. Lifshitz, Fluid Mechanics, §45",
    )


@register("michaelis_menten", tags=(*TAGS, "kinetics", "rational"))
def michaelis_menten(
    rate: float = 1.0,
    half: float = 0.5,
    points: int = 31,
    noise: float = 0.01,
    t_end: float = 6.0,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """A substrate used up at a hidden rate: s′ = F(s), s(0) = 3.

    Truth: F = −V s / (K + s).

    Parameters
    ----------
    rate, half : V > 0 and K > 0.
    points, noise, t_end, data_seed : what is measured, see the module.

    Good values
    -----------
    half 0.1 to 1: saturation and exhaustion are both seen.

    Reference
    ---------
    L. Michaelis and M. L. Menten, Biochem. Z. 49, 333 (1913).
    """
    positive("michaelis_menten", rate=rate, half=half)
    data = _measured(
        "michaelis_menten",
        lambda _t, s: (-rate * s[0] / (half + s[0]),),
        (3.0,),
        t_end,
        points,
        noise,
        data_seed,
    )
    return HiddenTermProblem(
        name="michaelis_menten",
        states=("s",),
        hidden=(Hidden("F", "s", ("s",)),),
        truth={"F": f"-{rate:g}*s/({half:g} + s)"},
        data=data,
        citation="L. Michaelis and M. L. Menten, Biochem. Z. 49, 333 (1913)",
    )


@register("sir_hidden", tags=(*TAGS, "epidemic"))
def sir_hidden(
    beta: float = 1.2,
    gamma: float = 0.4,
    points: int = 31,
    noise: float = 0.02,
    t_end: float = 20.0,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """An epidemic with its incidence hidden: S′ = −F(S, I), I′ = F(S, I) − γ I.

    Truth: F = β S I; start (0.99, 0.01).

    Parameters
    ----------
    beta, gamma : β > 0 and γ > 0, γ known.
    points, noise, t_end, data_seed : what is measured, see the module.

    Good values
    -----------
    beta above gamma, else there is no epidemic.

    Reference
    ---------
    W. O. Kermack and A. G. McKendrick, Proc. R. Soc. A 115, 700 (1927).
    """
    positive("sir_hidden", beta=beta, gamma=gamma)
    data = _measured(
        "sir_hidden",
        lambda _t, s: (-beta * s[0] * s[1], beta * s[0] * s[1] - gamma * s[1]),
        (0.99, 0.01),
        t_end,
        points,
        noise,
        data_seed,
    )
    return HiddenTermProblem(
        name="sir_hidden",
        states=("S", "I"),
        known={"I": "-gamma*I"},
        params={"gamma": gamma},
        hidden=(Hidden("F", {"S": -1.0, "I": 1.0}, ("S", "I")),),
        truth={"F": f"{beta:g}*S*I"},
        data=data,
        citation="W. O. Kermack and A. G. McKendrick, Proc. R. Soc. A 115, 700 (1927)",
    )


@register("fitzhugh_nagumo_hidden", tags=(*TAGS, "excitable"))
def fitzhugh_nagumo_hidden(
    current: float = 0.5,
    points: int = 61,
    noise: float = 0.02,
    t_end: float = 60.0,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """An excitable cell with its membrane current hidden: v′ = F(v) − w + J, w′ = ε (v + a − b w).

    Truth: F = v − v³/3; ε 0.08, a 0.7, b 0.8; start (−1, 1).

    Parameters
    ----------
    current : J, the injected current, known.
    points, noise, t_end, data_seed : what is measured, see the module.

    Good values
    -----------
    current 0.35 to 1.4: the cell fires repeatedly.

    Reference
    ---------
    R. FitzHugh, Biophys. J. 1, 445 (1961).
    """
    data = _measured(
        "fitzhugh_nagumo_hidden",
        lambda _t, s: (
            s[0] - s[0] ** 3 / 3 - s[1] + current,
            0.08 * (s[0] + 0.7 - 0.8 * s[1]),
        ),
        (-1.0, 1.0),
        t_end,
        points,
        noise,
        data_seed,
    )
    return HiddenTermProblem(
        name="fitzhugh_nagumo_hidden",
        states=("v", "w"),
        known={"v": "J - w", "w": "eps*(v + a - b*w)"},
        params={"J": current, "eps": 0.08, "a": 0.7, "b": 0.8},
        hidden=(Hidden("F", "v", ("v",)),),
        truth={"F": "v - v^3/3"},
        data=data,
        citation="R. FitzHugh, Biophys. J. 1, 445 (1961)",
    )
