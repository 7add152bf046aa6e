"""Frequencies by sparsity, through `sciml.solve`."""

import numpy as np
import pytest

import sciml
from sciml.status import Status

POINTS = np.linspace(0, 2 * np.pi, 60)


def test_frequencies_by_sparsity():
    result = sciml.solve("gp_u1", "gp", frequency=60.0, frequencies="ard")
    assert result.status is Status.CONVERGED
    assert result.metrics["rel_l2"] < 1e-9
    spectrum = result.value["spectrum"]["x"]
    assert result.value["active_components"] < result.value["components"] == 30
    assert spectrum["frequencies"][0] == pytest.approx(60 / (2 * np.pi), abs=0.7)
    assert result.value["points"] == 400
    again = sciml.solve("gp_u1", "gp", frequency=60.0, frequencies="ard")
    np.testing.assert_array_equal(again.predict(POINTS), result.predict(POINTS))


def test_few_points_widen_the_band_and_say_so():
    """15 points cannot tell 100 rad from slower waves: the band holds the truth all the same."""
    result = sciml.solve("gp_u1", "gp", points=15)
    assert result.status is Status.UNRESOLVED
    assert result.metrics["coverage"] >= 0.9
    assert "The grid is too coarse for" in result.warnings[0]
    assert "points would tell" in result.warnings[0]


def test_enough_points_of_a_line():
    result = sciml.solve("gp_u1", "gp", frequency=20.0, points=200)
    assert result.status is Status.CONVERGED
    assert result.metrics["rel_l2"] < 1e-9
