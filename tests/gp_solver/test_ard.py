"""Frequencies learned from a source at points: sparsity, error, bands, invariances, refusals."""

from functools import lru_cache

import jax.numpy as jnp
import numpy as np
import pytest

from gp_solver.sparse.ard import solve_ard
from problems.manufactured import laplacian, manufactured
from sciml import Box, Condition, Problem, registry
from sciml.conditions import Observations
from sciml.errors import BadConfig, BadProblem

TURN = 2 * np.pi
COARSE = "too coarse for the frequencies"


def poisson(u, lower=0.0, upper=TURN):
    """u″ = f with the values of u at both ends."""
    return manufactured(u, laplacian, name="wave", bounds={"x": (lower, upper)})


def wave(k, phase=0.0):
    return lambda x: jnp.sin(k * x + phase)


def compared(problem, solution, count=1000):
    """Relative error, share of points inside the band, and width of the band, relative."""
    x = np.linspace(*problem.domain.bounding_box[0], count)[:, None]
    exact, mean = problem.exact(x), solution.field.values(x)
    deviation = solution.field.deviation(x)
    size = np.linalg.norm(exact)
    inside = float(np.mean(np.abs(mean - exact) <= 1.96 * deviation))
    return (
        float(np.linalg.norm(mean - exact) / size),
        inside,
        float(np.linalg.norm(deviation) / size),
    )


@lru_cache
def u1():
    """The paper's first problem at its own points, no frequency given."""
    problem = registry.get("gp_u1")
    return problem, solve_ard(problem)


def test_a_single_wave_leaves_a_single_component():
    problem, found = u1()
    error, inside, width = compared(problem, found)
    assert error < 1e-9
    assert inside > 0.9
    assert width < 1e-7
    assert found.spectrum.active == 1
    assert found.spectrum.carriers * TURN == pytest.approx([100.0])
    assert found.spectrum.frequencies.shape == found.spectrum.weights.shape == (30,)
    assert found.spectrum.frequencies[np.argmax(found.spectrum.weights)] == pytest.approx(
        20 * 23 / 29
    )
    assert found.resolved
    assert found.warnings == ()
    assert found.unknowns < 100
    assert found.residual < 1e-12
    assert found.left_out < 1e-12


@pytest.mark.parametrize(
    ("name", "frequency_max", "components"),
    [("gp_u2", 20.0, 5), ("gp_u3", 20.0, 2), ("gp_u5", 100.0, 2), ("gp_ac1_sincos", 20.0, 2)],
)
def test_several_scales_are_found_without_being_named(name, frequency_max, components):
    problem = registry.get(name)
    found = solve_ard(problem, frequency_max=frequency_max)
    error, inside, _ = compared(problem, found)
    assert error < 1e-9
    assert inside > 0.9
    assert found.spectrum.active <= components
    assert found.resolved


@pytest.mark.parametrize("points", [10, 15, 30, 60, 100])
def test_the_band_of_too_few_points_covers_a_wave_that_they_cannot_see(points):
    problem = registry.get("gp_u1")
    found = solve_ard(problem, points=points)
    assert compared(problem, found)[1] >= 0.9
    assert not found.resolved
    assert any(COARSE in said for said in found.warnings)


@pytest.mark.parametrize("points", [11, 26, 51, 101])
def test_a_source_that_is_zero_at_all_points_but_not_between_them_is_noticed(points):
    problem = registry.get("gp_u1")
    found = solve_ard(problem, points=points)
    assert compared(problem, found)[1] >= 0.9
    assert not found.resolved
    assert any("but for rounding" in said for said in found.warnings)


def test_few_points_keep_a_smooth_solution_as_the_best_guess_and_say_what_would_tell():
    problem = poisson(wave(2.0))
    found = solve_ard(problem, points=60)
    error, inside, width = compared(problem, found)
    assert error < 1e-6
    assert inside == 1.0
    assert 0.3 < width < 2.0
    assert "254 points would tell" in found.warnings[0]
    known = solve_ard(problem, points=60, frequency_max=4.0)
    error, _, width = compared(problem, known)
    assert known.resolved
    assert error < 1e-8
    assert width < 1e-6


def test_unseen_waves_of_other_kinds_are_covered():
    cases = [
        poisson(wave(73.3), 0.0, 1.0),
        poisson(lambda x: jnp.sin(40 * x) + x, -3.0, 5.0),
        poisson(lambda x: jnp.cos(55 * x) * jnp.exp(-x)),
    ]
    shares = [
        compared(problem, solve_ard(problem, points=points))[1]
        for problem in cases
        for points in (12, 20, 60)
    ]
    assert min(shares) >= 0.9
    assert np.mean(shares) >= 0.95


def test_frequencies_above_the_prior_are_found_where_the_points_show_them():
    problem = poisson(wave(100.0))
    found = solve_ard(problem, points=300, frequency_max=10.0, components=15)
    assert "was raised to 20 cycles" in found.warnings[0]
    assert found.resolved
    assert compared(problem, found)[0] < 1e-8


def test_the_unit_of_the_solution_is_of_no_account():
    for points in (60, 200):
        plain = solve_ard(poisson(wave(20.0)), points=points)
        scaled = solve_ard(poisson(lambda x: 1e6 * jnp.sin(20.0 * x)), points=points)
        x = np.linspace(0, TURN, 50)[:, None]
        size = np.max(np.abs(plain.field.values(x)))
        np.testing.assert_allclose(
            scaled.field.values(x), 1e6 * plain.field.values(x), atol=1e6 * 1e-6 * size
        )
        assert scaled.resolved == plain.resolved
        assert scaled.spectrum.active == plain.spectrum.active


