"""Reports of known states: the harmonic oscillator's moments, signs and nodes."""

import numpy as np
import pytest

from pinn import states as reporting
from pinn.galerkin import Samples
from sciml.quadrature import panels

COUNT = 6


@pytest.fixture
def oscillator():
    """Samples of -ψ'' + x² ψ = E ψ: Hermite functions by their recurrence; and the nodes."""
    x, w = panels(np.linspace(-11.0, 11.0, 15), 20)
    psi = np.zeros((COUNT + 3, len(x)))
    psi[0] = np.pi**-0.25 * np.exp(-(x**2) / 2)
    psi[1] = np.sqrt(2) * x * psi[0]
    for n in range(1, COUNT + 2):
        psi[n + 1] = np.sqrt(2 / (n + 1)) * x * psi[n] - np.sqrt(n / (n + 1)) * psi[n - 1]
    n = np.arange(COUNT)[:, None]
    slope = np.sqrt(2 * n) * np.vstack([psi[:1], psi[: COUNT - 1]]) - x * psi[:COUNT]
    values = psi[:COUNT]
    samples = Samples(
        weights=w,
        potential=x**2,
        value=values.T,
        gradient=slope.T[:, None, :],
        laplacian=((x**2 - 2 * n - 1) * values).T,
        at_deltas=np.zeros((0, COUNT)),
        strengths=np.zeros(0),
        kinetic=1.0,
    )
    return samples, x[:, None]


def test_oscillator(oscillator):
    samples, points = oscillator
    exact = 2.0 * np.arange(COUNT) + 1
    found = reporting.report(samples, points, ("x",), exact, 4)
    np.testing.assert_allclose(found.energies, exact[:4], rtol=1e-13)
    np.testing.assert_allclose(found.moments["mean_x"], 0.0, atol=1e-13)
    np.testing.assert_allclose(found.moments["mean_x2"], exact[:4] / 2, rtol=1e-13)
    np.testing.assert_allclose(found.moments["mean_p2"], exact[:4] / 2, rtol=1e-13)  # virial
    assert np.all(found.lower < exact[:4])
    assert np.all(found.upper > exact[:4])
    assert np.all(found.upper - found.lower < 1e-10)
    assert found.norm_error < 1e-13
    assert np.all(found.residuals < 1e-11)
    np.testing.assert_allclose(found.separation, 2.0, rtol=1e-12)


def test_a_difference_between_two_rules_widens_the_bars(oscillator):
    samples, points = oscillator
    off = 2.0 * np.arange(COUNT) + 1 + 1e-6
    found = reporting.report(samples, points, ("x",), off, 2)
    assert np.all(found.upper - off[:2] >= -1e-12)
    assert np.all(found.upper - found.lower >= 2e-6)


def test_states_that_are_not_normalised(oscillator):
    """A factor on the states changes nothing but the norm error."""
    samples, points = oscillator
    found = reporting.report(samples.combine(3 * np.eye(COUNT)), points, ("x",), np.zeros(6), 2)
    np.testing.assert_allclose(found.energies, [1.0, 3.0], rtol=1e-13)
    np.testing.assert_allclose(found.moments["mean_p2"], [0.5, 1.5], rtol=1e-13)
    np.testing.assert_allclose(found.norm_error, 8.0)


def test_separation_sees_the_states_beyond(oscillator):
    samples, points = oscillator
    mixed = np.eye(COUNT)
    found = reporting.report(
        samples.combine(mixed[:, :3]), points, ("x",), np.array([1, 3, 5.0]), 1
    )
    np.testing.assert_allclose(found.separation, [2.0])
    alone = reporting.report(samples.combine(mixed[:, :1]), points, ("x",), np.array([1.0]), 1)
    assert np.isinf(alone.separation[0])


def test_signs():
    x = np.linspace(0.0, 1.0, 201)
    psi = np.stack([np.sin(np.pi * x), -np.sin(2 * np.pi * x), np.sin(3 * np.pi * x)], -1)
    np.testing.assert_array_equal(reporting.sign_convention(psi), [1, -1, 1])
    np.testing.assert_array_equal(reporting.sign_convention(-psi), [-1, 1, -1])
    faint = psi[:, :1] - 0.3 * np.exp(-(((x - 0.01) / 0.01) ** 2))[:, None]
    np.testing.assert_array_equal(reporting.sign_convention(faint), [1])


def test_nodes():
    x = np.linspace(0.0, 1.0, 801)
    psi = np.stack([np.sin(n * np.pi * x) for n in (1, 2, 7)], -1)
    assert reporting.count_nodes(psi, np.full(3, 1e-9)) == [0, 1, 6]
    rng = np.random.default_rng(0)
    noisy = psi * (np.abs(x - 0.5) < 0.2)[:, None] + 1e-6 * rng.normal(size=psi.shape)
    assert reporting.count_nodes(noisy[:, :1], np.array([1e-4])) == [0]
    assert reporting.count_nodes(noisy[:, :1], np.array([1e-9]))[0] > 10
