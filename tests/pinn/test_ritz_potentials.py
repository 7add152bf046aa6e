"""Method `ritz` on potentials it was not told about, against spectral elements."""

import math

import jax.numpy as jnp
import numpy as np
import pytest
from threadpoolctl import threadpool_limits

import sciml
from problems.reference.spectral_elements import bound_states, mesh
from sciml import Box, EigenProblem, Status
from sciml.precision import float64

C = 1 / math.e
OPEN = (-math.inf, math.inf)


def well(potential, domain=(0.0, 1.0), **others):
    return EigenProblem(name="test", domain=Box({"x": domain}), potential=potential, **others)


def reference(problem, ends, k, singular=()):
    with float64(), threadpool_limits(1, user_api="blas"):
        return bound_states(
            lambda x: np.asarray(problem.potential(x)),
            ends,
            k,
            kinetic=problem.kinetic,
            deltas=problem.deltas,
            singular=singular,
        ).energies


def check(problem, exact, *, tolerance, slack=1e-12, **settings):
    """Solve; the energies must be within the tolerance and inside their bars."""
    result = sciml.solve(problem, states=len(exact), **settings)
    energies = np.array(result.value["energies"])
    size = np.abs(exact) + problem.kinetic * np.array(result.value["mean_p2"])
    assert np.all(np.abs(energies - exact) <= tolerance * size)
    assert np.all(np.array(result.value["lower_bounds"]) <= exact + slack * size)
    assert np.all(exact - slack * size <= np.array(result.value["upper_bounds"]))
    return result


def test_an_undeclared_jump_is_found_and_solved():
    exact = sciml.get("step_well", position=C).energies(4)
    result = check(well(lambda x: jnp.where(x > C, 50.0, 0.0)), exact, tolerance=1e-10)
    assert result.status is Status.CONVERGED
    assert result.warnings == (
        "V jumps at x = 0.367879, which is not declared; treated as a jump.",
    )


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize(
    "shape", [lambda r: -10 / jnp.sqrt(r), lambda r: 20 * jnp.log(r)], ids=["root", "log"]
)
def test_singular_but_integrable(shape, declared):
    c = 0.375  # so that x - c is exact, for the reference too
    problem = well(lambda x: shape(jnp.abs(x - c)), singular=(c,) if declared else ())
    ends = mesh(0.0, 1.0, singular=(c,), levels=4, ratio=0.15)
    exact = reference(problem, ends, 3, singular=(c,))
    result = check(problem, exact, tolerance=1e-8, slack=1e-10)  # the reference's own digits
    assert any("singular at x = 0.375" in w for w in result.warnings) != declared


@pytest.mark.parametrize("width", [1 / 20, 1 / 200, 1 / 2000])
def test_steep_but_smooth(width):
    problem = well(lambda x: 50 * jnp.tanh((x - C) / width))
    layers = C + width * np.array([-16, -8, -4, -2, -1, 0, 1, 2, 4, 8, 16])
    exact = reference(problem, mesh(0.0, 1.0, breaks=layers[(layers > 0) & (layers < 1)]), 3)
    result = check(problem, exact, tolerance=1e-8)
    assert result.status is Status.CONVERGED or "error bar" in result.warnings[-1]


def test_a_narrow_deep_well_in_a_wide_box():
    width = 0.01
    problem = well(lambda x: -30 / width**2 * jnp.exp(-(((x - C) / width) ** 2)), (-5.0, 5.0))
    reach = width * np.geomspace(1.0, 500.0, 14)
    ends = np.unique([-5.0, *(C - reach)[C - reach > -5], C, *(C + reach)[C + reach < 5], 5.0])
    check(problem, reference(problem, ends, 3), tolerance=1e-10)


