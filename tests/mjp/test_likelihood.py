"""The likelihoods of labels, clean and misreported, against sums over all sequences of states."""

import itertools

import jax
import numpy as np
import pytest
import scipy.integrate
import scipy.linalg

from mjp import likelihood
from mjp.likelihood import batches, chain, hidden, noise, parameters
from mjp.likelihood.transitions import lookup, transition_matrices
from sciml.errors import BadData, BadProblem
from sciml.jumps import generator, uniform_flips
from sciml.precision import float64
from sciml.visits import Visits

N = 4
FORWARD = jax.jit(hidden.log_likelihood)
CHAIN = jax.jit(chain.log_likelihood)


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def visits(rng, subjects, length, grid, exact=0.0, n=N):
    labels = rng.integers(0, n, subjects * length)
    own = [np.cumsum(rng.gamma(1.0, 0.3, length) + 1e-3) for _ in range(subjects)]
    times = np.concatenate(own) if grid == "own" else np.tile(0.1 * np.arange(length), subjects)
    entered = rng.random(len(labels)) < exact
    starts = np.arange(subjects + 1) * length
    return Visits(times, labels, starts, tuple("abcdefgh")[:n], exact=entered)


def rate_matrix(rng, n=N):
    return generator(rng.gamma(1.0, 1.0, (n, n)))


def by_sequences(q, e, pi, seen):
    """The log-likelihood, as the sum over all sequences of states."""
    total, jumps = 0.0, q - np.diag(np.diag(q))
    for k in range(seen.paths):
        rows = slice(seen.starts[k], seen.starts[k + 1])
        times, labels = seen.times[rows], seen.labels[rows]
        exact = np.zeros(len(times), bool) if seen.exact is None else seen.exact[rows]
        report = [np.eye(N)[:, y] if x else e[:, y] for y, x in zip(labels, exact, strict=True)]
        moves = [scipy.linalg.expm(q * gap) for gap in np.diff(times)]
        moves = [m @ jumps if x else m for m, x in zip(moves, exact[1:], strict=True)]
        likelihood = 0.0
        for states in itertools.product(range(N), repeat=len(times)):
            weight = pi[states[0]] * report[0][states[0]]
            for m in range(1, len(times)):
                weight *= moves[m - 1][states[m - 1], states[m]] * report[m][states[m]]
            likelihood += weight
        total += np.log(likelihood)
    return total


def forward(q, e, pi, seen, blocks=None):
    with float64():
        made = batches.batches(seen, blocks=blocks)
        return sum(float(FORWARD(q, e, pi, b)) for b in made)


def test_exponentials_are_those_of_scipy(rng):
    q = rate_matrix(rng)
    times = np.array([0.0, 1e-6, 0.3, 2.0, 500.0])
    for found, t in zip(transition_matrices(q, times), times, strict=True):
        np.testing.assert_allclose(found, scipy.linalg.expm(q * t), rtol=1e-11, atol=1e-14)


def test_small_entries_of_a_defective_chain_keep_their_relative_accuracy():
    n, t = 8, 1e-3
    q = generator(np.diag(np.ones(n - 1), 1))
    poisson = np.exp(-t) * t ** np.arange(n - 1) / np.cumprod([1, *range(1, n - 1)])
    for time in (t, 64.0):
        law = np.exp(-time) * np.cumprod([1.0, *(time / np.arange(1, n - 1))])
        np.testing.assert_allclose(
            transition_matrices(q, np.array([time]))[0, 0, :-1], law, rtol=1e-12
        )
    np.testing.assert_allclose(
        transition_matrices(q, np.array([t]))[0, 0, :-1], poisson, rtol=1e-12
    )


@pytest.mark.parametrize(("grid", "exact"), [("own", 0.3), ("regular", 0.0)])
def test_forward_algorithm_sums_over_all_sequences(rng, grid, exact):
    seen = visits(rng, 4, 5, grid, exact)
    q, pi = rate_matrix(rng), rng.dirichlet(np.ones(N))
    e = rng.dirichlet(np.ones(N), N)
    expected = by_sequences(q, e, pi, seen)
    assert forward(q, e, pi, seen) == pytest.approx(expected, rel=1e-12)
    assert forward(q, e, pi, seen, blocks=True) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("exact", [0.0, 0.2])
