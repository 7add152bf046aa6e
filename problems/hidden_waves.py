"""Waves with a term hidden, each with data from the whole equation: Burgers, Korteweg-de Vries.

The truth is kept for scoring only. `points` random points of time and space and `initial` points at
t = 0 are measured, with Gaussian errors of `noise` times the field's mean absolute value (see
`problems.measure`).
"""

from __future__ import annotations

import numpy as np

from problems.evolve import on_a_ring
from problems.hidden import PODINA
from problems.hidden_fields import TAGS
from problems.measure import number, scattered
from problems.parameters import positive
from problems.transport import cole_hopf
from sciml.hidden import Hidden, HiddenTermProblem
from sciml.records import Records
from sciml.registry import register

BOUNDS = {"x": (-1.0, 1.0)}
WALLS = {"x:lower": {"u": "value"}, "x:upper": {"u": "value"}}


def _burgers(
    name: str, nu: float, points: int, initial: int, noise: float, t_end: float, seed: int
) -> Records:
    """Measurements of the solution that starts from −sin πx, by the Cole-Hopf transformation."""
    positive(name, nu=nu)
    return scattered(
        name,
        lambda at: cole_hopf(at, nu)[:, 0],
        ((0.0, t_end), BOUNDS["x"]),
        points=points,
        initial=initial,
        noise=noise,
        seed=seed,
    )


@register("burgers_hidden", tags=(*TAGS, "1d", "transport"))
def burgers_hidden(
    nu: float = 0.05,
    points: int = 100,
    initial: int = 40,
    noise: float = 0.05,
    t_end: float = 1.0,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """Burgers' equation with its transport hidden: u_t = ν u_xx + F(u, u_x) on [−1, 1].

    Truth: F = −u u_x; u(x, 0) = −sin πx, u(±1, t) = 0.

    Parameters
    ----------
    nu : ν > 0, viscosity, known.
    points, initial : number of random points up to t_end, and of equally spaced ones at t = 0.
    noise, t_end, data_seed : errors of noise times the mean |u|; last time; seed of points and
        errors.

    Good values
    -----------
    nu 0.05; steep fronts at nu 0.01/π, with 500 points and noise 0.01.

    Reference
    ---------
    L. Podina, B. Eastman and M. Kohandel, ICML 2023, arXiv 2212.04630.
    """
    data = _burgers("burgers_hidden", nu, points, initial, noise, t_end, data_seed)
    return HiddenTermProblem(
        name="burgers_hidden",
        states=("u",),
        known={"u": "nu*u_xx"},
        params={"nu": nu},
        hidden=(Hidden("F", "u", ("u", "u_x")),),
        bounds=BOUNDS,
        walls=WALLS,
        truth={"F": "-u*u_x"},
        data=data,
        citation=PODINA,
    )


@register("burgers_operator", tags=(*TAGS, "1d", "transport"))
def burgers_operator(
    nu: float = 0.05,
    points: int = 300,
    initial: int = 40,
    noise: float = 0.01,
    t_end: float = 1.0,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """Burgers' equation of which nothing is known: u_t = F(u, u_x, u_xx) on [−1, 1].

    Truth: F = −u u_x + ν u_xx; u(x, 0) = −sin πx, u(±1, t) = 0.

    Parameters
    ----------
    nu : ν > 0, viscosity, hidden.
    points, initial : number of random points up to t_end, and of equally spaced ones at t = 0.
    noise, t_end, data_seed : errors of noise times the mean |u|; last time; seed of points and
        errors.

    Good values
    -----------
    nu 0.02 to 0.1.

    Reference
    ---------
    L. Podina, B. Eastman and M. Kohandel, ICML 2023, arXiv 2212.04630.
    """
    data = _burgers("burgers_operator", nu, points, initial, noise, t_end, data_seed)
    return HiddenTermProblem(
        name="burgers_operator",
        states=("u",),
        hidden=(Hidden("F", "u", ("u", "u_x", "u_xx")),),
        bounds=BOUNDS,
        walls=WALLS,
        truth={"F": f"-u*u_x + {number(nu)}*u_xx"},
        data=data,
        citation=PODINA,
    )


def _humps(x: np.ndarray) -> np.ndarray:
    """exp(−((x − 6) / 2)²) and its images 20 to the left and to the right."""
    return np.sum([np.exp(-(((x - 6 - image) / 2) ** 2)) for image in (-20, 0, 20)], axis=0)


@register("kdv_hidden", tags=(*TAGS, "1d", "dispersive"))
def kdv_hidden(
    height: float = 1.2,
    points: int = 200,
    initial: int = 40,
    noise: float = 0.01,
    t_end: float = 1.5,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """A dispersive wave with its steepening hidden: u_t = −u_xxx + F(u, u_x), periodic on [0, 20].

    Truth: F = −6 u u_x; a hump u(x, 0) = h exp(−((x − 6) / 2)²) with its images 20 to the left and
    to the right, that sheds a soliton.

    Parameters
    ----------
    height : h > 0.
    points, initial : number of random points up to t_end, and of equally spaced ones at t = 0.
    noise, t_end, data_seed : errors of noise times the mean |u|; last time; seed of points and
        errors.

    Good values
    -----------
    height 0.5 to 2, points 100 to 500.

    Reference
    ---------
    D. J. Korteweg and G. de Vries, Phil. Mag. 39, 422 (1895).
    """
    positive("kdv_hidden", height=height)
    solution = on_a_ring(
        lambda u: -6 * u(0) * u(1),
        lambda x: height * _humps(x),
        (0.0, 20.0),
        linear=lambda k: 1j * k**3,
    )
    return HiddenTermProblem(
        name="kdv_hidden",
        states=("u",),
        known={"u": "-u_xxx"},
        hidden=(Hidden("F", "u", ("u", "u_x")),),
        bounds={"x": (0.0, 20.0)},
        periodic=("x",),
        truth={"F": "-6*u*u_x"},
        data=scattered(
            "kdv_hidden",
            solution,
            ((0.0, t_end), (0.0, 20.0)),
            points=points,
            initial=initial,
            noise=noise,
            seed=data_seed,
        ),
        citation="D. J. Korteweg and G. de Vries, Phil. Mag. 39, 422 (1895)",
    )
