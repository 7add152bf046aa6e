"""The general solver on closed forms: shapes, noise, unknown parameters, what it refuses."""

from dataclasses import replace
from functools import cache

import jax.numpy as jnp
import numpy as np
import pytest

from gp_solver import field as fields
from gp_solver.scattered.given import LARGEST, given
from gp_solver.scattered.level import solve_level
from gp_solver.scattered.points import fresh
from gp_solver.scattered.solve import finish, following, metrics, solve_general
from gp_solver.scattered.space import Enrichment
from problems.manufactured import laplacian, manufactured, matched, value
from problems.shapes import poisson_disc, poisson_l_corner, poisson_l_shape
from sciml import Box, Condition, Disc, Problem
from sciml.conditions import Observations
from sciml.errors import BadProblem
from sciml.precision import float64
from sciml.region import LevelSet, Points


@pytest.fixture(autouse=True)
def _double():
    with float64():
        yield


def smooth(x, y):
    return jnp.sin(3 * x) * jnp.exp(y) + x * y**2


def on(domain, operator=laplacian, *, conditions=None, theta=None, **more):
    """A problem with the smooth solution, u prescribed on the boundary by default."""
    wanted = conditions or (Condition(("boundary",), matched(smooth, value, {})),)
    return Problem(
        name="smooth",
        domain=domain,
        residual=matched(smooth, operator, theta or {}),
        conditions=wanted,
        exact=lambda p: np.array(smooth(*p.T))[:, None],
        **more,
    )


def compared(problem, found, count=600):
    """Relative error and share of the points whose 95 % band holds the exact solution."""
    points = fresh(problem, count, seed=11)
    extra = Enrichment(problem).at(points, (0,) * problem.dimension)
    exact = problem.exact(points)
    miss = found.field.values(points, enrichment=extra) - exact
    band = 1.96 * found.field.deviation(points, enrichment=extra)
    return np.linalg.norm(miss) / np.linalg.norm(exact), np.mean(np.abs(miss) <= band)


def check(problem, tolerance, **settings):
    found = solve_general(problem, **settings)
    error, coverage = compared(problem, found)
    assert error < tolerance
    assert coverage > 0.9
    assert (found.converged, found.resolved, found.determined) == (True, True, True)
    assert found.warnings == ()
    return found


def test_a_disc_with_high_frequencies():
    found = check(poisson_disc(), 1e-10)
    assert [f[0] * 2 * np.pi for f in found.frequencies] == pytest.approx([40, 30], abs=1e-4)
    assert max(found.residual, found.condition_residual) < 1e-11
    assert found.unknowns < 1000
    assert (found.theta, found.noise, found.misfit) == ({}, {}, {})


def test_an_l_shape():
    check(poisson_l_shape(kx=60.0, ky=45.0), 1e-10)


def test_a_corner_with_its_singular_functions():
    found = check(poisson_l_corner(), 1e-8)
    assert found.field.extra[0] == pytest.approx([1, 0, 0, 0], abs=1e-8)


def test_a_hole():
    ring = LevelSet(
        lambda x: (x["x"] ** 2 + x["y"] ** 2 - 1) * (x["x"] ** 2 + x["y"] ** 2 - 0.5),
        {"x": (-1.0, 1.0), "y": (-1.0, 1.0)},
    )
    check(on(ring), 1e-10)


def test_a_cloud_of_points():
    rng = np.random.default_rng(0)
    inside = rng.uniform(-1, 1, (900, 2))
    angle = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    edge = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    cloud = Points(inside[np.sum(inside**2, axis=1) < 1], edge)
    found = check(on(cloud), 1e-9)
    assert found.points == {"equation": len(cloud.interior), "condition": 120}


