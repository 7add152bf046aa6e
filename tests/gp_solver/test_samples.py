"""A source known on a grid only: what the grid does not tell is said, by whichever way is taken."""

import re

import jax.numpy as jnp
import numpy as np
import pytest

import sciml
from sciml.domain import Box
from sciml.status import Status

WAYS = {
    "direct": {},
    "newton": {"cubic": 1.0},
    "regression": {"slope": 0.3},  # of a condition's coefficient
    "sampled": {"given": True},  # beside a function on a grid of the user's
}
POINTS, SLOW = 64, 6
FAST = POINTS - 1 - SLOW
"""waves that have, but for the sign, the values of the slow ones at all points"""


def solve(problem, **settings):
    return sciml.solve(problem, "gp", config={"branches": False} | settings)


def waves(count, cubic=0.0, slope=0.0, given=False):
    """Poisson's equation on a square for so many waves along each side."""

    def wave(x):
        turns = 2 * jnp.pi * count
        return jnp.sin(turns * x["x"]) * jnp.sin(turns * x["y"]) / count**2

    def residual(j, x, t):
        source = -2 * (2 * jnp.pi * count) ** 2 * wave(x) + cubic * wave(x) ** 3
        return j.u_xx + j.u_yy + cubic * j.u**3 - source + (t["zero"] if given else 0.0)

    known = sciml.Sampled((np.linspace(0, 1, 9),) * 2, np.zeros((9, 9)))
    return sciml.Problem(
        name="waves",
        domain=Box(dict.fromkeys("xy", (0.0, 1.0))),
        residual=residual,
        conditions=(
            sciml.Condition(("x:lower", "y:lower", "y:upper"), lambda j, x, t: j.u),
            sciml.Condition(("x:upper",), lambda j, x, t: (1 + slope * x["y"]) * j.u),
        ),
        sampled={"zero": known} if given else {},
        exact=lambda p: wave({"x": p[:, :1], "y": p[:, 1:]}),
    )


@pytest.mark.parametrize("way", WAYS)
def test_a_source_too_fast_for_its_points_is_unresolved(way):
    result = solve(waves(FAST, **WAYS[way]), points=POINTS)
    assert result.metrics["residual"] < 1e-8
    assert result.metrics["rel_l2"] > 1.0
    assert result.status is Status.UNRESOLVED
    (said,) = result.warnings
    assert said.startswith("points=64 is too few for the source of 'waves': with what the 64 x 64")
    assert said.endswith("or leave `points` out.")


@pytest.mark.parametrize("way", WAYS)
def test_a_source_slow_enough_for_its_points_is_resolved(way):
    result = solve(waves(SLOW, **WAYS[way]), points=POINTS)
    assert result.status is Status.CONVERGED
    assert result.warnings == ()
    assert result.metrics["rel_l2"] < 1e-6


def test_the_points_that_are_advised_resolve_the_source():
    first = solve("gp_u6", points=100)
    assert first.status is Status.UNRESOLVED
    advised = int(re.search(r"Try points=(\d+)", first.warnings[0])[1])
    again = solve("gp_u6", points=advised)
    assert again.status is Status.CONVERGED
    assert again.metrics["rel_l2"] < 1e-8


@pytest.mark.parametrize("points", [20, 64, 150])
def test_every_number_that_folds_the_waves_is_seen(points):
    result = solve("gp_u6", points=points)
    assert result.status is Status.UNRESOLVED
    assert result.warnings[0].startswith(f"points={points} is too few")


def test_no_source_needs_no_points():
    assert solve("gp_advection", points=8).status is Status.CONVERGED


def test_without_waves_twice_the_points_are_advised():
    peak = sciml.Problem(
        name="peak",
        domain=Box({"x": (0.0, 1.0)}),
        periodic=("x",),
        residual=lambda j, x, t: j.u_xx - j.u + jnp.exp(-(((x["x"] - 0.5) / 8e-4) ** 2)),
    )
    result = solve(peak, points=20)
    assert result.status is Status.UNRESOLVED
    assert "Try points=40," in result.warnings[0]
