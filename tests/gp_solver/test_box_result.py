"""Method `gp` on boxes: invariances, sampled sources, the posterior, saving and resuming."""

import dataclasses
from functools import cache

import jax.numpy as jnp
import numpy as np
import pytest

import sciml
from gp_solver.boxes.task import BoxTask
from problems.manufactured import laplacian, manufactured
from sciml import registry
from sciml.conditions import Sampled
from sciml.domain import Box
from sciml.status import Status

X = np.linspace(0, 1, 41)


def solve(problem, **settings):
    return sciml.solve(problem, "gp", config=settings)


def line(*, origin=0.0, length=1.0, unit=1.0):
    """-u'' + 3 u = f on a line that is shifted and measured in other units, as is u."""
    return manufactured(
        lambda x: unit * (jnp.sin(40 * (x - origin) / length) + ((x - origin) / length) ** 2),
        lambda j, x, t: -(length**2) * j.u_xx + 3 * j.u,
        name="line",
        bounds={"x": (origin, origin + length)},
    )


def plane(*, origin=0.0, length=1.0, unit=1.0):
    return manufactured(
        lambda x, y: unit * jnp.sin(9 * (x - origin) / length) * jnp.exp((y - origin) / length),
        lambda j, x, t: length**2 * (j.u_xx + j.u_yy) + j.u**3 / unit**2,
        name="plane",
        bounds=dict.fromkeys("xy", (origin, origin + length)),
    )


def layered(width, *, cubic=False):
    """-w² u'' + u = 1 (or u³ = 1): layers at the ends that no datum shows, so levels are needed."""
    return sciml.Problem(
        name="layered",
        domain=Box({"x": (0.0, 1.0)}),
        residual=lambda j, x, t: -(width**2) * j.u_xx + (j.u**3 if cubic else j.u) - 1,
        conditions=(sciml.Condition(("boundary",), lambda j, x, t: j.u),),
        exact=None if cubic else lambda p: _layers(p, width),
    )


def _layers(p, width):
    return 1 - (np.exp(-p / width) + np.exp((p - 1) / width)) / (1 + np.exp(-1 / width))


@cache
def plain(family):
    return solve(family(), branches=False)


@pytest.mark.parametrize("changed", [{"origin": 50.0}, {"length": 1e-4, "unit": 1e7}])
@pytest.mark.parametrize("family", [line, plane])
def test_translation_and_units_do_not_matter(family, changed):
    origin, length = changed.get("origin", 0.0), changed.get("length", 1.0)
    unit = changed.get("unit", 1.0)
    first, second = plain(family), solve(family(**changed), branches=False)
    assert first.status is second.status is Status.CONVERGED
    points = np.random.default_rng(0).random((50, first.built.dimension))
    one, other = first.predict(points), second.predict(origin + length * points) / unit
    np.testing.assert_allclose(other, one, rtol=0, atol=1e-9)
    assert first.value["unknowns"] == second.value["unknowns"]


def test_the_order_of_the_axes_does_not_matter():
    def swapped(names):
        return manufactured(
            lambda *c: jnp.sin(3 * c[names.index("x")]) * c[names.index("y")] ** 2,
            lambda j, x, t: j.u_xx + 2 * j.u_yy,
            name="plane",
            bounds={a: {"x": (0.0, 1.0), "y": (0.0, 2.0)}[a] for a in names},
        )

    first, second = solve(swapped("xy")), solve(swapped("yx"))
    points = np.random.default_rng(0).random((30, 2))
    np.testing.assert_allclose(
        second.predict(points[:, ::-1]), first.predict(points), rtol=0, atol=1e-12
    )


def test_a_source_known_on_a_grid_of_the_users():
    x = np.linspace(0, 1, 200)
    problem = sciml.Problem(
        name="measured",
        domain=Box({"x": (0.0, 1.0)}),
        residual=lambda j, x, t: j.u_xx - t["f"],
        conditions=(sciml.Condition(("boundary",), lambda j, x, t: j.u),),
        sampled={"f": Sampled((x,), -np.sin(np.pi * x) * np.pi**2)},
        exact=lambda p: np.sin(np.pi * p),
    )
    result = solve(problem)
    assert result.status is Status.CONVERGED
    assert result.metrics["rel_l2"] < 1e-10


def test_a_source_evaluated_on_a_uniform_grid_only():
    problem = manufactured(
        lambda x, y: jnp.sin(2 * jnp.pi * x) * jnp.sin(jnp.pi * y),
        laplacian,
        name="plane",
        bounds=dict.fromkeys("xy", (0.0, 1.0)),
    )
    coarse, fine = (solve(problem, points=n).metrics["rel_l2"] for n in (10, 80))
    assert fine < 1e-6
    assert fine < 1e-3 * coarse


def test_derivatives_are_those_of_the_prediction():
    result = plain(plane)
    rng, h = np.random.default_rng(1), 1e-3
    points = 0.1 + 0.8 * rng.random((20, 2))
    step = np.array([h, 0.0])
    above, middle, below = (result.predict(points + s * step)[:, 0] for s in (1, 0, -1))
    np.testing.assert_allclose(
        result.derivative(points, "u_x"), (above - below) / (2 * h), atol=1e-3
    )
    np.testing.assert_allclose(
        result.derivative(points, "u_xx"), (above - 2 * middle + below) / h**2, atol=1e-2
    )
    np.testing.assert_array_equal(result.derivative(points, "u"), middle)
    left = result.derivative(points, "u_xx") + result.derivative(points, "u_yy") + middle**3
    exact = jnp.sin(9 * points[:, 0]) * jnp.exp(points[:, 1])
    np.testing.assert_allclose(left, -80 * exact + exact**3, rtol=0, atol=1e-4)


