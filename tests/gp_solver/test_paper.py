"""Method `gp-paper`: its process against dense algebra, its runs, its endings, its refusals."""

from dataclasses import replace
from functools import lru_cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

import sciml
from benchmarks.gp_paper_speed import measure
from gp_solver import paper
from gp_solver.gram import tensor_prior, toeplitz
from gp_solver.kernels import Cosine, Matern, SquaredExponential, gram
from sciml import Box, Condition, Problem, Status, archive, fit
from sciml.errors import BadConfig, BadProblem
from sciml.precision import float64

LINE, CUBE = Box({"x": (0.0, 1.0)}), Box({"x": (0.0, 1.0), "y": (0.0, 1.0), "z": (0.0, 1.0)})
SMALL = {"points": 12, "components": 3, "frequency_max": 2.0, "chunk": 2}


def wave(k=6.0):
    """u″ = f with u = sin kx on [0, 2π]."""
    u = lambda x: jnp.sin(k * x["x"])  # noqa: E731
    return Problem(
        name="wave",
        domain=Box({"x": (0.0, 2 * np.pi)}),
        residual=lambda j, x, _: j.u_xx + k**2 * u(x),
        conditions=(Condition(("boundary",), lambda j, x, _: j.u - u(x)),),
    )


def front():
    """u_t + c u_x + u² = e^(xt) in space and time, with data on three of the four sides."""
    return Problem(
        name="front",
        domain=Box({"t": (0.0, 1.0), "x": (-1.0, 2.0)}),
        theta={"c": 1.5},
        residual=lambda j, x, th: (
            j.u_t + th["c"] * j.u_x + j.u_tx + j.u**2 - jnp.exp(x["x"] * x["t"])
        ),
        conditions=(
            Condition(("t:lower",), lambda j, x, _: j.u - jnp.sin(x["x"])),
            Condition(("x:lower", "x:upper"), lambda j, x, _: j.u - x["t"]),
        ),
    )


def scattered(model):
    """Parameters away from the start, so that no term is trivial; U is smooth."""
    flat, unravel = ravel_pytree(model.start())
    params = unravel(flat + 0.3 * np.random.default_rng(0).normal(size=flat.size))
    mesh = np.meshgrid(*model.nodes, indexing="ij")
    return params | {"U": jnp.asarray(np.cos(sum(mesh)) + 0.2 * mesh[0])}


@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_toeplitz_matrices_are_those_of_all_pairs(order):
    with float64():
        kernel, x = Matern(0.7) * Cosine(1.1), jnp.linspace(0.0, 2.0, 9)
        matrix = toeplitz(kernel, 9, spacing=0.25, order=order)
        expected = gram(kernel, x, x, order_x=order)
    np.testing.assert_allclose(matrix, expected, atol=1e-10)


def test_the_conditional_mean_differentiates_a_sine():
    """U″ = K″ K⁻¹ U along one axis, ∂_x ∂_y in a plane; and the mean between the points."""
    x, y = np.linspace(0, np.pi, 25), np.linspace(-1, 1, 21)
    u = np.sin(2 * x)[:, None] * np.exp(y)
    points = np.random.default_rng(0).uniform([0, -1], [np.pi, 1], (50, 2))

    def process():
        return tensor_prior([SquaredExponential(2.0)] * 2, [x, y], jitter=1e-12)

    @jax.jit
    def evaluate(u):
        prior = process()
        weights, solved = prior.weights(u), prior.solved(u)
        grid = prior.mean_on_grid(weights, [points[:5, 0], points[:3, 1]], (0, 0))
        each = [prior.derivative(u, orders, solved) for orders in ((2, 0), (1, 1))]
        return weights, *each, grid

    with float64():
        weights, second, mixed, grid = map(np.asarray, evaluate(u))
        prior = process()
        found = prior.mean_at(weights, points)
        assert prior.mean_at(weights, points[:0]).shape == (0,)
    np.testing.assert_allclose(second, -4 * u, atol=3e-2)
    np.testing.assert_allclose(mixed, 2 * np.cos(2 * x)[:, None] * np.exp(y), atol=3e-2)
    np.testing.assert_allclose(found, np.sin(2 * points[:, 0]) * np.exp(points[:, 1]), atol=1e-5)
    exact = np.sin(2 * points[:5, 0])[:, None] * np.exp(points[:3, 1])
    np.testing.assert_allclose(grid, exact, atol=1e-5)