def test_a_spike_between_the_grid_points_of_any_scan_of_a_thousand():
    width = 1e-4
    problem = well(lambda x: 3000 * jnp.exp(-(((x - 0.31234) / width) ** 2)))
    layers = 0.31234 + width * np.array([-8, -4, -2, -1, 0, 1, 2, 4, 8])
    exact = reference(problem, mesh(0.0, 1.0, breaks=layers), 2)
    free = np.pi**2 * np.array([1, 4])
    assert np.all(exact > free + 0.1)
    check(problem, exact, tolerance=1e-5)


def test_jumps_kinks_and_deltas_together():
    def potential(x):
        return 30 * jnp.sin(7 * x) + jnp.where(x > 0.61, 40.0, 0.0) + 80 * jnp.abs(x - 0.23)

    problem = well(potential, jumps=(0.61,), deltas=((0.4, -12.0), (0.8, 5.0)), kinetic=0.5)
    exact = reference(problem, mesh(0.0, 1.0, breaks=(0.23, 0.4, 0.61, 0.8)), 4)
    result = check(problem, exact, tolerance=1e-10)
    assert result.status is Status.CONVERGED
    assert [w for w in result.warnings if "kink at x = 0.23;" in w]


def test_a_double_well_on_the_line_keeps_both_wells():
    """The barrier is so deep that either well alone looks complete; 6 states are 3 pairs."""
    problem = well(lambda x: (x**2 - 9.0) ** 2 / 9, OPEN)
    ends = mesh(-9.0, 9.0, size=0.6)
    result = check(problem, reference(problem, ends, 6), tolerance=1e-10)
    assert result.status is Status.CONVERGED


def test_a_degenerate_pair_is_said_to_be_mixed():
    problem = well(lambda x: (x**2 - 25.0) ** 2 / 25, OPEN)
    exact = reference(problem, mesh(-12.0, 12.0, size=0.6), 2)
    assert exact[1] - exact[0] < 1e-11
    result = check(problem, exact, tolerance=1e-10)
    assert any("arbitrary mixture of the pair" in w for w in result.warnings)


def test_a_far_attractive_delta_is_inside_the_box():
    """A deep well hides the delta beyond it: both belong to the ground state's surroundings."""
    problem = well(
        lambda x: jnp.where((x > 0.0) & (x < 0.1), -4000.0, 0.0),
        OPEN,
        jumps=(0.0, 0.1),
        deltas=((-1.0, -128.0),),
    )
    ends = mesh(-3.0, 2.0, breaks=(-1.0, 0.0, 0.1), size=0.25)
    check(problem, reference(problem, ends, 2), tolerance=1e-10)


def test_near_the_threshold():
    """A shallow Gaussian binds one state with E ≈ -(∫V/2)², far smaller than its depth."""
    problem = well(lambda x: -0.05 * jnp.exp(-(x**2)), OPEN)
    steps = np.geomspace(1.5, 900.0, 8)
    exact = reference(problem, np.concatenate([-steps[::-1], [0.0], steps]), 1)
    assert -0.002 < exact[0] < 0
    check(problem, exact, tolerance=1e-10)


@pytest.mark.parametrize("seed", range(4))
def test_random_smooth_potentials(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 16))
    heights, phases = 60 * rng.normal(size=count), rng.uniform(0, 6, count)

    def potential(x):
        return sum(
            h * jnp.cos(np.pi * (i + 1) * x + p)
            for i, (h, p) in enumerate(zip(heights, phases, strict=True))
        )

    problem = well(potential)
    exact = reference(problem, mesh(0.0, 1.0, size=0.1), 4)
    assert check(problem, exact, tolerance=1e-10).status is Status.CONVERGED


@pytest.mark.parametrize("seed", range(3))
def test_random_steps_nobody_declared(seed):
    rng = np.random.default_rng(100 + seed)
    places, heights = np.sort(rng.uniform(0.02, 0.98, 4)), 100 * rng.normal(size=4)

    def potential(x):
        return sum(jnp.where(x > c, h, 0.0) for c, h in zip(places, heights, strict=True))

    problem = well(potential)
    exact = reference(problem, mesh(0.0, 1.0, breaks=places), 3)
    assert check(problem, exact, tolerance=1e-10).status is Status.CONVERGED
