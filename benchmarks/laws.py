"""Systems for the benchmark of discovery: sixteen forms of laws, and laws outside every form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp
from scipy.special import erf, j0

from sciml.hidden import Hidden, HiddenTermProblem
from sciml.records import Experiment, Records


@dataclass(frozen=True)
class System:
    """A system with a term hidden.

    Attributes
    ----------
    states, known, adds_to, inputs : as in `sciml.hidden.HiddenTermProblem`.
    law : (states) -> the hidden term.
    known_rate : (t, states) -> the known rates.
    starts : initial states, one an experiment.
    t_end : length of an experiment.
    truth : the law as a formula, "" where it has none in the operator set.
    """

    states: tuple[str, ...]
    known: dict[str, str]
    adds_to: str
    inputs: tuple[str, ...]
    law: Callable[[Any], float]
    known_rate: Callable[[float, Any], Sequence[float]]
    starts: tuple[tuple[float, ...], ...]
    t_end: float
    truth: str = ""
    positive: tuple[str, ...] = field(default=())


def problem(
    name: str, system: System, *, points: int, noise: float, seed: int
) -> HiddenTermProblem:
    """Return a system with measurements: `noise` in units of each state's mean absolute value."""
    at = system.states.index(system.adds_to)
    rng = np.random.default_rng([seed, len(name)])

    def rate(t: float, s: Any) -> np.ndarray:
        out = np.array(system.known_rate(t, s), float)
        out[at] += system.law(s)
        return out

    experiments = []
    times = np.linspace(0, system.t_end, points)
    for start in system.starts:
        solved = solve_ivp(
            rate, (0, system.t_end), start, t_eval=times, method="LSODA", rtol=1e-10, atol=1e-12
        )
        clean = solved.y.T
        size = noise * np.mean(np.abs(clean), axis=0)
        experiments.append(Experiment(times, clean + size * rng.standard_normal(clean.shape)))
    truth = {"F": system.truth} if system.truth else {}
    return HiddenTermProblem(
        name=name,
        states=system.states,
        known=system.known,
        hidden=(Hidden("F", system.adds_to, system.inputs),),
        truth=truth,
        data=Records(tuple(experiments)),
    )


def _scalar(
    law: Callable[[Any], float],
    known: str,
    rate: Callable[[float, Any], Any],
    starts: tuple[float, ...],
    t_end: float,
    truth: str = "",
) -> System:
    return System(
        ("x",),
        {"x": known} if known else {},
        "x",
        ("x",),
        law,
        rate,
        tuple((s,) for s in starts),
        t_end,
        truth,
    )


def _driven(law: Callable[[float], float], truth: str = "") -> System:
    """x′ = 2 cos t + F(x) from two starts: x sweeps back and forth through its range."""
    return _scalar(
        lambda s: law(s[0]), "2*cos(t)", lambda t, _s: (2 * np.cos(t),), (0.2, 1.5), 10.0, truth
    )


def _oscillator(
    law: Callable[[Any], float],
    inputs: tuple[str, ...],
    known: str,
    rest: Callable[[float, Any], float],
    truth: str,
) -> System:
    """q′ = v, v′ = known + F."""
    return System(
        ("q", "v"),
        {"q": "v", "v": known},
        "v",
        inputs,
        law,
        lambda t, s: (s[1], rest(t, s)),
        ((1.5, 0.0),),
        12.0,
        truth,
    )


def _pair(
    law: Callable[[Any], float],
    truth: str,
    known: dict[str, str],
    rate: Callable[[float, Any], Any],
    start: tuple[float, float],
    t_end: float,
) -> System:
    return System(("x", "y"), known, "x", ("x", "y"), law, rate, (start,), t_end, truth)


