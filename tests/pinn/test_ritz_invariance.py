"""Energies of `ritz` under changes of units, translations, reflections and shifts of V."""

import dataclasses
import math

import jax.numpy as jnp
import numpy as np
import pytest

import sciml
from sciml import Box, EigenProblem

STATES = 3


def shape(y):
    """An asymmetric smooth well on the line, in natural units."""
    return 0.5 * y**4 - 3 * y**2 + y


def energies(potential, domain=(-math.inf, math.inf), **others):
    problem = EigenProblem(
        name="test", domain=Box({"x": domain}), potential=potential, states=STATES, **others
    )
    result = sciml.solve(problem)
    assert result.status is sciml.Status.CONVERGED
    return np.array(result.value["energies"])


@pytest.fixture(scope="module")
def plain():
    return energies(shape)


@pytest.mark.parametrize("length", [1e-10, 1e-3, 1e3])
def test_units_of_length(plain, length):
    found = energies(lambda x: shape(x / length) / length**2)
    np.testing.assert_allclose(found * length**2, plain, rtol=1e-10)


@pytest.mark.parametrize("unit", [1e-20, 1e12])
def test_units_of_energy(plain, unit):
    found = energies(lambda x: unit * shape(x), kinetic=unit)
    np.testing.assert_allclose(found / unit, plain, rtol=1e-10)


@pytest.mark.parametrize("centre", [100.0, -7.3])
def test_translation(plain, centre):
    np.testing.assert_allclose(energies(lambda x: shape(x - centre)), plain, rtol=1e-10)


def test_reflection_and_shift_of_the_potential(plain):
    np.testing.assert_allclose(energies(lambda x: shape(-x)), plain, rtol=1e-10)
    np.testing.assert_allclose(energies(lambda x: shape(x) + 40.0) - 40.0, plain, rtol=1e-10)


def steps(x):
    return jnp.where(x > 0.3, 60.0, 0.0) - jnp.where(x > 0.7, 45.0, 0.0)


@pytest.mark.parametrize("length", [1e-3, 1e3])
def test_a_box_with_jumps_and_a_delta(length):
    found = []
    for scale in (1.0, length):
        found.append(
            scale**2
            * energies(
                lambda x, s=scale: steps(x / s) / s**2,
                (0.0, scale),
                jumps=(0.3 * scale, 0.7 * scale),
                deltas=((0.5 * scale, -8.0 / scale),),
            )
        )
    np.testing.assert_allclose(found[0], found[1], rtol=1e-10)


def test_undeclared_points_scale_too():
    one = energies(steps, (0.0, 1.0))
    other = energies(lambda x: 1e-6 * steps(x / 1e3), (0.0, 1e3))
    np.testing.assert_allclose(other * 1e6, one, rtol=1e-10)


@pytest.mark.parametrize("name", ["delta_well", "hydrogen"])
def test_registered_wells_in_other_energy_units(name):
    base, unit = sciml.get(name, **({"strength": 3.0} if name == "delta_well" else {})), 1e-18
    scaled = dataclasses.replace(
        base,
        kinetic=unit * base.kinetic,
        potential=lambda x: unit * base.potential(x),
        deltas=tuple((c, unit * s) for c, s in base.deltas),
        energies=None,
        wavefunctions=None,
        origin=None,
    )
    found = np.array(sciml.solve(scaled, states=1).value["energies"])
    np.testing.assert_allclose(found / unit, base.energies(1), rtol=1e-10)
