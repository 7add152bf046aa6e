"""Functions along one axis: conditions, orthonormal tests, the leading operator, low modes."""

import numpy as np
import pytest

from gp_solver.boxes import axis as axes
from gp_solver.boxes.axis import Functional
from gp_solver.features import Features

LOWER, UPPER = -0.7, 1.6
LENGTH = UPPER - LOWER


def at(point, *terms):
    return Functional(tuple((point, order, c) for order, c in terms))


def dirichlet(*ends):
    return [at(e, (0, 1.0)) for e in ends]


def periodic(order):
    return [Functional(((LOWER, j, 1.0), (UPPER, j, -1.0))) for j in range(order)]


ENDS = (LOWER, UPPER)
CASES = {
    "dirichlet": (2, dirichlet(*ENDS)),
    "neumann": (2, [at(e, (1, 1.0)) for e in ENDS]),
    "mixed": (2, [at(LOWER, (1, 1.0)), at(UPPER, (0, -2.0))]),
    "robin": (2, [at(LOWER, (1, -1.0), (0, 2.0)), at(UPPER, (1, 1.0), (0, 3.0))]),
    "initial of first order": (1, dirichlet(LOWER)),
    "initial of second order": (2, [at(LOWER, (0, 1.0)), at(LOWER, (1, 1.0))]),
    "final": (1, dirichlet(UPPER)),
    "periodic": (2, periodic(2)),
    "periodic of first order": (1, periodic(1)),
    "clamped": (4, [at(e, (j, 1.0)) for e in ENDS for j in (0, 1)]),
    "hinged": (4, [at(e, (j, 1.0)) for e in ENDS for j in (0, 2)]),
    "free": (0, []),
}
CARRIERS = {"plain": ((), ()), "carriers": ((30.0, 61.3), (8, 4))}


def build(order, conditions, *, degree=24, carriers=(), envelopes=()):
    features = Features(LOWER, UPPER, order, degree, carriers, envelopes)
    return axes.build(features, conditions, highest=order)


@pytest.mark.parametrize("carriers", CARRIERS)
@pytest.mark.parametrize("name", CASES)
def test_lifts_trials_and_tests(name, carriers):
    order, conditions = CASES[name]
    mu, envelopes = CARRIERS[carriers]
    axis = build(order, conditions, carriers=mu, envelopes=envelopes)
    count = len(conditions)
    assert axis.lifts == count
    assert axis.trials == axis.size - count
    assert axis.size == axis.features.count
    # each lift has its own condition one and the others zero, each trial all of them zero
    held = np.array([c.of(axis.features) for c in conditions]).reshape(count, axis.features.count)
    size = np.max(np.abs(held), axis=1, initial=1.0)[:, None]
    held = (held @ axis.coefficients) / size
    np.testing.assert_allclose(held[:, :count] * size, np.eye(count), rtol=0, atol=1e-11)
    np.testing.assert_allclose(held[:, count:], 0.0, rtol=0, atol=1e-11)
    # tests are orthonormal, and are what the leading operator makes of the trials
    gram = axis.tests.T @ (axis.weights[:, None] * axis.tests)
    np.testing.assert_allclose(gram, np.eye(axis.trials), rtol=0, atol=1e-12)
    x = np.linspace(LOWER, UPPER, 91)
    levels = axis.at(x, order)
    image = (levels[order] - axis.shift * levels[0])[:, count:]
    np.testing.assert_allclose(image, axis.tests_at(x), rtol=0, atol=1e-12 * np.max(np.abs(image)))
    leading = axis.operator(order)[:, count:] - axis.shift * axis.operator(0)[:, count:]
    np.testing.assert_allclose(leading, np.eye(axis.trials), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["dirichlet", "neumann", "mixed", "periodic"])
def test_low_modes_of_the_mass_are_those_of_the_second_derivative(name):
    """M v = μ (∂² - σ) v: μ = 1 / (λ - σ) with λ = -(kπ/L)² and its like."""
    axis = build(*CASES[name], degree=40)
    k = {
        "dirichlet": np.arange(1, 7),
        "neumann": np.arange(0, 6),
        "mixed": np.arange(0, 6) + 0.5,
        "periodic": np.array([0, 2, 2, 4, 4, 6]),
    }[name]
    mass = axis.operator(0)[:, axis.lifts :]
    np.testing.assert_allclose(mass, mass.T, rtol=0, atol=1e-12)
    values = np.linalg.eigvalsh(0.5 * (mass + mass.T))
    values = values[np.argsort(-np.abs(values))][:6]
    wanted = 1 / (-((k * np.pi / LENGTH) ** 2) - axis.shift)
    wanted = wanted[np.argsort(-np.abs(wanted), kind="stable")]
    np.testing.assert_allclose(values, wanted, rtol=1e-10)


