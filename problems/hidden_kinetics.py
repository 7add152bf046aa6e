"""Reaction kinetics with a rate hidden, each with data from the whole equation.

The truth is kept for scoring only. Equally spaced times from 0 to t_end are measured, with Gaussian
errors of `noise` times each state's mean absolute value (see `problems.measure`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from problems.hidden import PODINA, TAGS
from problems.measure import number, series
from problems.parameters import positive
from sciml.hidden import Hidden, HiddenTermProblem
from sciml.records import Records
from sciml.registry import register

MICHAELIS = "L. Michaelis and M. L. Menten, Biochem. Z. 49, 333 (1913)"
START = (0.248, 0.0973, 0.0027)
"""x, y and z of the apoptosis at t = 0"""


@register("michaelis_menten", tags=(*TAGS, "kinetics", "rational"))
def michaelis_menten(
    rate: float = 1.0,
    half: float = 0.5,
    feed: float = 0.1,
    s0: float = 3.0,
    points: int = 31,
    noise: float = 0.01,
    t_end: float = 6.0,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """A substrate fed in and used up at a hidden rate: s′ = J − F(s).

    Truth: F = V s / (K + s).

    Parameters
    ----------
    rate, half : V > 0 and K > 0, hidden.
    feed : J > 0, known.
    s0 : s at t = 0.
    points, noise, t_end, data_seed : equally spaced times from 0 to t_end; errors of noise times
        the mean absolute value; their seed.

    Good values
    -----------
    half 0.1 to 1 with s0 3: saturation and depletion are both seen; feed below rate.

    Reference
    ---------
    L. Michaelis and M. L. Menten, Biochem. Z. 49, 333 (1913).
    """
    positive("michaelis_menten", rate=rate, half=half, feed=feed, s0=s0)
    return HiddenTermProblem(
        name="michaelis_menten",
        states=("s",),
        known={"s": "J"},
        params={"J": feed},
        hidden=(Hidden("F", {"s": -1.0}, ("s",)),),
        truth={"F": f"{number(rate)}*s/({number(half)} + s)"},
        data=series(
            "michaelis_menten",
            lambda _t, s: (feed - rate * s[0] / (half + s[0]),),
            (s0,),
            t_end=t_end,
            points=points,
            noise=noise,
            seed=data_seed,
        ),
        citation=MICHAELIS,
    )


def _apoptosis_data(
    name: str, k: Mapping[str, float], points: int, noise: float, t_end: float, seed: int
) -> Records:
    """Measurements of x′ = k0 − v2 − kd x, y′ = v1 − vm1 − vm3, z′ = −y′."""
    positive(name, **k)

    def rate(_t: float, s: np.ndarray) -> tuple[float, float, float]:
        x, y, z = (float(value) for value in s)
        v1, vm1 = k["k1"] * z * (k["j1"] + y), k["km1"] * y / (k["jm1"] + y)
        v2, vm3 = k["k2"] * y * x / (k["j2"] + x), k["km3"] * x * y / (k["jm3"] + y)
        turn = v1 - vm1 - vm3
        return k["k0"] - v2 - k["kd"] * x, turn, -turn

    return series(name, rate, START, t_end=t_end, points=points, noise=noise, seed=seed)


@register("apoptosis_v1", tags=(*TAGS, "kinetics"))
def apoptosis_v1(
    k0: float = 0.1,
    kd: float = 0.05,
    k1: float = 0.6,
    j1: float = 0.1,
    km1: float = 0.2,
    jm1: float = 0.1,
    k2: float = 0.4,
    j2: float = 0.1,
    km3: float = 7.05,
    jm3: float = 2.0,
    points: int = 31,
    noise: float = 0.005,
    t_end: float = 60.0,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """Apoptosis, the activation hidden: y′ = F(y, z) − vm1 − vm3, z′ = −y′, x′ known.

    Truth: F = v1. x′ = k0 − v2 − kd x.

    Parameters
    ----------
    k0, kd : rates of supply and decay of x.
    k1, j1 : of v1 = k1 z (j1 + y), hidden.
    km1, jm1 : of vm1 = km1 y / (jm1 + y).
    k2, j2 : of v2 = k2 xy / (j2 + x).
    km3, jm3 : of vm3 = km3 xy / (jm3 + y).
    points, noise, t_end, data_seed : equally spaced times from 0 to t_end; errors of noise times
        each state's mean absolute value; their seed.

    Good values
    -----------
    t_end 60 for the transient; the paper measures 5 clean points up to 400.

    Reference
    ---------
    L. Podina, B. Eastman and M. Kohandel, ICML 2023, arXiv 2212.04630.
    """
    rest = {"k0": k0, "kd": kd, "km1": km1, "jm1": jm1, "k2": k2, "j2": j2, "km3": km3, "jm3": jm3}
    every = {**rest, "k1": k1, "j1": j1}
    return HiddenTermProblem(
        name="apoptosis_v1",
        states=("x", "y", "z"),
        known={
            "x": "k0 - k2*x*y/(j2 + x) - kd*x",
            "y": "-km1*y/(jm1 + y) - km3*x*y/(jm3 + y)",
            "z": "km1*y/(jm1 + y) + km3*x*y/(jm3 + y)",
        },
        params=rest,
        hidden=(Hidden("F", {"y": 1.0, "z": -1.0}, ("y", "z")),),
        truth={"F": f"{number(k1)}*z*({number(j1)} + y)"},
        data=_apoptosis_data("apoptosis_v1", every, points, noise, t_end, data_seed),
        citation=PODINA,
    )


@register("apoptosis_v2", tags=(*TAGS, "kinetics", "not-identifiable"))
def apoptosis_v2(
    k0: float = 0.1,
    kd: float = 0.05,
    k1: float = 0.6,
    j1: float = 0.1,
    km1: float = 0.2,
    jm1: float = 0.1,
    k2: float = 0.4,
    j2: float = 0.1,
    km3: float = 7.05,
    jm3: float = 2.0,
    points: int = 31,
    noise: float = 0.005,
    t_end: float = 60.0,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """Apoptosis, a saturating loss hidden: x′ = k0 − F(x, y) − kd x, y′ and z′ known.

    Truth: F = v2. y′ = v1 − vm1 − vm3, z′ = −y′. Along one experiment x and y move together, so
    that many functions of the two fit as well.

    Parameters
    ----------
    k0, kd : rates of supply and decay of x.
    k1, j1 : of v1 = k1 z (j1 + y).
    km1, jm1 : of vm1 = km1 y / (jm1 + y).
    k2, j2 : of v2 = k2 xy / (j2 + x), hidden.
    km3, jm3 : of vm3 = km3 xy / (jm3 + y).
    points, noise, t_end, data_seed : equally spaced times from 0 to t_end; errors of noise times
        each state's mean absolute value; their seed.

    Good values
    -----------
    t_end 60 for the transient; the paper measures 5 clean points up to 400.

    Reference
    ---------
    L. Podina, B. Eastman and M. Kohandel, ICML 2023, arXiv 2212.04630.
    """
    rest = {"k0": k0, "kd": kd, "k1": k1, "j1": j1, "km1": km1, "jm1": jm1, "km3": km3, "jm3": jm3}
    every = {**rest, "k2": k2, "j2": j2}
    return HiddenTermProblem(
        name="apoptosis_v2",
        states=("x", "y", "z"),
        known={
            "x": "k0 - kd*x",
            "y": "k1*z*(j1 + y) - km1*y/(jm1 + y) - km3*x*y/(jm3 + y)",
            "z": "km1*y/(jm1 + y) + km3*x*y/(jm3 + y) - k1*z*(j1 + y)",
        },
        params=rest,
        hidden=(Hidden("F", {"x": -1.0}, ("x", "y")),),
        truth={"F": f"{number(k2)}*x*y/({number(j2)} + x)"},
        data=_apoptosis_data("apoptosis_v2", every, points, noise, t_end, data_seed),
        citation=PODINA,
    )


@register("apoptosis_vm3", tags=(*TAGS, "kinetics"))
def apoptosis_vm3(
    k0: float = 0.1,
    kd: float = 0.05,
    k1: float = 0.6,
    j1: float = 0.1,
    km1: float = 0.2,
    jm1: float = 0.1,
    k2: float = 0.4,
    j2: float = 0.1,
    km3: float = 7.05,
    jm3: float = 2.0,
    points: int = 31,
    noise: float = 0.005,
    t_end: float = 20.0,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """Apoptosis, a loss hidden: y′ = v1 − vm1 − F(x, y), z′ = −y′, x′ known.

    Truth: F = vm3; y stays far below jm3, so that the saturation is hardly seen.
    x′ = k0 − v2 − kd x.

    Parameters
    ----------
    k0, kd : rates of supply and decay of x.
    k1, j1 : of v1 = k1 z (j1 + y).
    km1, jm1 : of vm1 = km1 y / (jm1 + y).
    k2, j2 : of v2 = k2 xy / (j2 + x).
    km3, jm3 : of vm3 = km3 xy / (jm3 + y), hidden.
    points, noise, t_end, data_seed : equally spaced times from 0 to t_end; errors of noise times
        each state's mean absolute value; their seed.

    Good values
    -----------
    t_end 20 for the transient; the paper measures up to 400.

    Reference
    ---------
    L. Podina, B. Eastman and M. Kohandel, ICML 2023, arXiv 2212.04630.
    """
    rest = {"k0": k0, "kd": kd, "k1": k1, "j1": j1, "km1": km1, "jm1": jm1, "k2": k2, "j2": j2}
    every = {**rest, "km3": km3, "jm3": jm3}
    return HiddenTermProblem(
        name="apoptosis_vm3",
        states=("x", "y", "z"),
        known={
            "x": "k0 - k2*x*y/(j2 + x) - kd*x",
            "y": "k1*z*(j1 + y) - km1*y/(jm1 + y)",
            "z": "km1*y/(jm1 + y) - k1*z*(j1 + y)",
        },
        params=rest,
        hidden=(Hidden("F", {"y": -1.0, "z": 1.0}, ("x", "y")),),
        truth={"F": f"{number(km3)}*x*y/({number(jm3)} + y)"},
        data=_apoptosis_data("apoptosis_vm3", every, points, noise, t_end, data_seed),
        citation=PODINA,
    )