def test_the_band_covers_and_samples_have_its_width():
    result = solve(layered(0.002), steps=1)
    problem = result.built
    points = np.linspace(*problem.domain.bounding_box[0], 300)[:, None]
    deviation = result.std(points)
    missed = np.abs(result.predict(points) - problem.exact(points))
    assert np.mean(missed <= 2 * deviation) > 0.9
    drawn = result.sample(points, 3000, seed=2)
    assert drawn.shape == (3000, 300, 1)
    np.testing.assert_array_equal(drawn, result.sample(points, 3000, seed=2))
    inside = points[:, 0] > points[3, 0]
    inside &= points[:, 0] < points[-4, 0]
    np.testing.assert_allclose(drawn.std(axis=0)[inside], deviation[inside], rtol=0.15)
    off = np.abs(drawn.mean(axis=0) - result.predict(points))
    assert np.all(off <= 5 * deviation / np.sqrt(3000) + 1e-12)


def test_saved_and_loaded_it_predicts_the_same(tmp_path):
    result = sciml.solve("gp_u7", "gp", length=1.0, store=tmp_path)
    points = np.random.default_rng(0).random((25, 2))
    for again in (sciml.load(result.run), sciml.load(result.save(tmp_path / "copy"))):
        np.testing.assert_array_equal(again.predict(points), result.predict(points))
        np.testing.assert_array_equal(again.std(points), result.std(points))
        np.testing.assert_array_equal(
            again.derivative(points, "u_xy"), result.derivative(points, "u_xy")
        )
        np.testing.assert_array_equal(
            again.sample(points, 4, seed=1), result.sample(points, 4, seed=1)
        )
        assert again.value == result.value
        assert again.status is result.status


def same(first, second):
    assert first.value == second.value
    assert first.metrics == second.metrics
    assert first.history == second.history
    assert first.status is second.status
    for name in ("mean", "draws"):
        np.testing.assert_array_equal(first.params[name], second.params[name])
    return True


def test_the_same_seed_gives_the_same_bits():
    problem = registry.get("allen_cahn_several", length=5.0, source=0.1)
    first, again, other = (sciml.solve(problem, "gp", seed=s) for s in (1, 1, 2))
    assert same(first, again)
    assert not np.array_equal(first.params["draws"], other.params["draws"])


def stop(now, steps, metrics):
    raise KeyboardInterrupt


@pytest.mark.parametrize("cubic", [False, True])
def test_an_interrupted_run_resumes_to_the_same_bits(tmp_path, cubic):
    problem = layered(0.005, cubic=cubic)
    whole = solve(problem, branches=False)
    assert len(whole.history) > 1
    stopped = sciml.solve(problem, "gp", store=tmp_path, report=stop, branches=False)
    assert stopped.status is Status.INTERRUPTED
    assert len(stopped.history) == 1
    assert np.isfinite(stopped.predict(X)).all()
    assert same(sciml.resume(stopped.run, problem=problem), whole)


def test_an_interrupted_run_goes_on_with_more_levels(tmp_path):
    problem = layered(0.002)
    stopped = sciml.solve(problem, "gp", store=tmp_path, report=stop, branches=False, steps=2)
    more = sciml.resume(stopped.run, problem=problem, steps=8)
    assert more.status is Status.CONVERGED
    assert len(more.history) > 2


def test_each_level_gains_digits():
    problem = layered(0.002)
    results = [solve(problem, steps=n) for n in (1, 2, 3, 4)]
    errors = [r.metrics["rel_l2"] for r in results]
    assert errors[0] > 1e-3
    assert np.all(np.diff(errors) <= 0)
    assert errors[-1] < 1e-10
    assert results[0].status is Status.UNRESOLVED
    assert results[-1].status is Status.CONVERGED
    assert "least resolved along 'x'" in results[0].warnings[0]
    assert results[-1].warnings == ()


def test_what_a_result_holds():
    result = plain(plane)
    resolution = result.value["resolution"]
    assert list(resolution) == ["x", "y"]
    assert resolution["x"]["points"] > resolution["x"]["functions"]
    assert set(result.value["spectrum"]) == {"x", "y"}
    assert result.value["unknowns"] == np.prod([r["functions"] - 2 for r in resolution.values()])
    assert result.arrays["u"].shape == (90 * 90, 1)
    assert result.arrays["sd"].shape == (90 * 90, 1)
    assert "branches" not in result.arrays


def test_the_spectrum_of_the_answer():
    result = solve(registry.get("gp_u1", frequency=100.0))
    found = result.value["spectrum"]["x"]
    strongest = found["frequencies"][int(np.argmax(found["weights"]))]
    assert strongest == pytest.approx(100 / (2 * np.pi), abs=1e-2)
    assert max(found["weights"]) == pytest.approx(0.5, rel=0.05)


def test_the_task_keeps_levels_that_it_solved():
    from gp_solver import route
    from gp_solver.method import Config
    from sciml.precision import float64

    with float64():
        task = route.task(dataclasses.replace(line(), conditions=line().conditions), Config(), 0)
        assert isinstance(task, BoxTask)
        state, _ = task.step(task.init())
        assert len(task.solved) == 1
        task.finish(state, Status.MAX_STEPS)
        assert len(task.solved) == 1


def test_laplace_without_a_source():
    problem = manufactured(
        lambda x, y: x**2 - y**2 + x * y,
        laplacian,
        name="l",
        bounds=dict.fromkeys("xy", (0.0, 1.0)),
    )
    assert solve(problem).metrics["rel_l2"] < 1e-13
