"""Simulated paths have the laws of the process, by both routes and whatever is seen of them."""

import numpy as np
import pytest
from scipy import stats
from scipy.linalg import expm

from mjp import simulate
from sciml.errors import BadProblem
from sciml.jumps import JumpProcess, generator, uniform_flips

RATES = generator(np.array([[0, 1.0, 0.2], [0.5, 0, 2.0], [0.3, 0.7, 0]]))
LAW = np.array([0.5, 0.3, 0.2])
THREE = JumpProcess(states=("a", "b", "c"), rates=RATES, initial=LAW)
ILL = JumpProcess(
    states=("well", "ill", "dead"),
    rates=generator(np.array([[0, 0.6, 0.2], [0.1, 0, 0.7], [0, 0, 0]])),
    absorbing=("dead",),
    entered_exactly=("dead",),
)


def fits(counts, law):
    """Whether counts are a draw from a law, by Pearson's chi-square at 0.1 %."""
    kept = law > 0
    assert counts[~kept].sum() == 0
    return stats.chisquare(counts[kept], counts.sum() * law[kept]).pvalue > 1e-3


def pairs_of(seen, n=3):
    """Counts of (first, last) states."""
    first, last = seen.labels[seen.starts[:-1]], seen.labels[seen.starts[1:] - 1]
    return np.bincount(first * n + last, minlength=n * n)


def test_holding_times_are_exponential_and_jumps_follow_the_rates():
    walked = simulate.gillespie(THREE, 400.0, paths=40, seed=1)
    whole = np.ones(len(walked.times), bool)
    whole[walked.starts[1:] - 1] = False  # cut off by the end
    for i in range(3):
        rows = np.flatnonzero(whole & (walked.labels == i))
        held, rate = walked.holding[rows], -RATES[i, i]
        assert stats.kstest(held, "expon", args=(0, 1 / rate)).pvalue > 1e-3
        onward = np.where(np.arange(3) == i, 0, RATES[i]) / rate
        assert fits(np.bincount(walked.labels[rows + 1], minlength=3), onward)
    assert fits(np.bincount(walked.labels[walked.starts[:-1]], minlength=3), LAW)


@pytest.mark.parametrize("route", ["transitions", "gillespie"])
@pytest.mark.parametrize("kind", ["regular", "irregular", "own"])
def test_visits_have_the_law_of_the_process(route, kind):
    times = np.linspace(2.0, 3.2, 7) if kind == "regular" else np.array([0.0, 0.1, 0.15, 0.9])
    if kind == "own":
        long, short = [0.0, 0.3, 0.9], [5.0, 5.9]
        seen = simulate.visits(THREE, [long, short] * 10_000, seed=2, route=route)
        np.testing.assert_array_equal(seen.lengths[:4], [3, 2, 3, 2])
        span = 0.9
    else:
        seen = simulate.visits(THREE, times, paths=20_000, seed=3, route=route)
        np.testing.assert_array_equal(seen.times[: 2 * len(times)], np.tile(times, 2))
        span = times[-1] - times[0]
    assert seen.paths == 20_000
    assert seen.exact is None
    assert fits(pairs_of(seen), (LAW[:, None] * expm(RATES * span)).ravel())


def test_routes_agree_on_whole_words():
    times = np.array([0.0, 0.2, 0.5, 1.5])
    words = []
    for route in ("transitions", "gillespie"):
        seen = simulate.visits(THREE, times, paths=20_000, seed=4, route=route)
        words.append(np.bincount(seen.labels.reshape(-1, 4) @ [27, 9, 3, 1], minlength=81))
    table = np.array(words)[:, np.sum(words, axis=0) > 20]
    assert stats.chi2_contingency(table).pvalue > 1e-3


def test_labels_are_misread_as_the_matrix_says():
    error = uniform_flips(3, 0.2)
    noisy = JumpProcess(states=THREE.states, rates=RATES, initial=LAW, misclassification=error)
    clean = simulate.visits(THREE, [0.0, 1.0], paths=20_000, seed=5)
    seen = simulate.visits(noisy, [0.0, 1.0], paths=20_000, seed=5)
    for i in range(3):
        assert fits(np.bincount(seen.labels[clean.labels == i], minlength=3), error[i])


