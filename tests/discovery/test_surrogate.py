"""Surrogates of ordinary equations: hidden terms, noise, masks, experiments, resumption."""

import dataclasses

import jax
import numpy as np
import pytest
from hidden_systems import predators

from discovery.surrogate.train import Settings, fit, start
from sciml.errors import BadData, BadProblem
from sciml.hidden import Hidden, HiddenTermProblem
from sciml.records import Experiment, Records

TIMES = np.linspace(0, 6, 31)[:, None]
SMALL = Settings(solution=(10, 10), hidden=(5,), collocation=50, attempts=0)


def grown(start_at, rate=1.0, noise=0.0, seed=0):
    """Logistic growth at TIMES, measured with errors."""
    exact = 1 / (1 + (1 / start_at - 1) * np.exp(-rate * TIMES))
    return exact + noise * np.random.default_rng(seed).standard_normal(exact.shape)


def growth(*experiments, **rest):
    """x′ = F(x), of which nothing is known."""
    settings = {"states": "x", "hidden": Hidden("F", "x", "x"), "name": "growth"} | rest
    return HiddenTermProblem(data=Records(experiments), **settings)


def distance(found, exact):
    return np.linalg.norm(found - exact) / np.linalg.norm(exact)


@pytest.fixture(scope="module")
def hunted():
    return fit(predators())


def test_the_hidden_terms_of_predators_and_prey_are_found(hunted):
    at = np.linspace(0, 3, 61)[:, None]
    product = np.prod(hunted.fields(0, at), axis=1)
    hidden = hunted.hidden(0, at)
    assert distance(hidden[:, 0], -0.9 * product) < 0.06
    assert distance(hidden[:, 1], 0.8 * product) < 0.1
    np.testing.assert_allclose(hunted.hidden_at(0, hunted.fields(0, at)), hidden[:, 0])


def test_the_noise_is_that_of_the_data(hunted):
    values = hunted.problem.data.experiments[0].values
    np.testing.assert_allclose(hunted.noise, 0.005 * np.abs(values).mean(axis=0), rtol=0.4)


def test_the_posterior_is_positive_and_covers_the_truth(hunted):
    at = np.linspace(0, 3, 41)[:, None]
    product = np.prod(hunted.fields(0, at), axis=1)
    for index, rate in enumerate((-0.9, 0.8)):
        covariance = hunted.hidden_covariance(index, 0, at)
        values = np.linalg.eigvalsh(covariance)
        assert values[0] > -1e-9 * values[-1]
        deviation = np.sqrt(np.diag(covariance))
        errors = np.abs(hunted.hidden(0, at)[:, index] - rate * product)
        assert np.mean(errors < 2 * deviation) > 0.7
        assert np.median(deviation) < 0.2 * np.abs(product).max()


def test_derivatives_are_those_of_the_fields(hunted):
    at, step = np.array([[0.7], [2.1]]), 1e-4
    slope = (hunted.fields(0, at + step) - hunted.fields(0, at - step)) / (2 * step)
    np.testing.assert_allclose(hunted.derivative(0, at, "y_t"), slope[:, 1], rtol=1e-5)
    with pytest.raises(BadProblem, match="name a state of"):
        hunted.derivative(0, at, "z_t")


def test_a_resumed_training_is_an_uninterrupted_one():
    problem = growth(Experiment(TIMES, grown(0.1, noise=0.01)))
    whole = start(problem, 3, SMALL)
    state = whole.init()
    for _ in range(4):
        state, _ = whole.step(state)
    leaves, tree = jax.tree.flatten(state)
    saved = jax.tree.unflatten(tree, [np.array(leaf) for leaf in leaves])
    again = start(problem, 3, SMALL)
    for _ in range(again.steps - 4):
        state, _ = whole.step(state)
        saved, metrics = again.step(saved)
    assert set(metrics) == {"loss", "steps", "misfit", "equation"}
    for a, b in zip(jax.tree.leaves(state), jax.tree.leaves(saved), strict=True):
        np.testing.assert_array_equal(a, b)
    assert again.step(saved) == (saved, {})
    other = start(problem, 4, SMALL).init()
    assert not np.array_equal(other.own, again.init().own)


