"""Partial differential equations with a term hidden, each with data from the whole equation.

The truth is kept for scoring only. `points` random points of time and space and `initial` points at
t = 0 are measured, with Gaussian errors of `noise` times the mean absolute value.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from problems.evolve import Solution, between_walls, in_a_square, on_a_ring
from problems.hidden import PODINA
from problems.measure import scattered
from problems.parameters import positive
from sciml.errors import BadProblem
from sciml.hidden import Hidden, HiddenTermProblem
from sciml.records import Records
from sciml.registry import register

TAGS = ("hidden-term", "pde")
FISHER = "R. A. Fisher, Annals of Eugenics 7, 355 (1937)"


def _measured(
    name: str,
    solution: Callable[[], Solution],
    box: tuple[tuple[float, float], ...],
    points: int,
    initial: int,
    noise: float,
    seed: int,
) -> Records:
    if points < 10 or initial < 0:
        raise BadProblem(f"points of '{name}' is {points}.", "give at least 10, initial 0 or more")
    if not (math.isfinite(noise) and noise >= 0):
        raise BadProblem(f"noise of '{name}' is {noise}.", "give a number that is not negative")
    source = f"{name}, generated (seed {seed}, noise {noise:g})"
    return scattered(
        solution(), box, points=points, initial=initial, noise=noise, seed=seed, source=source
    )


@register("fisher_kpp_hidden", tags=(*TAGS, "1d", "reaction"))
def fisher_kpp_hidden(
    diffusion: float = 0.01,
    rate: float = 5.0,
    points: int = 50,
    initial: int = 40,
    noise: float = 0.05,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """A spreading population with its growth hidden: u_t = D u_xx + F(u) on [0, 1], no flux.

    Truth: F = r u (1 − u); u(x, 0) = 0.8 exp(−((x − 0.2) / 0.12)²), t up to 1.

    Parameters
    ----------
    diffusion, rate : D > 0, known, and r > 0.
    points, initial, noise, data_seed : what is measured, see the module.

    Good values
    -----------
    diffusion 0.003 to 0.03, rate 3 to 8.

    Reference
    ---------
    R. A. Fisher, Annals of Eugenics 7, 355 (1937).
    """
    positive("fisher_kpp_hidden", diffusion=diffusion, rate=rate)

    def solution() -> Solution:
        return between_walls(
            lambda u, _u_x, u_xx: diffusion * u_xx + rate * u * (1 - u),
            lambda x: 0.8 * np.exp(-(((x - 0.2) / 0.12) ** 2)),
            (0.0, 1.0),
            1.0,
            wall="flux",
        )

    flux = {"u": "flux"}
    return HiddenTermProblem(
        name="fisher_kpp_hidden",
        states=("u",),
        known={"u": "D*u_xx"},
        params={"D": diffusion},
        hidden=(Hidden("F", "u", ("u",)),),
        bounds={"x": (0.0, 1.0)},
        walls={"x:lower": flux, "x:upper": flux},
        truth={"F": f"{rate:g}*u - {rate:g}*u^2"},
        data=_measured(
            "fisher_kpp_hidden",
            solution,
            ((0.0, 1.0), (0.0, 1.0)),
            points,
            initial,
            noise,
            data_seed,
        ),
        citation=FISHER,
    )


def _burgers(viscosity: float) -> Solution:
    """The solution on [-1, 1] that starts from −sin πx and vanishes at the walls."""
    return between_walls(
        lambda u, u_x, u_xx: viscosity * u_xx - u * u_x,
        lambda x: -np.sin(np.pi * x),
        (-1.0, 1.0),
        1.0,
        wall="value",
        nodes=129 if viscosity > 0.01 else 385,
    )


BOX = ((0.0, 1.0), (-1.0, 1.0))
WALLS = {"x:lower": {"u": "value"}, "x:upper": {"u": "value"}}


@register("burgers_hidden", tags=(*TAGS, "1d", "transport"))
def burgers_hidden(
    viscosity: float = 0.05,
    points: int = 100,
    initial: int = 40,
    noise: float = 0.05,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """Burgers' equation with its transport hidden: u_t = ν u_xx + F(u, u_x) on [−1, 1].

    Truth: F = −u u_x; u(x, 0) = −sin πx, u(±1, t) = 0, t up to 1.

    Parameters
    ----------
    viscosity : ν > 0, known.
    points, initial, noise, data_seed : what is measured, see the module.

    Good values
    -----------
    viscosity 0.01/π (a front of that width) to 0.1.

    Reference
    ---------
    L. Podina, B. Eastman and M. Kohandel, ICML 2023, arXiv 2212.04630.
    """
    positive("burgers_hidden", viscosity=viscosity)
    return HiddenTermProblem(
        name="burgers_hidden",
        states=("u",),
        known={"u": "nu*u_xx"},
        params={"nu": viscosity},
        hidden=(Hidden("F", "u", ("u", "u_x")),),
        bounds={"x": (-1.0, 1.0)},
        walls=WALLS,
        truth={"F": "-u*u_x"},
        data=_measured(
            "burgers_hidden", lambda: _burgers(viscosity), BOX, points, initial, noise, data_seed
        ),
        citation=PODINA,
    )


@register("burgers_operator", tags=(*TAGS, "1d", "transport"))
def burgers_operator(
    viscosity: float = 0.05,
    points: int = 300,
    initial: int = 40,
    noise: float = 0.01,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """Burgers' equation of which nothing is known: u_t = F(u, u_x, u_xx) on [−1, 1].

    Truth: F = −u u_x + ν u_xx; u(x, 0) = −sin πx, u(±1, t) = 0, t up to 1.

    Parameters
    ----------
    viscosity : ν > 0, not known.
    points, initial, noise, data_seed : what is measured, see the module.

    Good values
    -----------
    viscosity 0.02 to 0.1.

    Reference
    ---------
    L. Podina, B. Eastman and M. Kohandel, ICML 2023, arXiv 2212.04630.
    """
    positive("burgers_operator", viscosity=viscosity)
    return HiddenTermProblem(
        name="burgers_operator",
        states=("u",),
        hidden=(Hidden("F", "u", ("u", "u_x", "u_xx")),),
        bounds={"x": (-1.0, 1.0)},
        walls=WALLS,
        truth={"F": f"-u*u_x + {viscosity:g}*u_xx"},
        data=_measured(
            "burgers_operator", lambda: _burgers(viscosity), BOX, points, initial, noise, data_seed
        ),
        citation=PODINA,
    )


@register("kdv_hidden", tags=(*TAGS, "1d", "dispersive"))
def kdv_hidden(
    points: int = 200, initial: int = 40, noise: float = 0.01, data_seed: int = 0
) -> HiddenTermProblem:
    """A dispersive wave with its steepening hidden: u_t = −u_xxx + F(u, u_x), periodic on [0, 20].

    Truth: F = −6 u u_x; u(x, 0) = 1.2 exp(−((x − 6) / 2)²), t up to 1.5.

    Parameters
    ----------
    points, initial, noise, data_seed : what is measured, see the module.

    Good values
    -----------
    points 100 to 500.

    Reference
    ---------
    D. J. Korteweg and G. de Vries, Phil. Mag. 39, 422 (1895).
    """

    def solution() -> Solution:
        return on_a_ring(
            lambda u: -6 * u(0) * u(1),
            lambda x: 1.2 * np.exp(-(((x - 6) / 2) ** 2)),
            (0.0, 20.0),
            1.5,
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
        data=_measured(
            "kdv_hidden", solution, ((0.0, 1.5), (0.0, 20.0)), points, initial, noise, data_seed
        ),
        citation="D. J. Korteweg and G. de Vries, Phil. Mag. 39, 422 (1895)",
    )


@register("reaction_diffusion_hidden", tags=(*TAGS, "2d", "reaction"))
def reaction_diffusion_hidden(
    diffusion: float = 0.01,
    rate: float = 4.0,
    points: int = 500,
    initial: int = 100,
    noise: float = 0.01,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """Phases that separate, the reaction hidden: u_t = D ∇²u + F(u) on [0, 1]², no flux.

    Truth: F = r (u − u³); u = 0.6 cos πx cos 2πy + 0.3 cos 2πx at t = 0, t up to 0.5.

    Parameters
    ----------
    diffusion, rate : D > 0, known, and r > 0.
    points, initial, noise, data_seed : what is measured, see the module.

    Good values
    -----------
    diffusion 0.005 to 0.02, rate 2 to 6.

    Reference
    ---------
    S. M. Allen and J. W. Cahn, Acta Metall. 27, 1085 (1979).
    """
    positive("reaction_diffusion_hidden", diffusion=diffusion, rate=rate)

    def solution() -> Solution:
        return in_a_square(
            lambda u: rate * (u - u**3),
            diffusion,
            lambda x, y: (
                0.6 * np.cos(np.pi * x) * np.cos(2 * np.pi * y) + 0.3 * np.cos(2 * np.pi * x)
            ),
            1.0,
            0.5,
        )

    flux = {"u": "flux"}
    return HiddenTermProblem(
        name="reaction_diffusion_hidden",
        states=("u",),
        known={"u": "D*(u_xx + u_yy)"},
        params={"D": diffusion},
        hidden=(Hidden("F", "u", ("u",)),),
        bounds={"x": (0.0, 1.0), "y": (0.0, 1.0)},
        walls={f"{a}:{s}": flux for a in ("x", "y") for s in ("lower", "upper")},
        truth={"F": f"{rate:g}*u - {rate:g}*u^3"},
        data=_measured(
            "reaction_diffusion_hidden",
            solution,
            ((0.0, 0.5), (0.0, 1.0), (0.0, 1.0)),
            points,
            initial,
            noise,
            data_seed,
        ),
        citation="S. M. Allen and J. W. Cahn, Acta Metall. 27, 1085 (1979)",
    )
