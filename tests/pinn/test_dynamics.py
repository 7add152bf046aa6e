"""States that move: the closed forms, what is conserved, and a measure that tells good from bad."""

import numpy as np
import pytest

import sciml
from pinn.dynamics import task as ladder
from pinn.dynamics.task import Config
from pinn.dynamics.wave import Wave
from sciml import fit, registry
from sciml.errors import BadConfig, BadProblem
from sciml.precision import float64
from sciml.problem import QuantumDynamics
from sciml.status import Status

OSCILLATOR = registry.get("harmonic", kinetic=0.5)


FEW = Config(states=8, width=48, tolerance=0.1)


def gaussian(x):
    return np.exp(-0.5 * (x - 1.0) ** 2)


def oscillating(**more):
    """A packet displaced by 1, over half a period."""
    given = {"name": "p", "well": OSCILLATOR, "initial": gaussian, "duration": np.pi}
    return QuantumDynamics(**(given | more))


@pytest.fixture(scope="module")
def coherent():
    return sciml.solve("coherent_state")


@pytest.fixture(scope="module")
def tunnelling():
    return sciml.solve("tunnelling", config={"states": 64, "width": 512})


def test_coherent_state_over_ten_periods(coherent):
    assert coherent.status is Status.CONVERGED
    assert coherent.metrics["rel_l2"] < 1e-7
    assert coherent.metrics["max_error"] < 1e-6
    assert coherent.metrics["norm_defect"] < 1e-11
    assert coherent.metrics["energy_drift"] < 1e-10
    assert coherent.metrics["rel_l2"] < coherent.metrics["error_estimate"] < 1e-6
    np.testing.assert_allclose(coherent.value["energy"], 2.5, rtol=1e-11)
    assert coherent.built.duration == pytest.approx(20 * np.pi)


def test_mean_position_follows_the_classical_orbit(coherent):
    course = coherent.value["course"]
    np.testing.assert_allclose(course["mean_x"], 2 * np.cos(course["t"]), atol=1e-6)
    np.testing.assert_allclose(course["norm"], 1.0, atol=1e-11)


def test_packet_in_a_box_returns_at_the_revival_time():
    result = sciml.solve("packet_in_well", width=0.1, momentum=12.0, duration=2 / np.pi)
    assert result.status is Status.CONVERGED
    assert result.metrics["rel_l2"] < 3e-7
    assert result.metrics["norm_defect"] < 1e-11
    x = np.linspace(0, 1, 50)
    first, last = (result.predict(np.stack([np.full(50, t), x], 1)) for t in (0.0, 2 / np.pi))
    np.testing.assert_allclose(first, last, atol=1e-5)


def test_tunnelling_reports_what_passes(tunnelling):
    value = tunnelling.value
    assert tunnelling.status is Status.CONVERGED
    assert tunnelling.metrics["rel_l2"] < 3e-7
    parts = [value[n] for n in ("transmission", "reflection", "in_barrier")]
    assert sum(parts) == pytest.approx(1.0, abs=1e-9)
    for name in ("transmission", "reflection", "in_barrier"):
        np.testing.assert_allclose(value[name], value[f"reference_{name}"], atol=1e-7)
    assert value["course"]["transmission"][-1] == value["transmission"]
    assert value["energy"] < tunnelling.parameters["V0"] * 0.7


def test_prediction_on_a_grid_at_scattered_points_and_outside(coherent):
    with float64():
        rng = np.random.default_rng(0)
        scattered = rng.uniform([0, -4], [60, 4], size=(300, 2))
        grid = np.stack(np.meshgrid(scattered[:40, 0], scattered[:40, 1]), -1).reshape(-1, 2)
    exact = coherent.built.exact
    for points in (scattered, grid):
        np.testing.assert_allclose(coherent.predict(points), exact(points), atol=1e-6)
    np.testing.assert_array_equal(coherent.predict([[1.0, 500.0]]), 0.0)


def test_wave_is_the_same_point_by_point():
    wave = Wave(np.array([0.6, 0.8j]), np.array([1.0, 2.5]))
    points = np.random.default_rng(1).uniform(size=(30, 2))
    states = np.stack([np.cos, np.sin])

    def basis(x):
        return np.stack([f(x) for f in states], axis=1)

    t, x = points.T
    expected = 0.6 * np.exp(-1j * t) * np.cos(x) + 0.8j * np.exp(-2.5j * t) * np.sin(x)
    np.testing.assert_allclose(wave.sampled(points, basis), expected, rtol=1e-14)


