"""Condensates: known chemical potentials, closed forms, and error bars that hold them."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import ellipe, ellipk

import sciml
from sciml import registry
from sciml.errors import BadProblem, NoBoundState
from sciml.problem import Condensate
from sciml.status import Status


def filled(well, g):
    return sciml.solve(Condensate(name="c", well=well, interaction=g))


def in_box(g):
    """μ of -ψ″ + gψ³ = μψ on [0, 1] from ψ = A sn(2K(m)x | m)."""

    def excess(m):
        return 8 * ellipk(m) * (ellipk(m) - ellipe(m)) - g

    m = brentq(excess, 1e-9, 1 - 1e-12, xtol=1e-15)
    return (1 + m) * (2 * ellipk(m)) ** 2


@pytest.mark.parametrize(
    ("g", "mu"), [(1.0, 0.869943814753), (10.0, 3.107243089426), (100.0, 14.134287086585)]
)
def test_oscillator(g, mu):
    result = sciml.solve("condensate", g=g)
    value = result.value
    assert result.status is Status.CONVERGED
    np.testing.assert_allclose(value["chemical_potential"], mu, rtol=0, atol=2e-12)
    assert result.metrics["mu_rel_error"] < 1e-12
    assert result.metrics["rel_l2"] < 1e-7
    assert result.metrics["virial"] < 1e-11
    error = abs(value["chemical_potential"] - value["reference_chemical_potential"])
    assert error <= value["error_bar"] < 1e-9
    energy = value["kinetic_energy"] + value["potential_energy"] + value["interaction_energy"]
    assert value["energy"] == energy
    np.testing.assert_allclose(
        value["chemical_potential"], energy + value["interaction_energy"], rtol=1e-14
    )


def test_without_interaction_it_is_the_linear_ground_state():
    result = sciml.solve("condensate", g=0.0)
    np.testing.assert_allclose(result.value["chemical_potential"], 0.5, atol=1e-12)
    assert result.value["interaction_energy"] == 0.0
    x = np.linspace(-3, 3, 13)
    exact = np.pi**-0.25 * np.exp(-0.5 * x**2)
    np.testing.assert_allclose(result.predict(x)[:, 0], exact, atol=1e-7)


@pytest.mark.parametrize("g", [0.5, 10.0])
def test_box_has_elliptic_functions(g):
    result = filled(registry.get("infinite_well"), g)
    assert result.status is Status.CONVERGED
    error = abs(result.value["chemical_potential"] - in_box(g))
    assert error < 1e-10
    assert error <= result.value["error_bar"]


def test_delta_well_has_a_closed_form():
    """ψ ∝ κ/sinh(κ(|x| + b)), κ = s/2 - g/4; bound below the continuum at 0."""
    result = filled(registry.get("delta_well"), 1.0)
    assert result.status is Status.CONVERGED
    np.testing.assert_allclose(result.value["chemical_potential"], -(1.75**2), atol=1e-11)


def test_attraction_narrows_and_is_resolved():
    result = sciml.solve("condensate", g=-5.0)
    assert result.status is Status.CONVERGED
    assert result.metrics["mu_rel_error"] < 1e-11
    assert result.metrics["rel_l2"] < 1e-7
    assert result.value["interaction_energy"] < 0
    assert result.value["mean_x2"] < 0.25


def test_interaction_energy_is_the_slope_of_the_energy():
    """Hellmann and Feynman: dE/dg = I/g, by a central difference."""
    well = registry.get("finite_well")
    step, runs = 0.01, {}
    for g in (4.99, 5.0, 5.01):
        runs[g] = filled(well, g).value
    slope = (runs[5.01]["energy"] - runs[4.99]["energy"]) / (2 * step)
    np.testing.assert_allclose(slope, runs[5.0]["interaction_energy"] / 5.0, rtol=1e-6)


def test_state_is_normalised_positive_and_kept(tmp_path):
    result = sciml.solve("condensate", well="finite_well", g=20.0)
    assert result.metrics["mu_rel_error"] < 1e-11
    x = np.linspace(-1, 1, 4001)
    psi = result.predict(x)[:, 0]
    assert np.min(psi) > -1e-9
    np.testing.assert_allclose(np.trapezoid(psi**2, x), 1.0, rtol=1e-6)
    again = sciml.load(result.save(tmp_path / "kept"))
    np.testing.assert_array_equal(again.predict(x), result.predict(x))
    ax = again.plot(tmp_path / "a.png")
    assert "mu" in ax.get_title(loc="left")


def test_a_narrow_layer_is_said_to_be_too_narrow():
    """So strong an attraction leaves the soliton of the line: μ = -g²/(16 kinetic)."""
    well = registry.get("harmonic", kinetic=0.5)
    result = sciml.solve(Condensate(name="c", well=well, interaction=-60.0), width=64)
    assert result.status is Status.UNRESOLVED
    assert "The error bar of μ" in result.warnings[0]
    assert abs(result.value["chemical_potential"] + 450.0) < result.value["error_bar"]


def test_more_than_a_well_binds_is_refused():
    with pytest.raises(NoBoundState, match="(?s)chemical potential of .*lower the interaction"):
        filled(registry.get("poschl_teller"), 100.0)


def test_bad_input():
    with pytest.raises(BadProblem, match="interaction of 'c' is nan"):
        Condensate(name="c", well=registry.get("harmonic"), interaction=float("nan"))
    with pytest.raises(BadProblem, match="'burgers' is no registered well"):
        registry.get("condensate", well="burgers")
