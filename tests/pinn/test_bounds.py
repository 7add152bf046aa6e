"""Lehmann-Maehly bounds of matrices whose spectrum is known."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pinn.bounds import lower_bounds


def ritz(matrix, span):
    """Ritz values and residual vectors of a symmetric matrix in the span of some columns."""
    basis, _ = np.linalg.qr(span)
    values, vectors = np.linalg.eigh(basis.T @ matrix @ basis)
    states = basis @ vectors
    return values, matrix @ states - states * values


def trial(spectrum, states, noise, seed):
    """A random symmetric matrix of this spectrum, and its lowest eigenvectors, disturbed."""
    rng = np.random.default_rng(seed)
    axes, _ = np.linalg.qr(rng.normal(size=(len(spectrum), len(spectrum))))
    matrix = (axes * spectrum) @ axes.T
    return ritz(matrix, axes[:, :states] + noise * rng.normal(size=(len(spectrum), states)))


@settings(max_examples=150, deadline=None)
@given(
    gaps=st.lists(st.floats(1e-3, 10.0), min_size=8, max_size=14),
    states=st.integers(2, 5),
    power=st.floats(-6.0, -1.5),
    seed=st.integers(0, 10**6),
)
def test_the_truth_is_inside(gaps, states, power, seed):
    """With ρ from the exact next level, no lower bound passes an exact eigenvalue."""
    spectrum = np.cumsum(gaps)
    energies, residuals = trial(spectrum, states, 10**power, seed)
    if energies[-1] >= spectrum[states]:
        return  # no ρ lies between this state and the next level
    bounds = lower_bounds(energies, residuals, beyond=(spectrum[states], 0.0))
    assert np.all(bounds <= energies)
    norms = np.linalg.norm(residuals, axis=0)
    rho = energies[1:] - norms[1:]
    if np.all(rho <= spectrum[1:states]):  # the hypothesis that the bounds rest on
        assert np.all(bounds <= spectrum[:states] + 1e-10 * spectrum[-1])


def test_temple():
    """For one state: E - ‖r‖² / (ρ - E)."""
    energies, residuals = trial(np.arange(1.0, 9.0), 1, 0.05, 3)
    (bound,) = lower_bounds(energies, residuals, beyond=(2.0, 0.1))
    norm = np.linalg.norm(residuals)
    np.testing.assert_allclose(bound, energies[0] - norm**2 / (1.9 - energies[0]), rtol=1e-13)
    assert bound < 1.0 < energies[0]


def test_weinstein_where_nothing_separates_the_level():
    energies, residuals = trial(np.arange(1.0, 9.0), 1, 0.05, 3)
    (bound,) = lower_bounds(energies, residuals)
    np.testing.assert_allclose(bound, energies[0] - np.linalg.norm(residuals), rtol=1e-14)


def test_the_width_is_quadratic_in_the_residual():
    widths = []
    for noise in (1e-2, 1e-3):
        energies, residuals = trial(np.arange(1.0, 13.0), 3, noise, 5)
        widths.append(energies - lower_bounds(energies, residuals, beyond=(4.0, 0.0)))
    assert np.all(widths[1] < 3e-2 * widths[0])


def test_a_cluster_is_bounded_as_a_whole():
    """A gap of 1e-9 between two levels does not widen their bars."""
    spectrum = np.array([1.0, 1.0 + 1e-9, 2.0, 3.0, 5.0, 8.0, 9.0])
    energies, residuals = trial(spectrum, 3, 1e-5, 1)
    bounds = lower_bounds(energies, residuals, beyond=(3.0, 0.0))
    assert np.all(bounds <= spectrum[:3] + 1e-14)
    assert np.all(spectrum[:3] - bounds < 1e-8)


def test_exact_states_have_bars_of_rounding():
    energies, residuals = trial(np.arange(1.0, 9.0), 3, 0.0, 0)
    bounds = lower_bounds(energies, residuals, beyond=(4.0, 0.0))
    np.testing.assert_allclose(bounds, [1.0, 2.0, 3.0], rtol=1e-13)
