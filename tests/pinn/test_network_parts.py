"""Parts of method `network`: a step of Gauss-Newton, points, weights."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pinn.network import points, spring, weights
from sciml.precision import float64


def test_a_step_is_that_of_damped_least_squares_in_both_spaces():
    rng = np.random.default_rng(0)
    with float64():
        for rows, columns in ((5, 9), (9, 5)):
            jacobian, r = rng.normal(size=(rows, columns)), rng.normal(size=rows)
            shift = 0.01 * np.sum(jacobian**2)
            wanted = np.linalg.solve(
                jacobian.T @ jacobian + shift * np.eye(columns), jacobian.T @ r
            )
            got = spring.solved(jnp.asarray(jacobian), jnp.asarray(r), jnp.asarray(0.01))
            np.testing.assert_allclose(got, wanted, rtol=1e-10)


def test_a_step_that_cannot_help_changes_nothing_but_the_damping():
    with float64():
        before = spring.start(jnp.zeros(2))

        def residual(z, _):
            return jnp.where(jnp.any(z != 0), jnp.nan, 1.0) * jnp.ones(3)

        def jacobian(z, _):
            return jnp.ones(3), jnp.ones((3, 2))

        after = spring.step(before, None, residual, jacobian)
        assert np.array_equal(after.z, before.z)
        assert float(after.damping) == pytest.approx(4 * spring.FIRST)
        assert float(after.loss) == 3.0


def test_adaptive_points_follow_the_residual_and_keep_a_part_even():
    sizes = jnp.concatenate([jnp.zeros(900), jnp.ones(100)])
    chances = points.adaptive(sizes)
    assert float(jnp.sum(chances)) == pytest.approx(1.0)
    assert float(jnp.sum(chances[:900])) == pytest.approx(0.45)
    at, which = points.drawn(jax.random.key(0), jnp.arange(1000.0)[:, None], chances, 200)
    assert abs(int(jnp.sum(which >= 900)) - 110) <= 2
    assert np.array_equal(at[:, 0], which)


def test_causal_weights_fall_after_the_first_slice_that_is_not_learned():
    times = jnp.linspace(0.0, 0.999, 3200)
    squares = jnp.where(times < 0.5, 0.0, 1.0)
    early = np.asarray(weights.causal(squares, times, 1.0))
    np.testing.assert_allclose(early[:17], 1.0)
    np.testing.assert_allclose(early[17:], np.exp(-np.arange(1.0, 16.0)), rtol=1e-5)
    assert weights.stricter(0, early) == 0
    assert weights.stricter(0, np.ones(4)) == 1


def test_emphasis_makes_the_groups_equal():
    with float64():
        np.testing.assert_allclose(weights.by_trace(jnp.array([8.0, 2.0, 0.0])), [1, 4, 1])
        lengths = jnp.array([[3.0, 4.0], [0.0, 1.0]])
        np.testing.assert_allclose(weights.by_gradient(lengths), [1, 5])
