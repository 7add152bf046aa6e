"""Kernels: derivatives against independent routes, the spectral pair, covariances, pytrees."""

import math
from functools import lru_cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

from gp_solver.kernels import Cosine, Matern, SpectralMixture, SquaredExponential, gram
from sciml.errors import BadConfig
from sciml.precision import float64

WEIGHTS, FREQUENCIES = np.array([0.5, 0.3, 0.2]), np.array([0.0, 0.8, 1.7])
SCALES = np.array([0.9, 1.4, 0.7])
MATERN = {  # the polynomials as they are usually printed, in t = a|d|
    1.5: lambda t: 1 + t,
    2.5: lambda t: 1 + t + t**2 / 3,
    3.5: lambda t: 1 + t + 2 * t**2 / 5 + t**3 / 15,
    4.5: lambda t: 1 + t + 3 * t**2 / 7 + 2 * t**3 / 21 + t**4 / 105,
}
POINTS = np.array([-1.3, -0.4, -0.05, 0.02, 0.3, 0.9, 2.1])


@pytest.fixture(autouse=True)
def _double():
    with float64():
        yield


def printed_matern(nu, inverse_length):
    def k(d):
        t = math.sqrt(2 * nu) * inverse_length * jnp.abs(d)
        return MATERN[nu](t) * jnp.exp(-t)

    return k


def mixture(envelope):
    return SpectralMixture(WEIGHTS, FREQUENCIES, envelope)


def printed_mixture(envelopes):
    def k(d):
        terms = zip(WEIGHTS, FREQUENCIES, envelopes, strict=True)
        return sum(w * e(d) * jnp.cos(2 * jnp.pi * f * d) for w, f, e in terms)

    return k


CASES = {
    "se": (SquaredExponential(1.7), lambda d: jnp.exp(-1.7 * d**2), 8),
    **{
        f"matern-{nu}": (Matern(1.2, nu), printed_matern(nu, 1.2), round(2 * nu - 1))
        for nu in MATERN
    },
    "cosine": (Cosine(1.3), lambda d: jnp.cos(2 * jnp.pi * 1.3 * d), 6),
    "mixture-gaussian": (
        mixture(SquaredExponential(SCALES)),
        printed_mixture([lambda d, c=c: jnp.exp(-c * d**2) for c in SCALES]),
        6,
    ),
    "mixture-student": (
        mixture(Matern(SCALES)),
        printed_mixture([printed_matern(2.5, s) for s in SCALES]),
        4,
    ),
    "sum": (
        SquaredExponential(1.7) + Matern(1.2),
        lambda d: jnp.exp(-1.7 * d**2) + printed_matern(2.5, 1.2)(d),
        4,
    ),
    "product": (
        SquaredExponential(0.4) * Matern(1.2) * Cosine(0.6),
        lambda d: jnp.exp(-0.4 * d**2) * printed_matern(2.5, 1.2)(d) * jnp.cos(1.2 * jnp.pi * d),
        4,
    ),
}
ALL = pytest.mark.parametrize("name", CASES)
H, NEAR = 1e-5, np.linspace(-0.02, 0.02, 9)
GROUPS = {
    "points": POINTS,
    **{"above": NEAR + H, "near": NEAR, "below": NEAR - H},
    "limits": np.array([-1e-12, 0.0, 1e-12]),
}


@lru_cache
def levels(name):
    """Derivatives of all orders of one case at every group of points, compiled once."""
    kernel, _, highest = CASES[name]
    d = np.concatenate(list(GROUPS.values()))
    evaluate = jax.jit(lambda x: jnp.stack([kernel.derivative(x, m) for m in range(highest + 1)]))
    ends = np.cumsum([len(group) for group in GROUPS.values()])[:-1]
    return dict(zip(GROUPS, np.split(np.asarray(evaluate(d)), ends, axis=1), strict=True))


def nested(f, count):
    """f and its automatic derivatives up to a count."""
    found = [f]
    for _ in range(count):
        found.append(jax.grad(found[-1]))
    return found


