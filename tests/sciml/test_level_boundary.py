"""The boundary of level sets: on the set to rounding, evenly covered, normals along the slope."""

import math

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from sciml.errors import BadProblem
from sciml.level_boundary import level_boundary
from sciml.region import LevelSet

SQUARE = {"x": (-1.0, 1.0), "y": (-1.0, 1.0)}


def ring(x):
    square = x["x"] ** 2 + x["y"] ** 2
    return (square - 1.0) * (square - 0.25)


def ellipse(x):
    return jnp.exp((x["x"] / 2) ** 2 + x["y"] ** 2) - math.e


def ball(x):
    return sum(c**2 for c in x.values()) - 1.0


def test_ellipse():
    points, normals = level_boundary(LevelSet(ellipse, {"x": (-3.0, 3.0), "y": (-2.0, 2.0)}), 200)
    np.testing.assert_allclose((points[:, 0] / 2) ** 2 + points[:, 1] ** 2, 1.0, rtol=2e-15)
    slopes = points * [0.5, 2.0]
    slopes /= np.linalg.norm(slopes, axis=1, keepdims=True)
    np.testing.assert_allclose(normals, slopes, atol=1e-14)


def test_ring():
    points, normals = level_boundary(LevelSet(ring, SQUARE), 300)
    radius = np.linalg.norm(points, axis=1)
    outer = radius > 0.75
    np.testing.assert_allclose(radius, np.where(outer, 1.0, 0.5), rtol=1e-15)
    expected = np.where(outer, 1, -1)[:, None] * points / radius[:, None]
    np.testing.assert_allclose(normals, expected, atol=1e-14)
    assert np.sum(outer) == pytest.approx(200, abs=12)
    for circle, length in ((outer, 2 * math.pi), (~outer, math.pi)):
        angle = np.sort(np.arctan2(points[circle, 1], points[circle, 0]))
        gaps = np.diff(angle, append=angle[0] + 2 * math.pi) * length / (2 * math.pi)
        assert gaps.max() < 2.2 * 3 * math.pi / 300
        assert gaps.max() < 2.5 * gaps.min()


@settings(max_examples=8, deadline=None)
@given(st.floats(0.2, 1.0), st.floats(0.0, math.pi), st.floats(-3.0, 3.0), st.integers(1, 90))
def test_turned_ellipses_anywhere(short, turn, shift, count):
    """Half axes 1 and `short`, turned and moved: on the curve, normals along its gradient."""
    rotation = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    matrix = rotation.T @ np.diag([1.0, short**-2]) @ rotation

    def level(x):
        dx, dy = x["x"] - shift, x["y"] + shift
        return matrix[0, 0] * dx**2 + 2 * matrix[0, 1] * dx * dy + matrix[1, 1] * dy**2 - 1

    box = {"x": (shift - 1.5, shift + 1.2), "y": (-shift - 1.1, -shift + 1.3)}
    points, normals = level_boundary(LevelSet(level, box), count)
    assert len(points) == count
    offset = points - [shift, -shift]
    np.testing.assert_allclose(np.sum(offset @ matrix * offset, axis=1), 1.0, atol=1e-13)
    slopes = offset @ matrix
    slopes /= np.linalg.norm(slopes, axis=1, keepdims=True)
    np.testing.assert_allclose(normals, slopes, atol=1e-12)


def test_half_ball_is_covered_evenly():
    points, normals = level_boundary(LevelSet(ball, {**SQUARE, "z": (0.0, 1.0)}), 400)
    flat = points[:, 2] == 0
    assert np.mean(flat) == pytest.approx(1 / 3, abs=0.06)
    np.testing.assert_array_equal(normals[flat], np.tile([0.0, 0.0, -1.0], (np.sum(flat), 1)))
    np.testing.assert_allclose(np.linalg.norm(points[~flat], axis=1), 1.0, rtol=1e-15)
    np.testing.assert_allclose(normals[~flat], points[~flat], atol=1e-14)
    gaps = cKDTree(points).query(points, k=2)[0][:, 1]
    assert gaps.max() < 2.2 * gaps.min()
    probes = np.random.default_rng(0).normal(size=(500, 3))
    probes /= np.linalg.norm(probes, axis=1, keepdims=True)
    probes[:, 2] = np.abs(probes[:, 2])
    assert np.max(cKDTree(points).query(probes)[0]) < gaps.max() * 1.1


def test_a_set_that_no_line_meets():
    """A speck that the first look hits by chance, between all lines along the axes."""
    at = (np.arange(128)[40] + 0.5) / 64 - 1
    speck = LevelSet(lambda x: (x["x"] - at) ** 2 + (x["y"] - at) ** 2 - 1e-8, SQUARE)
    with pytest.raises(BadProblem, match="none of 64 lines along .*\n  try: fit the box more tig"):
        level_boundary(speck, 5)


def two_discs(x):
    """Two discs that overlap, as the lesser of their levels: re-entrant corners at x = 0."""
    y2 = x["y"] ** 2
    return jnp.minimum((x["x"] - 0.4) ** 2 + y2, (x["x"] + 0.4) ** 2 + y2) - 0.25


def test_a_union_with_re_entrant_corners():
    points, normals = level_boundary(LevelSet(two_discs, SQUARE), 200)
    centre = np.stack([0.4 * np.sign(points[:, 0]), np.zeros(200)], axis=1)
    np.testing.assert_allclose(np.linalg.norm(points - centre, axis=1), 0.5, rtol=2e-15)
    np.testing.assert_allclose(normals, 2 * (points - centre), atol=1e-13)
    corner = np.array([[0.0, 0.3], [0.0, -0.3]])
    assert np.max(cKDTree(points).query(corner)[0]) < 0.03


def test_parts_apart_are_all_found():
    """Sixteen islands, |sin 2πx sin 2πy| > ½: one in each cell of side ½."""
    level = LevelSet(
        lambda x: 0.5 - jnp.abs(jnp.sin(2 * jnp.pi * x["x"]) * jnp.sin(2 * jnp.pi * x["y"])), SQUARE
    )
    points, _ = level_boundary(level, 320)
    islands, counts = np.unique(np.floor(2 * points), axis=0, return_counts=True)
    assert len(islands) == 16
    assert np.all(np.abs(counts - 20) <= 4)
