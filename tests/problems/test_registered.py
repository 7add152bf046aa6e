"""Every registered problem: it builds, documents itself, and its known answer is consistent."""

import inspect

import jax.numpy as jnp
import numpy as np
import pytest

from problems.reference import closed_forms
from sciml import registry
from sciml.domain import Box, Disc, Triangle
from sciml.errors import BadProblem, NoBoundState
from sciml.precision import float64
from sciml.problem import EigenProblem

NAMES = [entry.name for entry in registry.listing()]
WELLS = [n for n in NAMES if isinstance(registry.get(n), EigenProblem)]
LINES = [n for n in WELLS if registry.get(n).dimension == 1]


def sample(problem, count=2000):
    """Random points well inside a domain."""
    bounds = np.clip(np.array(problem.domain.bounding_box), -3.0, 3.0)
    points = np.random.default_rng(0).uniform(*bounds.T, size=(count, len(bounds)))
    return points[problem.domain.contains(points)]


def test_names():
    assert set(WELLS) == {
        *("infinite_well", "finite_well", "finite_well_unbounded", "barrier", "step_well"),
        *("multi_well", "delta_well", "harmonic", "poschl_teller", "morse", "double_well"),
        *("hydrogen", "square_billiard", "disc_billiard", "equilateral_billiard"),
        *("right_triangle_billiard", "harmonic_2d", "mathieu"),
    }
    assert "burgers" in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_docstring_has_its_sections(name):
    entry = registry.entry(name)
    text = inspect.getdoc(entry.factory)
    for section in ("Parameters\n---", "Good values\n---", "Reference\n---"):
        assert section in text
    documented = text.partition("Parameters\n")[2].partition("Good values")[0]
    for parameter in entry.parameters:
        assert parameter in documented
    assert "=" in entry.summary
    assert entry.summary.endswith(".")
    assert registry.get(name).citation


@pytest.mark.parametrize("name", WELLS)
def test_known_energies_ascend_and_cover_the_default_states(name):
    problem = registry.get(name)
    energies = problem.energies(problem.states)
    assert energies.dtype == np.float64
    assert len(energies) == problem.states
    assert np.all(np.diff(energies) >= 0)
    np.testing.assert_allclose(problem.energies(1), energies[:1], rtol=1e-13)


@pytest.mark.parametrize("name", WELLS)
def test_potential_is_finite_and_the_same_on_numpy_and_jax(name):
    problem = registry.get(name)
    points = sample(problem)
    with float64():
        on_numpy = problem.potential_at(points)
        on_jax = problem.potential(*(jnp.asarray(column) for column in points.T))
        assert on_jax.dtype == jnp.float64
    np.testing.assert_allclose(on_numpy, np.asarray(on_jax), rtol=1e-15, atol=0)


@pytest.mark.parametrize("name", WELLS)
def test_kinetic_is_a_parameter_of_every_well(name):
    problem = registry.get(name, kinetic=0.5)
    assert problem.kinetic == 0.5
    assert not np.allclose(problem.energies(1), registry.get(name).energies(1), rtol=1e-3)
    with pytest.raises(BadProblem, match=f"'kinetic' of '{name}' is -1.0"):
        registry.get(name, kinetic=-1.0)


@pytest.mark.parametrize("name", LINES)
def test_wave_functions_are_orthonormal(name):
    problem = registry.get(name)
    (low, high) = problem.domain.bounding_box[0]
    reach = 300.0 if name == "hydrogen" else 25.0
    low, high = max(low, -reach), min(high, reach)
    cuts = [*problem.jumps, *(c for c, _ in problem.deltas)]
    ends = np.unique([*np.linspace(low, high, 61), *cuts])
    nodes, weights = np.polynomial.legendre.leggauss(30)
    half = 0.5 * np.diff(ends)[:, None]
    x, w = (ends[:-1, None] + half * (1 + nodes)).ravel(), (half * weights).ravel()
    k = problem.states
    psi = problem.wavefunctions(x[:, None], k)
    np.testing.assert_allclose(psi.T @ (w[:, None] * psi), np.eye(k), atol=3e-11)
    if problem.is_bounded:
        walls = problem.wavefunctions(np.array([[low], [high]]), k)
        np.testing.assert_allclose(walls, 0.0, atol=1e-12)


@pytest.mark.parametrize("name", LINES)
def test_wave_functions_have_their_energies(name):
    """<ψ|H|ψ>: the kinetic part from slopes by differences, the rest by quadrature."""
    problem = registry.get(name)
    low, high = problem.domain.bounding_box[0]
    reach = 150.0 if name == "hydrogen" else 12.0
    low, high = max(low, -reach), min(high, reach)
    x = np.linspace(low, high, 400_001)
    middle, step = 0.5 * (x[1:] + x[:-1]), x[1] - x[0]
    k = problem.states
    slope = np.diff(problem.wavefunctions(x[:, None], k), axis=0) / step
    psi = problem.wavefunctions(middle[:, None], k)
    with float64():
        v = problem.potential_at(middle[:, None])
    energies = step * np.sum(problem.kinetic * slope**2 + v[:, None] * psi**2, axis=0)
    for c, strength in problem.deltas:
        energies += strength * problem.wavefunctions(np.array([[c]]), k)[0] ** 2
    np.testing.assert_allclose(energies, problem.energies(k), rtol=3e-4)