def test_a_nonlinear_equation_in_other_units():
    """A change of the units of u and of length changes nothing."""
    size, length = 1e7, 1e-4

    def u(x, y):
        return size * smooth(x / length, y / length)

    def operator(j, x, theta):
        return laplacian(j, x, theta) - j.u**3 / (size * length) ** 2

    problem = Problem(
        name="units",
        domain=Disc(radius=length),
        residual=matched(u, operator, {}),
        conditions=(Condition(("boundary",), matched(u, value, {})),),
        exact=lambda p: np.array(u(*p.T))[:, None],
    )
    check(problem, 1e-12)


def test_the_normal_derivative_on_a_disc():
    def flux(j, x, theta):
        return j.u_x * x["normal_x"] + j.u_y * x["normal_y"]

    def outward(j, x, theta):
        slope_x = 3 * jnp.cos(3 * x["x"]) * jnp.exp(x["y"]) + x["y"] ** 2
        slope_y = jnp.sin(3 * x["x"]) * jnp.exp(x["y"]) + 2 * x["x"] * x["y"]
        return flux(j, x, theta) - slope_x * x["normal_x"] - slope_y * x["normal_y"]

    neumann = (Condition(("boundary",), outward),)
    helmholtz = on(Disc(), lambda j, x, th: laplacian(j, x, th) - j.u, conditions=neumann)
    check(helmholtz, 1e-10)
    found = solve_general(on(Disc(), conditions=neumann))
    assert not found.determined
    assert "do not determine the solution of 'smooth'" in found.warnings[0]
    assert found.residual < 1e-11


def test_advection_given_on_all_four_sides():
    problem = manufactured(
        lambda t, x: jnp.sin(x - 200 * t),
        lambda j, x, theta: j.u_t + 200 * j.u_x,
        name="overdetermined",
        bounds={"t": (0.0, 1.0), "x": (0.0, 1.0)},
    )
    found = check(problem, 1e-11)
    assert found.frequencies[0][0] * 2 * np.pi == pytest.approx(200, rel=1e-4)


def test_two_fields():
    problem = Problem(
        name="oscillator",
        domain=Box({"t": (0.0, 6.0)}),
        fields=("u", "v"),
        residual=lambda j, x, theta: (j.u_t - j.v, j.v_t + j.u),
        conditions=(Condition(("t:lower",), lambda j, x, theta: jnp.stack([j.u, j.v - 1.0])),),
        exact=lambda p: np.hstack([np.sin(p), np.cos(p)]),
    )
    found = check(problem, 1e-12)
    assert found.field.mean.shape[0] == 2


def test_conditions_that_are_nonlinear_vary_and_have_tangential_derivatives():
    def robin(j, x, theta):
        return j.u_x + (1 + x["y"]) * j.u + 0.1 * j.u**3 + 0.2 * j.u_y

    problem = manufactured(
        smooth,
        laplacian,
        name="robin",
        bounds={"x": (0.0, 1.0), "y": (0.0, 1.0)},
        conditions=[(("x:lower", "y:lower", "y:upper"), value), (("x:upper",), robin)],
    )
    check(problem, 1e-10)


def test_a_parameter_from_one_condition_too_many():
    problem = Problem(
        name="extra",
        domain=Box({"x": (0.0, 1.0)}),
        theta={"c": 1.0},
        unknowns=("c",),
        residual=lambda j, x, theta: j.u_xx - theta["c"] * jnp.cos(x["x"]),
        conditions=(
            Condition(("x:lower",), lambda j, x, theta: j.u + 3.0),
            Condition(("x:lower",), lambda j, x, theta: j.u_x),
            Condition(("x:upper",), lambda j, x, theta: j.u + 3 * np.cos(1.0)),
        ),
        exact=lambda p: -3 * np.cos(p),
    )
    assert check(problem, 1e-12).theta["c"][0] == pytest.approx(3.0, rel=1e-11)
    open_ended = solve_general(replace(problem, conditions=problem.conditions[:2]))
    assert not open_ended.determined
    assert "do not determine 'c'" in " ".join(open_ended.warnings)