def test_save_and_load(coherent, tmp_path):
    kept = coherent.save(tmp_path / "kept")
    again = sciml.load(kept)
    points = [[0.3, 1.0], [7.0, -1.0]]
    np.testing.assert_array_equal(again.predict(points), coherent.predict(points))
    assert again.metrics == coherent.metrics
    again.plot(tmp_path / "a.png")


def test_scale_of_the_initial_state_and_zero_of_energy_do_not_matter():
    shifted = registry.get("harmonic", kinetic=0.5)
    shifted = type(shifted)(
        name="w",
        domain=shifted.domain,
        kinetic=0.5,
        potential=lambda x: 0.5 * x**2 + 3.0,
    )
    plain = sciml.solve(oscillating())
    moved = sciml.solve(oscillating(well=shifted, initial=lambda x: 5j * gaussian(x)))
    points = np.stack([np.linspace(0, 3, 40), np.linspace(-2, 2, 40)], 1)
    densities = [np.sum(r.predict(points) ** 2, axis=1) for r in (plain, moved)]
    np.testing.assert_allclose(densities[1], densities[0], atol=1e-6)
    np.testing.assert_allclose(moved.value["energy"], plain.value["energy"] + 3.0, rtol=1e-9)


def test_too_few_states_are_said_to_be_too_few():
    result = sciml.solve("coherent_state", states=6)
    assert result.status is Status.UNRESOLVED
    assert result.metrics["outside"] > 0.05
    assert result.metrics["error_estimate"] > result.metrics["rel_l2"] / 2
    assert "lies outside the 6 states" in result.warnings[0]


def test_a_well_that_binds_too_few_states_is_said_to():
    well = registry.get("finite_well_unbounded")
    result = sciml.solve(oscillating(well=well, duration=0.1, initial=lambda x: gaussian(3 * x)))
    assert result.status is Status.UNRESOLVED
    assert result.value["states"] == 3
    assert "walls to a well" in result.warnings[0]


def test_a_run_goes_on_where_it_was_stopped():
    def stop(step, steps, metrics):
        if step == 1:
            raise KeyboardInterrupt

    problem = oscillating(well=registry.get("infinite_well"), initial=lambda x: x * (1 - x))
    with float64():
        whole, status = fit.run(ladder.prepare(problem, FEW, 0))
        task = ladder.prepare(problem, FEW, 0)
        part, _ = fit.run(task, report=stop)
        assert part.step == 1
        assert task.finish(part.state, Status.INTERRUPTED).status is Status.INTERRUPTED
        assert len(task.halves) == 1
        rest, again = fit.run(ladder.prepare(problem, FEW, 0), start=part)
    assert (again, rest.step) == (status, whole.step)
    assert rest.history == whole.history


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"duration": 0.0}, "duration of 'p' is 0.0"),
        ({"duration": np.inf}, "duration of 'p' is inf"),
        ({"well": registry.get("square_billiard")}, "has 2 dimensions.\n  try: give a well on a"),
        ({"window": (2.0, 1.0)}, "'window' of 'p' runs from 2.0 to 1.0"),
        ({"regions": {"far": (3.0, 3.0)}}, "'far' of 'p' runs from 3.0 to 3.0"),
        (
            {"well": registry.get("infinite_well"), "regions": {"far": (3.0, 4.0)}},
            "'far' of 'p' .* the well from 0.0 to 1.0",
        ),
    ],
)
def test_bad_problems(given, words):
    with pytest.raises(BadProblem, match=words):
        oscillating(**given)


@pytest.mark.parametrize(
    ("initial", "words"),
    [
        (lambda x: 0 * x, "initial state of 'p' is zero"),
        (lambda x: np.sqrt(x), "not finite at -"),
        (lambda x: 1.0, "maps .* float64 ()"),
        (lambda x: 1.0 if x > 0 else 0.0, "fails on an array"),
    ],
)
def test_bad_initial_states(initial, words):
    with pytest.raises(BadProblem, match=words):
        sciml.solve(oscillating(initial=initial))


def test_bad_settings():
    with pytest.raises(BadConfig, match="states is 0"):
        sciml.solve(oscillating(), states=0)
    with pytest.raises(BadProblem, match="'center' of 'packet_in_well' is 2.0"):
        registry.get("packet_in_well", center=2.0)
    with pytest.raises(BadProblem, match="'burgers' is no registered well"):
        registry.get("packet_in_well", well="burgers")
    with pytest.raises(BadProblem, match="'mine.py:well' is no registered well"):
        registry.get("packet_in_well", well="mine.py:well")
    with pytest.raises(BadProblem, match="start before the barrier"):
        registry.get("tunnelling", center=1.0)
