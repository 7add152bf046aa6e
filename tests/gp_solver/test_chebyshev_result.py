"""Method `chebyshev`: what a result holds, how runs end, what is refused."""

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

import sciml
from gp_solver.chebyshev import method as chebyshev
from gp_solver.chebyshev import solve as solving
from gp_solver.chebyshev.method import Config
from problems.manufactured import laplacian, manufactured
from sciml import registry
from sciml.conditions import Condition, Observations, Sampled
from sciml.errors import BadConfig, BadProblem
from sciml.status import Status

UNIT = (0.0, 1.0)


def solve(problem, **settings):
    return sciml.solve(problem, "chebyshev", config=settings)


def test_too_few_conditions_are_ill_conditioned():
    problem = dataclasses.replace(registry.get("gp_u1", frequency=3.0), conditions=())
    result = solve(problem)
    assert result.status is Status.ILL_CONDITIONED
    assert "too few conditions, or the parameters are those of a resonance" in result.warnings[0]


@pytest.mark.parametrize("points", [24, 48])
def test_resonance_is_ill_conditioned(points):
    problem = manufactured(
        lambda x, y: x * y + 1,
        lambda j, x, t: laplacian(j, x, t) + t["l"] * j.u,
        name="drum",
        bounds={"x": UNIT, "y": UNIT},
        theta={"l": 5 * np.pi**2},
    )
    assert solve(problem, points=points).status is Status.ILL_CONDITIONED


def test_a_kink_is_not_resolved():
    problem = dataclasses.replace(
        registry.get("gp_u1"),
        residual=lambda j, x, theta: j.u_xx - jnp.where(x["x"] > 1.0, 1.0, 0.0),
        exact=None,
    )
    result = solve(problem, steps=2)
    assert result.status is Status.MAX_STEPS
    assert "may have kinks, or need more points" in result.warnings[0]


def test_a_dense_system_has_its_limit(monkeypatch):
    monkeypatch.setattr(chebyshev, "DENSE", 400)
    monkeypatch.setattr(solving, "DENSE", 400)
    monkeypatch.setattr(solving, "DIRECT", 300)
    problem = manufactured(
        lambda x, y: jnp.sin(30 * x + 20 * y),
        lambda j, x, t: j.u_xx + j.u_xy + j.u_yy,
        name="plane",
        bounds={"x": UNIT, "y": UNIT},
    )
    result = solve(problem)
    assert result.status is Status.UNRESOLVED
    assert np.prod(result.value["points"]) <= 400
    assert "400 in all where the equation is not solved axis by axis" in result.warnings[1]


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_what_a_result_holds(dimension):
    axes = "xyz"[:dimension]
    problem = manufactured(
        lambda *x: jnp.exp(sum(x)), laplacian, name="toy", bounds=dict.fromkeys(axes, (0.0, 0.5))
    )
    result = solve(problem, points=14)
    assert result.value["points"] == [14] * dimension
    assert result.params["values"].shape == (14,) * dimension
    assert list(result.params["axes"]) == list(axes)
    count = {1: 801, 2: 8100, 3: 24**3}[dimension]
    points = result.arrays["x"][:, None] if dimension == 1 else result.arrays["points"]
    assert points.shape == (count, dimension)
    assert result.arrays["u"].shape == (count, 1)
    np.testing.assert_allclose(result.arrays["u"], problem.exact(points), rtol=1e-12)
    np.testing.assert_allclose(result.predict(points), result.arrays["u"], rtol=1e-13)
    scattered = np.random.default_rng(0).uniform(0, 0.5, (300, dimension))
    np.testing.assert_allclose(result.predict(scattered), problem.exact(scattered), rtol=1e-12)
    assert np.isnan(result.predict(np.full((1, dimension), 0.6)))


def test_save_load_and_resume(tmp_path):
    result = sciml.solve("gp_ac1_sin", "chebyshev", frequency=80.0, steps=1, store=tmp_path)
    assert result.status is Status.MAX_STEPS
    finished = sciml.resume(result.run, steps=9)
    at_once = sciml.solve("gp_ac1_sin", "chebyshev", frequency=80.0, steps=9)
    assert finished.status is at_once.status is Status.CONVERGED
    np.testing.assert_array_equal(finished.params["values"], at_once.params["values"])
    x = np.linspace(0, 1, 7)
    np.testing.assert_array_equal(sciml.load(finished.run).predict(x), at_once.predict(x))


SAMPLES = Sampled((np.linspace(0, 1, 5),), np.zeros(5))
REFUSED = [
    ({"domain": sciml.Disc()}, "is not posed on a bounded box"),
    ({"domain": sciml.Box({"x": (0.0, np.inf)})}, "is not posed on a bounded box"),
    ({"periodic": ("x",)}, "has a periodic axis"),
    ({"fields": ("u", "v")}, "has several fields"),
    ({"sampled": {"f": SAMPLES}}, "has a source that is known on a grid only"),
    ({"theta": {"a": 1.0}, "unknowns": ("a",)}, "has parameters to infer"),
    ({"observations": Observations(np.zeros(1), np.zeros(1))}, "has observations"),
    ({"conditions": (Condition(("boundary",), lambda j, x, t: j.u, 0.1),)},
     "has conditions with noise"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "words"), REFUSED, ids=[w for _, w in REFUSED])
def test_refusals(change, words):
    changes = {"residual": lambda j, x, t: j.u_xx, "conditions": (), "exact": None, **change}
    problem = dataclasses.replace(registry.get("gp_u1"), **changes)
    with pytest.raises(BadProblem, match=f"'gp_u1' {words}.*\n  try: use method 'gp'"):
        solve(problem)


def test_four_axes_are_refused():
    problem = manufactured(lambda *x: sum(x), laplacian, name="toy",
                           bounds=dict.fromkeys("xyzw", UNIT))  # fmt: skip
    with pytest.raises(BadProblem, match="has more than three axes"):
        solve(problem)


def test_source_that_is_not_finite():
    problem = dataclasses.replace(
        registry.get("gp_u1"), residual=lambda j, x, t: j.u_xx - jnp.log(x["x"] - 3.0)
    )
    with pytest.raises(BadProblem, match="residual of 'gp_u1' is not finite"):
        solve(problem)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"points": 4}, "points is 4.\n  try: choose a number from 8 to 4000, or none"),
        ({"tolerance": 0.0}, "tolerance is 0.0"),
        ({"steps": 0}, "steps is 0.\n  try: choose a number from 1 to 40"),
    ],
)
def test_bad_settings(settings, words):
    with pytest.raises(BadConfig, match=words):
        Config(**settings)
