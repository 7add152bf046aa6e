"""Rough points: found to the last digits, classified, and not invented."""

import math

import jax.numpy as jnp
import numpy as np
import pytest

from pinn.interfaces import find
from sciml.domain import Box
from sciml.errors import BadProblem
from sciml.problem import EigenProblem

C = 1 / math.e


def found(potential, lower=0.0, upper=1.0, **declared):
    problem = EigenProblem(
        name="test", domain=Box({"x": (lower, upper)}), potential=potential, **declared
    )
    return find(problem, lower, upper)


JUMPS = {
    "step": lambda x: jnp.where(x > C, 5.0, 0.0),
    "on a slope": lambda x: jnp.where(x > C, 5.0, 0.0) + 40 * x,
    "small on a steep slope": lambda x: 1e3 * x**4 + jnp.where(x > C, 1e-3, 0.0),
}
KINKS = {
    "corner": lambda x: 50 * jnp.abs(x - C),
    "one-sided": lambda x: 20 * jnp.maximum(x - C, 0.0),
    "on a wave": lambda x: 50 * jnp.sin(9 * x) + 20 * jnp.maximum(x - C, 0.0),
}
SMOOTH = {
    "constant": lambda x: 0 * x + 7.0,
    "wave": lambda x: 100 * jnp.cos(40 * x),
    "fast wave": lambda x: 100 * jnp.cos(900 * x),
    "steep": lambda x: 100 * jnp.tanh(200 * (x - C)),
    "very steep": lambda x: 100 * jnp.tanh(3000 * (x - C)),
    "saturated": lambda x: 10.0 + jnp.tanh(10 * (x - C)),
    "high power": lambda x: 1e6 * x**30,
    "offset": lambda x: 1e6 + jnp.sin(x),
}


@pytest.mark.parametrize("kind", JUMPS)
def test_undeclared_jumps(kind):
    rough = found(JUMPS[kind])
    assert rough.kinks == rough.singular == ()
    np.testing.assert_allclose(rough.jumps, [C], atol=1e-12)
    assert rough.undeclared == (
        "V jumps at x = 0.367879, which is not declared; treated as a jump.",
    )


@pytest.mark.parametrize("kind", KINKS)
def test_undeclared_kinks(kind):
    rough = found(KINKS[kind])
    assert rough.jumps == rough.singular == ()
    np.testing.assert_allclose(rough.kinks, [C], atol=1e-12)
    assert "kink at x = 0.367879" in rough.undeclared[0]


@pytest.mark.parametrize(
    ("potential", "alpha"),
    [
        (lambda x: jnp.abs(x - C) ** -0.5, 0.5),
        (lambda x: -3 * jnp.abs(x - C) ** -0.25 + x, 0.25),
        (lambda x: jnp.log(jnp.abs(x - C)), 0.0),
        (lambda x: 50 * jnp.abs(x - C) ** 0.3, -0.3),
    ],
)
@pytest.mark.parametrize("declared", [True, False])
def test_singular_points(potential, alpha, declared):
    rough = found(potential, singular=(C,) if declared else ())
    assert rough.jumps == rough.kinks == ()
    ((place, exponent),) = rough.singular
    assert abs(place - C) < 1e-12
    assert abs(exponent - alpha) < 2e-3
    np.testing.assert_allclose(rough.powers, [(C, 2 - alpha)], atol=2e-3)
    assert len(rough.undeclared) == (0 if declared else 1)


@pytest.mark.parametrize("kind", SMOOTH)
def test_nothing_is_found_in_a_smooth_potential(kind):
    rough = found(SMOOTH[kind])
    assert rough.breaks == rough.undeclared == ()


@pytest.mark.parametrize("scale", [1e-10, 1e-3, 1e10])
def test_change_of_units(scale):
    step = found(lambda x: jnp.where(x / scale > C, 1.0, 0.0) / scale**2, 0.0, scale)
    np.testing.assert_allclose(np.array(step.jumps) / scale, [C], atol=1e-12)
    kink = found(lambda x: jnp.abs(x / scale - C) / scale**2, 0.0, scale)
    np.testing.assert_allclose(np.array(kink.kinks) / scale, [C], atol=1e-12)
    assert step.kinks == step.singular == kink.jumps == kink.singular == ()


def test_several_points_of_all_kinds():
    def potential(x):
        stairs = sum(jnp.where(x > c, h, 0.0) for c, h in ((0.1, 3.0), (0.6, -8.0), (0.95, 1.0)))
        return stairs + 30 * jnp.abs(x - 0.3) + jnp.abs(x - 0.8) ** -0.5

    rough = found(potential)
    np.testing.assert_allclose(rough.jumps, [0.1, 0.6, 0.95], atol=1e-12)
    np.testing.assert_allclose(rough.kinks, [0.3], atol=1e-12)
    np.testing.assert_allclose([c for c, _ in rough.singular], [0.8], atol=1e-12)
    np.testing.assert_allclose(rough.breaks, [0.1, 0.3, 0.6, 0.8, 0.95], atol=1e-12)


def test_declared_points_are_taken_as_they_are():
    rough = found(jnp.zeros_like, jumps=(0.25,), deltas=((0.5, -3.0),))
    assert rough.jumps == (0.25,)
    assert rough.deltas == ((0.5, -3.0),)
    assert rough.undeclared == ()
    assert rough.breaks == (0.25, 0.5)


def test_a_pole_that_is_hit_exactly_is_still_found():
    rough = found(lambda x: jnp.abs(x - 0.5) ** -0.5)
    np.testing.assert_allclose([c for c, _ in rough.singular], [0.5], atol=1e-12)


@pytest.mark.parametrize("momentum", [0, 1, 2])
def test_indicial_exponents_at_the_ends(momentum):
    def potential(x):
        return momentum * (momentum + 1) / x**2 - 2 / x

    rough = found(potential, singular=(0.0,))
    np.testing.assert_allclose(rough.end_powers, (momentum + 1, 1), atol=1e-4)
    half = found(lambda x: 0.5 * potential(x), singular=(0.0,), kinetic=0.5)
    np.testing.assert_allclose(half.end_powers, (momentum + 1, 1), atol=1e-4)
    mirrored = found(lambda x: potential(1.0 - x), singular=(1.0,))
    np.testing.assert_allclose(mirrored.end_powers, (1, momentum + 1), atol=1e-4)


@pytest.mark.parametrize("power", [1, 2])
def test_not_integrable(power):
    with pytest.raises(BadProblem, match="which is not integrable") as caught:
        found(lambda x: jnp.abs(x - 0.3) ** -power, singular=(0.3,))
    assert f"|x - 0.3|^-{power}" in caught.value.what
    assert "two sides apart" in caught.value.mend