def test_clamped_beam():
    axis = build(*CASES["clamped"], degree=40)
    values = np.sort(np.linalg.eigvalsh(axis.operator(0)[:, axis.lifts :]))[::-1]
    roots = np.array([4.730040744862704, 7.853204624095838, 10.995607838001671])
    np.testing.assert_allclose(values[:3], (LENGTH / roots) ** 4, rtol=1e-9)


@pytest.mark.parametrize("name", ["dirichlet", "robin", "initial of second order", "periodic"])
def test_fit_returns_the_coefficients_of_a_combination(name):
    axis = build(*CASES[name], degree=16)
    coefficients = np.random.default_rng(0).standard_normal((axis.size, 2, 3))
    samples = np.tensordot(axis.table[0], coefficients, axes=1)
    found = axis.fit(samples)
    assert found.shape == coefficients.shape
    np.testing.assert_allclose(
        np.tensordot(axis.table[0], found, axes=1), samples, rtol=0, atol=1e-12
    )


def test_operators_with_a_coefficient():
    axis = build(*CASES["dirichlet"])
    varying = np.cos(axis.nodes)
    once = axis.operator(1, varying)
    np.testing.assert_allclose(
        once, (axis.tests * axis.weights[:, None] * varying[:, None]).T @ axis.table[1], atol=1e-13
    )
    np.testing.assert_allclose(
        axis.operator(1, 2.5), axis.operator(1, np.full(len(axis.nodes), 2.5)), atol=1e-13
    )


def test_gauss_rule_is_exact_for_polynomials():
    nodes, weights = axes.gauss(12, LOWER, UPPER)
    assert weights.sum() == pytest.approx(LENGTH, rel=1e-14)
    assert weights @ nodes**23 == pytest.approx((UPPER**24 - LOWER**24) / 24, rel=1e-12)


@pytest.mark.parametrize(
    "conditions",
    [
        [at(LOWER, (0, 1.0)), at(LOWER, (0, 2.0))],
        [at(LOWER, (1, 1.0)), at(UPPER, (0, 0.0))],
    ],
)
def test_dependent_conditions_are_refused(conditions):
    with pytest.raises(np.linalg.LinAlgError, match="dependent conditions"):
        build(2, conditions)


def test_derivatives_of_features_are_derivatives():
    features = Features(LOWER, UPPER, 2, 12, (9.7,), (4,))
    x, h = np.linspace(LOWER + 0.01, UPPER - 0.01, 30), 1e-4
    levels = features.at(x, 3)
    for j in range(3):
        above, below = features.at(x + h, j)[j], features.at(x - h, j)[j]
        scale = np.max(np.abs(levels[j + 1]), axis=0) + 1e-3
        slope = (above - below) / (2 * h)
        np.testing.assert_allclose(slope / scale, levels[j + 1] / scale, rtol=0, atol=3e-5)
    assert features.blocks == (slice(0, 13), slice(13, 23))
    assert levels[0].shape == (30, features.count)


@pytest.mark.parametrize("name", ["dirichlet", "neumann"])
def test_what_the_tests_cannot_hold_of_a_line(name):
    """A combination of tests leaves nothing over, a polynomial too high for them all of it."""
    axis = build(*CASES[name], degree=20)
    nodes, weights = axis.finer
    tests = axis.tests_at(nodes)
    held = tests @ np.random.default_rng(0).standard_normal((axis.trials, 3))
    assert axis.unresolved(held) < 1e-12 * np.max(np.abs(held))
    high = np.polynomial.legendre.Legendre.basis(26, [LOWER, UPPER])(nodes)[:, None]
    size = np.sqrt(np.sum(weights * high[:, 0] ** 2) / np.sum(weights))
    assert axis.unresolved(held[:, :1] + high) == pytest.approx(size, rel=1e-10)
