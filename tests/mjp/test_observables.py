import numpy as np
import pytest

from mjp import observables
from sciml.jumps import generator

TWO = generator(np.array([[0, 2.0], [3.0, 0]]))


def test_two_states_in_closed_form():
    np.testing.assert_allclose(observables.stationary(TWO), [0.6, 0.4])
    np.testing.assert_allclose(observables.relaxation_times(TWO), [0.2])
    np.testing.assert_allclose(observables.mfpt(TWO), [[0, 0.5], [1 / 3, 0]])
    assert observables.entropy_production(TWO) == pytest.approx(0, abs=1e-12)
    p = observables.occupancy(TWO, np.array([1.0, 0]), np.array([0.1]))
    assert p[0, 0] == pytest.approx(0.6 + 0.4 * np.exp(-0.5))


def test_a_driven_ring_dissipates():
    up, down, n = 2.0, 0.5, 5
    q = np.zeros((n, n))
    for i in range(n):
        q[i, (i + 1) % n], q[i, (i - 1) % n] = up, down
    expected = (up - down) * np.log(up / down)
    assert observables.entropy_production(generator(q)) == pytest.approx(expected)
    batch = np.stack([generator(q), generator(q) * 2])
    np.testing.assert_allclose(observables.entropy_production(batch), [expected, 2 * expected])
    np.testing.assert_allclose(
        observables.slowest(batch)[0], observables.relaxation_times(batch[0])[0]
    )


def test_what_is_never_reached_takes_for_ever():
    q = generator(np.array([[0, 1.0, 0], [0, 0, 2.0], [0, 0, 0]]))
    times = observables.mfpt(q)
    assert times[0, 2] == pytest.approx(1.5)
    assert np.isinf(times[2, 0])
    assert np.isinf(times[1, 0])
