"""The box on the line: deep enough for the top state, and honest where there is none."""

import math

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad

from pinn.truncate import ACTION, truncated
from sciml import registry
from sciml.domain import Box
from sciml.errors import BadProblem, NoBoundState
from sciml.problem import EigenProblem


def line(potential, lower=-math.inf, upper=math.inf, **others):
    return EigenProblem(
        name="test", domain=Box({"x": (lower, upper)}), potential=potential, **others
    )


def action(potential, energy, start, end):
    return quad(lambda x: math.sqrt(max(potential(x) - energy, 0.0)), start, end, limit=200)[0]


@pytest.mark.parametrize("states", [1, 4, 12])
def test_harmonic(states):
    box, coarse = truncated(registry.get("harmonic"), states)
    (lower, upper) = box.bounding_box[0]
    energy = 2.0 * states - 1
    for end in (-lower, upper):
        depth = action(lambda x: x**2, energy, math.sqrt(energy), end)
        assert 0.99 * ACTION <= depth <= 1.5 * ACTION
    assert len(coarse.energies) == states + 1
    np.testing.assert_allclose(coarse.energies, 2 * np.arange(states + 1) + 1, rtol=2e-3)


def test_morse_is_deep_on_both_sides():
    problem = registry.get("morse")
    box, _ = truncated(problem, problem.states)
    energy = float(problem.energies(problem.states)[-1])
    grid = np.linspace(*box.bounding_box[0], 200001)
    wall = np.sqrt(np.maximum(problem.potential_at(grid[:, None]) - energy, 0.0) / problem.kinetic)
    inside = np.flatnonzero(wall == 0)
    step = grid[1] - grid[0]
    assert step * wall[: inside[0]].sum() >= 0.98 * ACTION
    assert step * wall[inside[-1] :].sum() >= 0.98 * ACTION


def test_half_line_keeps_its_finite_end():
    problem = registry.get("hydrogen")
    box, coarse = truncated(problem, 3)
    assert box.bounding_box[0][0] == 0.0
    np.testing.assert_allclose(coarse.energies[:3], [-1, -1 / 4, -1 / 9], rtol=1e-2)
    mirrored = line(lambda x: (x - 2.0) ** 2, upper=2.0)
    box, coarse = truncated(mirrored, 2)
    assert box.bounding_box[0][1] == 2.0
    np.testing.assert_allclose(coarse.energies[:2], [3.0, 7.0], rtol=1e-3)


def test_a_finite_box_is_kept():
    problem = registry.get("infinite_well")
    box, coarse = truncated(problem, 2)
    assert box == problem.domain
    np.testing.assert_allclose(coarse.energies, (np.pi * np.arange(1, 4)) ** 2, rtol=1e-3)


@pytest.mark.parametrize(("length", "shift"), [(1e-3, 0.0), (1e3, 0.0), (1.0, 100.0), (1e-9, 2.0)])
def test_boxes_scale_and_move_with_the_well(length, shift):
    def well(x, scale=1.0, offset=0.0):
        y = x / scale - offset
        return (y**4 - 3 * y**2) / scale**2

    plain, _ = truncated(line(well), 3)
    other, coarse = truncated(line(lambda x: well(x, length, shift)), 3)
    ends = np.array(other.bounding_box[0]) / length - shift
    np.testing.assert_allclose(ends, plain.bounding_box[0], rtol=0.1)
    _, reference = truncated(line(well), 3)
    np.testing.assert_allclose(coarse.energies * length**2, reference.energies, rtol=1e-3)


@pytest.mark.parametrize("far", [8.0, 40.0, 150.0])
def test_a_second_well_far_away_is_not_forgotten(far):
    """Two equal wells: both levels of the pair lie in the box, however far apart they are."""

    def pair(x):
        return -10 * jnp.exp(-((x - far / 3) ** 2)) - 10 * jnp.exp(-((x + 2 * far / 3) ** 2))

    box, coarse = truncated(line(pair), 2)
    assert box.bounding_box[0][0] < -2 * far / 3 - 1
    assert box.bounding_box[0][1] > far / 3 + 1
    np.testing.assert_allclose(coarse.energies[0], coarse.energies[1], rtol=2e-2)


def test_a_narrow_well_in_a_wide_box_is_seen():
    width = 1e-4
    problem = line(lambda x: -1e3 / width**2 * jnp.exp(-(((x - 0.3123) / width) ** 2)), 0.0, 1.0)
    _, coarse = truncated(problem, 1)
    # bottom of the well, in harmonic approximation with its first anharmonic correction
    expected = (-1e3 + math.sqrt(1e3) - 0.375) / width**2
    np.testing.assert_allclose(coarse.energies[0], expected, rtol=2e-2)


@pytest.mark.parametrize(("name", "count"), [("delta_well", 1), ("finite_well_unbounded", 3)])
def test_number_of_bound_states(name, count):
    truncated(registry.get(name), count)
    with pytest.raises(NoBoundState, match=f"has {count} bound state") as caught:
        truncated(registry.get(name), count + 1)
    assert f"states <= {count}" in caught.value.mend


@pytest.mark.parametrize(
    "potential",
    [lambda x: 5 * jnp.exp(-(x**2)), jnp.zeros_like, jnp.tanh],
    ids=["bump", "0", "step"],
)
def test_no_bound_state(potential):
    with pytest.raises(
        NoBoundState, match="has no bound state below the continuum, and 1 was"
    ) as c:
        truncated(line(potential), 1)
    assert "deepen" in c.value.mend


def test_a_repulsive_delta_binds_nothing():
    with pytest.raises(NoBoundState):
        truncated(line(jnp.zeros_like, deltas=((0.0, 3.0),)), 1)


def test_nan_names_the_place():
    with pytest.raises(BadProblem, match=r"NaN or -inf at x = ") as caught:
        truncated(line(lambda x: jnp.where(jnp.abs(x) > 3.0, jnp.nan, x**2)), 1)
    assert "finite ends" in caught.value.mend
    with pytest.raises(BadProblem, match="is nan at x = 0.5"):
        truncated(line(lambda x: jnp.where(x > 0.5, jnp.nan, x), 0.0, 1.0), 1)


def test_overflow_far_out_is_a_wall():
    box, coarse = truncated(line(lambda x: jnp.exp(x**2)), 2)
    assert box.bounding_box[0][1] < 5.0
    assert np.all(np.isfinite(coarse.energies))


def test_a_potential_that_fails_on_arrays():
    with pytest.raises(BadProblem, match="fails on an array"):
        truncated(line(lambda x: 1.0 if x > 0 else 0.0), 1)
