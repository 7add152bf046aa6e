"""Method `ritz` end to end: registered wells, seeds, prediction off the grid, refusals."""

import math

import jax.numpy as jnp
import numpy as np
import pytest

import sciml
from sciml import Box, EigenProblem, Status
from sciml.errors import BadConfig, BadProblem, NoBoundState

WELLS = [
    ("infinite_well", {}),
    ("finite_well", {"V0": 200.0}),
    ("finite_well_unbounded", {"kinetic": 0.5}),
    ("barrier", {}),
    ("multi_well", {}),
    ("delta_well", {}),
    ("harmonic", {"states": 6}),
    ("poschl_teller", {}),
    ("double_well", {}),
    ("hydrogen", {}),
    ("hydrogen", {"l": 1}),
]


def box(potential, lower=0.0, upper=1.0, **others):
    return EigenProblem(
        name="test", domain=Box({"x": (lower, upper)}), potential=potential, **others
    )


@pytest.fixture(scope="module")
def barrier():
    return sciml.solve("barrier")


@pytest.mark.parametrize(("name", "overrides"), WELLS, ids=lambda v: str(v) if v else "")
def test_registered_wells(name, overrides):
    result = sciml.solve(name, **overrides)
    exact = np.array(result.value["reference_energies"])
    lower, upper = (np.array(result.value[key]) for key in ("lower_bounds", "upper_bounds"))
    assert result.status is Status.CONVERGED
    assert result.metrics["energy_rel_error"] <= 1e-10
    assert result.metrics["wavefunction_rel_error"] <= 1e-5
    assert result.metrics["norm_error"] <= 1e-11
    assert np.all((lower <= exact) & (exact <= upper))
    assert result.value["nodes"] == list(range(len(exact)))


def test_billiard():
    result = sciml.solve("disc_billiard", states=3, width=250)
    assert result.metrics["energy_rel_error"] <= 1e-8
    exact = np.array(result.value["reference_energies"])
    assert np.all(np.array(result.value["lower_bounds"]) <= exact)
    assert np.all(exact <= np.array(result.value["upper_bounds"]))


def test_same_seed_same_bits_and_other_seeds_within_the_bars(barrier):
    again, other = sciml.solve("barrier"), sciml.solve("barrier", seed=7)
    assert again.value["energies"] == barrier.value["energies"]
    assert again.value["lower_bounds"] == barrier.value["lower_bounds"]
    np.testing.assert_array_equal(again.arrays["psi"], barrier.arrays["psi"])
    assert other.value["energies"] != barrier.value["energies"]
    for low, energy, high in zip(
        barrier.value["lower_bounds"],
        other.value["energies"],
        barrier.value["upper_bounds"],
        strict=True,
    ):
        assert low <= energy <= high


def test_prediction_off_the_grid(barrier):
    x = np.random.default_rng(0).uniform(0.0, 1.0, (300, 1))
    exact = sciml.get("barrier").wavefunctions(x, 3)
    psi = barrier.predict(x)
    np.testing.assert_allclose(psi * np.sign(np.sum(psi * exact, axis=0)), exact, atol=1e-6)
    assert np.all(barrier.predict(np.array([[-0.5], [1.5], [1e9]])) == 0.0)
    np.testing.assert_allclose(barrier.predict(np.array([[0.0], [1.0]])), 0.0, atol=1e-12)


def test_prediction_beyond_the_box_of_an_open_domain():
    result = sciml.solve("harmonic", states=2)
    x = np.array([[-60.0], [-0.4], [1.3], [60.0]])
    psi = result.predict(x)
    ground = np.pi**-0.25 * np.exp(-(x[:, 0] ** 2) / 2)
    np.testing.assert_allclose(psi[:, 0], ground, atol=1e-8)
    np.testing.assert_allclose(
        np.abs(psi[:, 1]), np.abs(math.sqrt(2) * x[:, 0] * ground), atol=1e-8
    )
    assert np.all(psi[[0, 3]] == 0.0)


def test_more_states_raise_no_energy(barrier):
    """Courant-Fischer does not compare two spans, but bars of both must overlap."""
    more = sciml.solve("barrier", states=6)
    for i in range(3):
        assert more.value["lower_bounds"][i] <= barrier.value["upper_bounds"][i]
        assert barrier.value["lower_bounds"][i] <= more.value["upper_bounds"][i]


def test_a_width_too_small_is_not_passed_off_as_converged():
    result = sciml.solve("finite_well", states=6, config={"width": 14})
    assert result.status is Status.UNRESOLVED
    assert "error bar" in result.warnings[-1]
    exact = sciml.get("finite_well").energies(6)
    assert np.all(np.array(result.value["upper_bounds"]) >= exact)


@pytest.mark.parametrize(
    ("overrides", "what"),
    [
        ({"states": 0}, "states is 0"),
        ({"states": -3}, "states is -3"),
        ({"states": 5000}, "5000 states are more than the basis can hold"),
        ({"states": 40, "width": 16}, "40 states are more than the basis can hold"),
        ({"width": 4}, "width is 4"),
        ({"tolerance": 0.0}, "tolerance is 0"),
        ({"tolerance": math.nan}, "tolerance is nan"),
    ],
)
def test_bad_settings(overrides, what):
    with pytest.raises(BadConfig, match=what) as caught:
        sciml.solve("infinite_well", **overrides)
    assert caught.value.mend


@pytest.mark.parametrize("bad", [jnp.nan, jnp.inf])
def test_a_potential_that_is_not_finite(bad):
    with pytest.raises(BadProblem, match=r"is (nan|inf) at x = 0\.[67]") as caught:
        sciml.solve(box(lambda x: jnp.where(x > 0.6, bad, x)))
    assert "keep V finite" in caught.value.mend


def test_a_jump_outside_the_box():
    with pytest.raises(
        BadProblem, match=r"jump of 'test' at 2.0 lies outside the box \[0.0, 1.0\]"
    ):
        sciml.solve(box(jnp.zeros_like, jumps=(2.0,)))


def test_no_bound_state():
    with pytest.raises(NoBoundState, match="has 1 bound state below the continuum, and 2 were"):
        sciml.solve("delta_well", states=2)


def test_three_dimensions_are_refused():
    cube = EigenProblem(
        name="cube",
        domain=Box(dict.fromkeys("xyz", (0.0, 1.0))),
        potential=lambda x, y, z: 0 * x,
    )
    with pytest.raises(BadProblem, match="'cube' has 3 dimensions"):
        sciml.solve(cube)
