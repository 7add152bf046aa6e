"""Samples made continuous: accuracy between the points, and the error that is announced."""

import numpy as np
import pytest

from gp_solver.interpolant import interpolate
from sciml.conditions import Sampled
from sciml.precision import float64


@pytest.fixture(autouse=True, scope="module")
def double():
    with float64():
        yield


def interpolated(function, *axes, box=None):
    """The interpolant and its relative error at points between the samples."""
    values = function(*np.meshgrid(*axes, indexing="ij"))
    box = box or [(x[0], x[-1]) for x in axes]
    made = interpolate(Sampled(tuple(axes), values), box)
    fine = [np.linspace(lo, hi, 77) for lo, hi in box]
    exact = function(*np.meshgrid(*fine, indexing="ij"))
    return made, np.linalg.norm(made.on_grid(fine) - exact) / np.linalg.norm(exact)


@pytest.mark.parametrize(
    ("function", "count", "worst"),
    [
        (lambda x: 1.0 + 2 * x - x**3, 20, 1e-13),
        (np.exp, 40, 1e-10),
        (lambda x: np.sin(40 * x) + 0.01 * np.sin(91.3 * x), 200, 1e-6),
        (lambda x: x * np.sin(100 * x), 300, 1e-6),
    ],
)
def test_equally_spaced_points(function, count, worst):
    made, error = interpolated(function, np.linspace(0, 2, count))
    assert error < worst
    assert made.error < worst


def test_clustered_points():
    x = 0.5 - 0.5 * np.cos(np.pi * (np.arange(60) + 0.5) / 60)
    made, error = interpolated(lambda x: np.sin(20 * x), x, box=[(x[0], x[-1])])
    assert max(error, made.error) < 1e-9


def test_a_plane_and_a_box():
    made, error = interpolated(
        lambda x, y: np.sin(5 * x) * np.exp(y), np.linspace(0, 1, 64), np.linspace(-1, 1, 56)
    )
    assert max(error, made.error) < 1e-8
    made, error = interpolated(
        lambda x, y, z: x * y + z**2 + np.cos(x + y - z), *[np.linspace(0, 1, 24)] * 3
    )
    assert max(error, made.error) < 1e-6
    assert len(made.features) == 3


def test_too_few_points_are_seen_from_the_points_alone():
    made, error = interpolated(lambda x: np.exp(-(((x - 3) / 0.1) ** 2)), np.linspace(0, 6, 40))
    assert error > 0.1
    assert made.error > 1e-3


def test_a_box_may_reach_a_little_beyond_the_samples():
    made, error = interpolated(np.cos, np.linspace(0, 1, 60), box=[(-0.01, 1.01)])
    assert error < 1e-8
    assert made.features[0].lower == -0.01


def test_constants_and_zero():
    for value in (0.0, 3.0):
        made = interpolate(Sampled((np.linspace(0, 1, 8),), np.full(8, value)), [(0.0, 1.0)])
        np.testing.assert_allclose(made.on_grid([np.array([0.3])]), value, atol=1e-13)
        assert made.error < 1e-11
