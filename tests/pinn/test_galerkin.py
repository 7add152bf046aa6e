"""Rayleigh-Ritz in polynomial spans, where every matrix is known."""

import numpy as np
import pytest
import scipy.linalg
from numpy.polynomial import Polynomial

from pinn.galerkin import Samples, orthonormal_span, ritz_states, rotate_to_states
from sciml.quadrature import panels

KINETIC = 0.7
DELTA = (0.25, -3.0)


def potential(x):
    return 5 * x**2 - x


def functions(count):
    """x (1 - x) x^i on [0, 1]."""
    wall = Polynomial([0.0, 1.0, -1.0])
    return [wall * Polynomial([0.0] * i + [1.0]) for i in range(count)]


@pytest.fixture
def samples():
    x, w = panels([0.0, 0.5, 1.0], 20)
    basis = functions(7)

    def at(points, order):
        return np.stack([f.deriv(order)(points) if order else f(points) for f in basis], -1)

    return Samples(
        weights=w,
        potential=potential(x),
        value=at(x, 0),
        gradient=at(x, 1)[:, None, :],
        laplacian=at(x, 2),
        at_deltas=at(np.array([DELTA[0]]), 0),
        strengths=np.array([DELTA[1]]),
        kinetic=KINETIC,
    )


@pytest.fixture
def dense():
    """Overlap and Hamiltonian by exact integration of polynomials."""
    basis, v = functions(7), Polynomial([0.0, -1.0, 5.0])

    def integral(p):
        return p.integ()(1.0) - p.integ()(0.0)

    overlap = np.array([[integral(f * g) for g in basis] for f in basis])
    hamiltonian = np.array(
        [
            [
                integral(KINETIC * f.deriv() * g.deriv() + v * f * g)
                + DELTA[1] * f(DELTA[0]) * g(DELTA[0])
                for g in basis
            ]
            for f in basis
        ]
    )
    return overlap, hamiltonian


def test_matrices(samples, dense):
    overlap, hamiltonian = dense
    np.testing.assert_allclose(samples.overlap(), overlap, rtol=1e-12)
    found = samples.kinetic_matrix() + samples.potential_matrix()
    np.testing.assert_allclose(found, hamiltonian, rtol=1e-11, atol=1e-14)


def test_energies_are_those_of_the_dense_problem(samples, dense):
    overlap, hamiltonian = dense
    exact = scipy.linalg.eigh(hamiltonian, overlap, eigvals_only=True)
    (basis,) = orthonormal_span(samples, (1e-14,))
    energies, coefficients = ritz_states(samples, basis, 4)
    np.testing.assert_allclose(energies, exact[:4], rtol=1e-7)  # digits that monomials leave
    np.testing.assert_allclose(samples.combine(coefficients).overlap(), np.eye(4), atol=1e-9)
    rotated, turned = rotate_to_states(samples.combine(coefficients[:, [2, 0]]))
    np.testing.assert_allclose(rotated, energies[[0, 2]], rtol=1e-9)
    np.testing.assert_allclose(np.abs(turned), [[0, 1], [1, 0]], atol=1e-8)


def test_truncation_only_raises_energies(samples):
    spans = orthonormal_span(samples, (1e-14, 1e-4, 1e-2))
    ranks = [basis.shape[1] for basis in spans]
    assert ranks == sorted(ranks, reverse=True)
    assert ranks[0] == 7 > ranks[-1]
    energies = [ritz_states(samples, basis, 2)[0] for basis in spans]
    assert np.all(energies[0] <= energies[1] + 1e-12)
    assert np.all(energies[1] <= energies[2] + 1e-12)


def test_dependent_functions_are_left_out(samples):
    doubled = samples.combine(np.hstack([np.eye(7), np.ones((7, 5))]))
    (basis,) = orthonormal_span(doubled, (1e-12,))
    assert basis.shape == (12, 7)
    (plain,) = orthonormal_span(samples, (1e-12,))
    np.testing.assert_allclose(
        ritz_states(doubled, basis, 3)[0], ritz_states(samples, plain, 3)[0], rtol=1e-8
    )


def test_residual_norms(samples):
    """‖(H - E) φ‖ of the first function, by exact integration."""
    first = samples.combine(np.eye(7)[:, :1])
    f = functions(7)[0]
    strong = -KINETIC * f.deriv(2) + (Polynomial([0.0, -1.0, 5.0]) - 2.0) * f
    square = (strong * strong).integ()
    column = first.residuals(np.array([2.0]))
    np.testing.assert_allclose(np.sum(column**2), square(1.0) - square(0.0), rtol=1e-12)
