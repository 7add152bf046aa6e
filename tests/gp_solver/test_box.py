"""Method `gp` on boxes: closed forms in one to three dimensions, conditions of every kind."""

import jax.numpy as jnp
import numpy as np
import pytest

import sciml
from problems.manufactured import laplacian, manufactured, value
from sciml import registry
from sciml.status import Status

LINE = {"x": (-1.0, 2.0)}
SHIFTED = {"x": (-3.0, -1.0), "y": (10.0, 10.5)}


def solve(problem, **settings):
    return sciml.solve(problem, "gp", config=settings)


def error(problem, result):
    """Relative error against the closed form, in the root mean square on a uniform grid."""
    count = {1: 200, 2: 30, 3: 10}[problem.dimension]
    ends = problem.domain.bounding_box
    grid = np.meshgrid(*[np.linspace(lo, hi, count) for lo, hi in ends], indexing="ij")
    points = np.stack([g.ravel() for g in grid], -1)
    exact = problem.exact(points)
    return np.linalg.norm(result.predict(points) - exact) / np.linalg.norm(exact)


def slope(axis):
    return lambda j, x, t: getattr(j, f"u_{axis}")


def robin(axis, a, b):
    return lambda j, x, t: a * getattr(j, f"u_{axis}") + b * j.u


def made(u, operator, bounds, conditions=None, **more):
    return manufactured(u, operator, name="toy", bounds=bounds, conditions=conditions, **more)


LINES = {
    "neumann and dirichlet": made(
        lambda x: jnp.sin(5 * x) + x,
        laplacian,
        LINE,
        [(("x:lower",), slope("x")), (("x:upper",), value)],
    ),
    "robin at both ends": made(
        lambda x: jnp.exp(jnp.sin(3 * x)),
        lambda j, x, t: j.u_xx - 2 * j.u,
        LINE,
        [(("x:lower", "x:upper"), robin("x", 3.0, 1.0))],
    ),
    "two initial conditions": made(
        lambda x: jnp.cos(7 * x) + x**2,
        lambda j, x, t: j.u_xx + 49 * j.u,
        LINE,
        [(("x:lower",), value), (("x:lower",), slope("x"))],
    ),
    "final values, varying coefficient": made(
        lambda x: jnp.cos(7 * x),
        lambda j, x, t: j.u_xx + x["x"] * j.u,
        LINE,
        [(("x:upper",), value), (("x:upper",), slope("x"))],
    ),
    "first order, varying coefficient": made(
        lambda x: jnp.exp(-jnp.sin(4 * x)),
        lambda j, x, t: j.u_x + 4 * jnp.cos(4 * x["x"]) * j.u,
        LINE,
        [(("x:lower",), value)],
    ),
    "clamped beam": made(
        lambda x: jnp.sin(6 * x),
        lambda j, x, t: j.u_xxxx + j.u,
        LINE,
        [(("x:lower", "x:upper"), value), (("x:lower", "x:upper"), slope("x"))],
    ),
    "the other sign": made(lambda x: jnp.sin(6 * x), lambda j, x, t: -3 * j.u_xx + 4 * j.u, LINE),
    "convection": made(lambda x: jnp.sin(6 * x), lambda j, x, t: -0.05 * j.u_xx + j.u_x, LINE),
    "varying diffusion": made(
        lambda x: jnp.sin(6 * x),
        lambda j, x, t: (2 + jnp.sin(3 * x["x"])) * j.u_xx + 3 * jnp.cos(3 * x["x"]) * j.u_x,
        LINE,
    ),
    "helmholtz": made(lambda x: jnp.cos(40 * x) + x, lambda j, x, t: j.u_xx + 1600.0 * j.u, LINE),
    "periodic": made(
        lambda x: jnp.exp(jnp.sin(2 * np.pi * x / 3)),
        lambda j, x, t: j.u_xx - j.u + j.u_x,
        LINE,
        (),
        periodic=("x",),
    ),
    "nonlinear in the slope": made(
        lambda x: 0.3 * jnp.sin(5 * x), lambda j, x, t: j.u_xx - j.u_x**2 - j.u**3, LINE
    ),
}


@pytest.mark.parametrize("name", LINES)
def test_lines(name):
    result = solve(LINES[name], branches=False)
    assert result.status is Status.CONVERGED
    assert result.warnings == ()
    assert result.metrics["residual"] < 1e-10
    assert error(LINES[name], result) < 1e-10


