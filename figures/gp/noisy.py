"""An equation whose source and boundary values are measured with errors, and bars judged by it."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
from jaxtyping import Float

import sciml
from sciml.conditions import Condition, Sampled
from sciml.domain import Box
from sciml.problem import Problem

SLOW, FAST = 9.2, 47.7
LENGTH, POINTS = 2.0, 200
LEVELS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
"""levels of the bands"""
PLACES = 401
"""points at which bands are judged"""


def u(x: Float[np.ndarray, "*n"]) -> Float[np.ndarray, "*n"]:
    """Return the true solution: two waves and a slope."""
    return np.sin(SLOW * x) + 0.1 * np.cos(FAST * x) + 0.3 * x


def problem(draw: int, source: float, boundary: float) -> Problem:
    """Return u″ = f with f known at 200 points with noise of unknown size, and noisy ends.

    Parameters
    ----------
    draw : seed of the noise.
    source, boundary : standard deviations of the noise, relative to the root mean squares.
    """
    rng = np.random.default_rng(draw)
    x = np.linspace(0.0, LENGTH, POINTS)
    f = -(SLOW**2) * np.sin(SLOW * x) - 0.1 * FAST**2 * np.cos(FAST * x)
    f = f + source * np.sqrt(np.mean(f**2)) * rng.standard_normal(POINTS)
    sd = boundary * float(np.sqrt(np.mean(u(x) ** 2)))
    ends = u(np.array([0.0, LENGTH])) + sd * rng.standard_normal(2)
    return Problem(
        name="noisy_source",
        domain=Box({"x": (0.0, LENGTH)}),
        residual=lambda j, _x, theta: j.u_xx - theta["f"],
        sampled={"f": Sampled((x,), f, noise=None)},
        conditions=(
            Condition(("x:lower",), lambda j, _x, _t: j.u - float(ends[0]), noise=sd),
            Condition(("x:upper",), lambda j, _x, _t: j.u - float(ends[1]), noise=sd),
        ),
        exact=u,
    )


def shares(draws: int, source: float, boundary: float) -> dict[str, Any]:
    """Return the share of the true values within bands of every level, over draws of the noise.

    Also a picture of the first: x, u, exact, sd, each [n].
    """
    x = np.linspace(0.0, LENGTH, PLACES)[:, None]
    factors = [NormalDist().inv_cdf(0.5 + 0.5 * level) for level in LEVELS]
    inside, errors = [], []
    for draw in range(draws):
        found = sciml.solve(problem(draw, source, boundary), "gp")
        error, sd = np.abs(found.predict(x) - u(x))[:, 0], found.std(x)[:, 0]
        inside.append([float(np.mean(error <= factor * sd)) for factor in factors])
        errors.append(found.metrics["rel_l2"])
        if draw == 0:
            kept = {"x": x[:, 0], "u": found.predict(x)[:, 0], "exact": u(x)[:, 0], "sd": sd}
    return {"levels": LEVELS, "inside": inside, "errors": errors, "picture": kept}