@ALL
def test_derivatives_are_those_of_the_printed_formula_away_from_zero(name):
    _, printed, highest = CASES[name]
    each = nested(printed, min(highest, 3))
    expected = jax.jit(lambda x: jnp.stack([jax.vmap(f)(x) for f in each]))(POINTS)
    found = levels(name)["points"][: len(each)]
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-10)


@pytest.mark.parametrize("order", [5, 8, 11])
def test_high_derivatives_are_hermite_polynomials_and_waves(order):
    c, d = 1.7, POINTS
    hermite = np.polynomial.hermite.hermval(np.sqrt(c) * d, [0] * order + [1])
    expected = (-np.sqrt(c)) ** order * hermite * np.exp(-c * d**2)
    found = SquaredExponential(c).derivative(jnp.asarray(d), order)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
    omega = 2 * np.pi * 1.3
    wave = omega**order * np.cos(omega * d + order * np.pi / 2)
    found = Cosine(1.3).derivative(jnp.asarray(d), order)
    np.testing.assert_allclose(found, wave, rtol=1e-9, atol=1e-9 * omega**order)


@ALL
def test_derivatives_agree_with_finite_differences_across_zero(name):
    at = levels(name)
    slopes = (at["above"] - at["below"])[:-1] / (2 * H)
    scales = np.max(np.abs(at["near"][1:]), axis=1, keepdims=True) + 1.0
    np.testing.assert_allclose(at["near"][1:] / scales, slopes / scales, atol=2e-4)


