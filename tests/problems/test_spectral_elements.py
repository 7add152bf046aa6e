"""Spectral elements against closed forms, their convergence, and what they refuse."""

import numpy as np
import pytest
from scipy.special import ai_zeros

from problems.reference import spectral_elements
from sciml import registry
from sciml.errors import BadProblem
from sciml.precision import float64

BOXES = {
    "infinite_well": (0.0, 1.0, 2),
    "harmonic": (-9.0, 9.0, 5),
    "poschl_teller": (-18.0, 18.0, 18),
    "morse": (-3.0, 9.0, 16),
    "hydrogen": (0.0, 240.0, 24),
}


@pytest.mark.parametrize("parameters", [{}, {"kinetic": 0.5}], ids=["default", "kinetic"])
@pytest.mark.parametrize("name", BOXES)
def test_closed_forms(name, parameters):
    problem = registry.get(name, **parameters)
    low, high, count = BOXES[name]
    ends = spectral_elements.mesh(low, high, size=(high - low) / count, singular=problem.singular)

    def potential(x):
        with float64():
            return np.asarray(problem.potential(x))

    k = problem.states
    found = spectral_elements.bound_states(potential, ends, k, kinetic=problem.kinetic)
    np.testing.assert_allclose(found.energies, problem.energies(k), rtol=1e-13)
    x = np.linspace(low, high, 501)
    psi, other = problem.wavefunctions(x[:, None], k), found.wavefunctions(x)
    np.testing.assert_allclose(psi, other * np.sign(np.sum(psi * other, axis=0)), atol=2e-12)


def test_hydrogen_with_angular_momentum():
    problem = registry.get("hydrogen", l=2, charge=2.0)
    ends = spectral_elements.mesh(0.0, 150.0, size=5.0, singular=(0.0,), levels=3)
    found = spectral_elements.bound_states(problem.potential, ends, 3)
    np.testing.assert_allclose(found.energies, problem.energies(3), rtol=1e-12)
    np.testing.assert_allclose(problem.energies(2), [-4 / 9, -4 / 16])


def test_airy():
    found = spectral_elements.bound_states(
        np.abs, spectral_elements.mesh(-25.0, 25.0, breaks=[0.0], size=2.5), 6
    )
    odd, even = -ai_zeros(3)[0], -ai_zeros(3)[1]
    np.testing.assert_allclose(found.energies, np.sort([*odd, *even]), rtol=1e-12)


def test_grading_resolves_an_integrable_singularity():
    def lowest(levels, ratio):
        ends = spectral_elements.mesh(-1.0, 1.0, singular=(0.0,), levels=levels, ratio=ratio)
        return spectral_elements.bound_states(
            lambda x: -1 / np.sqrt(np.abs(x)), ends, 3, singular=(0.0,)
        ).energies

    fine, other, coarse = lowest(3, 0.1), lowest(4, 0.2), lowest(0, 0.1)
    np.testing.assert_allclose(fine, other, rtol=2e-11)
    assert np.max(np.abs(coarse - fine)) > 1e-9


def test_energies_fall_with_the_degree():
    ends = spectral_elements.mesh(0.0, 1.0, size=0.5)
    exact = (np.pi * np.arange(1, 4)) ** 2
    errors = [
        spectral_elements.bound_states(np.zeros_like, ends, 3, degree=d).energies - exact
        for d in (4, 6, 8)
    ]
    assert np.all(errors[0] > 20 * errors[1])
    assert np.all(errors[1] > 20 * errors[2])
    assert np.all(errors[2] > 0)


def test_wave_functions_are_normalised_and_vanish_outside():
    ends = spectral_elements.mesh(0.0, 1.0, size=0.4)
    found = spectral_elements.bound_states(lambda x: 30 * x**2, ends, 4)
    x, w = np.polynomial.legendre.leggauss(60)
    psi = found.wavefunctions(0.5 * (1 + x))
    np.testing.assert_allclose(psi.T @ (0.5 * w[:, None] * psi), np.eye(4), atol=1e-13)
    np.testing.assert_allclose(found.wavefunctions(np.array([-0.1, 0.0, 1.0, 1.1])), 0, atol=1e-15)


@pytest.mark.parametrize("singular", [(0.0,), (1.0,), (0.0, 1.0), (0.5,)])
def test_mesh_is_graded_towards_singular_points(singular):
    ends = spectral_elements.mesh(0.0, 1.0, singular=singular, levels=5, ratio=0.2, breaks=[0.25])
    assert {0.0, 0.25, 1.0, *singular} <= set(ends.tolist())
    assert np.all(np.diff(ends) > 0)
    for c in singular:
        assert np.min(np.abs(ends - c)[ends != c]) < 0.2**5


def test_refusals():
    ends = np.array([0.0, 1.0])
    with pytest.raises(BadProblem, match="delta at 0.5 is not at an inner end"):
        spectral_elements.bound_states(np.zeros_like, ends, 1, deltas=[(0.5, 1.0)])
    with pytest.raises(BadProblem, match="states were asked of a mesh that holds 23"):
        spectral_elements.bound_states(np.zeros_like, ends, 40)
    with pytest.raises(BadProblem, match="not finite between 0 and 1"):
        spectral_elements.bound_states(lambda x: x * np.nan, ends, 1)
