"""What a residual is found to be: linear or not, constant or not; its values on arrays."""

import jax.numpy as jnp
import numpy as np
import pytest

import sciml
from gp_solver import equation as equations
from gp_solver.boxes.faces import NotSeparable, faces
from gp_solver.equation import equation, traits
from sciml.conditions import Condition
from sciml.errors import BadProblem
from sciml.precision import float64


@pytest.fixture(autouse=True, scope="module")
def double():
    with float64():
        yield


def problem(residual, conditions=(), **theta):
    return sciml.Problem(
        name="toy",
        domain=sciml.Box({"t": (0.0, 3.0), "x": (-1.0, 2.0)}),
        residual=residual,
        theta=theta,
        conditions=conditions,
    )


@pytest.mark.parametrize(
    ("residual", "linear", "varies"),
    [
        (lambda j, x, p: j.u_t - 2 * j.u_xx - jnp.sin(x["x"]), True, set()),
        (lambda j, x, p: 1e-9 * j.u_xx - 1e9 * j.u, True, set()),
        (lambda j, x, p: j.u_t + x["x"] * j.u_x, True, {("u_x", "x")}),
        (lambda j, x, p: j.u_xx + x["x"] * x["t"] * j.u, True, {("u", "x"), ("u", "t")}),
        (lambda j, x, p: j.u_t - j.u_xx + j.u**3, False, set()),
        (lambda j, x, p: j.u_t + j.u * j.u_x, False, set()),
        (lambda j, x, p: j.u_xx + jnp.sin(1e-3 * j.u), False, set()),
    ],
)
def test_traits(residual, linear, varies):
    like = traits(equation(problem(residual)))
    assert like.linear is linear
    if linear:
        assert {(n, a) for n, axes in like.varies.items() for a in axes} == varies
        assert like.constant is (not varies)
        assert all(isinstance(c, float) for c in like.coefficients.values())


def test_coefficients_and_orders():
    read = equation(problem(lambda j, x, p: j.u_t - p["k"] * j.u_xx + 0.5 * j.u_tx - 1, k=3.0))
    assert read.order("u_tx") == (1, 1)
    assert traits(read).coefficients == {"u_t": 1.0, "u_xx": -3.0, "u_tx": 0.5}


@pytest.mark.parametrize("count", [1, 255, 256, 257, 5000])
def test_values_slopes_and_source_at_any_number_of_points(count):
    read = equation(problem(lambda j, x, p: j.u_xx * j.u - p["k"] * x["x"] + x["t"], k=2.0))
    rng = np.random.default_rng(0)
    x = {a: rng.standard_normal(count) for a in "tx"}
    jet = {n: rng.standard_normal(count) for n in read.names}
    wanted = jet["u_xx"] * jet["u"] - 2 * x["x"] + x["t"]
    np.testing.assert_allclose(read.at(jet, x, {}), wanted, rtol=1e-14, atol=1e-14)
    value, slopes = read.linearised(jet, x, {})
    np.testing.assert_allclose(value, wanted, rtol=1e-14, atol=1e-14)
    np.testing.assert_array_equal(slopes["u_xx"], jet["u"])
    np.testing.assert_array_equal(slopes["u"], jet["u_xx"])
    np.testing.assert_allclose(read.source(x, {}), 2 * x["x"] - x["t"], rtol=1e-14, atol=1e-14)
    other = read.at(jet, x, {}, {"k": 0.0})
    np.testing.assert_allclose(other, wanted + 2 * x["x"], rtol=1e-13, atol=1e-13)


def test_coordinates_come_in_the_order_of_the_domain():
    """JAX sorts dictionaries by key; a residual may rely on the order of the axes."""
    read = equation(
        sciml.Problem(
            name="toy",
            domain=sciml.Box({"y": (0.0, 1.0), "x": (0.0, 1.0)}),
            residual=lambda j, x, p: j.u_xx - (lambda a, b: a - 2 * b)(*x.values()),
        )
    )
    x = {"y": np.array([1.0]), "x": np.array([10.0])}
    np.testing.assert_array_equal(read.source(x, {}), [1.0 - 20.0])
    jet = {n: np.zeros(1) for n in read.names}
    np.testing.assert_array_equal(read.linearised(jet, x, {})[0], [19.0])


def test_pieces_agree_with_the_whole(monkeypatch):
    read = equation(problem(lambda j, x, p: jnp.exp(j.u) * x["x"] + j.u_t))
    rng = np.random.default_rng(1)
    x = {a: rng.standard_normal(700) for a in "tx"}
    jet = {n: rng.standard_normal(700) for n in read.names}
    whole = read.at(jet, x, {})
    monkeypatch.setattr(equations, "SIZES", (64,))
    np.testing.assert_array_equal(read.at(jet, x, {}), whole)


@pytest.mark.parametrize(
    "residual",
    [
        lambda j, x, p: j.u_xx - jnp.sqrt(x["x"] - 5.0),
        lambda j, x, p: j.u_xx * jnp.log(x["x"] - 5.0),
        lambda j, x, p: j.u_xx - 1 / (0 * x["x"]),
    ],
)
def test_what_is_not_finite_is_refused_with_its_place(residual):
    with pytest.raises(BadProblem, match=r"residual of 'toy' is not finite at t = .*, x = ") as e:
        traits(equation(problem(residual)))
    assert "no NaN" in e.value.mend


def conditioned(*conditions):
    made = [Condition(f if isinstance(f, tuple) else (f,), r) for f, r in conditions]
    return faces(problem(lambda j, x, p: j.u_t - j.u_xx, tuple(made)))


def test_faces_are_functionals_along_one_axis():
    found = conditioned(
        ("t:lower", lambda j, x, p: j.u - jnp.sin(x["x"])),
        (("x:lower", "x:upper"), lambda j, x, p: 2 * j.u_x - 3 * j.u - x["t"]),
    )
    assert [(f.axis, f.name) for f in found] == [(0, "t:lower"), (1, "x:lower"), (1, "x:upper")]
    assert set(found[2].functional.terms) == {(2.0, 1, 2.0), (2.0, 0, -3.0)}
    x = {"t": np.zeros(4), "x": np.arange(4.0)}
    np.testing.assert_allclose(found[0].data(x, {}), np.sin(x["x"]), rtol=1e-15)
    whole = conditioned(("boundary", lambda j, x, p: j.u))
    assert [f.name for f in whole] == ["t:lower", "t:upper", "x:lower", "x:upper"]


@pytest.mark.parametrize(
    "condition",
    [
        lambda j, x, p: j.u**2 - 1,
        lambda j, x, p: j.u_x + x["t"] * j.u,
        lambda j, x, p: j.u_t + j.u_x,
    ],
)
def test_other_conditions_are_not_separable(condition):
    with pytest.raises(NotSeparable, match="x:lower"):
        conditioned(("x:lower", condition))


def test_a_coefficient_that_is_constant_on_its_face_is_separable():
    (face,) = conditioned(("x:upper", lambda j, x, p: j.u_x + x["x"] * j.u))
    assert set(face.functional.terms) == {(2.0, 1, 1.0), (2.0, 0, 2.0)}


def test_a_condition_must_read_the_solution():
    with pytest.raises(BadProblem, match="on 'x:lower' does not read the solution"):
        conditioned(("x:lower", lambda j, x, p: 0 * j.u + x["t"]))
