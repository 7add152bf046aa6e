"""Levenberg-Marquardt and the first-order chunks on functions with known minima."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from sciml.optim import (
    first_order,
    levenberg_marquardt,
    parameter_space,
    residual_space,
    start_damped,
)
from sciml.precision import float64


def rosenbrock(z):
    return jnp.array([1.0 - z[0], 10.0 * (z[1] - z[0] ** 2)])


def run(residual, z, steps, damping):
    step = levenberg_marquardt(residual, lambda y: (residual(y), jax.jacfwd(residual)(y)))
    state = start_damped(z, jnp.sum(residual(z) ** 2), damping)
    losses = [float(state.loss)]
    for _ in range(steps):
        state, accepted = step(state)
        if not accepted:
            break
        losses.append(float(state.loss))
    return state, losses


@pytest.mark.parametrize("shape", [(12, 5), (5, 12), (7, 7)])
def test_both_spaces_give_the_same_step(shape):
    rng = np.random.default_rng(0)
    with float64():
        jacobian = jnp.asarray(rng.normal(size=shape))
        r = jnp.asarray(rng.normal(size=shape[0]))
        steps = [
            space(jacobian)(jnp.asarray(0.3))(r) for space in (parameter_space, residual_space)
        ]
        np.testing.assert_allclose(*steps, rtol=1e-11)
        gram = jacobian.T @ jacobian + 0.3 * jnp.eye(shape[1])
        np.testing.assert_allclose(gram @ steps[0], -jacobian.T @ r, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("rows", [30, 4])
def test_linear_least_squares_in_one_step(rows):
    rng = np.random.default_rng(1)
    with float64():
        a, b = jnp.asarray(rng.normal(size=(rows, 6))), jnp.asarray(rng.normal(size=rows))
        state, _ = run(lambda z: a @ z - b, jnp.zeros(6), 1, 1e-14)
        np.testing.assert_allclose(state.z, np.linalg.lstsq(a, b, rcond=None)[0], rtol=1e-8)


def test_rosenbrock_with_quadratic_convergence_at_the_end():
    with float64():
        state, losses = run(rosenbrock, jnp.array([-1.2, 1.0]), 60, 1e-2)
    np.testing.assert_allclose(state.z, [1.0, 1.0], atol=1e-10)
    assert all(b < a for a, b in zip(losses[:-1], losses[1:], strict=True))
    norms = np.sqrt([v for v in losses if v > 1e-28])
    ratios = norms[1:] / norms[:-1]
    assert ratios[-1] < 1e-3
    assert ratios[-2] < 1e-2


def test_a_minimum_is_not_left_and_flat_steps_are_counted():
    with float64():
        z = jnp.array([1.0, 1.0])
        state, losses = run(rosenbrock, z, 3, 1e-3)
        assert len(losses) == 1
        np.testing.assert_array_equal(state.z, z)
        assert int(state.flat) == 1

        def shelf(y):  # a minimum with a loss that is not zero
            return jnp.array([1.0, y[0] ** 2])

        state, _ = run(shelf, jnp.array([1e-3]), 3, 1e-9)
        assert int(state.flat) == 3


@pytest.mark.parametrize(
    ("optimiser", "steps"), [(optax.adam(2e-2), 1500), (optax.lbfgs(), 40)], ids=["adam", "lbfgs"]
)
def test_first_order(optimiser, steps):
    def loss(params):
        return jnp.sum((params["a"] - 3.0) ** 2) + jnp.sum(params["b"] ** 4)

    with float64():
        params = {"a": jnp.zeros(3), "b": jnp.ones(2)}
        chunk = first_order(optimiser, loss, steps)
        found, _, value = chunk(params, optimiser.init(params))
        assert float(value) < 1e-5
        np.testing.assert_allclose(found["a"], 3.0, atol=1e-3)


def test_two_chunks_are_one():
    with float64():
        optimiser, z = optax.adam(1e-2), jnp.array([-1.2, 1.0])

        def loss(y):
            return jnp.sum(rosenbrock(y) ** 2)

        whole, _, _ = first_order(optimiser, loss, 20)(z, optimiser.init(z))
        half = first_order(optimiser, loss, 10)
        middle, state, _ = half(z, optimiser.init(z))
        np.testing.assert_array_equal(half(middle, state)[0], whole)