FORMS: dict[str, System] = {
    "logistic": _scalar(
        lambda s: s[0] * (1 - s[0]), "", lambda _t, _s: (0.0,), (0.1, 1.6), 6.0, "x - x^2"
    ),
    "michaelis": _scalar(
        lambda s: -1.2 * s[0] / (0.5 + s[0]),
        "0.3",
        lambda _t, _s: (0.3,),
        (3.0, 0.02),
        6.0,
        "-1.2*x/(0.5+x)",
    ),
    "hill": _scalar(
        lambda s: 1.5 * s[0] ** 2 / (1 + s[0] ** 2),
        "-0.6*x + 0.05",
        lambda _t, s: (0.05 - 0.6 * s[0],),
        (0.1, 0.9, 3.5),
        8.0,
        "1.5*x^2/(1+x^2)",
    ),
    "predation": _pair(
        lambda s: -0.9 * s[0] * s[1],
        "-0.9*x*y",
        {"x": "1.3*x", "y": "0.8*x*y - 1.8*y"},
        lambda _t, s: (1.3 * s[0], 0.8 * s[0] * s[1] - 1.8 * s[1]),
        (0.6, 3.0),
        8.0,
    ),
    "exponential": _driven(lambda x: -0.7 * (np.exp(0.9 * x)) + 0.0, "-0.7*exp(0.9*x)"),
    "sine": _oscillator(
        lambda s: -1.4 * np.sin(2.0 * s[0]),
        ("q",),
        "-0.1*v",
        lambda _t, s: -0.1 * s[1],
        "-1.4*sin(2.0*q)",
    ),
    "cubic": _oscillator(
        lambda s: s[0] - s[0] ** 3,
        ("q",),
        "-0.2*v + 0.4*cos(t)",
        lambda t, s: -0.2 * s[1] + 0.4 * np.cos(t),
        "q - q^3",
    ),
    "van_der_pol": _oscillator(
        lambda s: 1.2 * (1 - s[0] ** 2) * s[1],
        ("q", "v"),
        "-q",
        lambda _t, s: -s[0],
        "1.2*v - 1.2*q^2*v",
    ),
    "drag": _oscillator(
        lambda s: -0.5 * s[1] * abs(s[1]), ("v",), "-q", lambda _t, s: -s[0], "-0.5*v*abs(v)"
    ),
    "gompertz": _scalar(
        lambda s: -s[0] * np.log(s[0]) * 0.8,
        "",
        lambda _t, _s: (0.0,),
        (0.05, 3.0),
        6.0,
        "-0.8*x*log(x)",
    ),
    "ricker": _scalar(
        lambda s: 2.0 * s[0] * np.exp(-1.5 * s[0]),
        "-0.4*x",
        lambda _t, s: (-0.4 * s[0],),
        (0.05, 0.5, 4.0),
        8.0,
        "2.0*x*exp(-1.5*x)",
    ),
    "cosine": _driven(lambda x: 1.5 * np.cos(3.0 * x), "1.5*cos(3.0*x)"),
    "tanh": _oscillator(
        lambda s: -0.6 * np.tanh(5.0 * s[1]),
        ("v",),
        "-q + 1.2*cos(0.7*t)",
        lambda t, s: -s[0] + 1.2 * np.cos(0.7 * t),
        "-0.6*tanh(5.0*v)",
    ),
    "repression": _scalar(
        lambda s: 2.0 / (1 + s[0] ** 2),
        "-0.5*x + 0.8*cos(t)",
        lambda t, s: (-0.5 * s[0] + 0.8 * np.cos(t),),
        (0.1, 4.0),
        10.0,
        "2.0/(1+x^2)",
    ),
    "holling": _pair(
        lambda s: -1.5 * s[0] * s[1] / (0.5 + s[0]),
        "-1.5*x*y/(0.5+x)",
        {"x": "x*(1 - 0.4*x)", "y": "y*(1.2*x/(0.5 + x) - 0.6)"},
        lambda _t, s: (s[0] * (1 - 0.4 * s[0]), s[1] * (1.2 * s[0] / (0.5 + s[0]) - 0.6)),
        (1.0, 0.4),
        20.0,
    ),
    "autocatalysis": _pair(
        lambda s: s[0] ** 2 * s[1],
        "x^2*y",
        {"x": "1 - 4*x", "y": "3*x - x^2*y"},
        lambda _t, s: (1 - 4 * s[0], 3 * s[0] - s[0] ** 2 * s[1]),
        (1.2, 3.1),
        14.0,
    ),
}
"""sixteen laws: rational, exponential, trigonometric, with a modulus, products"""

OUTSIDE: dict[str, System] = {
    "error_function": _driven(lambda x: -1.5 * erf(2.5 * (x - 0.8))),
    "bessel": _driven(lambda x: 1.5 * j0(4.0 * x)),
    "bump": _driven(lambda x: -2.0 * np.exp(-8 * (x - 1.0) ** 2) - 0.3 * x),
    "sigmoid": _driven(lambda x: -2.0 / (1 + np.exp(-6 * (x - 1.0)))),
    "ramp": _driven(lambda x: -1.5 * max(0.0, x - 0.7)),
    "two_waves": _driven(lambda x: np.sin(7 * x) * np.cos(2 * x * x) - 0.2 * x),
    "steps": _driven(lambda x: -0.6 * np.round(2 * np.tanh(2 * x))),
    "resonance": _driven(lambda x: 1.0 / (0.05 + (x - 1.1) ** 2) * 0.1 - 0.4 * x),
}
"""laws that no formula of the operator set equals"""


def noise_only(seed: int, points: int = 31) -> HiddenTermProblem:
    """Return two states whose measurements are nothing but noise about a constant."""
    rng = np.random.default_rng([seed, 77])
    values = 1.0 + rng.standard_normal((points, 2))
    return HiddenTermProblem(
        name="noise_only",
        states=("x", "y"),
        known={"x": "-x", "y": "-y"},
        hidden=(Hidden("F1", "x", ("x", "y")), Hidden("F2", "y", ("x", "y"))),
        data=Records((Experiment(np.linspace(0, 3, points), values),)),
    )