def dense_objective(nodes, params, matrices):
    """The formula in print with whole matrices: no Toeplitz, no Kronecker algebra, no jet."""
    k, slopes = zip(*matrices(params["axes"]), strict=True)
    k = [matrix + 1e-6 * np.eye(len(matrix)) for matrix in k]
    first = [slope @ np.linalg.inv(matrix) for slope, matrix in zip(slopes, k, strict=True)]
    eyes, sides, whole = [np.eye(len(n)) for n in nodes], params["U"], np.kron(*k)
    u = sides.ravel()
    t, x = (c.ravel() for c in np.meshgrid(*nodes, indexing="ij"))
    pairs = (first[0], eyes[1]), (eyes[0], first[1]), first
    u_t, u_x, u_tx = (np.kron(a, b) @ u for a, b in pairs)
    equation = u_t + 1.5 * u_x + u_tx + u**2 - np.exp(x * t)
    faces = [sides[0] - np.sin(nodes[1]), sides[:, 0] - nodes[0], sides[:, -1] - nodes[0]]
    gaps = np.concatenate(faces)
    prior = 0.5 * np.linalg.slogdet(whole)[1] + 0.5 * u @ np.linalg.solve(whole, u)
    tau, v = params["log_tau"], params["log_v"]
    on_faces = 0.5 * gaps.size * tau - 0.5 * np.exp(tau) * np.sum(gaps**2)
    inside = 0.5 * equation.size * v - 0.5 * np.exp(v) * np.sum(equation**2)
    return prior - 200.0 * on_faces - inside


def test_the_objective_and_its_slope_are_those_of_dense_matrices():
    with float64():
        model = paper.Model(front(), paper.Config(points=7, components=3, frequency_max=2.0))
        params = scattered(model)
        value, slope = jax.jit(jax.value_and_grad(model.negative_log_joint))(params)

        @jax.jit
        def matrices(axes):
            kernels = [paper.kernel_of(axes[a], model.config) for a in ("t", "x")]
            pairs = zip(kernels, map(jnp.asarray, model.nodes), strict=True)
            return [tuple(gram(k, n, n, order_x=m) for m in (0, 1)) for k, n in pairs]

        def dense(z):
            return dense_objective(model.nodes, jax.tree.map(np.asarray, unravel(z)), matrices)

        flat, unravel = ravel_pytree(params)
        assert float(value) == pytest.approx(dense(flat), rel=1e-7)
        slope = np.asarray(ravel_pytree(slope)[0])
        ends = np.cumsum([leaf.size for leaf in jax.tree.leaves(params)])
        for end, leaf in zip(ends, jax.tree.leaves(params), strict=True):
            direction = np.zeros(flat.size)  # along one kind of parameter at a time
            direction[end - leaf.size : end] = np.random.default_rng(1).normal(size=leaf.size)
            h = 1e-5 * direction
            difference = (dense(flat + h) - dense(flat - h)) / 2e-5
            assert difference == pytest.approx(slope @ direction, rel=1e-4)


def test_a_wave_is_found_with_its_frequency():
    settings = {"points": 40, "components": 4, "frequency_max": 1.5, "steps": 500, "chunk": 250}
    result = sciml.solve(wave(), "gp-paper", kernel="mixture-student", **settings)
    assert result.status is Status.MAX_STEPS
    assert [row["step"] for row in result.history] == [1, 2]
    assert set(result.history[-1]) == {"step", "loss", "residual_at_points", "boundary"}
    x = np.linspace(0, 2 * np.pi, 300)
    exact = np.sin(6 * x)
    found = result.predict(x)[:, 0]
    assert np.linalg.norm(found - exact) < 1e-2 * np.linalg.norm(exact)
    assert result.metrics["residual"] < 1e-2
    assert result.metrics["boundary"] < 1e-2
    assert "Between the grid points the residual is" in result.warnings[0]
    np.testing.assert_allclose(result.arrays["x"], np.linspace(0, 2 * np.pi, 801))
    np.testing.assert_array_equal(result.arrays["u"], result.predict(result.arrays["x"]))
    spectrum = result.value["spectrum"]["x"]
    assert spectrum["weights"] == sorted(spectrum["weights"], reverse=True)
    assert len(spectrum["frequencies"]) == 4
    assert spectrum["frequencies"][0] == pytest.approx(6 / (2 * np.pi), abs=0.2)


@lru_cache
def small_task():
    """A task of few points, compiled once for all tests of its loop."""
    with float64():
        return paper.prepare(wave(), paper.Config(steps=8, **SMALL), 0)


