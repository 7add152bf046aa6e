"""Bayesian regression: textbook formulas, Gauss-Newton on curves, equations with noisy data."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import multivariate_normal

from gp_solver.scattered.gauss_newton import gauss_newton
from gp_solver.scattered.regression import Prior, block, learn, posterior, under
from gp_solver.scattered.solve import solve_general
from problems.manufactured import matched, value
from sciml import Box, Condition, Problem
from sciml.conditions import Observations, Sampled
from sciml.precision import float64


@pytest.fixture(autouse=True)
def _double():
    with float64():
        yield


RNG = np.random.default_rng(0)
ROWS, SIZE = (7, 5), 6
MATRICES = [RNG.standard_normal((n, SIZE)) for n in ROWS]
TARGETS = [RNG.standard_normal(n) for n in ROWS]
SPREADS = [RNG.uniform(0.5, 2.0, n) for n in ROWS]
NOISES = (0.3, 0.05)
PRIOR = Prior(RNG.standard_normal(SIZE), RNG.uniform(0.2, 3.0, SIZE))


def blocks():
    return [
        block(f"group {i}", m, target=y, spread=s, noise=sd)
        for i, (m, y, s, sd) in enumerate(zip(MATRICES, TARGETS, SPREADS, NOISES, strict=True))
    ]


def textbook():
    a, y = np.vstack(MATRICES), np.concatenate(TARGETS)
    noise = np.diag(np.concatenate([(sd * s) ** 2 for sd, s in zip(NOISES, SPREADS, strict=True)]))
    v = np.diag(PRIOR.variance)
    c = a @ v @ a.T + noise
    gain = v @ a.T @ np.linalg.inv(c)
    mean = PRIOR.mean + gain @ (y - a @ PRIOR.mean)
    return mean, v - gain @ a @ v, multivariate_normal(a @ PRIOR.mean, c).logpdf(y)


def test_mean_covariance_and_evidence():
    mean, covariance, evidence = textbook()
    found = posterior(blocks(), PRIOR)
    np.testing.assert_allclose(found.mean, mean, rtol=1e-9, atol=1e-12)
    inverse = found.triangle.T @ found.triangle
    np.testing.assert_allclose(np.linalg.inv(inverse), covariance, rtol=1e-9, atol=1e-12)
    assert found.evidence == pytest.approx(evidence, rel=1e-10)
    np.testing.assert_allclose(found.deviations(2), np.sqrt(np.diag(covariance)[-2:]), rtol=1e-9)


def test_fewer_rows_than_coefficients():
    few = [block("few", MATRICES[0][:2], target=TARGETS[0][:2], noise=0.1)]
    found = posterior(few, PRIOR)
    a, v = MATRICES[0][:2], np.diag(PRIOR.variance)
    c = a @ v @ a.T + 0.01 * np.eye(2)
    mean = PRIOR.mean + v @ a.T @ np.linalg.solve(c, TARGETS[0][:2] - a @ PRIOR.mean)
    np.testing.assert_allclose(found.mean, mean, rtol=1e-9)


def test_few_draws_have_the_covariance_and_many_come_near():
    found, covariance = posterior(blocks(), PRIOR), textbook()[1]
    exact = found.draws(128, 0)
    np.testing.assert_allclose(exact.T @ exact / len(exact), covariance, rtol=1e-9, atol=1e-12)
    wide = posterior(
        [block("one", np.eye(40), target=np.zeros(40))], Prior(np.zeros(40), np.ones(40))
    )
    draws = wide.draws(39, 1)
    assert draws.shape == (39, 40)
    assert np.mean(draws**2) == pytest.approx(0.5, rel=0.1)


def test_another_prior_without_the_rows():
    other = Prior(np.zeros(SIZE), np.full(SIZE, 0.4))
    anew, direct = under(posterior(blocks(), PRIOR), other), posterior(blocks(), other)
    np.testing.assert_allclose(anew.mean, direct.mean, rtol=1e-9)
    np.testing.assert_allclose(np.abs(anew.triangle), np.abs(direct.triangle), atol=1e-9)


def test_exact_rows_beside_noisy_ones():
    """Rows that are exact to eleven digits act like constraints."""
    a, y = MATRICES[0][:2], TARGETS[0][:2]
    exact = block("exact", a, target=y, noise=1e-11)
    noisy = block("noisy", MATRICES[1], target=TARGETS[1], noise=0.1)
    found = posterior([exact, noisy], Prior(np.zeros(SIZE), np.ones(SIZE)))
    h = 100 * MATRICES[1].T @ MATRICES[1] + np.eye(SIZE)
    kkt = np.block([[h, a.T], [a, np.zeros((2, 2))]])
    wanted = np.linalg.solve(kkt, np.concatenate([100 * MATRICES[1].T @ TARGETS[1], y]))[:SIZE]
    np.testing.assert_allclose(found.mean, wanted, rtol=1e-6)
    np.testing.assert_allclose(a @ found.mean, y, atol=1e-12)


def experiment(seed, count=200):
    """Two components of which the data call for the first; noise 0.2."""
    rng = np.random.default_rng(seed)
    matrix = rng.standard_normal((count, 20))
    z = np.concatenate([rng.standard_normal(10), np.zeros(10)])
    target = matrix @ z + 0.2 * rng.standard_normal(count)
    return block("data", matrix, target=target, noise=1.0, is_known=False)


COMPONENTS = np.repeat([0, 1], 10)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_noise_is_learned_and_what_is_not_called_for_shrinks(seed):
    start = Prior(np.zeros(20), np.ones(20))
    found = learn([experiment(seed)], start, components=COMPONENTS, floor=1e-12)
    assert found.noise["data"] == pytest.approx(0.2, rel=0.15)
    assert found.prior.variance[0] == pytest.approx(1.0, rel=1.5)
    assert found.prior.variance[-1] < 1e-2 * found.prior.variance[0]
    assert found.freedom["data"] == pytest.approx(190, abs=6)
    assert found.posterior.evidence > posterior([experiment(seed)], start).evidence


def test_what_is_learned_is_a_maximum():
    data, fixed = experiment(3), np.full(20, -1)
    prior = Prior(np.zeros(20), np.ones(20))
    found = learn([data], prior, components=fixed, floor=1e-12)
    np.testing.assert_array_equal(found.prior.variance, prior.variance)

    def evidence(noise):
        again = block("data", data.matrix, target=data.target, noise=noise)
        return posterior([again], prior).evidence

    best = evidence(found.noise["data"])
    assert best == pytest.approx(found.posterior.evidence, rel=1e-6)
    assert best > max(evidence(factor * found.noise["data"]) for factor in (0.9, 1.1)) - 0.02


def test_known_noise_stays():
    data = experiment(4)
    known = block("known", data.matrix[:50], target=data.target[:50], noise=0.2)
    found = learn(
        [known, data], Prior(np.zeros(20), np.ones(20)), components=COMPONENTS, floor=1e-9
    )
    assert set(found.noise) == {"data"}


class Curve:
    """Samples of exp(z₀ x) + z₁ with noise 1e-3."""

    x = np.linspace(0, 1, 30)

    def __init__(self, rate=1.3):
        self.y = np.exp(rate * self.x) + 0.5

    def missing(self, z):
        return (self.y - np.exp(z[0] * self.x) - z[1]) / 1e-3

    def blocks(self, z):
        matrix = np.stack([self.x * np.exp(z[0] * self.x), np.ones(30)], axis=1)
        return [block("curve", matrix, target=1e-3 * self.missing(z), noise=1e-3)]


WIDE = Prior(np.zeros(2), np.full(2, 1e4))


@pytest.mark.parametrize("start", [(0.0, 0.0), (6.0, -3.0)])
def test_gauss_newton_fits_a_curve(start):
    fit = gauss_newton(Curve(), WIDE, np.array(start))
    assert fit.converged
    np.testing.assert_allclose(fit.z, [1.3, 0.5], atol=1e-5)
    assert fit.objective < 1e-2


def test_a_linear_model_takes_one_step():
    class Line(Curve):
        calls = 0

        def missing(self, z):
            return (self.y - z[0] * self.x - z[1]) / 1e-3

        def blocks(self, z):
            self.calls += 1
            matrix = np.stack([self.x, np.ones(30)], axis=1)
            return [block("line", matrix, target=1e-3 * self.missing(z), noise=1e-3)]

    line = Line()
    fit = gauss_newton(line, WIDE, np.array([50.0, -20.0]))
    assert fit.converged
    assert line.calls == 1
    np.testing.assert_allclose(fit.z, np.polyfit(line.x, line.y, 1), rtol=1e-6)


def test_gauss_newton_says_when_it_fails():
    class Broken(Curve):
        def missing(self, z):
            return super().missing(z) if z[0] == 0 else np.full(30, np.nan)

    fit = gauss_newton(Broken(), WIDE, np.zeros(2))
    assert not fit.converged
    np.testing.assert_array_equal(fit.z, 0.0)


def inverse(seed, factor, *, true=0.3, noise=None):
    """εu″ + u - u³ = f with ε unknown, from 40 measurements with 1 % noise."""
    rng = np.random.default_rng(seed)

    def u(x):
        return jnp.sin(3 * x) + 0.3 * jnp.cos(2 * x)

    def operator(j, x, theta):
        return theta["eps"] * j.u_xx + j.u - j.u**3

    x = rng.uniform(0, 1, 40)
    seen = np.array(u(x))
    seen += 0.01 * np.sqrt(np.mean(seen**2)) * rng.standard_normal(40)
    return Problem(
        name="inverse",
        domain=Box({"x": (0.0, 1.0)}),
        residual=matched(u, operator, {"eps": true}),
        theta={"eps": factor * true},
        unknowns=("eps",),
        conditions=(Condition(("x:lower", "x:upper"), matched(u, value, {})),),
        observations=Observations(x, seen, noise),
        exact=lambda p: np.array(u(p)),
    )


@pytest.mark.parametrize(("seed", "factor"), [(0, 3.0), (1, 1 / 3), (2, 3.0), (3, 1 / 3)])
def test_a_parameter_is_inferred(seed, factor):
    found = solve_general(inverse(seed, factor))
    estimate, sd = found.theta["eps"]
    assert abs(estimate - 0.3) < 3 * sd
    assert 5e-4 < sd < 3e-3
    assert found.noise["observations"] == pytest.approx(0.01 * 0.73, rel=0.4)
    assert found.warnings == ()


def test_the_first_guess_does_not_matter():
    low, high = (solve_general(inverse(5, factor)).theta["eps"] for factor in (0.4, 2.5))
    assert low == pytest.approx(high, rel=1e-4)


def sampled_line(seed, noise):
    """u″ = f from 200 samples of f with 5 % noise, and 2 % on the ends."""
    rng = np.random.default_rng(seed)
    phase = rng.uniform(0, 2 * np.pi, 2)

    def u(x):
        return np.sin(3 * x + phase[0]) + 0.1 * np.sin(20 * x + phase[1])

    x = np.linspace(0, 2 * np.pi, 200)
    source = -9 * np.sin(3 * x + phase[0]) - 40 * np.sin(20 * x + phase[1])
    true, edge = 0.05 * np.std(source), 0.02 * np.std(u(x))
    left, right = u(x[[0, -1]]) + edge * rng.standard_normal(2)
    samples = source + true * rng.standard_normal(200)
    problem = Problem(
        name="noisy",
        domain=Box({"x": (0.0, 2 * np.pi)}),
        residual=lambda j, x, theta: j.u_xx - theta["f"],
        sampled={"f": Sampled((x,), samples, true if noise else None)},
        conditions=(
            Condition(("x:lower",), lambda j, x, theta: j.u - left, edge),
            Condition(("x:upper",), lambda j, x, theta: j.u - right, edge),
        ),
        exact=lambda p: u(p),
    )
    return problem, true


@pytest.mark.parametrize("known", [False, True])
def test_a_noisy_source(known):
    covered = []
    for seed in range(6):
        problem, true = sampled_line(seed, known)
        found = solve_general(problem)
        x = np.linspace(0, 2 * np.pi, 300)[:, None]
        miss = np.abs(found.field.values(x) - problem.exact(x))
        covered.append(np.mean(miss <= 1.96 * found.field.deviation(x)))
        assert found.warnings == ()
        if not known:
            assert found.noise["equation"] == pytest.approx(true, rel=0.2)
        assert found.misfit["equation"] == pytest.approx(1.0, abs=0.25)
    assert np.mean(covered) > 0.8


def test_understated_noise_is_noticed():
    problem, true = sampled_line(0, True)
    sure = replace(problem.sampled["f"], noise=0.2 * true)
    found = solve_general(replace(problem, sampled={"f": sure}))
    assert found.misfit["equation"] > 3
    assert "miss the solution by" in found.warnings[-1]
    assert not found.resolved