def test_clean_labels_are_hidden_ones_that_are_never_wrong(rng, exact):
    seen = visits(rng, 30, 20, "own", exact)
    q = rate_matrix(rng)
    with float64():
        clean = float(CHAIN(q, chain.transitions(seen)))
    clean += 30 * np.log(1 / N)
    assert forward(q, np.eye(N), np.ones(N) / N, seen) == pytest.approx(clean, rel=1e-10)


def test_interpolated_gaps_agree_with_exact_ones(rng):
    n = 5
    q = generator(np.diag([3.0, 20.0, 0.1, 1.0], 1) + np.diag([1e-3, 2.0, 5.0, 0.0], -1))
    first, second = rng.integers(0, n - 1, (2, 400))
    gaps = np.exp(rng.uniform(np.log(1e-3), np.log(10.0), 400))
    times = np.stack([np.zeros(400), gaps], 1).ravel()
    labels = np.stack([first, second], 1).ravel()
    seen = Visits(times, labels, np.arange(401) * 2, tuple("abcde"))
    assert lookup(gaps).weights is not None
    p = transition_matrices(q, gaps)[np.arange(400), first, second]
    with float64():
        found = float(CHAIN(q, chain.transitions(seen)))
    assert found == pytest.approx(np.log(p).sum(), rel=1e-9)
    pi = np.ones(n) / n
    hidden_one = forward(q, np.eye(n), pi, seen)
    assert hidden_one == pytest.approx(np.log(p).sum() + 400 * np.log(1 / n), rel=1e-9)


@pytest.mark.parametrize("grid", ["own", "regular"])
def test_a_long_path_in_blocks_is_the_path_in_one(rng, grid):
    seen = visits(rng, 1, 1000, grid, 0.01)
    q, pi, e = rate_matrix(rng), np.ones(N) / N, uniform_flips(N, 0.1)
    whole = forward(q, e, pi, seen, blocks=False)
    assert forward(q, e, pi, seen) == pytest.approx(whole, rel=1e-12)


def test_blocks_keep_starts_that_are_unlikely(rng):
    """Two parts that never meet: the less likely one is not lost where the other is impossible."""
    q = scipy.linalg.block_diag(*[generator(rng.gamma(1.0, 1.0, (2, 2))) for _ in range(2)])
    labels = rng.integers(0, 2, 2000)
    seen = Visits(0.1 * np.arange(2000), labels, [0, 2000], tuple("abcd"))
    e = np.array([[0.5, 0.5, 0, 0], [0.5, 0.5, 0, 0], [1e-3, 1e-3, 0.5, 0.498]] * 2)[[0, 1, 2, 5]]
    pi = np.array([0.0, 0.0, 0.5, 0.5])
    whole = forward(q, e, pi, seen, blocks=False)
    assert whole < -5000
    assert forward(q, e, pi, seen, blocks=True) == pytest.approx(whole, rel=1e-10)


def test_subjects_of_very_different_lengths_are_bucketed(rng):
    lengths = np.concatenate([[3000], rng.integers(1, 8, 200)])
    times = np.concatenate([0.1 * np.arange(k) for k in lengths])
    labels = rng.integers(0, N, len(times))
    seen = Visits(times, labels, np.concatenate([[0], np.cumsum(lengths)]), tuple("abcd"))
    made = batches.batches(seen)
    assert len(made) > 1
    assert sum(b.steps.labels.size for b in made) < 3 * len(times)
    q, pi, e = rate_matrix(rng), np.ones(N) / N, uniform_flips(N, 0.1)
    one = [
        forward(q, e, pi, Visits(times[a:b], labels[a:b], [0, b - a], tuple("abcd")))
        for a, b in zip(seen.starts[:5], seen.starts[1:6], strict=True)
    ]
    start = Visits(times[: seen.starts[5]], labels[: seen.starts[5]], seen.starts[:6], seen.states)
    assert forward(q, e, pi, start) == pytest.approx(sum(one), rel=1e-12)


