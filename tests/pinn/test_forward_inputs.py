"""Equations that method `pinn` refuses, and those that it cannot follow: said, never NaN."""

import jax.numpy as jnp
import numpy as np
import pytest

import sciml
from sciml import BadConfig, BadProblem, Box, Condition, Problem, Status

UNIT = Box({"t": (0.0, 1.0), "x": (0.0, 1.0)})
START = Condition(("t:lower",), lambda j, x, _: j.u - jnp.sin(jnp.pi * x["x"]))
ENDS = Condition(("x:lower", "x:upper"), lambda j, x, _: j.u)


def equation(residual=lambda j, x, _: j.u_t - j.u_xx, conditions=(START, ENDS), **more):
    given = {"domain": UNIT, "residual": residual, "conditions": conditions, **more}
    return Problem(name="p", **given)


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (
            {"conditions": (START, Condition(ENDS.faces, lambda j, x, _: j.u - 1.0))},
            "'t:lower' and 'x:lower' disagree at t = 0, x = 0: 0 and 1.",
        ),
        (
            {"conditions": (START, Condition(("x:lower",), ENDS.residual))},
            "differentiated 2 times along 'x' but has only 1 there.",
        ),
        ({"conditions": (ENDS,)}, "differentiated once along 't' but has no condition there."),
        ({"periodic": ("x",)}, "axis 'x' of 'p' is periodic and has conditions too."),
        ({"fields": ("u", "v")}, "the residual of 'p' never uses the field 'v'."),
        (
            {"conditions": (START, ENDS, Condition(("x:lower",), lambda j, x, _: x["t"]))},
            "does not read the solution",
        ),
        ({"residual": lambda j, x, _: j.u_t - j.u_xxxxx}, "asks for 'u_xxxxx'"),
        ({"domain": Box({"t": (0.0, np.inf), "x": (0.0, 1.0)})}, "unbounded domain"),
    ],
)
def test_a_problem_that_cannot_be_solved_is_refused(problem, words):
    with pytest.raises(BadProblem) as told:
        sciml.solve(equation(**problem), "pinn")
    assert words in str(told.value)


def test_a_network_too_small_for_its_conditions_is_refused():
    three = Box(dict.fromkeys("xyz", (0.0, 1.0)))
    walls = Condition(("boundary",), lambda j, x, _: j.u)
    problem = equation(lambda j, x, _: j.u_xx + j.u_yy + j.u_zz - 1, (walls,), domain=three)
    with pytest.raises(BadConfig, match="units is 20, too few for the conditions of 'p'"):
        sciml.solve(problem, "pinn", units=20)


def test_an_axis_to_march_along_is_needed_to_march():
    with pytest.raises(BadConfig, match="'gp_u1' has no axis to march along"):
        sciml.solve("gp_u1", "pinn", route="march")


def test_a_solution_that_blows_up_is_kept_as_far_as_it_went():
    explosive = equation(lambda j, x, _: j.u_t - j.u_xx - 50 * jnp.exp(3 * j.u))
    found = sciml.solve(explosive, "pinn", tolerance=1e-3)
    assert found.status is Status.UNRESOLVED
    assert np.all(np.isfinite(found.arrays["u"]))
    assert any("was followed to t = " in text for text in found.warnings)


def test_functions_that_are_not_finite_end_the_run():
    wrong = equation(lambda j, x, _: j.u_t - j.u_xx - jnp.log(j.u - 2))
    found = sciml.solve(wrong, "pinn")
    assert found.status is Status.NONFINITE
    assert np.all(np.isfinite(found.arrays["u"]))
