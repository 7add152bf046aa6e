"""Method `paper`: the published recipe works from a near start and collapses from afar, said so."""

import numpy as np
import pytest

import sciml


@pytest.mark.parametrize("name", ["infinite_well", "finite_well", "barrier"])
def test_collapse_is_a_status_with_advice_and_no_energy(name):
    result = sciml.solve(name, "paper", adam_steps=2000)
    assert result.status is sciml.Status.COLLAPSED
    assert "'pinn' or 'ritz'" in result.status.advice
    assert result.value["energies"] == []
    assert result.value["trained_norms"][0] < 0.5
    assert any("ψ = 0 solves every E" in warning for warning in result.warnings)
    assert result.predict(np.array([0.3, 0.4])).shape == (2, 0)


def test_from_a_near_start_it_finds_the_ground_state_of_the_infinite_well():
    result = sciml.solve("infinite_well", "paper", energy=9.0)
    assert result.status is sciml.Status.CONVERGED
    assert abs(result.value["trained_energies"][0] - np.pi**2) < 1e-3
    assert result.metrics["energy_rel_error"] < 1e-5
    assert result.value["lower_bounds"][0] <= np.pi**2 <= result.value["upper_bounds"][0]


def test_only_one_dimension():
    with pytest.raises(sciml.BadProblem, match="one-dimensional"):
        sciml.solve("disc_billiard", "paper")