def test_what_was_not_observed_is_inferred():
    problem = predators()
    experiment = problem.data.experiments[0]
    values = experiment.values.copy()
    values[10:14, 0] = np.nan
    values[::3, 1] = np.nan
    masked = dataclasses.replace(problem, data=Records((Experiment(experiment.points, values),)))
    found = fit(masked)
    assert distance(found.fields(0, experiment.points), experiment.values) < 0.02


def test_an_unobserved_state_follows_from_its_equation():
    # position is measured, velocity is not: q' = v is known, v' = F(q) is not
    times = np.linspace(0, 6, 41)[:, None]
    data = np.column_stack([np.cos(times), np.full(len(times), np.nan)])
    problem = HiddenTermProblem(
        states=("q", "v"),
        known={"q": "v"},
        hidden=Hidden("F", "v", "q"),
        data=Records((Experiment(times, data, np.full(data.shape, 0.01)),)),
    )
    found = fit(problem, settings=dataclasses.replace(SMALL, attempts=1))
    assert distance(found.fields(0, times)[:, 1], -np.sin(times[:, 0])) < 0.05
    assert distance(found.hidden(0, times)[:, 0], -np.cos(times[:, 0])) < 0.1


def test_experiments_share_the_term_and_keep_their_parameters():
    # x' = r x - x², the square hidden: a larger r carries more
    data = [
        Experiment(times, r * grown(x / r, rate=r, noise=0.003)[: len(times)], params={"r": r})
        for r, x, times in ((1.0, 0.05, TIMES), (0.6, 0.3, TIMES[:20]))
    ]
    known = {"x": lambda quantities, params: params["r"] * quantities["x"]}
    found = fit(growth(*data, params={"r": 0.0}, known=known), settings=SMALL)
    inputs = np.linspace(0.3, 0.95, 20)
    assert distance(found.hidden_at(0, inputs[:, None]), -(inputs**2)) < 0.1
    assert found.fields(1, TIMES[:1])[0, 0] == pytest.approx(0.3, abs=0.02)
    assert found.hidden_covariance(0, 1, TIMES).shape == (31, 31)


def test_a_free_parameter_is_recovered():
    # x' = -k x + F(y), y' = -y: F is read off y alone, so that k is determined by x
    times = np.linspace(0, 4, 41)[:, None]
    k, y = 0.5, 2 * np.exp(-times)
    x = np.exp(-k * times) + (4 / (k - 2)) * (np.exp(-2 * times) - np.exp(-k * times))
    problem = HiddenTermProblem(
        states=("x", "y"),
        known={"x": "-k*x", "y": "-y"},
        hidden=Hidden("F", "x", "y"),
        params={"k": 1.0},
        free="k",
        data=Records(
            tuple(
                Experiment(times, np.column_stack([x + b * np.exp(-k * times), y])) for b in (0, 2)
            )
        ),
    )
    found = fit(problem, settings=SMALL)
    assert found.free["k"] == pytest.approx(k, abs=0.03)


def test_given_noise_is_kept_and_logarithms_are_compared_where_positive():
    values = grown(0.02) * np.exp(0.1 * np.random.default_rng(0).standard_normal((31, 1)))
    problem = growth(Experiment(TIMES, values, 0.1 * values), positive="x")
    found = fit(problem, settings=SMALL)
    at = np.linspace(0, 6, 200)[:, None]
    exact = 1 / (1 + 49 * np.exp(-at))
    assert np.abs(np.log(found.fields(0, at) / exact)).max() < 0.3
    guessed = fit(growth(Experiment(TIMES, values), positive="x"), settings=SMALL)
    assert 0.05 < guessed.noise[0] < 0.16


def test_a_problem_without_data_is_refused():
    with pytest.raises(BadData, match="holds no data"):
        start(dataclasses.replace(predators(), data=None))
