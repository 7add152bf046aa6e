"""Points in domains and on their boundaries: coverage, normals, reproducibility, refusals."""

import math

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.spatial import cKDTree

from sciml.domain import Box, Disc, Triangle
from sciml.errors import BadProblem
from sciml.region import LevelSet, Points, Polygon
from sciml.sampling import boundary_points, face_points, interior_points

L_SHAPE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (0.0, -1.0))
SQUARE = {"x": (-1.0, 1.0), "y": (-1.0, 1.0)}


def ring(x):
    square = x["x"] ** 2 + x["y"] ** 2
    return (square - 1.0) * (square - 0.25)


def ellipse(x):
    return jnp.exp((x["x"] / 2) ** 2 + x["y"] ** 2) - math.e


def ball(x):
    return sum(c**2 for c in x.values()) - 1.0


RING = LevelSet(ring, SQUARE)
ELLIPSE = LevelSet(ellipse, {"x": (-3.0, 3.0), "y": (-2.0, 2.0)})
QUARTER = LevelSet(ball, {"x": (0.0, 1.5), "y": (0.0, 2.0)})
HALF_BALL = LevelSet(ball, {"x": (-1.0, 1.0), "y": (-1.0, 1.0), "z": (0.0, 1.0)})
DOMAINS = {
    "interval": Box({"x": (-1.0, 2.0)}),
    "box": Box({"x": (0.0, 1.0), "y": (-3.0, 2.0)}),
    "cuboid": Box({"x": (0.0, 1.0), "y": (-3.0, 2.0), "z": (1.0, 1.5)}),
    "disc": Disc(center=(1.0, -2.0), radius=0.7),
    "triangle": Triangle(((0.0, 0.0), (2.0, 0.5), (0.3, 1.0))),
    "clockwise": Triangle(((0.0, 0.0), (0.3, 1.0), (2.0, 0.5))),
    "L": Polygon(L_SHAPE),
    "ring": RING,
    "ellipse": ELLIPSE,
    "quarter": QUARTER,
    "half_ball": HALF_BALL,
    "roots": LevelSet(lambda x: jnp.sin(3 * x["x"]), {"x": (-4.0, 1.0)}),
}
every_domain = pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)


@every_domain
def test_interior_points(domain):
    points = interior_points(domain, 300)
    assert points.shape == (300, len(domain.axes))
    assert points.dtype == np.float64
    assert np.all(domain.contains(points))
    np.testing.assert_array_equal(points, interior_points(domain, 300, seed=0))
    np.testing.assert_array_equal(points[:40], interior_points(domain, 40))
    assert not np.any(np.isin(points, interior_points(domain, 300, seed=1)))
    assert interior_points(domain, 1).shape == (1, len(domain.axes))


@pytest.mark.parametrize(
    ("domain", "mean"),
    [
        (Disc(center=(1.0, -2.0)), (1.0, -2.0)),
        (Polygon(L_SHAPE), (-1 / 6, 1 / 6)),
        (QUARTER, (4 / (3 * math.pi), 4 / (3 * math.pi))),
        (HALF_BALL, (0.0, 0.0, 3 / 8)),
    ],
    ids=["disc", "L", "quarter", "half_ball"],
)
def test_interior_points_are_uniform(domain, mean):
    """Their mean is the centroid, nearer than random points' would be."""
    points = interior_points(domain, 4096)
    np.testing.assert_allclose(points.mean(axis=0), mean, atol=4e-3)


@every_domain
@pytest.mark.parametrize("count", [11, 120])
def test_boundary_points_have_outward_unit_normals(domain, count):
    points, normals = boundary_points(domain, count)
    assert points.shape == normals.shape
    if len(domain.axes) > 1:
        assert len(points) == count
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1.0, rtol=1e-15)
    step = 1e-6
    assert np.all(domain.contains(points - step * normals))
    assert not np.any(domain.contains(points + step * normals))
    again = boundary_points(domain, count, seed=0)
    np.testing.assert_array_equal(points, again[0])
    np.testing.assert_array_equal(normals, again[1])