def test_fewer_states_where_fewer_are_bound():
    assert len(registry.get("finite_well_unbounded").energies(9)) == 3
    assert len(registry.get("delta_well").energies(9)) == 1
    np.testing.assert_allclose(registry.get("poschl_teller").energies(9), [-25, -16, -9, -4, -1])
    assert len(registry.get("morse").energies(99)) == 8
    assert registry.get("morse").wavefunctions(np.zeros((4, 1)), 99).shape == (4, 8)
    assert registry.get("finite_well_unbounded", V0=5.0).states == 1
    assert registry.get("poschl_teller", order=1.5).states == 2
    assert closed_forms.poschl_teller_count(3.0) == 3


def test_domains():
    assert registry.get("multi_well", wells=2).domain == Box({"x": (-2.0, 2.0)})
    assert registry.get("multi_well", wells=2).states == 4
    assert isinstance(registry.get("disc_billiard").domain, Disc)
    assert isinstance(registry.get("equilateral_billiard").domain, Triangle)
    for name in ("harmonic", "finite_well_unbounded", "delta_well", "harmonic_2d", "hydrogen"):
        assert not registry.get(name).is_bounded
        assert "unbounded" in registry.entry(name).tags
    assert registry.get("hydrogen").domain == Box({"r": (0.0, np.inf)})
    assert registry.get("hydrogen").singular == (0.0,)


@pytest.mark.parametrize(
    ("name", "jumps"),
    [
        ("finite_well", (-0.5, 0.5)),
        ("barrier", (0.4, 0.6)),
        ("step_well", (0.5,)),
        ("multi_well", (-2.5, -1.5, -0.5, 0.5, 1.5, 2.5)),
        ("finite_well_unbounded", (-0.5, 0.5)),
    ],
)
def test_jumps_are_where_the_potential_jumps(name, jumps):
    problem = registry.get(name)
    assert problem.jumps == jumps
    c = np.array(jumps)
    with float64():
        sides = [problem.potential_at((c + side * 1e-12)[:, None]) for side in (-1, 1)]
    np.testing.assert_array_equal(np.abs(sides[1] - sides[0]), 50.0)


def test_billiard_levels():
    np.testing.assert_allclose(
        registry.get("square_billiard").energies(6), np.pi**2 * np.array([2, 5, 5, 8, 10, 10])
    )
    np.testing.assert_allclose(
        registry.get("right_triangle_billiard", leg=2.0).energies(4),
        np.pi**2 / 4 * np.array([5, 10, 13, 17]),
    )
    np.testing.assert_allclose(
        registry.get("equilateral_billiard").energies(4),
        16 * np.pi**2 / 9 * np.array([3, 7, 7, 12]),
    )
    zeros = np.array([2.404825557695773, 3.831705970207512, 3.831705970207512, 5.135622301840683])
    np.testing.assert_allclose(
        registry.get("disc_billiard", radius=2.0).energies(4), zeros**2 / 4, rtol=1e-15
    )


@pytest.mark.parametrize(
    ("name", "sides"),
    [
        ("square_billiard", (1.0, 4.0)),
        ("disc_billiard", (np.pi, 2 * np.pi)),
        ("equilateral_billiard", (np.sqrt(3) / 4, 3.0)),
        ("right_triangle_billiard", (0.5, 2 + np.sqrt(2))),
    ],
)
def test_billiards_miss_no_level(name, sides):
    """Weyl's law with its boundary term counts the levels of a billiard."""
    area, boundary = sides
    energies = registry.get(name).energies(400)
    counts = area * energies / (4 * np.pi) - boundary * np.sqrt(energies) / (4 * np.pi)
    deviation = counts - np.arange(400)
    assert np.abs(np.mean(deviation)) < 1.5
    assert np.max(np.abs(deviation)) < 12


def test_anisotropic_oscillator_sorts_its_levels():
    energies = registry.get("harmonic_2d", omega_x=1.0, omega_y=2.5).energies(5)
    np.testing.assert_allclose(energies, [3.5, 5.5, 7.5, 8.5, 9.5])


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("infinite_well", {"length": 0.0}, "'length' of 'infinite_well' is 0.0"),
        ("finite_well", {"width": -1.0}, "'width' of 'finite_well' is -1.0"),
        ("finite_well", {"width": 2.0}, "'width' .* but 'box' leaves room for less than 2.0"),
        ("barrier", {"V0": -5.0}, "'V0' of 'barrier' is -5.0"),
        ("barrier", {"width": 1.5}, "make 'width' smaller or 'box' larger"),
        ("step_well", {"position": 1.0}, "'position' of 'step_well' is 1.0"),
        ("multi_well", {"wells": 0}, "'wells' of 'multi_well' is 0.\n  try: give 1 or more"),
        ("delta_well", {"strength": -4.0}, "'strength' of 'delta_well' is -4.0"),
        ("harmonic", {"omega": 0.0}, "'omega' of 'harmonic' is 0.0.\n  try: give a positive"),
        ("hydrogen", {"l": -1}, "'l' of 'hydrogen' is -1.\n  try: give 0 or more"),
        ("burgers", {"nu": 0.0}, "'nu' of 'burgers' is 0.0"),
    ],
)
def test_bad_parameters(name, parameters, words):
    with pytest.raises(BadProblem, match=words):
        registry.get(name, **parameters)


def test_morse_without_bound_state():
    with pytest.raises(NoBoundState, match="raise 'depth' above 0.25"):
        registry.get("morse", depth=0.2)
    assert len(registry.get("morse", depth=0.3).energies(3)) == 1
