"""Rows at points: derivatives against differences, statements, points, functions, frequencies."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from gp_solver.scattered.chords import chords, noisy_frequencies, seen_frequencies
from gp_solver.scattered.points import fresh, inside, on_boundary, place, sampled_at
from gp_solver.scattered.rows import OBSERVED, Rows, statements
from gp_solver.scattered.space import CARRIER, LEVELS, Enrichment, carried, level_features, space
from problems.shapes import poisson_l_corner
from sciml import Box, Condition, Disc, Problem
from sciml.conditions import Observations, Sampled
from sciml.errors import BadProblem
from sciml.precision import float64
from sciml.region import Points, Polygon

GRID = np.linspace(0.0, 1.0, 7)
BOX = Box({"t": (0.0, 1.0), "x": (0.0, 2.0)})
L_SHAPE = Polygon(((0, 0), (1, 0), (1, 1), (-1, 1), (-1, -1), (0, -1)))


@pytest.fixture(autouse=True)
def _double():
    with float64():
        yield


def rich():
    """Two fields, a parameter, samples with noise, enrichment, a periodic axis, measurements."""
    return Problem(
        name="rich",
        domain=BOX,
        fields=("u", "v"),
        theta={"c": 0.7, "d": 2.0},
        unknowns=("c",),
        residual=lambda j, x, th: (
            j.u_t + th["c"] * j.u_x * j.v - th["d"] * j.u_xx,
            jnp.stack([j.v_t - jnp.sin(j.u) - 3 * th["f"], j.v_tx + x["x"] * j.v]),
        ),
        sampled={"f": Sampled((GRID, 2 * GRID), np.add.outer(GRID, GRID**2), None)},
        conditions=(Condition(("t:lower",), lambda j, x, th: j.u**2 + th["c"] * j.v - 1.0, 0.1),),
        periodic=("x",),
        observations=Observations(
            np.array([[0.3, 0.4], [0.8, 1.9]]), np.array([1.0, 2.0]), None, "v"
        ),
        enrichment=(lambda x: jnp.sqrt(1.1 + x["x"]) * x["t"],),
    )


def rows_of(problem, degree=4, boundary=24):
    sides = [level_features(ends, (), 0) for ends in problem.domain.bounding_box]
    functions = space(problem, Enrichment(problem), [replace(f, degree=degree) for f in sides])
    points = inside(functions, seed=0)
    groups = place(problem, statements(problem), points, boundary=boundary, seed=0)
    return functions, [Rows(group, functions) for group in groups]


def test_coefficients_are_the_derivative_of_the_residual():
    functions, made = rows_of(rich())
    rng = np.random.default_rng(1)
    z, step = (rng.standard_normal(functions.count) for _ in range(2))
    for rows in made:
        ahead, behind = (rows.at(z + h * step).residual for h in (1e-6, -1e-6))
        matrix = rows.matrix(rows.at(z).slopes)
        assert matrix.shape == (len(rows.group.points), functions.count)
        scale = np.max(np.abs(matrix @ step)) + 1e-12
        np.testing.assert_allclose(matrix @ step, (ahead - behind) / 2e-6, atol=1e-7 * scale)


def test_rows_of_a_known_function():
    """u = x² on polynomials: u_xx - 2 is zero, u_xx - 3 is minus one."""
    problem = Problem(
        name="square",
        domain=Box({"x": (-1.0, 3.0)}),
        residual=lambda j, x, th: j.u_xx - 3.0,
        conditions=(Condition(("x:upper",), lambda j, x, th: j.u_x - j.u),),
    )
    functions, (equation, condition) = rows_of(problem)
    x = np.linspace(-1, 3, 50)
    z = np.linalg.lstsq(functions.tables(x[:, None], (0,))[0][0], x**2, rcond=None)[0]
    np.testing.assert_allclose(equation.at(z).residual, -1.0, atol=1e-12)
    np.testing.assert_allclose(equation.at(z).terms, 2.0, atol=1e-12)
    np.testing.assert_allclose(condition.at(z).residual, 6.0 - 9.0, atol=1e-12)
    np.testing.assert_allclose(functions.values(z, x[:, None])[:, 0], x**2, atol=1e-12)


def test_statements():
    made = {s.name: s for s in statements(rich())}
    assert set(made) == {
        *("equation, part 1", "equation, part 2", "equation, part 3", "condition", OBSERVED),
        *("periodic x, u", "periodic x, u_x", "periodic x, v"),
    }
    assert made["equation, part 2"].noise is None
    assert made["condition"].noise == 0.1
    assert made["periodic x, u"].noise == 0.0
    assert made[OBSERVED].noise is None


def test_noise_of_samples_spreads_by_their_slope():
    _, made = rows_of(rich())
    second = next(r for r in made if r.group.name == "equation, part 2")
    spread = second.at(np.zeros(second.space.count)).spread
    np.testing.assert_allclose(spread, 3.0)
    known = replace(rich().sampled["f"], noise=0.2)
    _, made = rows_of(replace(rich(), sampled={"f": known}))
    second = next(r for r in made if r.group.name == "equation, part 2")
    np.testing.assert_allclose(second.at(np.zeros(second.space.count)).spread, 0.6)
    assert second.group.statement.noise == 1.0


def test_a_condition_that_does_not_read_the_solution():
    blind = Condition(("boundary",), lambda j, x, th: x["x"] - 1.0)
    problem = Problem(
        name="blind", domain=Disc(), residual=lambda j, x, th: j.u_xx, conditions=(blind,)
    )
    with pytest.raises(BadProblem, match="'blind' on \\['boundary'\\] does not read the solution"):
        statements(problem)


def test_conditions_may_ask_for_normals():
    """The normal is there by name, and not among the listed coordinates."""

    def outward(j, x, th):
        assert set(x) == {"x", "y"}
        return j.u_x * x["normal_x"] + j.u_y * x["normal_y"] - sum(x.values())

    problem = Problem(
        name="normals",
        domain=Disc(radius=2.0),
        residual=lambda j, x, th: j.u_xx + j.u_yy,
        conditions=(Condition(("boundary",), outward),),
    )
    _, (_, condition) = rows_of(problem)
    slopes = condition.at(np.zeros(condition.space.count)).slopes
    points = condition.group.points
    np.testing.assert_allclose(slopes["u_x"], points[:, 0] / 2, atol=1e-12)
    np.testing.assert_allclose(slopes["u_y"], points[:, 1] / 2, atol=1e-12)


def test_points_inside():
    box = Problem(name="box", domain=BOX, residual=lambda j, x, th: j.u_t)
    functions, _ = rows_of(replace(box, periodic=("x",)))
    points = inside(functions, seed=0)
    assert len(np.unique(points[:, 0])) * len(np.unique(points[:, 1])) == len(points)
    disc = replace(box, domain=Disc(axes=("t", "x")))
    functions = space(disc, Enrichment(disc), [level_features((-1.0, 1.0), (), 1)] * 2)
    points, without = (inside(functions, seed=0, edge=edge) for edge in (True, False))
    assert len(points) == len(without) + on_boundary(functions)
    assert np.all(np.hypot(*without.T) < 1)
    np.testing.assert_array_equal(inside(functions, seed=0), points)


def test_a_grid_and_what_lies_on_it():
    problem, grid = rich(), rich().sampled["f"]
    functions, _ = rows_of(problem)
    points = inside(functions, seed=0)
    np.testing.assert_array_equal(sampled_at(grid, problem, points), grid.values.ravel())
    between = sampled_at(grid, problem, np.array([[0.31, 1.23]]))
    np.testing.assert_allclose(between, 0.31 + (1.23 / 2) ** 2, rtol=1e-6)
    other = Sampled((GRID, 1.9 * GRID), grid.values, 0.1)
    with pytest.raises(BadProblem, match="'rich' have different grids"):
        inside(
            replace(functions, problem=replace(problem, sampled={"f": grid, "g": other})), seed=0
        )
    beyond = Sampled((GRID + 5, GRID), grid.values, 0.1)
    with pytest.raises(BadProblem, match="no point of the grid of 'f' lies inside"):
        inside(replace(functions, problem=replace(problem, sampled={"f": beyond})), seed=0)


def test_a_cloud_is_taken_as_it_is():
    rng = np.random.default_rng(0)
    cloud = Points(rng.uniform(-1, 1, (80, 2)), np.array([[1.0, 0.0], [-1.0, 0.5]]))
    problem = Problem(
        name="cloud",
        domain=cloud,
        residual=lambda j, x, th: j.u_xx,
        conditions=(Condition(("boundary",), lambda j, x, th: j.u),),
    )
    _, (equation, condition) = rows_of(problem)
    np.testing.assert_array_equal(equation.group.points, cloud.interior)
    np.testing.assert_array_equal(condition.group.points, cloud.boundary)
    between = fresh(problem, 10, seed=0)
    assert between.shape == (80, 2)
    assert not np.any(np.all(between[:, None] == cloud.interior[None], axis=2))


def test_products_are_orthonormal_and_keep_the_euclidean_degree():
    problem = Problem(name="plain", domain=BOX, residual=lambda j, x, th: j.u_t, periodic=("x",))
    waves = level_features((0.0, 2.0), (20.0,), 2)
    assert waves.carriers == (20.0,)
    functions = space(problem, Enrichment(problem), [level_features((0.0, 1.0), (), 2), waves])
    for basis, (lower, upper) in zip(functions.bases, BOX.bounding_box, strict=True):
        x, w = np.polynomial.legendre.leggauss(400)
        half = 0.5 * (upper - lower)
        table = basis.at(lower + half * (x + 1), 0)
        np.testing.assert_allclose(
            table.T @ (half * w[:, None] * table), np.eye(table.shape[1]), atol=1e-11
        )
    assert np.all(functions.kept)
    assert np.sum(functions.labels[1] == CARRIER) == 2 * (LEVELS[2][1] + 1)
    plain = space(
        problem, Enrichment(problem), [level_features(e, (), 2) for e in BOX.bounding_box]
    )
    i, j = plain.index
    assert np.max(np.hypot(i, j)) <= 10
    assert len(i) == np.sum(np.hypot(*np.mgrid[:11, :11]) <= 10 + 1e-9)
    assert plain.components.max() + 1 == len(np.unique(plain.components))


def test_a_solution_is_carried_to_richer_functions():
    problem = rich()
    few, many = (
        space(problem, Enrichment(problem), [level_features(e, (), n) for e in BOX.bounding_box])
        for n in (0, 2)
    )
    z = np.random.default_rng(0).standard_normal(few.count)
    points = np.random.default_rng(1).random((30, 2)) * [1, 2]
    moved = carried(z, few, many)
    np.testing.assert_allclose(many.values(moved, points), few.values(z, points), atol=1e-11)
    assert moved[-1] == z[-1]


def test_enrichment_is_differentiated():
    corner = Enrichment(poisson_l_corner())
    x, y = np.array([[0.3, 0.5], [-0.4, 0.2]]).T
    second = corner.at(np.stack([x, y], 1), (2, 0)) + corner.at(np.stack([x, y], 1), (0, 2))
    np.testing.assert_allclose(second, 0.0, atol=1e-12)  # they are harmonic
    values = corner.at(np.stack([x, y], 1), (0, 0))
    r, angle = np.hypot(x, y), np.mod(np.arctan2(y, x), 2 * np.pi)
    np.testing.assert_allclose(values[:, 0], r ** (2 / 3) * np.sin(2 / 3 * angle), rtol=1e-12)


def wave(points):
    return np.sin(2 * np.pi * 9 * points[:, 0]) * np.cos(2 * np.pi * 14 * points[:, 1])


@pytest.mark.parametrize("domain", [Disc(), L_SHAPE, Box({"x": (0.0, 1.0), "y": (0.0, 3.0)})])
def test_frequencies_on_chords(domain):
    problem = Problem(name="lines", domain=domain, residual=lambda j, x, th: j.u_xx)
    for axis in (0, 1):
        (made,) = chords(domain, axis)
        ends = made.starts.copy()
        ends[:, axis] += made.length
        assert np.all(domain.contains(0.5 * (made.starts + ends)))
        assert np.all(domain.contains(made.starts + 1e-9 * (ends - made.starts)))
        assert made.length >= 0.7 * np.diff(domain.bounding_box[axis])[0]
    (first,), (second,) = seen_frequencies(problem, [(wave, "")])
    assert first == pytest.approx(9, abs=1e-4)
    assert second == pytest.approx(14, abs=1e-4)


def test_frequencies_on_edges():
    square = Problem(name="lines", domain=L_SHAPE, residual=lambda j, x, th: j.u_xx)
    found = seen_frequencies(square, [(wave, "boundary"), (lambda p: np.zeros(len(p)), "")])
    assert [f[0] for f in found] == pytest.approx([9, 14], abs=1e-3)
    strip = replace(square, domain=Box({"x": (0.0, 1.0), "y": (0.0, 3.0)}))
    assert seen_frequencies(strip, [(wave, "x:lower")])[0] == ()


@pytest.mark.parametrize("seed", range(3))
def test_frequencies_that_stand_out_of_noise(seed):
    x = np.linspace(0, 2, 150)
    noise = np.random.default_rng(seed).standard_normal(150)
    values = np.sin(2 * np.pi * 9 * x) + 0.5 * np.cos(2 * np.pi * 21 * x) + 0.1 * noise
    (found,) = noisy_frequencies(Sampled((x,), values, None))
    assert found[:2] == pytest.approx([9, 21], abs=0.05)
    assert len(found) <= 3
    (none,) = noisy_frequencies(Sampled((x,), noise, None))
    assert len(none) <= 1
