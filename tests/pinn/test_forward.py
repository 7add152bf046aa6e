"""Method `pinn` on equations: accuracy, honesty about it, resumption, refusals."""

import numpy as np
import pytest

import sciml
from pinn.forward import method
from pinn.forward.settings import Config
from sciml import fit
from sciml.precision import float64


@pytest.mark.parametrize(
    ("name", "parameters", "error"),
    [
        ("gp_u1", {"frequency": 20.0}, 1e-8),
        ("heat", {"k": 10.0, "omega": 5.0}, 1e-8),
        ("wave", {"slow": 1, "fast": 4}, 1e-6),
        ("helmholtz_2d", {"k": 10.0}, 1e-8),
    ],
)
def test_linear_equations_are_solved(name, parameters, error):
    found = sciml.solve(sciml.get(name, **parameters), "pinn")
    assert found.status is sciml.Status.CONVERGED
    assert found.metrics["rel_l2"] < error


def test_a_smooth_wave_that_steepens_is_followed():
    found = sciml.solve(sciml.get("burgers", nu=0.1), "pinn")
    assert found.status is sciml.Status.CONVERGED
    assert found.metrics["rel_l2"] < 1e-5
    assert found.value["route"] == "march"


def test_the_same_seed_gives_the_same_bits_and_another_one_others(tmp_path):
    problem = sciml.get("gp_u1", frequency=20.0)
    points = np.linspace(0.1, 6.0, 23)[:, None]
    one, two, other = (sciml.solve(problem, "pinn", seed=s).predict(points) for s in (0, 0, 1))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)
    kept = sciml.solve(problem, "pinn", store=tmp_path)
    again = sciml.load(next(p for p in tmp_path.iterdir() if p.is_dir()))
    np.testing.assert_allclose(again.predict(points), kept.predict(points), rtol=1e-9, atol=1e-11)


def test_too_few_units_are_said_and_not_called_converged():
    found = sciml.solve(sciml.get("gp_u1", frequency=100.0), "pinn", units=16)
    assert found.status is not sciml.Status.CONVERGED


def test_an_interrupted_march_goes_on_to_the_same_solution():
    problem, config = sciml.get("burgers", nu=0.3), Config(tolerance=1e-2)
    with float64():
        whole, _ = fit.run(method.prepare(problem, config, 0))
        half, _ = fit.run(method.prepare(problem, Config(tolerance=1e-2, steps=1), 0))
        rest, _ = fit.run(method.prepare(problem, config, 0), start=half)
    assert sorted(whole.state) == sorted(rest.state)
    for name, values in whole.state.items():
        np.testing.assert_allclose(values, rest.state[name], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("name", "value"), [("units", 3), ("steps", 0), ("tolerance", -1.0)])
def test_settings_out_of_range_name_the_setting(name, value):
    with pytest.raises(sciml.BadConfig, match=f"{name} is {value}"):
        Config(**{name: value})
