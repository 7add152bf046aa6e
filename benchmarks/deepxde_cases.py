"""What DeepXDE is asked: the registered problems as its users would state them.

Data (sources, values at the start and at the walls) are read off the registered problem. Operator
and hard constraint are written out here, in functions that numpy and PyTorch both take; the tests
hold them against the registered problem. Sizes and rates of learning are those of DeepXDE's own
examples of the same equations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import cos, pi, sin
from typing import Any

import numpy as np
from jaxtyping import Float

import sciml
from sciml.jet import Jet, Residual
from sciml.problem import Problem

Hard = Callable[[Any, Any, Any], Any]
"""(numpy or torch, coordinates [n, d], network's output [n, 1]) -> u [n, 1] that meets the data"""


@dataclass(frozen=True)
class Case:
    """One problem of the comparison.

    Attributes
    ----------
    name, given : of the registered problem.
    operator : the equation's left-hand side, on a jet; its source is not in it.
    scale : by which the equation is divided, so that its source or its terms are of order one.
    hard : hard constraint.
    usual : points inside at which all is tried (2540: DeepXDE's example of Burgers).
    must, aim : ratio of errors, theirs to ours.
    hidden : layers and units of the network.
    networks : which are tried: "tanh", "sin", or tanh of random Fourier "features".
    still : conditions that `hard` leaves to the loss.
    """

    name: str
    operator: Residual
    hard: Hard
    usual: int
    must: float
    aim: float
    given: Mapping[str, float] = field(default_factory=dict)
    scale: float = 1.0
    hidden: tuple[int, int] = (3, 20)
    networks: tuple[str, ...] = ("tanh",)
    still: tuple[int, ...] = ()

    def problem(self) -> Problem:
        """Return the registered problem."""
        problem = sciml.get(self.name, **self.given)
        assert isinstance(problem, Problem)
        return problem


def source(
    problem: Problem, residual: Residual, points: Float[np.ndarray, "n d"]
) -> Float[np.ndarray, "n 1"]:
    """Return what a residual holds its operator against: its negative where u = 0."""
    from sciml.precision import float64

    zero = Jet({name: 0.0 for name in problem.derivatives_of(residual)})
    with float64():
        x = dict(zip(problem.domain.axes, np.asarray(points, float).T, strict=True))
        left = np.asarray(residual(zero, x, problem.theta), float)
    return -np.broadcast_to(left, len(points))[:, None].copy()


def _columns(p: Any) -> tuple[Any, Any]:
    return p[:, 0:1], p[:, 1:2]


def _poisson(_m: Any, p: Any, n: Any) -> Any:
    return p * (1 - p) * n


def _burgers(m: Any, p: Any, n: Any) -> Any:
    t, x = _columns(p)
    return -m.sin(pi * x) + t * (1 - x**2) * n


def _allen_cahn(m: Any, p: Any, n: Any) -> Any:
    t, x = _columns(p)
    return x**2 * m.cos(pi * x) + t * n


def _heat(m: Any, p: Any, n: Any) -> Any:
    t, x = _columns(p)
    wall = sin(60) * m.exp(-2 * t) * m.cos(30 * t) + t
    return m.sin(60 * x) + x * (wall - sin(60)) + t * x * (1 - x) * n


def _wave(m: Any, p: Any, n: Any) -> Any:
    t, x = _columns(p)
    return m.sin(8 * pi * x) + t * x * (1 - x) * n


def _helmholtz(m: Any, p: Any, n: Any) -> Any:
    """The four walls' data, blended (Coons), beside a bubble times the network."""
    x, y = _columns(p)

    def g(x: Any, y: Any) -> Any:
        plane = m.cos(80 * (x * cos(0.6) + y * sin(0.6)))
        return plane + m.sin(32 * x) * m.cos(24 * y) + x * y

    o = 0 * x
    along_x = (1 - x) * g(o, y) + x * g(o + 1, y)
    along_y = (1 - y) * g(x, o) + y * g(x, o + 1)
    low = (1 - x) * (1 - y) * g(o, o) + x * (1 - y) * g(o + 1, o)
    high = (1 - x) * y * g(o, o + 1) + x * y * g(o + 1, o + 1)
    return along_x + along_y - low - high + x * (1 - x) * y * (1 - y) * n


CASES = {
    "burgers": Case(
        "burgers",
        lambda j, _x, th: j.u_t + j.u * j.u_x - th["nu"] * j.u_xx,
        _burgers,
        2540,
        5,
        50,
    ),
    "allen_cahn": Case(
        "allen_cahn",
        lambda j, _x, th: j.u_t - th["diffusion"] * j.u_xx - th["rate"] * (j.u - j.u**3),
        _allen_cahn,
        2540,
        5,
        50,
    ),
    "poisson": Case(
        "gp_u1",
        lambda j, _x, _th: j.u_xx,
        _poisson,
        400,
        100,
        1e4,
        {"frequency": 50 * pi, "length": 1.0},
        scale=(50 * pi) ** 2,
        hidden=(3, 50),
        networks=("tanh", "features"),
    ),
    "helmholtz": Case(
        "helmholtz_2d",
        lambda j, _x, th: j.u_xx + j.u_yy + th["k"] ** 2 * j.u,
        _helmholtz,
        2540,
        100,
        1e4,
        scale=80.0**2,
        hidden=(3, 50),
        networks=("sin", "features"),
    ),
    "heat": Case(
        "heat",
        lambda j, _x, th: j.u_t - th["kappa"] * j.u_xx,
        _heat,
        2540,
        100,
        1e4,
        scale=60.0**2,
        hidden=(3, 50),
        networks=("tanh", "features"),
    ),
    "wave": Case(
        "wave",
        lambda j, _x, th: j.u_tt - th["c"] ** 2 * j.u_xx,
        _wave,
        2540,
        100,
        1e4,
        scale=(40 * pi) ** 2,
        hidden=(3, 50),
        networks=("tanh", "features"),
        still=(1,),
    ),
}
