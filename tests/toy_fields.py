"""A toy method for equations of one field: polynomials by Gauss-Newton, with a posterior."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from numpy.polynomial import chebyshev

from sciml import jet
from sciml.domain import Box
from sciml.method import Info, Method, Outcome, Posterior
from sciml.status import Status


@dataclass(frozen=True)
class Settings:
    """Settings of the toy for equations."""

    steps: int = 20
    degree: int = 10
    samples: int = 90
    tolerance: float = 1e-6
    noise: float = 1e-6
    branches: int = 1
    theta: str = ""


class Polynomials:
    """Gauss-Newton for tensor Chebyshev polynomials at collocation points; field u only."""

    def __init__(self, problem, settings, seed):
        self.problem, self.settings, self.steps = problem, settings, settings.steps
        self.bounds = np.array(problem.domain.bounding_box)
        inside = self.grid(2 * settings.degree)
        inside = inside[problem.domain.contains(inside)]
        self.rows = [(problem.residual, inside)]
        for condition in problem.conditions:
            faces = [self.face(f) for f in condition.faces]
            self.rows.append((condition.residual, np.concatenate(faces)))

    def grid(self, count):
        lines = [np.linspace(lo, hi, count) for lo, hi in self.bounds]
        return np.stack([g.ravel() for g in np.meshgrid(*lines, indexing="ij")], axis=1)

    def face(self, name):
        grid = self.grid(2 * self.settings.degree + 1)
        if not isinstance(self.problem.domain, Box):
            turn = np.linspace(0, 2 * np.pi, 60)
            middle, half = self.bounds.mean(axis=1), np.diff(self.bounds).ravel() / 2
            return middle + half * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        axis, _, side = name.partition(":")
        i = self.problem.domain.axes.index(axis)
        return grid[grid[:, i] == self.bounds[i][int(side == "upper")]]

    def init(self):
        size = (self.settings.degree + 1) ** len(self.bounds)
        return {"z": np.zeros(size), "count": np.zeros((), np.int64)}

    def system(self, z):
        """Residuals at all points, and their slopes in the coefficients."""
        values, slopes = [], []
        for residual, points in self.rows:
            names = self.problem.derivatives_of(residual)
            designs = {n: design(points, self.bounds, len(z), o) for n, (_, o) in names.items()}
            at = {name: jnp.asarray(d @ z) for name, d in designs.items()}
            x = dict(zip(self.problem.domain.axes, jnp.asarray(points).T, strict=True))
            linear = jax.vmap(lambda j, x, r=residual: jet.linearise(r, j, x, self.problem.theta))
            value, slope = linear(at, x)
            values.append(np.asarray(value))
            slopes.append(sum(np.asarray(slope[n])[:, None] * d for n, d in designs.items()))
        return np.concatenate(values), np.concatenate(slopes)

    def step(self, state):
        values, slopes = self.system(state["z"])
        z = state["z"] - np.linalg.lstsq(slopes, values, rcond=1e-13)[0]
        residual = float(np.max(np.abs(self.system(z)[0])))
        done = residual < self.settings.tolerance
        state = {"z": z, "count": state["count"] + 1}
        return state, Info({"residual": residual}, Status.CONVERGED if done else None)

    def finish(self, state, status):
        z, settings = state["z"], self.settings
        values, slopes = self.system(z)
        factor = np.linalg.pinv(slopes, rcond=1e-10)
        params = {"z": z, "factor": settings.noise * factor}
        points = self.grid(settings.samples)
        points = points[self.problem.domain.contains(points)]
        u = evaluate(self.problem, settings, params, points)
        flat = len(self.bounds) == 1
        arrays = {
            ("x" if flat else "points"): points[:, 0] if flat else points,
            "u": u,
            "sd": deviation(self.problem, settings, params, points),
        }
        spectrum = {"frequencies": np.arange(12) / 2, "weights": 10.0 ** -np.arange(12.0)}
        branch = {"residual": float(np.max(np.abs(values))), "norm": float(np.linalg.norm(u))}
        value = {
            "spectrum": {axis: spectrum for axis in self.problem.domain.axes},
            "branches": [branch] * settings.branches,
            "unknowns": len(z),
            "points": [len(points) for _, points in self.rows],
            "theta": {settings.theta: {"value": 0.25, "sd": 1e-3}} if settings.theta else {},
        }
        if settings.branches > 1:
            arrays["branches"] = u * (1.0 - 2.0 * np.arange(settings.branches))
            status = Status.SEVERAL
        metrics = {"residual": branch["residual"], "condition_residual": 0.5 * branch["residual"]}
        return Outcome(status, value, metrics, params, arrays, ("A toy.",))


def design(points, bounds, size, orders):
    """Derivatives of all products of Chebyshev polynomials at points [n, size]."""
    degree = round(size ** (1 / len(bounds)))
    table = np.ones((len(points), 1))
    for x, (lo, hi), order in zip(points.T, bounds, orders, strict=True):
        slopes = chebyshev.chebder(np.eye(degree), order, scl=2 / (hi - lo))
        line = chebyshev.chebval(2 * (x - lo) / (hi - lo) - 1, slopes).T
        table = (table[:, :, None] * line[:, None, :]).reshape(len(points), -1)
    return table


def _design(problem, params, points, orders=None):
    bounds = problem.domain.bounding_box
    orders = (0,) * len(bounds) if orders is None else orders
    return design(points, bounds, len(params["z"]), orders)


def evaluate(problem, settings, params, points):
    return (_design(problem, params, points) @ params["z"])[:, None]


def derivative(problem, settings, params, points, name):
    letters = name.partition("_")[2]
    orders = [letters.count(axis) for axis in problem.domain.axes]
    return _design(problem, params, points, orders) @ params["z"]


def deviation(problem, settings, params, points):
    return np.linalg.norm(_design(problem, params, points) @ params["factor"], axis=1)[:, None]


def sample(problem, settings, params, points, count, seed):
    factor = _design(problem, params, points) @ params["factor"]
    noise = np.random.default_rng(seed).standard_normal((count, factor.shape[1]))
    return evaluate(problem, settings, params, points) + (noise @ factor.T)[:, :, None]


METHOD = Method(
    "toy-fields",
    "polynomials at collocation points",
    "equation",
    Settings,
    Polynomials,
    evaluate,
    Posterior(derivative, deviation, sample),
)


POISSON = '''
import jax.numpy as jnp
import numpy as np
from sciml import Box, Condition, Disc, Problem, register


def wave(points):
    return np.prod(np.sin(np.asarray(points)), axis=1, keepdims=True)


@register("line", tags=("toy",))
def line(scale: float = 1.0, known: bool = True, fail: bool = False) -> Problem:
    """Poisson on a line: u_xx = -scale sin x, u given at both ends."""
    def exact(points):
        if fail:
            raise ZeroDivisionError("no closed form")
        return scale * wave(points)
    return Problem(
        name="line",
        domain=Box({"x": (0.0, 3.0)}),
        theta={"scale": scale},
        residual=lambda j, x, theta: j.u_xx + theta["scale"] * jnp.sin(x["x"]),
        conditions=(
            Condition(("x:lower",), lambda j, x, theta: j.u),
            Condition(("x:upper",), lambda j, x, theta: j.u - theta["scale"] * jnp.sin(3.0), 0.1),
        ),
        unknowns=("scale",),
        exact=exact if known else None,
        citation="a textbook",
    )


def source(j, x, theta):
    return j.u_xx + j.u_yy + 2 * jnp.sin(x["x"]) * jnp.sin(x["y"])


def edge(j, x, theta):
    return j.u - jnp.sin(x["x"]) * jnp.sin(x["y"])


@register("square")
def square() -> Problem:
    """Poisson on a square: u_xx + u_yy = -2 sin x sin y."""
    faces = ("x:lower", "x:upper", "y:lower", "y:upper")
    box = Box({"x": (0.0, 2.0), "y": (0.0, 2.0)})
    conditions = (Condition(faces, edge),)
    return Problem(name="square", domain=box, residual=source, conditions=conditions, exact=wave)


@register("disc")
def disc() -> Problem:
    """The same equation in a disc."""
    conditions = (Condition(("boundary",), edge),)
    return Problem(name="disc", domain=Disc(), residual=source, conditions=conditions, exact=wave)
'''