TWO = (lambda x, y: jnp.sin(3 * x) * jnp.exp(2 * y - 20) + x, SHIFTED)
PLANES = {
    "dirichlet": made(TWO[0], laplacian, TWO[1]),
    "mixed": made(
        TWO[0],
        lambda j, x, t: -j.u_xx - 5 * j.u_yy + j.u,
        TWO[1],
        [
            (("x:lower",), slope("x")),
            (("x:upper",), robin("x", 1.0, 2.0)),
            (("y:lower",), value),
            (("y:upper",), slope("y")),
        ],
    ),
    "two convections": made(
        TWO[0], lambda j, x, t: j.u_xx + j.u_yy - 2 * j.u_x + 3 * j.u_y, TWO[1]
    ),
    "mixed derivative": made(TWO[0], lambda j, x, t: j.u_xx + 0.5 * j.u_xy + j.u_yy, TWO[1]),
    "varying coefficients": made(
        TWO[0],
        lambda j, x, t: (2 + jnp.sin(x["x"] * x["y"])) * (j.u_xx + j.u_yy) - x["y"] * j.u,
        TWO[1],
    ),
    "separable coefficients": made(
        TWO[0], lambda j, x, t: (2 + jnp.sin(x["x"])) * j.u_xx + j.u_yy, TWO[1]
    ),
    "nonlinear": made(TWO[0], lambda j, x, t: j.u_xx + j.u_yy - j.u**3, TWO[1]),
    "heat": made(
        lambda t, x: jnp.exp(-t) * jnp.sin(5 * x) + t * x,
        lambda j, x, p: j.u_t - 0.3 * j.u_xx,
        {"t": (0.0, 2.0), "x": (1.0, 2.0)},
        [(("t:lower",), value), (("x:lower",), value), (("x:upper",), slope("x"))],
    ),
    "wave": made(
        lambda t, x: jnp.sin(4 * t) * jnp.cos(3 * x) + x,
        lambda j, x, p: j.u_tt - 4 * j.u_xx,
        {"t": (0.0, 1.0), "x": (0.0, 3.0)},
        [(("t:lower",), value), (("t:lower",), slope("t")), (("x:lower", "x:upper"), value)],
    ),
    "advection": made(
        lambda t, x: jnp.sin(6 * (x - 2 * t)),
        lambda j, x, p: j.u_t + 2 * j.u_x,
        {"t": (0.0, 1.0), "x": (0.0, 1.0)},
        [(("t:lower",), value), (("x:lower",), value)],
    ),
    "burgers, periodic": made(
        lambda t, x: 0.5 * jnp.sin(2 * jnp.pi * x) * jnp.cos(t) + 1,
        lambda j, x, p: j.u_t + j.u * j.u_x - 0.1 * j.u_xx,
        {"t": (0.0, 0.5), "x": (0.0, 1.0)},
        [(("t:lower",), value)],
        periodic=("x",),
    ),
}


@pytest.mark.parametrize("name", PLANES)
def test_planes(name):
    result = solve(PLANES[name], branches=False)
    assert result.status is Status.CONVERGED
    assert result.warnings == ()
    assert result.metrics["residual"] < 1e-8
    assert error(PLANES[name], result) < 1e-9


SPACES = {
    "poisson": made(
        lambda x, y, z: jnp.sin(3 * x + y) * jnp.cos(2 * z),
        laplacian,
        {"x": (0.0, 1.0), "y": (2.0, 2.5), "z": (-1.0, 1.0)},
    ),
    "heat": made(
        lambda t, x, y: jnp.exp(-t) * jnp.sin(3 * x) * jnp.cos(y),
        lambda j, x, p: j.u_t - j.u_xx - j.u_yy,
        {"t": (0.0, 0.5), "x": (0.0, 1.0), "y": (0.0, 2.0)},
        [(("t:lower",), value), (("x:lower", "x:upper", "y:lower", "y:upper"), value)],
    ),
}


@pytest.mark.parametrize("name", SPACES)
def test_spaces(name):
    result = solve(SPACES[name])
    assert result.status is Status.CONVERGED
    assert result.warnings == ()
    assert error(SPACES[name], result) < 1e-10


@pytest.mark.parametrize(
    ("name", "parameters", "worst"),
    [
        ("gp_u1", {}, 1e-10),
        ("gp_u2", {"length": 1.0}, 1e-12),
        ("gp_u7", {"length": 1.0}, 1e-12),
        ("poisson_2d_mixed", {"kx": 5.0, "ky": 4.0}, 1e-10),
        ("helmholtz_2d", {"k": 20.0}, 1e-10),
        ("gp_advection", {"beta": 20.0}, 1e-12),
    ],
)
def test_registered_problems(name, parameters, worst):
    problem = registry.get(name, **parameters)
    result = solve(problem, branches=False)
    assert result.status is Status.CONVERGED
    assert result.warnings == ()
    assert error(problem, result) < worst
    assert result.metrics["rel_l2"] < worst