def test_a_resumed_run_is_the_uninterrupted_one(tmp_path):
    def stop(step, *_):
        if step == 2:
            raise KeyboardInterrupt

    task, saved, file = small_task(), [], tmp_path / "state"
    with float64():
        whole, ending = fit.run(task)
        _, status = fit.run(task, report=stop, checkpoint=saved.append)
        assert (ending, status) == (Status.MAX_STEPS, Status.INTERRUPTED)
        archive.write_bytes(file, archive.state_to_bytes(saved[-1].state, {}))
        state = archive.state_from_leaves(archive.read(file)[0], task.init(), file)
        resumed, _ = fit.run(task, start=replace(saved[-1], state=state))
    assert len(whole.history) == 4
    assert resumed.history == whole.history
    for one, other in zip(*map(jax.tree.leaves, (resumed.state, whole.state)), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("tolerance", "status"), [(10.0, Status.CONVERGED), (0.6, Status.MAX_STEPS)]
)
def test_a_run_ends_where_equation_and_conditions_hold(tolerance, status):
    task = small_task()
    config = replace(task.model.config, tolerance=tolerance)
    task = replace(task, model=replace(task.model, config=config))
    with float64():
        progress, ended = fit.run(task)
        outcome = task.finish(progress.state, ended)
    assert ended is status
    assert outcome.status is status
    assert bool(outcome.warnings) == (outcome.metrics["residual"] > tolerance)


def test_what_holds_at_the_grid_points_alone_is_unresolved():
    task = small_task()
    with float64():
        outcome = task.finish(task.init(), Status.CONVERGED)
    assert outcome.status is Status.UNRESOLVED
    assert outcome.warnings == (
        "Between the grid points the residual is 1 of the equation's terms.",
    )


def test_a_step_reports_what_is_not_finite_in_the_state_it_leads_to():
    task = small_task()
    with float64():
        state = task.init()
        state["params"]["log_v"] = jnp.asarray(1e4)
        _, info = task.step(state)
    assert not np.all(np.isfinite(list(info.metrics.values())))


def test_the_answer_in_a_plane_comes_with_its_points():
    with float64():
        model = paper.Model(front(), paper.Config(kernel="matern", **SMALL))
        params = model.start() | {"U": jnp.asarray(model.nodes[0][:, None] + model.nodes[1])}
        arrays = paper.sample(model, params)
        found = paper.spectrum(params, model.config)
    assert arrays["points"].shape == (90 * 90, 2)
    np.testing.assert_allclose(arrays["points"][1], [0.0, -1.0 + 3.0 / 89])
    np.testing.assert_allclose(arrays["u"][:, 0], np.sum(arrays["points"], axis=1), atol=2e-2)
    assert found == {a: {"frequencies": [0.0] * 3, "weights": [1 / 3] * 3} for a in ("t", "x")}


def test_a_kernel_too_rough_for_the_equation_is_refused():
    rough = Problem(name="rough", domain=LINE, residual=lambda j, x, _: j.u_xxxxx)
    with pytest.raises(BadConfig, match="derivatives up to order 4"):
        sciml.solve(rough, "gp-paper", kernel="matern", points=8)


def bare(**changes):
    given = {"name": "it", "domain": LINE, "residual": lambda j, x, _: j.u_xx + j.u}
    return Problem(**(given | changes))


SLOPE = (Condition(("x:lower",), lambda j, x, _: j.u_x - 1.0),)
DATA = sciml.Observations(np.array([0.5]), np.array([1.0]))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"domain": sciml.Disc()}, "needs a finite box"),
        ({"domain": Box({"x": (0.0, np.inf)})}, "needs a finite box"),
        ({"domain": CUBE}, "has one or two dimensions"),
        ({"fields": ("u", "v")}, "solves for one field"),
        ({"periodic": ("x",)}, "knows no periodic axes"),
        ({"conditions": SLOPE}, "knows conditions on u only, on none of its derivatives"),
        ({"observations": DATA}, "reads no data"),
        ({"theta": {"c": 1.0}, "unknowns": ("c",)}, "infers no parameters"),
    ],
)
def test_problems_beyond_the_recipe_are_refused(changes, reason):
    with pytest.raises(BadProblem) as caught:
        sciml.solve(bare(**changes), "gp-paper")
    assert caught.value.what == f"method 'gp-paper' {reason}, which excludes 'it'."
    assert caught.value.mend == "use method 'gp'"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"points": 3}, "points is 3"),
        ({"components": 0}, "components is 0"),
        ({"learning_rate": 0.0}, "learning_rate is 0"),
        ({"kernel": "cosine"}, "setting 'kernel' is 'cosine'"),
    ],
)
def test_unusable_settings_are_refused(settings, message):
    with pytest.raises(BadConfig, match=message):
        sciml.solve(wave(), "gp-paper", **settings)


def test_the_benchmark_measures_an_epoch():
    item = measure("gp_u1", points=8, epochs=2)
    assert item["seconds_per_epoch"] > 0
    assert item["published_epochs"] == 100_000