def test_one_dimension():
    points, normals = boundary_points(DOMAINS["interval"], 50)
    np.testing.assert_array_equal(points, [[-1.0], [2.0]])
    np.testing.assert_array_equal(normals, [[-1.0], [1.0]])
    points, normals = boundary_points(DOMAINS["roots"], 50)
    np.testing.assert_allclose(points[:, 0], np.pi / 3 * np.arange(-3, 1), atol=1e-15)
    np.testing.assert_array_equal(normals[:, 0], [-1.0, 1.0, -1.0, 1.0])
    points, normals = boundary_points(LevelSet(lambda x: x["t"] - 1, {"t": (0.0, 3.0)}), 9)
    np.testing.assert_array_equal(
        np.sort(np.column_stack([points, normals]), axis=0), [[0, -1], [1, 1]]
    )


def test_disc():
    points, normals = boundary_points(DOMAINS["disc"], 7)
    np.testing.assert_allclose(points, np.array([1.0, -2.0]) + 0.7 * normals, rtol=1e-15)
    gaps = np.linalg.norm(points - np.roll(points, 1, axis=0), axis=1)
    np.testing.assert_allclose(gaps, 1.4 * math.sin(math.pi / 7), rtol=1e-14)


def curve_of(domain):
    """Closely spaced points along the boundary of a domain of the plane."""
    if domain is QUARTER:
        angle, edge = np.linspace(0.0, math.pi / 2, 2000), np.linspace(0.0, 1.0, 1000)
        arc = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        leg = np.stack([edge, 0 * edge], axis=1)
        return np.concatenate([arc, leg, leg[:, ::-1]]), 2 + math.pi / 2
    corners = np.array(getattr(domain, "vertices", None) or [(0, -3), (1, -3), (1, 2), (0, 2)])
    edges = np.roll(corners, -1, axis=0) - corners
    along = np.linspace(0.0, 1.0, 1000)[:, None, None]
    return (corners + along * edges).reshape(-1, 2), np.sum(np.linalg.norm(edges, axis=1))


@pytest.mark.parametrize("name", ["box", "triangle", "clockwise", "L", "quarter"])
def test_the_boundary_is_covered(name):
    domain = DOMAINS[name]
    curve, length = curve_of(domain)
    points, _ = boundary_points(domain, 150)
    assert np.max(cKDTree(curve).query(points)[0]) < length / 1000
    assert np.max(cKDTree(points).query(curve)[0]) < 1.2 * length / 150


@pytest.mark.parametrize("name", ["box", "triangle", "L"])
def test_points_crowd_at_corners_and_none_is_on_one(name):
    domain = DOMAINS[name]
    points, _ = boundary_points(domain, 150)
    corners = np.array(getattr(domain, "vertices", None) or [(0, -3), (1, -3), (1, 2), (0, 2)])
    nearest = np.min(np.linalg.norm(points[:, None] - corners, axis=2), axis=0)
    assert np.all(nearest > 0)
    assert np.all(nearest < 0.01)


def test_another_seed_chooses_other_points_of_a_level_set():
    assert not np.array_equal(boundary_points(RING, 50)[0], boundary_points(RING, 50, seed=1)[0])
    cuboid = DOMAINS["cuboid"]
    assert not np.array_equal(
        boundary_points(cuboid, 50)[0], boundary_points(cuboid, 50, seed=1)[0]
    )


def test_faces_and_edges_have_points_in_proportion():
    points, normals = boundary_points(DOMAINS["box"], 120)
    assert [np.sum(np.all(normals == n, axis=1)) for n in ([-1, 0], [1, 0], [0, -1], [0, 1])] == [
        *(50, 50, 10, 10)
    ]
    points, normals = boundary_points(Polygon(L_SHAPE), 4)
    assert len(points) == 6
    np.testing.assert_allclose(points[:2], [[0.5, 0.0], [1.0, 0.5]], atol=1e-15)
    np.testing.assert_array_equal(normals[:2], [[0.0, -1.0], [1.0, 0.0]])


