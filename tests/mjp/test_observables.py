"""Observables against closed forms, against simulation, and under relabelling and units."""

import numpy as np
import pytest
from scipy.linalg import expm

from mjp import observables, simulate
from sciml import jump_laws
from sciml.errors import BadData, BadProblem
from sciml.jumps import JumpProcess, generator
from sciml.visits import Visits

RNG = np.random.default_rng(0)
DRAWS = np.array([generator(RNG.gamma(1.0, 1.0, (5, 5))) for _ in range(12)])
SICK = generator(np.array([[0, 1.0, 0.5], [0, 0, 2.0], [0, 0, 0]]))
FORK = generator(np.array([[0, 1.0, 3.0], [0, 0, 0], [0, 0, 0]]))


def ring(n, forward, backward):
    eye = np.eye(n)
    return generator(forward * np.roll(eye, 1, axis=1) + backward * np.roll(eye, -1, axis=1))


def test_two_states():
    a, b = 2.0, 0.5
    rates = generator(np.array([[0, a], [b, 0]]))
    np.testing.assert_allclose(observables.stationary(rates), [b / (a + b), a / (a + b)])
    np.testing.assert_allclose(observables.relaxation_times(rates), [1 / (a + b)])
    np.testing.assert_allclose(observables.mfpt(rates), [[0, 1 / a], [1 / b, 0]])
    np.testing.assert_allclose(observables.holding_times(rates), [1 / a, 1 / b])
    assert observables.entropy_production(rates) == pytest.approx(0, abs=1e-15)
    t = np.array([1.0, 0.0, 0.3])
    p = observables.occupancy(rates, np.array([1.0, 0.0]), t)
    np.testing.assert_allclose(p[:, 0], b / (a + b) + a / (a + b) * np.exp(-(a + b) * t))


@pytest.mark.parametrize("n", [3, 6])
def test_a_biased_ring(n):
    f, b = 3.0, 0.4
    rates = ring(n, f, b)
    assert observables.entropy_production(rates) == pytest.approx((f - b) * np.log(f / b))
    k = np.arange(1, n)
    modes = np.sort(1 / ((f + b) * (1 - np.cos(2 * np.pi * k / n))))[::-1]
    np.testing.assert_allclose(observables.relaxation_times(rates), modes)
    one_way = ring(n, f, 0.0)
    assert observables.entropy_production(one_way) == np.inf
    np.testing.assert_allclose(observables.mfpt(one_way)[0], np.arange(n) / f)


def test_birth_and_death():
    n, up, down = 7, 0.8, 1.3
    rates = generator(up * np.eye(n, k=1) + down * np.eye(n, k=-1))
    law = (up / down) ** np.arange(n)
    np.testing.assert_allclose(observables.stationary(rates), law / law.sum(), rtol=1e-13)
    assert observables.entropy_production(rates) == pytest.approx(0, abs=1e-14)
    assert observables.mfpt(rates)[0, 1] == pytest.approx(1 / up)


def test_laws_of_rare_states_keep_their_digits():
    rates = generator(np.eye(9, k=1) + 1e9 * np.eye(9, k=-1))
    np.testing.assert_allclose(observables.stationary(rates), 1e-9 ** np.arange(9), rtol=1e-8)


def test_draws_go_through_at_once():
    first = np.eye(5)[0]
    times = np.linspace(0, 2, 11)
    together = {
        "stationary": observables.stationary(DRAWS),
        "relaxation_times": observables.relaxation_times(DRAWS),
        "slowest": observables.slowest(DRAWS),
        "mfpt": observables.mfpt(DRAWS),
        "entropy_production": observables.entropy_production(DRAWS),
        "holding_times": observables.holding_times(DRAWS),
        "jump_probabilities": observables.jump_probabilities(DRAWS),
    }
    for name, found in together.items():
        for rates, one in zip(DRAWS, found, strict=True):
            np.testing.assert_allclose(getattr(observables, name)(rates), one, rtol=1e-12)
    laws = observables.occupancy(DRAWS, first, times)
    assert laws.shape == (12, 11, 5)
    np.testing.assert_allclose(laws[3, 7], first @ expm(DRAWS[3] * times[7]), rtol=1e-11)
    np.testing.assert_allclose(together["stationary"][:, None] @ DRAWS, 0, atol=1e-14)
    np.testing.assert_allclose(together["jump_probabilities"].sum(-1), 1)
    assert np.all(together["entropy_production"] > 0)
    grid = observables.stationary(DRAWS.reshape(3, 4, 5, 5))
    np.testing.assert_array_equal(grid.reshape(12, 5), together["stationary"])


def test_relabelling_states_relabels_the_answers():
    order = np.array([3, 0, 4, 1, 2])
    rates, turned = DRAWS[0], DRAWS[0][np.ix_(order, order)]
    np.testing.assert_allclose(
        observables.stationary(turned), observables.stationary(rates)[order], rtol=1e-12
    )
    np.testing.assert_allclose(
        observables.mfpt(turned), observables.mfpt(rates)[np.ix_(order, order)], rtol=1e-12
    )
    for name in ("entropy_production", "relaxation_times"):
        function = getattr(observables, name)
        np.testing.assert_allclose(function(turned), function(rates), rtol=1e-11)


