"""Level labels: where they stand, and how many digits they show."""

import numpy as np
import pytest

from sciml import plot_levels


def test_labels_are_moved_apart_as_little_as_possible():
    np.testing.assert_allclose(plot_levels.spread(np.array([0.5, 0.5]), 0.1), [0.45, 0.55])
    np.testing.assert_allclose(plot_levels.spread(np.array([0.2, 0.8]), 0.1), [0.2, 0.8])
    np.testing.assert_allclose(plot_levels.spread(np.array([0.0, 0.0]), 0.1), [0.0, 0.1])
    crowded = plot_levels.spread(np.sort(np.random.default_rng(0).normal(0.9, 0.02, 12)), 0.05)
    assert np.all(np.diff(crowded) > 0.05 - 1e-12)
    assert 0 <= crowded[0] <= crowded[-1] <= 1


@pytest.mark.parametrize(
    ("energies", "texts"),
    [
        ([1.0, 3.0], ["1.0000", "3.0000"]),
        ([3.8636692, 3.8651856], ["3.8637", "3.8652"]),
        ([5.0000001, 5.0000002], ["5.0000001", "5.0000002"]),
        ([4.0, 4.0], ["4.0000", "4.0000"]),
        ([-0.0625], ["-0.062500"]),
        ([12345.0, 1.5e12], ["12345", "1.5000 \\times 10^{12}"]),
    ],
)
def test_numbers_have_as_many_digits_as_tell_neighbours_apart(energies, texts):
    assert plot_levels.numbers(np.array(energies)) == texts