@ALL
def test_derivatives_at_zero_are_limits_and_odd_ones_vanish(name):
    below, at, above = levels(name)["limits"].T
    parity = (-1.0) ** np.arange(len(at))
    np.testing.assert_allclose(above, at, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(above, parity * below, rtol=1e-12)
    assert not np.any(at[1::2])


@pytest.mark.parametrize("nu", [1.5, 2.5, 3.5, 4.5])
def test_matern_has_the_derivatives_at_zero_that_its_spectrum_has_moments(nu):
    """k^(2m)(0) = (-1)^m ∫ (2πs)^(2m) S(s) ds, finite for ν > m."""
    kernel = Matern(1.2, nu)
    t, w = np.polynomial.legendre.leggauss(400)
    s, w = np.tan(np.pi / 2 * t), w * np.pi / 2 / np.cos(np.pi / 2 * t) ** 2
    density = np.asarray(jax.jit(kernel.spectral_density)(s))
    at_zero = levels(f"matern-{nu}")["limits"][:, 1]
    for m in range(round(nu + 0.5)):
        moment = (-1) ** m * np.sum(w * (2 * np.pi * s) ** (2 * m) * density)
        assert at_zero[2 * m] == pytest.approx(moment, rel=1e-9)


@pytest.mark.parametrize("name", ["mixture-gaussian", "mixture-student", "se", "matern-3.5"])
def test_the_spectral_density_transforms_to_the_kernel(name):
    kernel = CASES[name][0]
    step = 0.05
    s = np.arange(-250.0, 250.0, step)
    density = np.asarray(jax.jit(kernel.spectral_density)(s))
    transformed = step * np.cos(2 * np.pi * POINTS[:, None] * s) @ density
    np.testing.assert_allclose(transformed, levels(name)["points"][0], atol=1e-10)
    assert np.all(density >= 0)


@ALL
def test_values_and_derivatives_have_a_joint_covariance(name):
    kernel, _, highest = CASES[name]
    x = np.random.default_rng(1).uniform(-2, 2, 7)
    orders = range(min(2, highest // 2) + 1)

    @jax.jit
    def joint_of(x):
        return jnp.block(
            [[gram(kernel, x, x, order_x=a, order_y=b) for b in orders] for a in orders]
        )

    joint = np.asarray(joint_of(x))
    np.testing.assert_allclose(joint, joint.T, atol=1e-9 * np.max(joint))
    assert np.min(np.linalg.eigvalsh(joint)) > -1e-12 * np.max(np.linalg.eigvalsh(joint))


def test_gram_differentiates_in_either_argument():
    kernel = Matern(1.2) * Cosine(0.6)
    x, y = jnp.array([0.1, 0.7, -0.2]), jnp.array([0.4, 0.05])

    def k(a, b):
        return kernel(a - b)

    for order_x, order_y in [(0, 1), (2, 1)]:
        f = k
        for argument in (0,) * order_x + (1,) * order_y:
            f = jax.grad(f, argument)
        expected = jax.jit(jax.vmap(jax.vmap(f, (None, 0)), (0, None)))(x, y)
        found = gram(kernel, x, y, order_x=order_x, order_y=order_y)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
        back = gram(kernel, y, x, order_x=order_y, order_y=order_x)
        np.testing.assert_allclose(found, back.T, atol=1e-9)


@pytest.mark.parametrize("name", ["matern-1.5", "matern-3.5", "mixture-student", "product"])
def test_automatic_derivatives_are_exact_at_zero(name):
    kernel, _, highest = CASES[name]
    slopes = nested(kernel, min(highest, 4))
    found = jax.jit(lambda d: jnp.stack([f(d) for f in slopes]))(0.0)
    np.testing.assert_allclose(found, levels(name)["limits"][: len(slopes), 1], rtol=1e-12)


@pytest.mark.parametrize("name", ["mixture-gaussian", "mixture-student", "product", "sum"])
def test_kernels_are_pytrees_under_jit_vmap_and_grad(name):
    kernel, _, _ = CASES[name]
    d, h = jnp.array([0.0, 0.3, -0.8]), 1e-6
    leaves, structure = jax.tree.flatten(kernel)
    assert structure == jax.tree.structure(jax.tree.unflatten(structure, leaves))
    flat, unravel = ravel_pytree(kernel)

    @jax.jit
    def evaluate(k, z):
        total = lambda y: jnp.sum(jnp.cos(d) * unravel(y).derivative(d, 2))  # noqa: E731
        steps = h * jnp.eye(z.size)
        batch = jax.vmap(unravel)(jnp.concatenate([z + steps, z - steps]))
        second = jax.vmap(lambda k: k.derivative(d, 2))(batch)
        return k.derivative(d, 2), jax.value_and_grad(total)(z), second @ jnp.cos(d)

    values, (total, slope), shifted = evaluate(kernel, flat)
    assert float(values @ jnp.cos(d)) == pytest.approx(float(total), rel=1e-12)
    above, below = np.split(np.asarray(shifted), 2)
    np.testing.assert_allclose(slope, (above - below) / (2 * h), rtol=1e-6, atol=1e-6)


def test_sums_and_products_are_those_of_the_values():
    a, b, d = SquaredExponential(0.7), Cosine(0.4), jnp.asarray(POINTS)
    np.testing.assert_allclose((a + b)(d), a(d) + b(d))
    np.testing.assert_allclose((a * b)(d), a(d) * b(d))
    np.testing.assert_allclose(
        (a * (b + a)).derivative(d, 3), (a * b + a * a).derivative(d, 3), atol=1e-12
    )


@pytest.mark.parametrize("nu", [0.5, 2.0, -1.5, math.nan, math.inf])
def test_only_half_integers_from_three_halves(nu):
    with pytest.raises(BadConfig, match="ν of a Matérn kernel is") as caught:
        Matern(1.0, nu)
    assert "1.5, 2.5" in caught.value.mend


@pytest.mark.parametrize(("order", "mend"), [(5, "ν = 3.5"), (6, "ν = 3.5"), (7, "ν = 4.5")])
def test_a_derivative_that_does_not_exist_at_zero_is_refused(order, mend):
    kernel = mixture(Matern(SCALES))
    with pytest.raises(BadConfig, match=f"up to order 4 at 0, order {order} was asked") as caught:
        kernel.derivative(jnp.zeros(3), order)
    assert mend in caught.value.mend
