"""One registered residual serves a network and a Gaussian process; unknown derivatives fail."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sciml import jet, registry
from sciml.domain import Box
from sciml.errors import BadProblem
from sciml.precision import float64
from sciml.problem import Problem


def closed_form(point):
    t, x = point
    return jnp.array([jnp.exp(-2.0 * t) * jnp.sin(3.0 * x)])


def test_a_network_gets_its_derivatives():
    burgers = registry.get("burgers")
    assert set(burgers.derivatives) == {"u", "u_t", "u_x", "u_xx"}
    with float64():
        point = jnp.array([0.3, 0.4])
        j = jet.evaluate(closed_form, burgers.derivatives, burgers.fields, point)
        wave, slope = np.exp(-0.6) * np.sin(1.2), np.exp(-0.6) * np.cos(1.2)
        np.testing.assert_allclose(j.u, wave, rtol=1e-14)
        np.testing.assert_allclose(j.u_t, -2 * wave, rtol=1e-14)
        np.testing.assert_allclose(j.u_x, 3 * slope, rtol=1e-14)
        np.testing.assert_allclose(j.u_xx, -9 * wave, rtol=1e-14)
        value = burgers.residual(j, {"t": point[0], "x": point[1]}, burgers.theta)
        nu = burgers.theta["nu"]
        np.testing.assert_allclose(value, -2 * wave + 3 * wave * slope + 9 * nu * wave, rtol=1e-14)


def test_the_residual_of_a_network_can_be_differentiated_and_batched():
    burgers = registry.get("burgers")

    def residual(weight, point):
        def u(p):
            return jnp.array([jnp.tanh(weight * p[1] - p[0])])

        j = jet.evaluate(u, burgers.derivatives, burgers.fields, point)
        return burgers.residual(j, {"t": point[0], "x": point[1]}, burgers.theta)

    with float64():
        points = jnp.asarray(np.random.default_rng(0).uniform(-1, 1, (5, 2)))
        slope = jax.jit(jax.vmap(jax.grad(residual), (None, 0)))(0.7, points)
        ahead, behind = (jax.vmap(residual, (None, 0))(0.7 + s, points) for s in (1e-5, -1e-5))
        np.testing.assert_allclose(slope, (ahead - behind) / 2e-5, atol=1e-8)


def test_a_gaussian_process_gets_multi_indices_and_coefficients():
    burgers = registry.get("burgers")
    assert burgers.derivatives == {
        "u": ("u", (0, 0)),
        "u_t": ("u", (1, 0)),
        "u_x": ("u", (0, 1)),
        "u_xx": ("u", (0, 2)),
    }
    values = {"u": 0.7, "u_t": -1.3, "u_x": 2.1, "u_xx": 0.4}
    x, nu = {"t": 0.2, "x": 0.1}, burgers.theta["nu"]
    with float64():
        value, slopes = jet.linearise(burgers.residual, values, x, burgers.theta)
        np.testing.assert_allclose(value, -1.3 + 0.7 * 2.1 - nu * 0.4, rtol=1e-14)
        analytic = {"u": 2.1, "u_t": 1.0, "u_x": 0.7, "u_xx": -nu}
        assert slopes.keys() == analytic.keys()
        for name, expected in analytic.items():
            np.testing.assert_allclose(slopes[name], expected, rtol=1e-14)
            ahead, behind = (
                burgers.residual(jet.Jet({**values, name: values[name] + h}), x, burgers.theta)
                for h in (1e-6, -1e-6)
            )
            np.testing.assert_allclose(slopes[name], (ahead - behind) / 2e-6, rtol=1e-7, atol=1e-9)


def test_gauss_newton_on_the_coefficients_solves_a_quadratic_residual():
    """Newton's steps with `linearise` in u alone converge to a root of the frozen residual."""
    burgers = registry.get("burgers")
    values = {"u": 0.1, "u_t": -1.3, "u_x": 2.1, "u_xx": 0.4}
    with float64():
        value, slopes = jet.linearise(burgers.residual, values, {}, burgers.theta)
        values["u"] -= float(value / slopes["u"])
        value, _ = jet.linearise(burgers.residual, values, {}, burgers.theta)
    assert abs(float(value)) < 1e-14  # linear in u: one step


def test_unknown_derivative_is_refused():
    with pytest.raises(BadProblem) as caught:
        Problem(
            name="bad",
            domain=Box({"t": (0.0, 1.0), "x": (-1.0, 1.0)}),
            residual=lambda j, x, theta: j.u_t + j.u_y,
        )
    assert "'u_y'" in caught.value.what
    assert "['u']" in caught.value.what
    assert "['t', 'x']" in caught.value.what
    assert "u_t" in caught.value.mend


def test_unknown_field_is_refused():
    with pytest.raises(BadProblem, match="asks for 'v_x'.*fields are \\['u'\\]"):
        Problem(
            name="bad",
            domain=Box({"t": (0.0, 1.0), "x": (-1.0, 1.0)}),
            residual=lambda j, x, theta: j.u_t + j.v_x,
        )


def test_mixed_derivatives_and_several_fields():
    problem = Problem(
        name="pair",
        domain=Box({"x": (0.0, 1.0), "y": (0.0, 1.0)}),
        fields=("u", "v"),
        residual=lambda j, x, theta: j.u_xy + j.v_yyx * x["x"],
    )
    assert problem.derivatives == {"u_xy": ("u", (1, 1)), "v_yyx": ("v", (1, 2))}
    with float64():
        j = jet.evaluate(
            lambda p: jnp.array([p[0] ** 2 * p[1], p[0] * p[1] ** 3]),
            problem.derivatives,
            problem.fields,
            jnp.array([0.5, 0.25]),
        )
        np.testing.assert_allclose([j.u_xy, j.v_yyx], [2 * 0.5, 6 * 0.25], rtol=1e-14)


def test_eigenproblems_speak_the_same_language():
    harmonic = registry.get("harmonic")
    assert harmonic.derivatives == {"u": ("u", (0,)), "u_xx": ("u", (2,))}
    with float64():
        point = jnp.array([0.8])
        j = jet.evaluate(
            lambda p: jnp.exp(-0.5 * p**2), harmonic.derivatives, harmonic.fields, point
        )
        value = harmonic.residual(j, {"x": point[0]}, {"E": 1.0})
    assert abs(float(value)) < 1e-14


@pytest.mark.parametrize(
    ("residual", "what", "mend"),
    [
        (lambda j, x, th: j.u - x["z"], "reads 'z'", "the coordinates are ['x']"),
        (lambda j, x, th: j.u - th["k"], "reads 'k'", "the parameters in theta ['nu']"),
        (lambda j, x, th: j.u if x["x"] > 0 else 0.0, "fails on arrays: Tracer", "jnp.where"),
    ],
)
def test_a_residual_that_fails_is_named(residual, what, mend):
    with pytest.raises(BadProblem) as caught:
        jet.record(residual, ("u",), ("x",), {"x": 0.5}, {"nu": 1.0})
    assert what in caught.value.what
    assert mend in caught.value.mend