def test_deaths_are_seen_at_their_time_and_nothing_after():
    error = np.array([[0.8, 0.2, 0], [0.1, 0.9, 0], [0, 0, 1.0]])
    process = JumpProcess(
        states=ILL.states,
        rates=ILL.rates,
        absorbing=("dead",),
        entered_exactly=("dead",),
        misclassification=error,
    )
    seen = simulate.visits(process, np.linspace(1.0, 5.0, 5), paths=20_000, seed=6)
    last = seen.starts[1:] - 1
    assert np.all(seen.exact == (seen.labels == 2))
    assert set(np.flatnonzero(seen.exact)) <= set(last)
    died = seen.exact[last]
    times = seen.times[last][died] - 1.0
    alive = [expm(ILL.rates * t)[0, 2] for t in (1.0, 2.0, 3.0, 4.0)]
    counts = np.histogram(times, bins=np.arange(5.0))[0]
    law = np.diff([0, *alive, 1])
    assert fits(np.append(counts, np.sum(~died)), law)
    assert len(np.unique(times)) == len(times)


def test_other_exact_entries_leave_the_visits_in_place():
    process = JumpProcess(
        states=THREE.states, rates=RATES, initial=[1, 0, 0], entered_exactly=("c",)
    )
    seen = simulate.visits(process, [0.0, 1.0, 2.0], paths=500, seed=7)
    assert np.all(seen.labels[seen.exact] == 2)
    assert seen.lengths.min() == 3
    assert np.sum(~seen.exact) == 1500


def test_the_first_law():
    assert simulate.first_law(THREE) is THREE.initial
    np.testing.assert_array_equal(simulate.first_law(ILL), [1, 0, 0])
    two = JumpProcess(states=("on", "off"), rates=[[-2.0, 2.0], [1.0, -1.0]])
    np.testing.assert_allclose(simulate.first_law(two), [1 / 3, 2 / 3])
    apart = JumpProcess(states=tuple("abcd"), rates=np.kron(np.eye(2), two.rates))
    with pytest.raises(BadProblem, match="2 classes of states"):
        simulate.visits(apart, [0.0, 1.0])


def test_the_seed_decides():
    one, two, other = (simulate.visits(THREE, [0, 1, 2], 50, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.labels, two.labels)
    assert np.any(one.labels != other.labels)


@pytest.mark.parametrize(
    ("process", "times", "options", "words"),
    [
        (JumpProcess(states=("a", "b")), [0, 1], {}, "rates of 'jumps' are not known"),
        (THREE, [0, 1], {"paths": 0}, "paths is 0"),
        (THREE, [1, 0], {}, "do not increase"),
        (THREE, [[0, 1], [0, 0]], {}, "do not increase"),
        (THREE, [], {}, "no times"),
        (THREE, [0, np.nan], {}, "not finite"),
        (THREE, [[0, 1], [0, 2]], {"paths": 3}, "2 grids of times for 3 paths"),
        (THREE, [0, 1], {"route": "fast"}, "route is 'fast'"),
        (ILL, [0, 1], {"route": "transitions"}, "knows no times of entry"),
    ],
)
def test_what_cannot_be_simulated(process, times, options, words):
    with pytest.raises(BadProblem, match=words):
        simulate.visits(process, times, **options)
    with pytest.raises(BadProblem, match="the end of a path is -1"):
        simulate.gillespie(THREE, -1.0)


def test_an_absorbing_state_is_not_left_whatever_the_sign_of_its_zero():
    rates = np.array([[-1.0, 1.0], [0.0, 0.0]])
    for zero in (0.0, -0.0):
        rates[1, 1] = zero
        process = JumpProcess(states=("on", "off"), rates=rates, initial=np.array([1.0, 0.0]))
        walked = simulate.gillespie(process, 50.0, 200, seed=1)
        assert np.all(walked.labels[walked.starts[1:] - 1] == 1)
        assert np.all(np.diff(walked.starts) == 2)
