"""Regression on a domain that is no box, through `sciml.solve`."""

import numpy as np
import pytest

import sciml
from gp_solver.method import METHOD, Config
from gp_solver.scattered.task import GeneralTask
from sciml import registry
from sciml.precision import float64
from sciml.status import Status

DISC = {"kx": 4.0, "ky": 3.0}


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    store = tmp_path_factory.mktemp("runs")
    return sciml.solve("poisson_disc", "gp", store=store, **DISC)


def test_a_disc(result):
    assert result.status is Status.CONVERGED
    assert result.warnings == ()
    assert result.metrics["rel_l2"] < 1e-12
    assert result.metrics["residual"] < 1e-10
    angle = np.linspace(0, 6, 40)
    edge = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    np.testing.assert_allclose(result.predict(edge), result.built.exact(edge), atol=1e-11)


def test_what_it_holds(result):
    assert set(result.value["points"]) >= {"equation"} or result.value["points"]
    assert result.value["theta"] == {}
    assert len(result.arrays["points"]) == len(result.arrays["u"]) == len(result.arrays["sd"])
    assert np.all(np.hypot(*result.arrays["points"].T) <= 1 + 1e-12)


def test_loaded_it_predicts_the_same(result):
    again = sciml.load(result.run)
    points = np.random.default_rng(0).uniform(-0.6, 0.6, (20, 2))
    np.testing.assert_array_equal(again.predict(points), result.predict(points))
    np.testing.assert_array_equal(again.std(points), result.std(points))


def test_a_level_is_solved_once():
    with float64():
        task = METHOD.prepare(registry.get("poisson_disc", **DISC), Config(), 0)
        assert isinstance(task, GeneralTask)
        state, info = task.step(task.init())
        assert int(state["solved"]) == 1
        assert np.isfinite(list(info.metrics.values())).all()
        first = task._levels[0]
        task.step(task.init())
        assert task._levels[0] is first
