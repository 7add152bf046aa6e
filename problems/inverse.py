"""Coefficients to be inferred: measurements of a solution at scattered points, with errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from problems.diffusion import heat
from problems.parameters import at_least, not_negative, positive
from problems.transport import burgers
from sciml.problem import AnyProblem, Observations, Problem
from sciml.registry import register

TAGS = ("inverse", "evolution", "1d")


def _measured(
    problem: AnyProblem, name: str, unknown: str, guess: float, points: int, noise: float, draw: int
) -> Problem:
    """The problem with one coefficient unknown and its solution measured at random points."""
    at_least(name, 4, points=points)
    at_least(name, 0, draw=draw)
    not_negative(name, noise=noise)
    positive(name, guess=guess)
    assert isinstance(problem, Problem)
    assert problem.exact is not None
    rng = np.random.default_rng([draw, 11])
    lower, upper = np.array(problem.domain.bounding_box).T
    at = lower + rng.random((points, len(lower))) * (upper - lower)
    exact: Callable[[np.ndarray], np.ndarray] = problem.exact
    values = exact(at)[:, 0]
    error = noise * float(np.sqrt(np.mean(values**2)))
    return replace(
        problem,
        name=name,
        theta={**problem.theta, unknown: guess},
        unknowns=(unknown,),
        observations=Observations(at, values + error * rng.standard_normal(points)),
    )


@register("burgers_inverse", tags=(*TAGS, "transport", "nonlinear"))
def burgers_inverse(
    nu: float = 0.05, guess: float = 0.1, points: int = 200, noise: float = 0.01, draw: int = 0
) -> Problem:
    """The viscosity behind a wave: ν in u_t + u u_x = ν u_xx from scattered values of u.

    u(0, x) = −sin πx and u(t, ±1) = 0 as in 'burgers'.

    Parameters
    ----------
    nu, guess : the true ν, which makes the data and is not shown to the method; the first guess.
    points, noise, draw : number of measured points; their errors relative to the root mean square
        of u; seed of both.

    Good values
    -----------
    nu 0.02 to 0.2, guess within a factor of three, noise up to 0.1.

    Reference
    ---------
    C. Basdevant et al., Comput. Fluids 14, 23 (1986).
    """
    return _measured(burgers(nu), "burgers_inverse", "nu", guess, points, noise, draw)


@register("heat_inverse", tags=(*TAGS, "diffusion"))
def heat_inverse(
    kappa: float = 0.3,
    k: float = 6.0,
    omega: float = 3.0,
    guess: float = 1.0,
    points: int = 200,
    noise: float = 0.01,
    draw: int = 0,
) -> Problem:
    """The diffusivity of a rod: κ in u_t = κ u_xx + f from scattered values of u.

    Source, start and ends are those of 'heat', made with the true κ.

    Parameters
    ----------
    kappa, guess : the true κ, which makes the data and is not shown to the method; the first guess.
    k, omega : frequencies of the solution in x and in t.
    points, noise, draw : number of measured points; their errors relative to the root mean square
        of u; seed of both.

    Good values
    -----------
    kappa 0.05 to 2, k 3 to 20, noise up to 0.1.

    Reference
    ---------
    H. S. Carslaw and J. C. Jaeger, Conduction of Heat in Solids (1959).
    """
    return _measured(heat(kappa, k, omega), "heat_inverse", "kappa", guess, points, noise, draw)
