"""Direct solutions of separable operators against the dense Kronecker matrix."""

from functools import reduce

import numpy as np
import pytest

from gp_solver.boxes.separable import Pencil, factorise, pencil
from sciml.precision import float64


@pytest.fixture(autouse=True, scope="module")
def double():
    with float64():
        yield


def symmetric(n, seed, *, shift=1.0):
    """S = 1 + shift M with symmetric M, as an axis with self-adjoint conditions gives."""
    rng = np.random.default_rng(seed)
    basis = np.linalg.qr(rng.standard_normal((n, n)))[0]
    mass = -(basis * np.exp(-rng.uniform(0, 4, n))) @ basis.T
    return pencil(np.eye(n) + shift * mass, mass, leading=1.0, lower=abs(shift))


def bare(n, seed):
    rng = np.random.default_rng(seed)
    mass = np.tril(rng.standard_normal((n, n))) / n + 0.3 * np.eye(n)
    return pencil(np.eye(n) + 0.2 * rng.standard_normal((n, n)) / n, mass)


def dense(pencils):
    return sum(
        reduce(np.kron, [p.stiffness if b == a else p.mass for b, p in enumerate(pencils)])
        for a in range(len(pencils))
    )


def agrees(pencils, tolerance=1e-10):
    operator = factorise(pencils)
    right = np.random.default_rng(9).standard_normal([len(p.mass) for p in pencils])
    found = operator.solve(right)
    assert found.shape == right.shape
    wanted = np.linalg.solve(dense(pencils), right.ravel()).reshape(right.shape)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=tolerance * np.max(np.abs(wanted)))
    return operator


@pytest.mark.parametrize("sizes", [(9,), (6, 8), (4, 5, 6)])
def test_symmetric_axes_are_diagonalised(sizes):
    pencils = [symmetric(n, i) for i, n in enumerate(sizes)]
    assert all(p.basis is not None for p in pencils)
    operator = agrees(pencils)
    assert operator.modes.null == 0
    assert operator.null_part(np.ones(sizes)) == 0.0


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("sizes", [(9,), (6, 8), (4, 5, 6)])
def test_one_bare_axis_is_solved_mode_by_mode(sizes, place):
    if place >= len(sizes):
        return
    pencils = [bare(n, i) if i == place else symmetric(n, i) for i, n in enumerate(sizes)]
    assert pencils[place].basis is None
    agrees(pencils)


def test_two_bare_axes_form_a_sylvester_equation():
    agrees([bare(7, 1), bare(9, 2)])
    singular = bare(7, 1)  # S₁ alone cannot be inverted; S₁ + τ M₁ can
    stiffness = singular.stiffness.copy()
    stiffness[0] = 0.0
    agrees([Pencil(stiffness, singular.mass), bare(9, 2)])


def test_a_bare_axis_whose_stiffness_cannot_be_inverted():
    axis = bare(6, 3)
    stiffness = axis.stiffness.copy()
    stiffness[0] = 0.0
    agrees([Pencil(stiffness, axis.mass), symmetric(5, 1)], tolerance=1e-9)


def test_two_bare_axes_in_space_have_no_direct_solution():
    assert factorise([bare(4, 1), bare(5, 2), symmetric(3, 3)]) is None


def test_a_null_mode_is_left_out_and_measured():
    rng = np.random.default_rng(4)
    pencils = []
    for n in (5, 6):
        basis = np.linalg.qr(rng.standard_normal((n, n)))[0]
        masses = -1 / (1 + np.arange(n) ** 2.0)
        stiffness = 1 + masses  # zero where the mass is -1: a constant under Neumann conditions
        pencils.append(
            pencil(
                (basis * stiffness) @ basis.T, (basis * masses) @ basis.T, leading=1.0, lower=1.0
            )
        )
    operator = factorise(pencils)
    assert operator.modes.null == 1
    assert 1e-3 < operator.modes.closest < 1
    matrix = dense(pencils)
    right = matrix @ rng.standard_normal(30)
    found = operator.solve(right.reshape(5, 6)).ravel()
    np.testing.assert_allclose(matrix @ found, right, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found, np.linalg.pinv(matrix, rcond=1e-10) @ right, atol=1e-11)
    assert operator.null_part(right.reshape(5, 6)) < 1e-12
    null = np.linalg.svd(matrix)[2][-1]
    assert operator.null_part((right + 3 * null).reshape(5, 6)) == pytest.approx(3.0, rel=1e-10)


def test_a_near_resonance_is_told():
    masses = -1 / (1 + np.arange(6.0)) ** 2
    shift = 4 * (1 + 1e-7)
    near = pencil(np.diag(1 + shift * masses), np.diag(masses), leading=1.0, lower=4.0)
    operator = factorise([near])
    assert operator.modes.null == 0
    assert operator.modes.closest == pytest.approx(5e-8, rel=1e-2)
