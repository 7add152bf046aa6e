"""Frequencies learned from a source at points: sparsity, error, bands, invariances, refusals."""

from functools import lru_cache

import jax.numpy as jnp
import numpy as np
import pytest

from gp_solver.aliases import folds
from gp_solver.ard import solve_ard
from gp_solver.collocation import collocation
from gp_solver.evidence import Regression, select
from gp_solver.features import Features
from gp_solver.recentre import centre
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


def test_components_that_the_data_do_not_ask_for_vanish():
    """The fixed point keeps the two groups that data were made of, and their posterior the data."""
    rng = np.random.default_rng(0)
    blocks = [rng.standard_normal((60, 4)) for _ in range(8)]
    right = blocks[2] @ np.ones(4) + 0.1 * blocks[5] @ np.ones(4)
    weights, noise = select(blocks, right, iterations=60, floor=1e-12)
    assert set(np.flatnonzero(weights > 1e-6 * weights.max())) == {2, 5}
    assert noise == pytest.approx(1e-12 * np.mean(right**2))
    assert np.array_equal(
        np.flatnonzero(select(blocks, 0 * right, iterations=3, floor=1e-12)[0]), [0]
    )


def test_the_regression_agrees_with_dense_algebra():
    """Mean, variance, left-out data and jackknife by their definitions."""
    rng = np.random.default_rng(1)
    matrix, right, spread = rng.standard_normal((9, 14)), rng.standard_normal(9), rng.random(14)
    noise = 0.05

    def posterior(rows):
        a = matrix[rows] * spread
        covariance = a @ a.T + noise * np.eye(len(a))
        gain = spread[:, None] * np.linalg.solve(covariance, a).T
        return gain @ right[rows], np.diag(spread**2) - gain @ (matrix[rows] * spread**2)

    left, sizes, rows = np.linalg.svd(matrix * spread, full_matrices=False)
    found = Regression(left, sizes, rows, spread, right, noise)
    mean, covariance = posterior(np.arange(9))
    np.testing.assert_allclose(found.mean, mean, atol=1e-12)
    np.testing.assert_allclose(found.variance, np.diag(covariance), atol=1e-12)
    draws = found.draws(40_000, rng)
    np.testing.assert_allclose(draws @ draws.T / 40_000, covariance, atol=0.02)
    for i in (0, 4):
        others = np.delete(np.arange(9), i)
        without, spread_without = posterior(others)
        error = right[i] - matrix[i] @ without
        variance = matrix[i] @ spread_without @ matrix[i] + noise
        assert found.scores[i] == pytest.approx(error / np.sqrt(variance))
        np.testing.assert_allclose(found.left_out()[:, i], mean - without, atol=1e-10)


def test_aliases_agree_at_the_points():
    x = np.linspace(0, 1, 11)  # Nyquist's frequency is 5
    assert folds(2.0, 5.0, 13.0) == [(1, -1), (1, 1)]
    assert folds(0.0, 5.0, 20.0) == [(1, -1), (2, -1)]
    assert folds(2.0, 5.0, 7.9) == []
    for j, sign in folds(2.0, 5.0, 30.0):
        other = 10.0 * j + sign * 2.0
        np.testing.assert_allclose(np.cos(TURN * other * x), np.cos(TURN * 2 * x), atol=1e-12)


def test_a_carrier_is_moved_to_the_frequency_of_what_it_carries():
    problem = collocation(poisson(wave(20.0), 0.0, 2.0), 50)
    features = Features(*problem.ends, 2, 4, (3.0,), (12,))
    x = np.linspace(0, 2, 200)
    target = np.sin(TURN * 3.4 * x + 0.3)
    columns = features.blocks[1]
    found = np.zeros(features.count)
    found[columns] = np.linalg.lstsq(features.at(x, 0)[0][:, columns], target, rcond=None)[0]
    assert centre(features, found, 0) == pytest.approx(3.4, abs=1e-6)


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