@pytest.mark.parametrize("name", ["interval", "box", "cuboid"])
def test_faces_of_boxes(name):
    domain = DOMAINS[name]
    for k, axis in enumerate(domain.axes):
        for side, position in zip(("lower", "upper"), domain.bounding_box[k], strict=True):
            points, normals = face_points(domain, f"{axis}:{side}", 21)
            assert len(points) == (1 if name == "interval" else 21)
            assert np.all(points[:, k] == position)
            assert np.all(domain.contains(points))
            assert len(np.unique(points, axis=0)) == len(points)
            outward = (1.0 if side == "upper" else -1.0) * np.eye(len(domain.axes))[k]
            np.testing.assert_array_equal(normals, np.tile(outward, (len(points), 1)))


@pytest.mark.parametrize("name", ["box", "disc", "ring"])
def test_the_boundary_is_a_face(name):
    for a, b in zip(
        face_points(DOMAINS[name], "boundary", 30, seed=3),
        boundary_points(DOMAINS[name], 30, seed=3),
        strict=True,
    ):
        np.testing.assert_array_equal(a, b)


def test_given_points_are_returned():
    rng = np.random.default_rng(0)
    interior, boundary, normals = (
        rng.uniform(size=(50, 2)),
        rng.uniform(size=(9, 2)),
        np.ones((9, 2)),
    )
    cloud = Points(interior, boundary, normals=normals)
    np.testing.assert_array_equal(interior_points(cloud, 3), interior)
    found = face_points(cloud, "boundary", 3)
    np.testing.assert_array_equal(found[0], boundary)
    np.testing.assert_allclose(found[1], normals / math.sqrt(2), rtol=1e-15)


class Blob:
    """A domain that no rule knows."""

    axes = ("x", "y")
    bounding_box = ((0.0, 1.0), (0.0, 1.0))

    def contains(self, points):
        return np.zeros(len(points), bool)

    def boundary_factor(self, point):
        return point[0]


CLOUD = Points(np.eye(2), np.zeros((0, 2)))
OPEN = Box({"x": (0.0, math.inf), "y": (0.0, 1.0)})


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: interior_points(Disc(), 0), "0 points are wanted.\n  try: ask for one or more"),
        (lambda: boundary_points(Disc(), -1), "-1 points are wanted"),
        (lambda: face_points(Disc(), "boundary", 0), "0 points are wanted"),
        (
            lambda: interior_points(OPEN, 5),
            r"\[0.0, 0.0\] to \[inf, 1.0\].\n  try: give finite bou",
        ),
        (lambda: boundary_points(OPEN, 5), "reaches from .*\n  try: give finite bounds"),
        (lambda: face_points(OPEN, "y:lower", 5), "reaches from .*\n  try: give finite bounds"),
        (
            lambda: interior_points(Blob(), 5),
            "0 of 4194304 points .* in the Blob, fewer than the 5",
        ),
        (
            lambda: boundary_points(Blob(), 5),
            "no rule places 5 points .* a Blob.\n  try: use a Box",
        ),
        (lambda: face_points(Disc(), "x:lower", 5), "'x:lower' is no face of a Disc.\n  try: name"),
        (lambda: face_points(OPEN, "z:lower", 5), r"'z:lower' is no face .*\n.* axes \['x', 'y'\]"),
        (lambda: face_points(OPEN, "x:left", 5), "'x:left' is no face of a Box"),
        (lambda: boundary_points(CLOUD, 5), "cloud has no boundary points.\n  try: give its bound"),
        (
            lambda: boundary_points(Points(np.eye(2), np.eye(2)), 5),
            "the cloud has no normals.\n  try: give its normals: Points",
        ),
        (
            lambda: boundary_points(LevelSet(lambda x: jnp.where(x["x"] > 0, 1, -1), SQUARE), 5),
            "slope of a level set's level is 0.0 at the boundary point .*\n  try: choose a level",
        ),
    ],
)
def test_refusals(call, words):
    with pytest.raises(BadProblem, match=words):
        call()
