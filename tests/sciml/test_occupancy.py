"""What part of the subjects is seen in each state."""

import numpy as np

from problems.jump_networks import illness_death
from sciml.jump_laws import occupancy
from sciml.occupancy import BINS, deviations, seen
from sciml.visits import from_paths

STATES = ("well", "ill", "dead")


def test_subjects_count_alike_and_the_dead_stay_dead():
    paths = [([3.0, 4.0, 5.0], [0, 1, 1]), ([0.0, 1.0], [0, 2]), ([7.0, 9.0], [1, 1])]
    found = seen(from_paths(paths, STATES), ("dead",))
    np.testing.assert_allclose(found.times, [0, 1, 2])
    np.testing.assert_allclose(found.subjects, [3, 2, 3])
    np.testing.assert_allclose(found.parts[0], [2 / 3, 1 / 3, 0])
    np.testing.assert_allclose(found.parts[1], [0, 2 / 3, 1 / 3])  # the third was not called on
    np.testing.assert_allclose(found.parts[2], [0, 2 / 3, 1 / 3])
    alive = seen(from_paths(paths, STATES))
    np.testing.assert_allclose(alive.parts[2], [0, 1, 0])


def test_many_times_share_bins_and_first_visits_have_their_own():
    times = np.linspace(0, 5, 101)
    labels = np.arange(101) % 2
    found = seen(from_paths([(times, labels), (times[:51], labels[:51])], STATES))
    assert len(found.times) == BINS
    assert found.times[0] == 0
    np.testing.assert_allclose(found.parts[0], [1, 0, 0])
    np.testing.assert_allclose(found.parts.sum(1), 1)
    assert found.subjects[1] == 2
    assert found.subjects[-1] == 1


def test_a_state_that_nobody_was_seen_in_has_an_error_too():
    found = deviations(np.array([[0.5, 0.0]]), np.array([400.0]))
    np.testing.assert_allclose(found[0, 0], 0.025, rtol=1e-2)
    assert 0 < found[0, 1] < 0.01


def test_patients_seen_now_and_then_are_seen_as_the_law_has_them():
    process = illness_death(paths=4000)
    found = seen(process.data, process.absorbing)
    law = occupancy(process.rates, process.initial, found.times)
    worst = np.abs(found.parts - law)
    assert worst.mean() < 0.02
    assert worst[:, -1].max() < 0.04


def test_all_may_die_at_once():
    found = seen(from_paths([([0.0, 1.0], [0, 2]), ([0.0, 1.0], [1, 2])], STATES), ("dead",))
    np.testing.assert_allclose(found.times, [0, 1])
    np.testing.assert_allclose(found.parts, [[0.5, 0.5, 0], [0, 0, 1]])
    np.testing.assert_allclose(found.subjects, [2, 2])


def test_the_last_visit_is_in_the_last_bin():
    """Whatever rounding does to its time over the longest one."""
    for top in np.linspace(9.0, 11.0, 400):
        times = np.linspace(0.0, top, 40)
        found = seen(from_paths([(times, np.arange(40) % 3)], STATES))
        assert len(found.times) == BINS
