"""Estimates from simulated visits, against closed forms, other optimisers and the truth."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.linalg
import scipy.optimize

from mjp import likelihood
from mjp.likelihood import estimate
from mjp.likelihood.estimate import scaled_starts
from mjp.likelihood.objective import log_posterior, smoothed_likelihood
from sciml.jumps import generator
from sciml.visits import Visits, from_paths

ILLNESS = generator(np.array([[0, 0.3, 0.05], [0, 0, 0.4], [0, 0, 0]]))
"""well, ill, dead: nobody recovers"""


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def path(rng, rates, end, state=0):
    """Times and states of one trajectory, from its start to `end`."""
    times, states, now = [0.0], [state], 0.0
    while -rates[state, state] > 0:
        now += rng.exponential(-1 / rates[state, state])
        if now > end:
            break
        law = np.maximum(rates[state], 0)
        state = int(rng.choice(len(law), p=law / law.sum()))
        times.append(now)
        states.append(state)
    return np.array(times), np.array(states)


def panel(rng, rates, subjects, times, flip=0.0):
    """Subjects seen at the same times, with labels that flip."""
    n = len(rates)
    steps = [scipy.linalg.expm(rates * gap).cumsum(1) for gap in np.diff(times)]
    state = rng.integers(0, n, subjects)
    states = [state]
    for step in steps:
        state = (rng.random(subjects)[:, None] > step[state]).sum(1).clip(0, n - 1)
        states.append(state)
    labels = np.stack(states, 1)
    wrong = rng.random(labels.shape) < flip
    labels = np.where(wrong, (labels + rng.integers(1, n, labels.shape)) % n, labels)
    starts = np.arange(subjects + 1) * len(times)
    return Visits(np.tile(times, subjects), labels.ravel(), starts, tuple("abcdefgh")[:n])


def cohort(rng, subjects):
    """Well subjects seen now and then, up to the very time of their death."""
    paths, exact = [], []
    for _ in range(subjects):
        times, states = path(rng, ILLNESS, 12.0)
        visits = np.cumsum(rng.uniform(0.5, 2.0, 8))
        died = times[-1] if states[-1] == 2 else np.inf
        seen = np.concatenate([[0.0], visits[visits < died]])
        labels = states[np.searchsorted(times, seen, side="right") - 1]
        dead = bool(died < 12)
        paths.append((np.append(seen, died), np.append(labels, 2)) if dead else (seen, labels))
        exact += [False] * len(seen) + [True] * dead
    seen = from_paths(paths, ("well", "ill", "dead"))
    return Visits(seen.times, seen.labels, seen.starts, seen.states, exact=np.array(exact))


def standard_normal(log_rates, allowed):
    return -0.5 * jnp.sum(jnp.where(allowed, log_rates, 0.0) ** 2)


def deviations(model, estimate, rates):
    """Errors of the log rates over their standard deviations."""
    truth = np.log(rates[model.links] * model.tau)
    sd = np.sqrt(np.diag(estimate.covariance))[model.parts[0]]
    return (estimate.theta[model.parts[0]] - truth) / sd


def test_two_states_have_the_closed_form(rng):
    gap = 0.3
    seen = panel(rng, generator(np.array([[0, 0.8], [0.5, 0]])), 50, gap * np.arange(20))
    first, second, _ = seen.pairs()
    counts = np.zeros((2, 2))
    np.add.at(counts, (seen.labels[first], seen.labels[second]), 1)
    expected = scipy.linalg.logm(counts / counts.sum(1, keepdims=True)) / gap
    found = likelihood.maximum_likelihood(likelihood.model(seen))
    assert found.converged
    np.testing.assert_allclose(found.rates, expected, rtol=1e-5)


def test_no_other_optimiser_finds_more(rng):
    seen = panel(rng, generator(rng.gamma(1.0, 1.0, (3, 3))), 20, 0.2 * np.arange(15), 0.05)
    model = likelihood.model(seen, noise=likelihood.uniform())
    found = likelihood.maximum_likelihood(model)
    objective = smoothed_likelihood(model)
    best = objective(found.theta)[0]
    for start in scaled_starts(model, 2, rng)[:1]:
        other = scipy.optimize.minimize(
            lambda theta: -objective(theta)[0],
            start,
            method="Powell",
            bounds=list(zip(*model.bounds, strict=True)),
            options={"ftol": 1e-10, "xtol": 1e-4, "maxfev": 4000},
        )
        assert -other.fun <= best + 1e-4
    _, gradient = objective(found.theta)
    assert np.abs(gradient[~found.pinned]).max() < 1e-3


def test_the_unit_of_time_does_not_matter(rng):
    rates = generator(rng.gamma(1.0, 1.0, (4, 4)))
    seen = panel(rng, rates, 40, np.cumsum(rng.gamma(1.0, 0.2, 30)), 0.05)
    days = Visits(365.25 * seen.times, seen.labels, seen.starts, seen.states)
    one, other = (
        likelihood.maximum_likelihood(likelihood.model(v, noise=likelihood.uniform()))
        for v in (seen, days)
    )
    np.testing.assert_allclose(other.rates * 365.25, one.rates, rtol=1e-4, atol=1e-6)
    assert other.log_likelihood == pytest.approx(one.log_likelihood, rel=1e-8)


def test_a_progressive_disease_with_dates_of_death(rng):
    seen = cohort(rng, 400)
    allowed = ILLNESS > 0
    model = likelihood.model(seen, allowed)
    found = likelihood.maximum_likelihood(model)
    assert found.converged
    assert np.abs(deviations(model, found, ILLNESS)).max() < 3
    assert found.rates[1, 0] == 0
    assert np.all(found.rates[2] == 0)
    allowed[1, 0] = True
    free = likelihood.maximum_likelihood(likelihood.model(seen, allowed))
    assert free.rates[1, 0] < 0.05
    assert -1e-4 < free.log_likelihood - found.log_likelihood < 4


def test_dates_in_another_unit_change_the_density_by_its_unit(rng):
    seen = cohort(rng, 30)
    days = Visits(365 * seen.times, seen.labels, seen.starts, seen.states, exact=seen.exact)
    one, other = (
        likelihood.maximum_likelihood(likelihood.model(v, ILLNESS > 0)) for v in (seen, days)
    )
    assert other.log_likelihood == pytest.approx(
        one.log_likelihood - seen.exact.sum() * np.log(365), rel=1e-8
    )


def test_misreported_stages_with_certain_deaths(rng):
    seen = cohort(rng, 400)
    wrong = (rng.random(len(seen.labels)) < 0.1) & (seen.labels == 0)
    wrong[seen.starts[:-1]] = False
    labels = np.where(wrong, 1, seen.labels)
    seen = Visits(seen.times, labels, seen.starts, seen.states, exact=seen.exact)
    pattern = np.zeros((3, 3), bool)
    pattern[0, 1] = pattern[0, 2] = True
    model = likelihood.model(
        seen,
        ILLNESS > 0,
        noise=likelihood.unknown_confusion(pattern),
        initial=np.array([1.0, 0, 0]),
    )
    found = likelihood.maximum_likelihood(model)
    assert np.abs(deviations(model, found, ILLNESS)).max() < 3
    assert found.misclassification[0, 1] == pytest.approx(0.08, abs=0.03)
    assert found.misclassification[0, 2] == 0
    np.testing.assert_allclose(found.misclassification[2], [0, 0, 1])


def test_flips_of_unknown_rate_are_told_from_jumps(rng):
    rates = generator(rng.gamma(2.0, 0.3, (4, 4)))
    seen = panel(rng, rates, 200, 0.1 * np.arange(40), 0.08)
    model = likelihood.model(seen, noise=likelihood.uniform())
    found = likelihood.maximum_likelihood(model)
    flip = 1 - found.misclassification[0, 0]
    sd = np.sqrt(found.covariance[model.parts[1], model.parts[1]][0, 0]) * flip * (1 - flip)
    assert abs(flip - 0.08) < 3 * sd < 0.02
    assert np.mean(deviations(model, found, rates) ** 2) < 2.2
    naive = likelihood.jumps_over_holding(seen)
    assert np.linalg.norm(naive - rates) > 4 * np.linalg.norm(found.rates - rates)


def test_posterior_draws_have_the_moments_of_the_posterior(rng):
    """Two rates, few data: mean and covariance by quadrature over a grid of log rates."""
    seen = panel(rng, generator(np.array([[0, 1.0], [0.6, 0]])), 6, 0.5 * np.arange(6))
    model = likelihood.model(seen)
    start = likelihood.maximum_posterior(model, standard_normal, np.zeros(2))
    assert start.converged
    axis = np.linspace(-4, 4, 101)
    grid = np.stack(np.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 2)
    density = log_posterior(model, standard_normal)(grid)[0]
    weight = np.exp(density - density.max())
    weight /= weight.sum()
    mean = weight @ grid
    covariance = (weight[:, None] * (grid - mean)).T @ (grid - mean)
    draws = likelihood.mala(
        model,
        standard_normal,
        start,
        draws=6000,
        burn=100,
        thin=2,
        chains=16,
        key=jax.random.key(0),
    )
    assert draws.theta.shape == (6000, 2)
    assert 0.4 < draws.acceptance < 0.75
    sd = np.sqrt(np.diag(covariance))
    np.testing.assert_allclose(draws.theta.mean(0), mean, atol=0.08 * sd.max())
    np.testing.assert_allclose(np.cov(draws.theta.T), covariance, atol=0.12 * sd.max() ** 2)
    gaussian = likelihood.laplace_draws(model, standard_normal, start, draws=4000)
    np.testing.assert_allclose(gaussian.theta.mean(0), mean, atol=0.3 * sd.max())


def test_posterior_intervals_cover_rates_drawn_from_the_prior(rng):
    squares = []
    for _ in range(12):
        rates = generator(np.exp(rng.normal(0, 1, (2, 2))))
        seen = panel(rng, rates, 10, 0.25 * np.arange(12))
        model = likelihood.model(seen)
        shift = np.log(model.tau)

        def log_prior(log_rates, allowed, shift=shift):
            return standard_normal(log_rates - shift, allowed)

        start = likelihood.maximum_posterior(model, log_prior, scaled_starts(model, 1, rng)[0])
        draws = likelihood.mala(model, log_prior, start, draws=800, burn=60, chains=16)
        truth = np.log(rates[model.links] * model.tau)
        squares.append((draws.theta.mean(0) - truth) ** 2 / draws.theta.var(0))
    assert np.mean(squares) == pytest.approx(1.0, abs=0.5)


def test_a_state_that_is_never_seen_leaves_the_rates_unidentified(rng):
    seen = panel(rng, generator(np.array([[0, 0.8], [0.5, 0]])), 20, 0.3 * np.arange(10))
    three = Visits(seen.times, seen.labels, seen.starts, ("a", "b", "c"))
    found = likelihood.maximum_likelihood(likelihood.model(three))
    assert np.all(np.isfinite(found.rates))
    assert found.rates[0, 2] < 0.05


def test_labels_that_never_change_have_rates_near_zero():
    seen = Visits(np.tile(np.arange(5.0), 4), np.repeat([0, 0, 1, 1], 5), 5 * np.arange(5), "ab")
    found = likelihood.maximum_likelihood(likelihood.model(seen))
    assert np.all(found.rates == 0)
    assert found.log_likelihood == pytest.approx(4 * np.log(0.5), abs=1e-4)


def test_jumps_over_holding_counts():
    seen = Visits([0.0, 1, 3, 4], [0, 1, 1, 0], [0, 4], ("a", "b"))
    np.testing.assert_allclose(likelihood.jumps_over_holding(seen), [[-1, 1], [1 / 3, -1 / 3]])


def test_a_start_from_some_subjects_leads_to_the_same_maximum(rng, monkeypatch):
    seen = panel(rng, generator(rng.gamma(1.0, 1.0, (3, 3))), 60, 0.2 * np.arange(15), 0.05)
    model = likelihood.model(seen, noise=likelihood.uniform())
    whole = likelihood.maximum_likelihood(model)
    monkeypatch.setattr(estimate, "MANY", 100)
    monkeypatch.setattr(estimate, "SOME", 20)
    found = likelihood.maximum_likelihood(model)
    assert found.log_likelihood == pytest.approx(whole.log_likelihood, abs=1e-4)
