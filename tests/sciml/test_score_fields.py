"""Scores of fields: test grids, errors on them, the coverage of bands, failing references."""

import re
from dataclasses import replace

import numpy as np
import pytest

from sciml import score_fields
from sciml.domain import Box, Disc
from sciml.method import Outcome
from sciml.problem import Problem
from sciml.score import METRICS, score
from sciml.status import Status

AXES = ("x", "y", "z", "w")


def wave(points):
    return np.sum(np.sin(3 * points), axis=1, keepdims=True)


def equation(dimension=1, **changes):
    box = Box({axis: (0.0, 2.0) for axis in AXES[:dimension]})
    given = {"name": "p", "domain": box, "residual": lambda j, x, th: j.u_x, "exact": wave}
    return Problem(**{**given, **changes})


def outcome(points, u, **arrays):
    where = {"x": points[:, 0]} if points.shape[1] == 1 else {"points": points}
    return Outcome(Status.CONVERGED, {}, {}, {"c": np.ones(1)}, {**where, "u": u, **arrays})


def plotted(problem, count=11):
    bounds = np.clip(problem.domain.bounding_box, -2, 2)
    return np.stack([np.linspace(lo, hi, count) for lo, hi in bounds], axis=1)


@pytest.mark.parametrize(("dimension", "count"), [(1, 300), (2, 300**2), (3, 40**3)])
def test_errors_are_relative_and_taken_on_the_uniform_grid(dimension, count):
    problem, asked = equation(dimension), []
    points = plotted(problem)

    def evaluate(where):
        asked.append(where)
        return 1.001 * wave(where)

    scored = score(problem, outcome(points, wave(points)), evaluate)
    assert scored.metrics["rel_l2"] == pytest.approx(1e-3)
    assert scored.metrics["max_error"] == pytest.approx(1e-3)
    assert set(scored.metrics) == {"rel_l2", "max_error"} < set(METRICS)
    np.testing.assert_array_equal(scored.arrays["reference"], wave(points))
    (grid,) = asked
    assert grid.shape == (count, dimension)
    np.testing.assert_array_equal(grid[[0, -1]], [[0.0] * dimension, [2.0] * dimension])
    steps = np.diff(np.unique(grid[:, 0]))
    np.testing.assert_allclose(steps, steps[0])


def test_all_fields_count():
    def two(points):
        return np.hstack([np.ones_like(points), 3 * np.ones_like(points)])

    problem = equation(fields=("u", "v"), exact=two)
    points = plotted(problem)
    scored = score(problem, outcome(points, two(points)), lambda p: two(p) + [0.5, 0.0])
    assert scored.metrics["rel_l2"] == pytest.approx(0.5 / np.sqrt(10))
    assert scored.metrics["max_error"] == pytest.approx(0.5 / 3)


def test_a_domain_that_is_no_box_is_scored_inside():
    problem, asked = equation(domain=Disc((1.0, 0.0), 2.0)), []
    points = np.array([[1.0, 0.0], [2.0, 0.5]])
    score(problem, outcome(points, wave(points)), lambda p: asked.append(p) or wave(p))
    (grid,) = asked
    assert np.all(problem.domain.contains(grid))
    assert len(grid) == pytest.approx(np.pi / 4 * 300**2, rel=0.01)


def test_coverage_is_the_part_of_the_plotted_points_whose_band_holds_the_exact_solution():
    problem = equation()
    points = plotted(problem, 4)
    off = np.array([[0.0], [0.19], [-0.19], [0.2]])
    given = outcome(points, wave(points) + off, sd=np.full((4, 1), 0.1))
    assert score(problem, given, wave).metrics["coverage"] == 0.75


def test_errors_against_a_solution_that_is_zero_are_absolute():
    problem = equation(exact=lambda p: 0 * p)
    points = plotted(problem)
    scored = score(problem, outcome(points, points), lambda p: 0 * p + 0.25)
    assert scored.metrics["max_error"] == 0.25
    assert scored.metrics["rel_l2"] == pytest.approx(0.25 * np.sqrt(300))


@pytest.mark.parametrize("problem", [equation(4), equation(domain=Box({"x": (0.0, np.inf)}))])
def test_where_there_is_no_test_grid_the_exact_solution_is_kept_for_the_picture(problem):
    points = plotted(problem)
    scored = score(problem, outcome(points, wave(points)), wave)
    assert scored.metrics == {}
    np.testing.assert_array_equal(scored.arrays["reference"], wave(points))


def test_without_an_exact_solution_or_an_answer_nothing_is_added():
    points = plotted(equation())
    given = outcome(points, wave(points))
    assert score(equation(exact=None), given, wave) is given
    empty = replace(given, params=None)
    assert score(equation(), empty, wave) is empty


def test_an_answer_that_is_not_finite_scores_nan():
    points = plotted(equation())
    given = outcome(points, wave(points) * np.nan, sd=np.full((11, 1), np.inf))
    scored = score(equation(), given, lambda p: wave(p) * np.nan)
    assert np.isnan(scored.metrics["rel_l2"])
    assert np.isnan(scored.metrics["max_error"])
    assert scored.metrics["coverage"] == 0.0


def boom(points):
    raise ZeroDivisionError("no\ntable")


@pytest.mark.parametrize(
    ("exact", "reason"),
    [
        (boom, "ZeroDivisionError: no"),
        (lambda p: p[:, 0], r"its shape is \(300,\), not \(300, 1\)"),
        (lambda p: np.log(np.maximum(p - 1e-9, 0), where=p > 1, out=p * np.nan), "not finite at x"),
        (lambda p: "none", "could not convert"),
    ],
)
def test_a_failing_reference_is_a_warning(exact, reason):
    problem = equation(exact=exact)
    points = plotted(problem)
    scored = score(problem, outcome(points, wave(points)), wave)
    assert scored.metrics == {}
    assert "reference" not in scored.arrays
    (warning,) = scored.warnings
    assert re.match(f"The reference of 'p' failed, the answer is not scored .*{reason}", warning)


def test_a_closed_form_is_asked_at_a_bounded_number_of_points():
    sizes = []
    problem = equation(2, exact=lambda p: sizes.append(len(p)) or wave(p))
    points = score_fields.uniform_points(problem.domain)
    np.testing.assert_array_equal(score_fields.closed_form(problem, points), wave(points))
    assert sum(sizes) == 90_000
    assert max(sizes) == score_fields.CHUNK
