"""Other ways to fit hidden networks: as published, and by multiple shooting."""

import jax.numpy as jnp
import numpy as np
import pytest

from discovery.surrogate import paper, shooting
from discovery.surrogate.model import Shape
from discovery.surrogate.train import Settings
from sciml.errors import BadProblem
from sciml.hidden import Hidden, HiddenTermProblem
from sciml.precision import float64
from sciml.records import Experiment, Records

TIMES = np.linspace(0, 6, 25)[:, None]


@pytest.fixture(scope="module")
def growth():
    values = 1 / (1 + 9 * np.exp(-TIMES))
    values += 0.003 * np.random.default_rng(0).standard_normal(values.shape)
    return HiddenTermProblem(
        states="x", hidden=Hidden("F", "x", "x"), data=Records((Experiment(TIMES, values),))
    )


def test_sigmoid_networks_are_tanh_networks():
    shape = Shape((2, 5, 4, 3))
    rng = np.random.default_rng(0)
    x = rng.normal(size=2)
    with float64():
        vector, scale = jnp.asarray(rng.normal(size=shape.size)), jnp.asarray(1.7)
        y, z = scale * x, x
        for kernel, bias in shape.layers(vector):
            last = kernel.shape[1] == 3
            y = y @ kernel + bias
            y = y if last else 1 / (1 + jnp.exp(-y))
        for kernel, bias in shape.layers(paper.as_tanh(shape, vector, scale)):
            last = kernel.shape[1] == 3
            z = z @ kernel + bias
            z = z if last else jnp.tanh(z)
        np.testing.assert_allclose(y, z, rtol=1e-12)


def test_the_published_training_descends_and_has_no_posterior(growth):
    settings = paper.PaperSettings((16, 16), (8,), collocation=30, steps=601, chunk=200)
    trainer = paper.PaperTrainer(growth, growth.data, settings, 0)
    assert trainer.steps == 4
    state, losses = trainer.init(), []
    for _ in range(trainer.steps):
        state, metrics = trainer.step(state)
        losses.append(metrics["loss"])
    assert losses[-1] < 0.7 * losses[0]
    found = trainer.finish(state)
    assert np.abs(found.fields(0, TIMES) - growth.data.experiments[0].values).max() < 0.3
    with pytest.raises(BadProblem, match="without a posterior"):
        found.hidden_covariance(0, 0, TIMES)


def test_segments_hold_every_measurement(growth):
    cut = shooting.segments(growth.data, 25, inside=5)
    assert cut.times.shape == (1, 5, 6)
    assert (np.diff(cut.times, axis=2) > 0).all()
    np.testing.assert_allclose(cut.times.ravel()[cut.row[0]], TIMES[:, 0])
    np.testing.assert_array_equal(cut.used, [[1, 1, 1, 1, 0]])
    uneven = shooting.segments(growth.data, 25, inside=7)
    np.testing.assert_allclose(uneven.times.ravel()[uneven.row[0]], TIMES[:, 0])
    assert (np.diff(uneven.times, axis=2) > 0).all()


def test_shooting_finds_the_growth(growth):
    found = shooting.fit(growth, settings=Settings(solution=(10, 10), hidden=(5,), collocation=40))
    inputs = np.linspace(0.15, 0.95, 20)[:, None]
    exact = (inputs * (1 - inputs))[:, 0]
    assert np.linalg.norm(found.hidden_at(0, inputs) - exact) < 0.08 * np.linalg.norm(exact)
    assert found.noise[0] == pytest.approx(0.003, rel=0.5)


def test_shooting_refuses_fields():
    problem = HiddenTermProblem(
        states="u", hidden=Hidden("F", "u", "u_x"), bounds={"x": (0.0, 1.0)}
    )
    with pytest.raises(BadProblem, match="axes of space"):
        shooting.fit(problem)
