"""Method `pinn`: trained states with free energies reach the exact ones and cannot collapse."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import sciml
from pinn import eigen, residual, start, trial
from pinn.nodes import domain_nodes
from pinn.setting import setting
from sciml import fit
from sciml.precision import float64


def inside(result):
    exact = np.array(result.value["reference_energies"])
    lower, upper = (np.array(result.value[name]) for name in ("lower_bounds", "upper_bounds"))
    return bool(np.all((lower <= exact) & (exact <= upper)))


@pytest.mark.parametrize("name", ["infinite_well", "finite_well", "barrier"])
def test_three_states_of_the_canonical_wells(name):
    result = sciml.solve(name, "pinn")
    assert result.status is sciml.Status.CONVERGED
    assert len(result.value["energies"]) == 3
    assert result.metrics["energy_rel_error"] <= 1e-8
    assert result.metrics["wavefunction_rel_error"] <= 1e-5
    assert result.value["nodes"] == [0, 1, 2]
    assert inside(result)


@pytest.mark.parametrize("name", ["delta_well", "morse"])
def test_wells_on_the_line(name):
    result = sciml.solve(name, "pinn", states=1)
    assert result.metrics["energy_rel_error"] <= 1e-8
    assert inside(result)
    assert np.allclose(result.value["trained_energies"], result.value["energies"], rtol=1e-6)


def test_billiard():
    result = sciml.solve("square_billiard", "pinn", states=2, points=300)
    assert result.metrics["energy_rel_error"] <= 1e-8
    assert inside(result)


def test_same_seed_same_bits():
    first, second = (sciml.solve("finite_well", "pinn", states=1, steps=5) for _ in range(2))
    assert first.value["energies"] == second.value["energies"]
    assert np.array_equal(first.arrays["psi"], second.arrays["psi"])


def test_prediction_between_grid_points_is_the_state():
    result = sciml.solve("infinite_well", "pinn", states=2)
    x = np.linspace(0.013, 0.987, 57)
    exact = np.sqrt(2) * np.stack([np.sin(np.pi * x), np.sin(2 * np.pi * x)], -1)
    assert np.max(np.abs(result.predict(x) - exact)) < 1e-5


@pytest.mark.parametrize("name", ["finite_well", "delta_well"])
def test_jacobian_is_the_derivative_of_the_residual(name):
    with float64():
        given = setting(sciml.get(name), None)
        points, weights = domain_nodes(given.ansatz, 40)
        network = trial.network_of(given.ansatz, 5, 1, given.states)
        params = network.init(jax.random.key(1))
        equations = residual.state_residual(given, network, params, points, weights, 3.0)
        z = equations.join(params, jnp.arange(1.0, given.states + 1))
        by_hand, automatic = equations.linearised(z)[1], jax.jacfwd(equations.residual)(z)
        assert np.allclose(by_hand, automatic, rtol=1e-9, atol=1e-9 * np.max(np.abs(automatic)))


def test_shrinking_the_states_gains_nothing():
    """The equation's part of the loss does not change with the norm: no collapse to zero."""
    with float64():
        task = eigen.prepare(sciml.get("barrier"), eigen.Config(), 0)
        z = task.init()["z"]
        params, energies = task.equations.split(z)
        smaller = {**params, "head": jax.tree.map(lambda leaf: 1e-3 * leaf, params["head"])}
        shrunk = task.equations.join(smaller, energies)
        rows = 3 * len(task.weights)
        before, after = (task.equations.residual(v)[:rows] for v in (z, shrunk))
        assert np.allclose(before, after, rtol=1e-9)
        assert np.sum(task.equations.residual(shrunk) ** 2) > np.sum(
            task.equations.residual(z) ** 2
        )


def test_interrupted_training_goes_on_to_the_same_state():
    with float64():
        problem, config = sciml.get("finite_well"), eigen.Config(states=1, steps=12)
        whole, _ = fit.run(eigen.prepare(problem, config, 0))
        half, _ = fit.run(eigen.prepare(problem, eigen.Config(states=1, steps=6), 0))
        rest, _ = fit.run(eigen.prepare(problem, config, 0), start=half)
    assert np.array_equal(whole.state["z"], rest.state["z"])
    assert whole.history == rest.history


def test_a_layer_too_narrow_is_refused():
    with pytest.raises(sciml.BadConfig, match="9 states are more than a layer of 5 holds"):
        sciml.solve("infinite_well", "pinn", states=9, width=5)


@pytest.mark.parametrize(
    ("name", "value"), [("steps", 0), ("width", 1), ("target", 0.0), ("points", 3)]
)
def test_settings_out_of_range_name_the_setting(name, value):
    with pytest.raises(sciml.BadConfig, match=f"{name} is {value}"):
        eigen.Config(**{name: value})


def test_level_spacing_of_a_close_pair_is_that_of_its_surroundings():
    assert np.allclose(start.level_spacing(np.array([1.0, 1.001, 4.0, 9.0])), [1.5, 1.5, 3.9995])
    assert np.allclose(start.level_spacing(np.array([2.0, 5.0])), [3.0])


def test_training_that_would_not_fit_in_memory_is_refused():
    with pytest.raises(sciml.BadConfig, match="training 40 states on .* points needs .* GiB"):
        sciml.solve("infinite_well", "pinn", states=40)