def test_measurements_instead_of_conditions():
    rng = np.random.default_rng(0)
    angle, radius = rng.uniform(0, 2 * np.pi, 150), np.sqrt(rng.random(150))
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    seen = np.array(smooth(*points.T)) + 0.01 * rng.standard_normal(150)
    problem = replace(on(Disc()), conditions=(), observations=Observations(points, seen))
    found = solve_general(problem)
    error, coverage = compared(problem, found)
    assert error < 2e-2
    assert coverage > 0.8
    assert found.noise["observations"] == pytest.approx(0.01, rel=0.25)


def test_one_level_of_noisy_data_is_not_the_last_word():
    rng = np.random.default_rng(0)
    points = rng.uniform(-0.6, 0.6, (40, 2))
    seen = np.array(smooth(*points.T)) + 0.01 * rng.standard_normal(40)
    understood = given(on(Disc(), observations=Observations(points, seen, 0.01)))
    coarse = solve_level(understood, 2, None, seed=0)
    found = finish(understood, [coarse], tolerance=1e-8, seed=0)
    assert not found.resolved
    assert "What is inferred may still change" in found.warnings[-1]


@cache
def small():
    with float64():
        problem = on(Disc())
        return problem, solve_general(problem)


def test_the_same_seed_gives_the_same_bits():
    problem, found = small()
    again = solve_general(problem)
    np.testing.assert_array_equal(again.field.mean, found.field.mean)
    np.testing.assert_array_equal(again.field.draws, found.field.draws)


def test_it_survives_being_written():
    problem, found = small()
    points = fresh(problem, 50, seed=3)
    read = fields.from_arrays(found.field.to_arrays())
    np.testing.assert_array_equal(read.values(points), found.field.values(points))
    np.testing.assert_array_equal(read.deviation(points), found.field.deviation(points))


def test_the_bands_widen_with_what_is_left_over():
    """A level that is too small is known to be: its bands hold the solution."""
    problem = poisson_disc(kx=12.0, ky=9.0)
    seen = []
    solve_general(problem, frequencies=((), ()), report=lambda n, m: seen.append(m["residual"]))
    assert seen[0] > 1e-3
    assert seen[-1] < 1e-9
    understood = given(problem, ((), ()))
    coarse = solve_level(understood, 4, None, seed=0)
    assert following(understood, [coarse]) == 5
    assert metrics(coarse)["residual"] == seen[0]
    found = finish(understood, [coarse], tolerance=1e-8, seed=0)
    error, coverage = compared(problem, found)
    assert 1e-4 < error < 1e-1
    assert coverage > 0.9
    assert not found.resolved
    assert "The relative residual at fresh points is" in found.warnings[0]


def test_too_many_frequencies_are_cut():
    many = tuple(float(f) for f in range(10, 200, 10))
    understood = given(on(Disc()), (many, many))
    assert 0 < sum(map(len, understood.frequencies)) < 38
    assert f"more than {LARGEST} unknowns" in understood.warnings[0]


ERRORS = {
    "nothing is known of the solution of 'smooth' but its equation": dict(conditions=()),
    "'smooth' is not finite at some of its points \\(condition\\)": dict(
        conditions=(Condition(("boundary",), lambda j, x, theta: j.u - jnp.log(x["x"])),)
    ),
    "'normal_x' is read where there are no normals": dict(
        domain=Points(np.random.default_rng(0).random((90, 2)), np.eye(2)),
        conditions=(Condition(("boundary",), lambda j, x, theta: j.u_x * x["normal_x"]),),
    ),
    "'smooth' has 16 points in all, too few for 35 functions": dict(
        domain=Points(np.random.default_rng(0).random((12, 2)), np.eye(2)[[0, 1, 0, 1]])
    ),
    "'smooth' has 4 data for 'observations', too few to tell their noise": dict(
        theta={"c": 1.0, "d": 2.0},
        unknowns=("c", "d"),
        observations=Observations(np.zeros((4, 2)), np.zeros(4)),
    ),
}


@pytest.mark.parametrize("message", ERRORS)
def test_what_it_refuses(message):
    with pytest.raises(BadProblem, match=message):
        solve_general(replace(on(Disc()), **ERRORS[message]))