@pytest.mark.parametrize("unit", [1e-6, 60.0, 1e9])
def test_another_unit_of_time(unit):
    rates = DRAWS[1]
    other = rates / unit
    np.testing.assert_allclose(observables.stationary(other), observables.stationary(rates))
    for name, power in (("mfpt", 1), ("relaxation_times", 1), ("entropy_production", -1)):
        function = getattr(observables, name)
        np.testing.assert_allclose(function(other), function(rates) * unit**power, rtol=1e-10)
    times = np.array([0.0, 0.4, 1.7])
    np.testing.assert_allclose(
        observables.occupancy(other, np.eye(5)[2], times * unit),
        observables.occupancy(rates, np.eye(5)[2], times),
        rtol=1e-10,
    )


def test_states_that_are_left_for_ever():
    np.testing.assert_array_equal(observables.stationary(SICK), [0, 0, 1])
    assert observables.entropy_production(SICK) == 0
    np.testing.assert_allclose(observables.relaxation_times(SICK), [2 / 3, 1 / 2])
    np.testing.assert_array_equal(observables.holding_times(SICK), [2 / 3, 1 / 2, np.inf])
    np.testing.assert_array_equal(observables.jump_probabilities(SICK)[2], 0)
    inf = np.inf
    expected = [[0, inf, 2 / 3 + 2 / 3 * 0.5], [inf, 0, 0.5], [inf, inf, 0]]
    np.testing.assert_allclose(observables.mfpt(SICK), expected)


def test_two_ends_depend_on_the_law_at_the_start():
    np.testing.assert_allclose(observables.stationary(FORK), [0, 1 / 3 + 1 / 12, 1 / 3 + 1 / 4])
    with pytest.raises(BadProblem, match="2 classes of states"):
        jump_laws.stationary(FORK)
    start = np.array([0.5, 0.5, 0.0])
    np.testing.assert_allclose(observables.stationary(FORK, start), [0, 0.625, 0.375])
    assert observables.entropy_production(FORK, start) == 0
    np.testing.assert_array_equal(observables.relaxation_times(FORK), [0.25])
    both = observables.relaxation_times(np.stack([FORK, SICK]))
    np.testing.assert_allclose(both, [[0.25, np.nan], [2 / 3, 1 / 2]])
    np.testing.assert_allclose(observables.slowest(np.stack([FORK, SICK])), [0.25, 2 / 3])
    assert observables.slowest(np.zeros((3, 3))) == np.inf
    many = observables.stationary(np.stack([FORK, SICK]), np.stack([start, start]))
    np.testing.assert_allclose(many, [[0, 0.625, 0.375], [0, 0, 1]])
    apart = np.kron(np.eye(2), generator(np.array([[0, 1.0], [3, 0]])))
    law = observables.stationary(apart, np.array([0.4, 0, 0.6, 0]))
    np.testing.assert_allclose(law, [0.3, 0.1, 0.45, 0.15])
    times = observables.relaxation_times(apart)
    np.testing.assert_allclose(times, [0.25, 0.25])


def test_a_detour_that_leads_nowhere_makes_the_wait_infinite():
    """State 0 reaches 1, but may fall into 2 first; from 3, state 1 comes for sure."""
    rates = generator(np.array([[0, 1, 1, 0], [0, 0, 1, 0], [0, 0, 0, 0], [0, 2, 0, 0.0]]))
    np.testing.assert_array_equal(observables.mfpt(rates)[:, 1], [np.inf, 0, np.inf, 0.5])


def test_first_passages_agree_with_simulated_paths():
    names = tuple("abcde")
    process = JumpProcess(states=names, rates=DRAWS[2], initial=np.eye(5)[0])
    walked = simulate.gillespie(process, 60.0, paths=4000, seed=1)
    hits = np.flatnonzero(walked.labels == 3)
    first = np.unique(walked.owner[hits], return_index=True)[1]
    waits = walked.times[hits][first]
    assert len(waits) == 4000
    error = waits.std() / np.sqrt(4000)
    assert abs(waits.mean() - observables.mfpt(DRAWS[2])[0, 3]) < 4 * error


def test_hellinger_and_histograms():
    p = np.array([0.5, 0.5, 0.0])
    assert observables.hellinger(p, p) == 0
    assert observables.hellinger(p, np.array([0, 0, 1.0])) == pytest.approx(1)
    assert observables.hellinger(p, np.array([1.0, 0, 0])) == pytest.approx(
        np.sqrt(1 - np.sqrt(0.5))
    )
    process = JumpProcess(states=tuple("abcde"), rates=DRAWS[0], initial=np.eye(5)[0])
    grid = np.linspace(0, 1, 5)
    times, seen = observables.histogram(simulate.visits(process, grid, paths=20_000))
    np.testing.assert_array_equal(times, grid)
    distance = observables.hellinger(seen, observables.occupancy(DRAWS[0], np.eye(5)[0], grid))
    assert distance[0] == 0
    assert np.all(distance < 0.02)
    own = Visits([0.0, 1.0, 0.1, 1.1], [0, 1, 0, 1], [0, 2, 4], ("a", "b"))
    with pytest.raises(BadData, match="times of their own"):
        observables.histogram(own)
