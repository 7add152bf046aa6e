"""Reactions that diffuse, with a term hidden, each with data from the whole equation.

The truth is kept for scoring only. `points` random points of time and space and `initial` points at
t = 0 are measured, with Gaussian errors of `noise` times the field's mean absolute value (see
`problems.measure`).
"""

from __future__ import annotations

import numpy as np

from problems.evolve import without_flux
from problems.measure import number, scattered
from problems.parameters import positive
from sciml.hidden import Hidden, HiddenTermProblem
from sciml.registry import register

TAGS = ("hidden-term", "pde")
NO_FLUX = {"u": "flux"}


def _hump(x: np.ndarray) -> np.ndarray:
    """0.8 exp(−((x − 0.2) / 0.12)²) with its mirror image in the wall x = 0."""
    return 0.8 * (np.exp(-(((x - 0.2) / 0.12) ** 2)) + np.exp(-(((x + 0.2) / 0.12) ** 2)))


@register("fisher_kpp", aliases=("fisher_kpp_hidden",), tags=(*TAGS, "1d", "reaction"))
def fisher_kpp(
    diffusion: float = 0.01,
    rate: float = 5.0,
    points: int = 50,
    initial: int = 40,
    noise: float = 0.05,
    t_end: float = 1.0,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """A spreading population with its growth hidden: u_t = D u_xx + F(u) on [0, 1], no flux.

    Truth: F = r u (1 − u). A hump of height 0.8 at x = 0.2 fills up to 1 and its front runs to the
    right into u = 0, so that the reaction is seen from 0 to 1.

    Parameters
    ----------
    diffusion : D > 0, known.
    rate : r > 0, hidden.
    points, initial : number of random points up to t_end, and of equally spaced ones at t = 0.
    noise, t_end, data_seed : errors of noise times the mean |u|; last time; seed of points and
        errors.

    Good values
    -----------
    diffusion 0.003 to 0.03, rate 3 to 8.

    Reference
    ---------
    R. A. Fisher, Annals of Eugenics 7, 355 (1937).
    """
    positive("fisher_kpp", diffusion=diffusion, rate=rate)
    return HiddenTermProblem(
        name="fisher_kpp",
        states=("u",),
        known={"u": "D*u_xx"},
        params={"D": diffusion},
        hidden=(Hidden("F", "u", ("u",)),),
        bounds={"x": (0.0, 1.0)},
        walls={"x:lower": NO_FLUX, "x:upper": NO_FLUX},
        truth={"F": f"{number(rate)}*u - {number(rate)}*u^2"},
        data=scattered(
            "fisher_kpp",
            without_flux(lambda u: rate * u * (1 - u), diffusion, _hump, (1.0,)),
            ((0.0, t_end), (0.0, 1.0)),
            points=points,
            initial=initial,
            noise=noise,
            seed=data_seed,
        ),
        citation="R. A. Fisher, Annals of Eugenics 7, 355 (1937)",
    )


def _waves(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """0.6 cos πx cos 2πy + 0.3 cos 2πx."""
    return 0.6 * np.cos(np.pi * x) * np.cos(2 * np.pi * y) + 0.3 * np.cos(2 * np.pi * x)


@register(
    "reaction_diffusion_2d", aliases=("reaction_diffusion_hidden",), tags=(*TAGS, "2d", "reaction")
)
def reaction_diffusion_2d(
    diffusion: float = 0.01,
    rate: float = 4.0,
    points: int = 500,
    initial: int = 100,
    noise: float = 0.01,
    t_end: float = 0.5,
    data_seed: int = 0,
) -> HiddenTermProblem:
    """Phases that separate, the reaction hidden: u_t = D ∇²u + F(u) on [0, 1]², no flux.

    Truth: F = r (u − u³); u = 0.6 cos πx cos 2πy + 0.3 cos 2πx at t = 0.

    Parameters
    ----------
    diffusion : D > 0, known.
    rate : r > 0, hidden.
    points, initial : number of random points up to t_end, and of random ones at t = 0.
    noise, t_end, data_seed : errors of noise times the mean |u|; last time; seed of points and
        errors.

    Good values
    -----------
    diffusion 0.007 to 0.02, rate 2 to 5.

    Reference
    ---------
    S. M. Allen and J. W. Cahn, Acta Metall. 27, 1085 (1979).
    """
    positive("reaction_diffusion_2d", diffusion=diffusion, rate=rate)
    reacting = without_flux(lambda u: rate * (u - u**3), diffusion, _waves, (1.0, 1.0), nodes=64)
    return HiddenTermProblem(
        name="reaction_diffusion_2d",
        states=("u",),
        known={"u": "D*(u_xx + u_yy)"},
        params={"D": diffusion},
        hidden=(Hidden("F", "u", ("u",)),),
        bounds={"x": (0.0, 1.0), "y": (0.0, 1.0)},
        walls={f"{a}:{s}": NO_FLUX for a in ("x", "y") for s in ("lower", "upper")},
        truth={"F": f"{number(rate)}*u - {number(rate)}*u^3"},
        data=scattered(
            "reaction_diffusion_2d",
            reacting,
            ((0.0, t_end), (0.0, 1.0), (0.0, 1.0)),
            points=points,
            initial=initial,
            noise=noise,
            seed=data_seed,
        ),
        citation="S. M. Allen and J. W. Cahn, Acta Metall. 27, 1085 (1979)",
    )