def test_where_the_interval_lies_is_of_no_account():
    for points in (60, 200):
        plain = solve_ard(poisson(wave(20.0)), points=points)
        moved = solve_ard(poisson(wave(20.0, -60.0), 3.0, 3.0 + TURN), points=points)
        x = np.linspace(0, TURN, 50)[:, None]
        size = np.max(np.abs(plain.field.values(x)))
        np.testing.assert_allclose(
            moved.field.values(x + 3.0), plain.field.values(x), atol=1e-6 * size
        )
        assert moved.resolved == plain.resolved
        assert moved.spectrum.active == plain.spectrum.active


def test_the_same_seed_gives_the_same_numbers():
    first, again = (solve_ard(poisson(wave(20.0)), points=30, seed=3) for _ in range(2))
    other = solve_ard(poisson(wave(20.0)), points=30, seed=4)
    x = np.linspace(0, TURN, 20)[:, None]
    assert np.array_equal(first.field.values(x), again.field.values(x))
    assert np.array_equal(first.field.deviations(x), again.field.deviations(x))
    assert np.array_equal(first.field.values(x), other.field.values(x))
    assert not np.array_equal(first.field.deviations(x), other.field.deviations(x))


def test_conditions_of_other_kinds_and_orders_are_met():
    def value(j, _x, _theta):
        return j.u

    def slope(j, _x, _theta):
        return j.u_x

    def damped(j, x, _theta):
        return (1 + 0.5 * jnp.sin(x["x"])) * j.u_xx + j.u_x - j.u

    both = [(("x:lower",), value), (("x:lower",), slope)]
    mixed = [(("x:lower",), slope), (("x:upper",), value)]
    for operator, conditions in (
        (damped, mixed),
        (lambda j, _x, _theta: j.u_xx + 400 * j.u, both),
        (lambda j, _x, _theta: j.u_x + j.u, [(("x:lower",), value)]),
    ):
        problem = manufactured(
            lambda x: jnp.sin(30 * x) + 0.3 * x,
            operator,
            name="kinds",
            bounds={"x": (0.0, 3.0)},
            conditions=conditions,
        )
        found = solve_ard(problem, points=200)
        assert compared(problem, found)[0] < 1e-9
        assert found.resolved


def test_a_periodic_solution_repeats():
    problem = manufactured(
        lambda x: jnp.sin(40 * x) + 0.3 * jnp.cos(x),
        lambda j, _x, _theta: j.u_xx - j.u,
        name="ring",
        bounds={"x": (0.0, TURN)},
        conditions=[],
        periodic=("x",),
    )
    found = solve_ard(problem, points=300)
    assert compared(problem, found)[0] < 1e-9
    ends = np.array([[0.0], [TURN]])
    assert np.ptp(found.field.values(ends)) < 1e-10
    assert np.ptp(found.field.values(ends, (1,))) < 1e-9


def test_no_source_at_all_leaves_what_the_conditions_say():
    line = Problem(
        name="line",
        domain=Box({"x": (0.0, 1.0)}),
        residual=lambda j, x, _: j.u_xx,
        conditions=(
            Condition(("x:lower",), lambda j, x, _: j.u - 1.0),
            Condition(("x:upper",), lambda j, x, _: j.u - 3.0),
        ),
    )
    found = solve_ard(line, points=20)
    x = np.linspace(0, 1, 7)[:, None]
    np.testing.assert_allclose(found.field.values(x), 1 + 2 * x, atol=1e-13)
    assert found.resolved


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"points": 5}, "points is 5"),
        ({"components": 1}, "components is 1"),
        ({"frequency_max": 0.0}, "frequency_max is 0.0"),
        ({"frequency_max": np.nan}, "frequency_max is nan"),
        ({"iterations": 0}, "iterations is 0"),
    ],
)
def test_settings_out_of_range_are_refused(settings, what):
    with pytest.raises(BadConfig, match=what) as caught:
        solve_ard(poisson(wave(1.0)), **settings)
    assert caught.value.mend


def hollow(x):
    """A source that is NaN at one of 21 points."""
    return jnp.where(jnp.abs(x - 0.5) < 1e-6, jnp.nan, 1.0)


LINE = Box({"x": (0.0, 1.0)})
ENDS = (Condition(("boundary",), lambda j, x, _: j.u),)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (
            {
                "domain": Box({"x": (0.0, 1.0), "y": (0.0, 1.0)}),
                "residual": lambda j, x, _: j.u_xx + j.u_yy,
            },
            "has 2 axes and 1 fields",
        ),
        ({"domain": Box({"x": (0.0, np.inf)})}, "no finite interval"),
        ({"residual": lambda j, x, _: j.u_xx - hollow(x["x"])}, "not finite at x = 0.5"),
        ({"conditions": ENDS[:0]}, "no condition"),
        ({"conditions": (Condition(("boundary",), lambda j, x, _: j.u**2),)}, "are not 2 linear"),
        (
            {"conditions": (Condition(("boundary",), lambda j, x, _: j.u_x),)},
            "leave a constant open",
        ),
        ({"conditions": (Condition(("boundary",), lambda j, x, _: j.u, noise=0.1),)}, "noise"),
        ({"theta": {"c": 1.0}, "unknowns": ("c",)}, "unknown parameters"),
        ({"observations": Observations(np.array([0.5]), np.array([1.0]))}, "observations"),
        ({"enrichment": (lambda x: x["x"] ** 0.5,)}, "enrichment"),
    ],
)
def test_problems_of_another_kind_are_refused(change, what):
    given = {"name": "odd", "domain": LINE, "residual": lambda j, x, _: j.u_xx, "conditions": ENDS}
    with pytest.raises(BadProblem, match=what) as caught:
        solve_ard(Problem(**given | change), points=21)
    assert caught.value.mend
