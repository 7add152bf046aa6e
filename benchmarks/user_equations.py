"""Equations as users bring them: no registered problem, none that a default was chosen on."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from sciml import Box, Condition, Observations, Problem, Sampled, register

NAMES = ("anisotropic", "grid_source", "other_signs", "ring", "mixed_space", "robin_line")
TURN = 2 * np.pi


@register("anisotropic")
def anisotropic() -> Problem:
    """2u_xx + 0.3u_yy + u_y − 7u = f on a long, shifted box with Dirichlet, Robin and Neumann."""
    w, d = 51.3, 40.0
    factor = -2 * w**2 + 0.3 / d**2 - 7 - 1 / d
    return Problem(
        name="anisotropic",
        domain=Box({"x": (3.0, 4.1), "y": (-20.0, 50.0)}),
        residual=lambda j, x, _: (
            2 * j.u_xx
            + 0.3 * j.u_yy
            + j.u_y
            - 7 * j.u
            - factor * jnp.sin(w * x["x"]) * jnp.exp(-x["y"] / d)
        ),
        conditions=(
            Condition(
                ("x:lower", "y:upper"),
                lambda j, x, _: j.u - jnp.sin(w * x["x"]) * jnp.exp(-x["y"] / d),
            ),
            Condition(
                ("x:upper",),
                lambda j, x, _: (
                    j.u_x
                    + 3 * j.u
                    - (w * jnp.cos(w * x["x"]) + 3 * jnp.sin(w * x["x"])) * jnp.exp(-x["y"] / d)
                ),
            ),
            Condition(
                ("y:lower",),
                lambda j, x, _: j.u_y + jnp.sin(w * x["x"]) * jnp.exp(-x["y"] / d) / d,
            ),
        ),
        exact=lambda p: (np.sin(w * p[:, 0]) * np.exp(-p[:, 1] / d))[:, None],
    )


@register("grid_source")
def grid_source(n: int = 120) -> Problem:
    """Poisson on a shifted box; the source is known on a uniform grid of n × n points only."""
    x, y = np.linspace(-1, 0.5, n), np.linspace(2, 3, n)
    f = -(33.7**2 + 21.3**2) * np.sin(33.7 * x[:, None] + 1) * np.cos(21.3 * y)
    return Problem(
        name="grid_source",
        domain=Box({"x": (-1.0, 0.5), "y": (2.0, 3.0)}),
        residual=lambda j, _, theta: j.u_xx + j.u_yy - theta["f"],
        sampled={"f": Sampled((x, y), f)},
        conditions=(
            Condition(
                ("boundary",),
                lambda j, x, _: (
                    j.u - jnp.sin(33.7 * x["x"] + 1) * jnp.cos(21.3 * x["y"]) - x["x"] * x["y"]
                ),
            ),
        ),
        exact=lambda p: np.sin(33.7 * p[:, :1] + 1) * np.cos(21.3 * p[:, 1:]) + p[:, :1] * p[:, 1:],
    )


@register("other_signs")
def other_signs(w: float = 57.3) -> Problem:
    """0.1u″ − 2u³ + u = f on [−2, 3], u = cos wx."""
    return Problem(
        name="other_signs",
        domain=Box({"x": (-2.0, 3.0)}),
        residual=lambda j, x, _: (
            0.1 * j.u_xx
            - 2 * j.u**3
            + j.u
            + (0.1 * w * w - 1) * jnp.cos(w * x["x"])
            + 2 * jnp.cos(w * x["x"]) ** 3
        ),
        conditions=(Condition(("boundary",), lambda j, x, _: j.u - jnp.cos(w * x["x"])),),
        exact=lambda p: np.cos(w * p),
    )


@register("ring")
def ring() -> Problem:
    """Poisson on a doubly periodic square: determined up to a constant."""
    return Problem(
        name="ring",
        domain=Box({"x": (0.0, 1.0), "y": (0.0, 1.0)}),
        periodic=("x", "y"),
        residual=lambda j, x, _: (
            j.u_xx
            + j.u_yy
            + (12 * TURN) ** 2 * jnp.sin(12 * TURN * x["x"])
            + TURN**2 * jnp.cos(TURN * x["y"])
        ),
        exact=lambda p: np.sin(12 * TURN * p[:, :1]) + np.cos(TURN * p[:, 1:]),
    )


@register("mixed_space")
def mixed_space() -> Problem:
    """∇²u + 30u = f in a cube, Neumann along x, Dirichlet along y and z."""

    def u(x: object, y: object, z: object) -> object:
        return jnp.cos(np.pi * x) * jnp.sin(9 * y) * z**2  # type: ignore[operator]

    return Problem(
        name="mixed_space",
        domain=Box(dict.fromkeys("xyz", (0.0, 1.0))),
        residual=lambda j, x, _: (
            j.u_xx
            + j.u_yy
            + j.u_zz
            + 30 * j.u
            - (30 - np.pi**2 - 81) * u(x["x"], x["y"], x["z"])
            - 2 * jnp.cos(np.pi * x["x"]) * jnp.sin(9 * x["y"])
        ),
        conditions=(
            Condition(("x:lower", "x:upper"), lambda j, _x, _t: j.u_x),
            Condition(
                ("y:lower", "y:upper", "z:lower", "z:upper"),
                lambda j, x, _: j.u - u(x["x"], x["y"], x["z"]),
            ),
        ),
        exact=lambda p: np.asarray(u(*p.T))[:, None],
    )


@register("robin_line")
def robin_line() -> Problem:
    """−u″ + 40x u′ = f on [−0.3, 1.9], Robin and Neumann ends, u = sin 88.8x + e^x."""
    w = 88.8
    return Problem(
        name="robin_line",
        domain=Box({"x": (-0.3, 1.9)}),
        residual=lambda j, x, _: (
            -j.u_xx
            + 40 * x["x"] * j.u_x
            - w**2 * jnp.sin(w * x["x"])
            + jnp.exp(x["x"])
            - 40 * x["x"] * (w * jnp.cos(w * x["x"]) + jnp.exp(x["x"]))
        ),
        conditions=(
            Condition(
                ("x:lower",),
                lambda j, x, _: (
                    j.u
                    - 0.2 * j.u_x
                    - jnp.sin(w * x["x"])
                    - jnp.exp(x["x"])
                    + 0.2 * (w * jnp.cos(w * x["x"]) + jnp.exp(x["x"]))
                ),
            ),
            Condition(
                ("x:upper",),
                lambda j, x, _: j.u - jnp.sin(w * x["x"]) - jnp.exp(x["x"]),
            ),
        ),
        exact=lambda p: np.sin(w * p) + np.exp(p),
    )


@register("noisy_source")
def noisy_source(draw: int = 0, source: float = 0.05, boundary: float = 0.02) -> Problem:
    """u″ = f at 200 points with noise of unknown size, noisy ends; noise relative to r.m.s."""
    rng, w = np.random.default_rng(draw), (9.2, 47.7)
    x = np.linspace(0, 2, 200)

    def u(x: np.ndarray) -> np.ndarray:
        return np.sin(w[0] * x) + 0.1 * np.cos(w[1] * x) + 0.3 * x

    f = -(w[0] ** 2) * np.sin(w[0] * x) - 0.1 * w[1] ** 2 * np.cos(w[1] * x)
    f = f + source * np.sqrt(np.mean(f**2)) * rng.standard_normal(200)
    sd = boundary * float(np.sqrt(np.mean(u(x) ** 2)))
    ends = u(np.array([0.0, 2.0])) + sd * rng.standard_normal(2)
    return Problem(
        name="noisy_source",
        domain=Box({"x": (0.0, 2.0)}),
        residual=lambda j, _, theta: j.u_xx - theta["f"],
        sampled={"f": Sampled((x,), f, noise=None)},
        conditions=(
            Condition(("x:lower",), lambda j, _x, _t: j.u - float(ends[0]), noise=sd),
            Condition(("x:upper",), lambda j, _x, _t: j.u - float(ends[1]), noise=sd),
        ),
        exact=u,
    )


@register("inverse")
def inverse(draw: int = 0, eps: float = 0.02, guess: float = 0.06) -> Problem:
    """εu″ + u − u³ = f with unknown ε, from 40 observations of u with 1 % noise."""
    rng, w = np.random.default_rng(draw), 11.0
    points = np.sort(rng.uniform(0, 2, 40))

    def u(x: np.ndarray) -> np.ndarray:
        return np.sin(w * x) + 0.4 * x

    sd = 0.01 * float(np.sqrt(np.mean(u(np.linspace(0, 2, 400)) ** 2)))
    return Problem(
        name="inverse",
        domain=Box({"x": (0.0, 2.0)}),
        theta={"eps": guess},
        unknowns=("eps",),
        residual=lambda j, x, theta: (
            theta["eps"] * j.u_xx
            + j.u
            - j.u**3
            + eps * w**2 * jnp.sin(w * x["x"])
            - (jnp.sin(w * x["x"]) + 0.4 * x["x"])
            + (jnp.sin(w * x["x"]) + 0.4 * x["x"]) ** 3
        ),
        conditions=(
            Condition(("x:lower",), lambda j, _x, _t: j.u),
            Condition(("x:upper",), lambda j, _x, _t: j.u - float(u(np.array(2.0)))),
        ),
        observations=Observations(points, u(points) + sd * rng.standard_normal(40)),
        exact=u,
    )
