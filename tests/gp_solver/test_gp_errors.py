"""What method `gp` refuses, and what it doubts: the message of each."""

import jax.numpy as jnp
import numpy as np
import pytest

import sciml
from gp_solver.method import Config
from problems.manufactured import laplacian, manufactured
from sciml import registry
from sciml.conditions import Condition
from sciml.domain import Box
from sciml.errors import BadConfig, BadProblem
from sciml.status import Status

UNIT = (0.0, 1.0)
INF = float("inf")


def solve(problem, **settings):
    return sciml.solve(problem, "gp", config=settings)


def problem(residual, bounds, *conditions, **more):
    made = tuple(Condition(faces, c) for faces, c in conditions)
    return sciml.Problem(name="toy", domain=Box(bounds), residual=residual, conditions=made, **more)


def u(j, x, t):
    return j.u


def u_x(j, x, t):
    return j.u_x


def poisson(j, x, t):
    return j.u_xx + 1.0


def heat(j, x, t):
    return j.u_t - j.u_xx


LINE, TX = {"x": UNIT}, {"t": UNIT, "x": UNIT}
WALLS = (("x:lower", "x:upper"), u)

REFUSED = {
    "no initial condition": (
        problem(heat, TX, WALLS),
        "differentiated once along 't' but has no condition there",
        "an initial condition on 't:lower' if t is time",
    ),
    "too few conditions": (
        problem(poisson, LINE, (("x:lower",), u)),
        "differentiated 2 times along 'x' but has only 1 condition there",
        "add 1 on 'x:lower' or 'x:upper'",
    ),
    "periodic and conditions": (
        problem(poisson, LINE, WALLS, periodic=("x",)),
        "axis 'x' of 'toy' is periodic and has conditions too",
        "drop one of the two",
    ),
    "corners": (
        problem(
            lambda j, x, t: j.u_xx + j.u_yy,
            {"x": UNIT, "y": UNIT},
            (("x:lower", "x:upper", "y:lower"), u),
            (("y:upper",), lambda j, x, t: j.u - 1.0),
        ),
        "on 'x:lower' and 'y:upper' disagree at x = 0, y = 1: 0 and 1",
        "give data that meet where the faces do",
    ),
    "nan source": (
        problem(lambda j, x, t: j.u_xx - jnp.log(x["x"] - 2.0), LINE, WALLS),
        "residual of 'toy' is not finite at x = ",
        "check its source and coefficients",
    ),
    "nan condition": (
        problem(poisson, LINE, (("x:lower",), u), (("x:upper",), lambda j, x, t: j.u * jnp.nan)),
        "is not finite",
        "check its source and coefficients",
    ),
    "dependent conditions": (
        problem(poisson, LINE, (("x:lower",), u), (("x:lower",), lambda j, x, t: 2 * j.u - 1)),
        "conditions of 'toy' along 'x' depend on each other",
        "give conditions that are different statements",
    ),
    "a condition on nothing": (
        problem(poisson, LINE, (("x:lower",), u), (("x:upper",), lambda j, x, t: 0.0 * j.u - 1)),
        "a condition of 'toy' on 'x:upper' does not read the solution",
        "write it on the jet",
    ),
    "unbounded": (
        problem(poisson, {"x": (0.0, INF)}, (("x:lower",), u), (("x:lower",), u_x)),
        "'toy' is posed on an unbounded domain",
        "end the box where the solution is known",
    ),
    "four dimensions": (
        problem(
            lambda j, x, t: j.u_a + j.u_b + j.u_c + j.u_d,
            dict.fromkeys("abcd", UNIT),
            (("a:lower", "b:lower", "c:lower", "d:lower"), u),
        ),
        "'toy' has 4 coordinates",
        "up to three",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name):
    given, message, mend = REFUSED[name]
    with pytest.raises(BadProblem) as caught:
        solve(given)
    assert message in str(caught.value)
    assert mend in caught.value.mend


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"tolerance": 0.0}, r"tolerance is 0\.0"),
        ({"tolerance": float("nan")}, "tolerance is nan"),
        ({"points": 5}, "points is 5"),
        ({"components": 1}, "components is 1"),
        ({"components": 1000}, "components is 1000"),
        ({"frequency_max": -1.0}, r"frequency_max is -1\.0"),
        ({"frequency_max": INF}, "frequency_max is inf"),
        ({"steps": 0}, "steps is 0"),
    ],
)
def test_settings_out_of_range(given, message):
    with pytest.raises(BadConfig, match=message) as caught:
        Config(**given)
    assert caught.value.mend
    with pytest.raises(BadConfig, match=message):
        sciml.solve("gp_u1", "gp", **given)


def test_unknown_ways_to_find_frequencies():
    with pytest.raises(BadConfig, match="setting 'frequencies' is 'guess'"):
        sciml.solve("gp_u1", "gp", frequencies="guess")
    with pytest.raises(BadProblem, match="needs regression, which selects no frequencies"):
        sciml.solve("poisson_disc", "gp", frequencies="ard")


def neumann(u, operator=laplacian, **bounds):
    faces = [((f"{a}:lower", f"{a}:upper"), _slope(a)) for a in bounds]
    return manufactured(u, operator, name="toy", bounds=bounds, conditions=faces)


def _slope(axis):
    return lambda j, x, t: getattr(j, f"u_{axis}")


@pytest.mark.parametrize("dimension", [1, 2])
def test_a_singular_problem_warns_and_returns_the_solution_of_mean_zero(dimension):
    bounds = dict.fromkeys("xy"[:dimension], UNIT)
    given = neumann(lambda *x: jnp.cos(jnp.pi * x[0]) + 7.0, **bounds)
    result = solve(given)
    assert result.status is Status.CONVERGED
    assert "open up to a constant" in result.warnings[0]
    points = np.stack(np.meshgrid(*[np.linspace(0, 1, 21)] * dimension), -1).reshape(-1, dimension)
    wanted = np.cos(np.pi * points[:, :1])
    np.testing.assert_allclose(result.predict(points), wanted, rtol=0, atol=1e-10)


def test_data_that_contradict_each_other_are_ill_conditioned():
    given = problem(lambda j, x, t: j.u_xx - 1.0, LINE, (("x:lower", "x:upper"), u_x))
    result = solve(given)
    assert result.status is Status.ILL_CONDITIONED
    assert any("that no solution can meet" in w for w in result.warnings)


def test_an_exact_resonance():
    drum = problem(lambda j, x, t: j.u_xx + np.pi**2 * j.u - jnp.sin(jnp.pi * x["x"]), LINE, WALLS)
    result = solve(drum)
    assert result.status is Status.ILL_CONDITIONED
    orthogonal = manufactured(
        lambda x: jnp.sin(2 * jnp.pi * x),
        lambda j, x, t: j.u_xx + np.pi**2 * j.u,
        name="toy",
        bounds=LINE,
    )
    assert "a null mode" in solve(orthogonal).warnings[0]


def test_a_close_resonance_warns():
    near = manufactured(
        lambda x: jnp.sin(2 * jnp.pi * x) + x,
        lambda j, x, t: j.u_xx + (np.pi**2 + 1e-6) * j.u,
        name="toy",
        bounds=LINE,
    )
    assert any("(a resonance): errors in the data are amplified" in w for w in solve(near).warnings)


def test_too_coarse_a_grid_names_a_number_of_points():
    given = registry.get("gp_u7", length=1.0)
    result = solve(given, points=12)
    assert result.status is Status.UNRESOLVED
    assert "The grid of 12 x 12 points is too coarse for the source" in result.warnings[0]
    assert "about 24 x 24 would tell more" in result.warnings[0]