def test_death_times_have_the_density_of_their_law():
    """P(dead by t) is the integral of the density that exact entries have."""
    q = generator(np.array([[0, 0.6, 0.1], [0.3, 0, 0.5], [0, 0, 0]]))

    def density(t):
        seen = Visits([0.0, t], [0, 2], [0, 2], ("well", "ill", "dead"), exact=[False, True])
        with float64():
            return np.exp(float(CHAIN(q, chain.transitions(seen))))

    nodes, weights = np.polynomial.legendre.leggauss(12)
    found = sum(w * density(1 + x) for x, w in zip(nodes, weights, strict=True))
    assert found == pytest.approx(scipy.linalg.expm(2 * q)[0, 2], rel=1e-9)


@pytest.mark.parametrize(
    "kind",
    [
        likelihood.clean(),
        likelihood.uniform(),
        likelihood.unknown_confusion(np.tri(N, k=1, dtype=bool)),
    ],
    ids=lambda noise: noise.kind,
)
def test_gradients_are_those_of_differences(rng, kind):
    seen = visits(rng, 6, 8, "own", 0.0)
    allowed = rng.random((N, N)) < 0.8
    np.fill_diagonal(np.roll(allowed, -1, 1), True)
    allowed |= np.roll(np.eye(N, dtype=bool), 1, 1)
    model = likelihood.model(seen, allowed, noise=kind)
    theta = rng.normal(-1.0, 0.4, model.size)
    _, gradient = model.value_and_gradient(theta)
    step = 1e-5 * np.eye(model.size)
    rise = [model.log_likelihood(theta + s) - model.log_likelihood(theta - s) for s in step]
    np.testing.assert_allclose(gradient, np.array(rise) / 2e-5, rtol=1e-6, atol=1e-6)


def test_pack_and_unpack_are_inverse(rng):
    seen = visits(rng, 6, 8, "own", 0.0)
    model = likelihood.model(seen, noise=likelihood.uniform())
    q, pi = rate_matrix(rng), rng.dirichlet(np.ones(N))
    rates, e, initial = model.unpack(model.pack(q, 0.07, pi))
    np.testing.assert_allclose(rates, q, rtol=1e-12)
    np.testing.assert_allclose(e, uniform_flips(N, 0.07), rtol=1e-12)
    np.testing.assert_allclose(initial, pi, rtol=1e-12)


def test_certain_states_are_never_misreported():
    with float64():
        e = np.asarray(noise.flips(0.1, jax.numpy.asarray([False, False, False, True])))
    np.testing.assert_allclose(e[3], [0, 0, 0, 1])
    np.testing.assert_allclose(e[0], [0.9, 0.05, 0.05, 0])


def test_other_data_of_about_the_same_size_are_not_compiled_again(rng):
    for kind in (likelihood.clean(), likelihood.uniform()):
        sizes = []
        for length in (20, 19):
            model = likelihood.model(visits(rng, 49, length, "regular"), noise=kind)
            model.log_likelihood(model.pack(rate_matrix(rng)))
            sizes.append(parameters.value_and_gradient._cache_size())
        assert sizes[0] == sizes[1]


def test_labels_that_contradict_the_links_are_named():
    seen = Visits([0, 1.0, 0, 1], [0, 1, 1, 0], [0, 2, 4], ("well", "ill"), subjects=("x", "y"))
    with pytest.raises(BadData, match="subject 'y' goes from 'ill' to 'well' at time 1"):
        likelihood.model(seen, np.array([[0, 1], [0, 0]], bool))
    likelihood.model(seen, np.array([[0, 1], [0, 0]], bool), noise=likelihood.uniform())


def test_unusable_models_are_refused(rng):
    seen = visits(rng, 3, 4, "own")
    with pytest.raises(BadProblem, match="allowed has shape"):
        likelihood.model(seen, np.ones((2, 2), bool))
    with pytest.raises(BadProblem, match="no jump"):
        likelihood.model(seen, np.eye(N, dtype=bool))
    with pytest.raises(BadData, match="no subject is seen twice"):
        likelihood.model(Visits([0.0, 0.0], [0, 1], [0, 1, 2], ("a", "b")))
    with pytest.raises(BadProblem, match="rate of flips"):
        likelihood.uniform(1.5)
    with pytest.raises(BadProblem, match="misclassification"):
        likelihood.confusion(np.ones((N, N)))
