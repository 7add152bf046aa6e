"""Polygons, level sets and clouds: area, membership, boundary factors, refusals."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sciml.domain import Domain, Triangle
from sciml.errors import BadProblem
from sciml.precision import float64
from sciml.region import LevelSet, Points, Polygon, cell_centres

L_SHAPE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (0.0, -1.0))
STAR = tuple(
    ((1.0 if k % 2 else 0.4) * math.cos(math.pi * k / 5), math.sin(math.pi * k / 5) * (1 + k % 2))
    for k in range(10)
)
UNIT = {"x": (-1.0, 1.0), "y": (-1.0, 1.0)}


def ring(x):
    square = x["x"] ** 2 + x["y"] ** 2
    return (square - 1.0) * (square - 0.25)


def ball(x):
    return sum(c**2 for c in x.values()) - 1.0


def fraction(domain):
    """Share of the bounding box that a domain fills, on a fine grid."""
    grid = cell_centres(domain.bounding_box, {1: 10**5, 2: 700, 3: 90}[len(domain.axes)])
    return np.mean(domain.contains(grid))


def volume(domain):
    return fraction(domain) * math.prod(hi - lo for lo, hi in domain.bounding_box)


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        (Polygon(L_SHAPE), 3.0),
        (Polygon(L_SHAPE[::-1]), 3.0),
        (Polygon(STAR), abs(Polygon(STAR).signed_area)),
        (LevelSet(ring, UNIT), 0.75 * math.pi),
        (LevelSet(ball, {"x": (-1.5, 0.0), "y": (-1.0, 2.0)}), math.pi / 2),
        (LevelSet(ball, {"a": (-1.0, 1.0), "b": (-1.0, 1.0), "c": (0.0, 1.0)}), 2 * math.pi / 3),
        (LevelSet(ball, {"x": (-3.0, 4.0)}), 2.0),
        (LevelSet(lambda x: -1.0, UNIT), 4.0),
    ],
    ids=["L", "clockwise", "star", "ring", "half", "half_ball", "interval", "all"],
)
def test_area(domain, expected):
    assert isinstance(domain, Domain)
    assert volume(domain) == pytest.approx(expected, rel=3e-3)


@pytest.mark.parametrize(
    "domain",
    [
        Polygon(L_SHAPE),
        Polygon(STAR[::-1]),
        LevelSet(ring, UNIT),
        LevelSet(ball, {"x": (-1.5, 0.0), "y": (-1.0, 2.0)}),
    ],
    ids=["L", "star", "ring", "half"],
)
def test_boundary_factor_is_positive_exactly_inside(domain):
    low, high = np.array(domain.bounding_box).T
    points = np.random.default_rng(0).uniform(low, high, (500, 2))
    inside = domain.contains(points)
    assert inside.any()
    assert not inside.all()
    with float64():
        both = jax.jit(
            jax.vmap(lambda p: (domain.boundary_factor(p), jax.hessian(domain.boundary_factor)(p)))
        )
        factor, curvature = (np.asarray(a) for a in both(jnp.asarray(points)))
    assert np.all(factor[inside] > 0)
    assert np.all(factor[inside] <= 1.1)
    assert np.all(factor[~inside] <= 0)
    assert np.all(np.isfinite(curvature))


def test_the_factor_of_a_cut_set_vanishes_on_the_cut():
    half = LevelSet(ball, {"x": (-1.5, 0.0), "y": (-1.0, 2.0)})
    whole = LevelSet(ball, {"x": (-1.5, 1.0), "y": (-1.0, 2.0)})
    with float64():
        assert half.boundary_factor(jnp.array([0.0, 0.3])) == 0.0
        assert whole.boundary_factor(jnp.array([0.0, 0.0])) == pytest.approx(1.0, abs=1e-3)


def test_the_factor_of_a_polygon_grows_as_the_distance_from_an_edge():
    domain = Polygon(((0.0, 0.0), (4.0, 0.0), (4.0, 1.0), (0.0, 1.0)))
    with float64():
        factor = jax.jit(domain.boundary_factor)(jnp.array([1.3, 1e-6]))
    np.testing.assert_allclose(factor, 1e-6 / 2.0, rtol=1e-4)


def test_edges_and_corners_belong_to_a_polygon():
    domain = Polygon(L_SHAPE)
    corners = np.array(L_SHAPE)
    assert np.all(domain.contains(corners))
    along = np.linspace(0.0, 1.0, 17)[:, None, None]
    on_edges = (corners + along * domain.edges).reshape(-1, 2)
    assert np.all(domain.contains(on_edges))
    outside = np.array([[0.5, -0.5], [1e-9, -1e-9], [0.5, -1e-9], [2.0, 0.0], [-2.0, 0.0]])
    assert not np.any(domain.contains(outside))
    assert domain.bounding_box == ((-1.0, 1.0), (-1.0, 1.0))
    assert domain.contains(np.zeros((0, 2))).shape == (0,)


@st.composite
def star_shaped(draw):
    """Corners at ascending angles around the origin."""
    count = draw(st.integers(3, 12))
    radii = draw(st.lists(st.floats(0.2, 2.0), min_size=count, max_size=count))
    shift = draw(st.floats(-5.0, 5.0))
    angle = 2 * math.pi * np.arange(count) / count
    x, y = np.array(radii) * np.cos(angle) + shift, np.array(radii) * np.sin(angle) - shift
    return tuple(zip(x.tolist(), y.tolist(), strict=True)), shift


@settings(max_examples=30, deadline=None)
@given(star_shaped())
def test_star_shaped_polygons(drawn):
    corners, shift = drawn
    domain, mirrored = Polygon(corners), Polygon(corners[::-1])
    assert domain.signed_area > 0
    np.testing.assert_allclose(mirrored.signed_area, -domain.signed_area, rtol=1e-12)
    low, high = np.array(domain.bounding_box).T
    points = np.random.default_rng(1).uniform(low, high, (300, 2))
    inside = domain.contains(points)
    np.testing.assert_array_equal(inside, mirrored.contains(points))
    fan = [
        Triangle(((shift, -shift), a, b)).contains(points)
        for a, b in zip(corners, corners[1:] + corners[:1], strict=True)
    ]
    np.testing.assert_array_equal(inside, np.any(fan, axis=0))


def test_equal_polygons_are_equal():
    integers = tuple((int(x), int(y)) for x, y in L_SHAPE)
    assert Polygon(integers) == Polygon(L_SHAPE)
    assert hash(Polygon(integers)) == hash(Polygon(L_SHAPE))
    level = LevelSet(ring, UNIT)
    assert level != LevelSet(ring, UNIT)
    assert len({level, level}) == 1


@pytest.mark.parametrize(
    ("vertices", "words"),
    [
        (((0, 0), (1, 1)), "has 2 corners.\n  try: give three or more"),
        (((0, 0), (1, 1), (2, 2)), "has no area.\n  try: give corners that do not lie on a line"),
        (((0, 0), (1, 1), (1, 0), (0, 1.5)), "from corner 0, .* and from corner 2, .* cross or t"),
        (((0, 0), (1, 0), (1, 0), (0, 1)), r"corner 1 of a polygon, \(1.0, 0.0\), coincides with"),
        (((0, 0), (1, 0), (0, 1), (0, 0)), "do not repeat the first at the end"),
        (((0, 0), (2, 0), (2, 2), (1, 0), (0, 2)), "cross or touch.\n  try: list the corners in"),
        (((0, 0), (2, 0), (1, 0), (1, 1)), "from corner 0, .*, and from corner 1, .* cross or to"),
        (((0, 0), (2, 0), (2, 1), (1, 1), (3, 1), (0, 3)), "from corner 2, .* from corner 3"),
        (((0, 0), (1, 0), (math.nan, 1)), "corners of a polygon are no matrix of finite numbers"),
        (((0, 0), (1, 0), (1,)), "try: give two coordinates a corner, all finite"),
        (((0, 0, 0), (1, 0, 0), (0, 1, 0)), "corners of 3 coordinates.\n  try: give two coordin"),
    ],
)
def test_bad_polygons(vertices, words):
    with pytest.raises(BadProblem, match=words):
        Polygon(vertices)


def test_small_and_fine_polygons_are_good():
    Polygon(((0.0, 0.0), (1e-9, 0.0), (0.0, 1e-9)))
    angle = 2 * np.pi * np.arange(500) / 500
    circle = Polygon(tuple(zip(np.cos(angle), np.sin(angle), strict=True)))
    assert circle.signed_area == pytest.approx(math.pi, rel=1e-4)


def test_level_set_values_and_gradients():
    domain = LevelSet(ball, UNIT)
    points = np.random.default_rng(0).uniform(-1, 1, (37, 2))
    np.testing.assert_allclose(domain.values(points), np.sum(points**2, axis=1) - 1, rtol=1e-14)
    np.testing.assert_allclose(domain.gradients(points), 2 * points, rtol=1e-14)
    assert domain.values(points[:0]).shape == (0,)
    assert domain.gradients(points[:0]).shape == (0, 2)
    assert domain.contains(np.array([[0.0, 0.0], [5.0, 0.0]])).tolist() == [True, False]


@pytest.mark.parametrize(
    ("level", "bounds", "words"),
    [
        (lambda x: x["x"] ** 2 + 0.5, {"x": (-1, 1)}, "positive at all 4096 points tried, 0.5 at"),
        (lambda x: jnp.sqrt(x["x"]) - 2, {"x": (-1, 1)}, "is NaN at x = -0.99.*\n  try: keep the"),
        (
            lambda x: x["x"] if x["x"] > 0 else 1.0,
            {"x": (-1, 1)},
            "fails on an array: .*\n  try: w",
        ),
        (lambda x: x["z"], {"x": (-1, 1)}, "fails on an array: 'z'"),
        (lambda x: jnp.ones(3), {"x": (-1, 1)}, "one real value per point"),
        (ball, {"x": (0, math.inf)}, "box of a level set is .*\n  try: give one to three axes"),
        (ball, dict.fromkeys("abcd", (0, 1)), "give one to three axes, each with finite bounds"),
        (ball, {}, "give one to three axes"),
        (ball, {"x": (1, 0)}, "axis 'x' runs from 1.0 to 0.0"),
    ],
)
def test_bad_level_sets(level, bounds, words):
    with pytest.raises(BadProblem, match=words):
        LevelSet(level, bounds)


def square_cloud(step=0.1):
    inner = np.arange(1, round(1 / step)) * step
    grid = np.stack([g.ravel() for g in np.meshgrid(inner, inner)], axis=1)
    edge = np.stack([inner, np.zeros_like(inner)], axis=1)
    boundary = np.concatenate([edge, edge[:, ::-1], edge + [0, 1], edge[:, ::-1] + [1, 0]])
    return (
        grid,
        boundary,
        3.0 * np.sign(np.round(boundary - 0.5, 9) * (np.abs(boundary - 0.5) > 0.49)),
    )


def test_cloud():
    interior, boundary, normals = square_cloud()
    cloud = Points(interior, boundary, ("a", "b"), normals)
    assert isinstance(cloud, Domain)
    assert cloud.axes == ("a", "b")
    np.testing.assert_allclose(cloud.bounding_box, [(0, 1), (0, 1)], atol=1e-15)
    np.testing.assert_allclose(np.linalg.norm(cloud.normals, axis=1), 1.0)
    assert np.all(cloud.contains(np.random.default_rng(0).uniform(0.05, 0.95, (200, 2))))
    assert not np.any(cloud.contains(np.array([[1.5, 0.5], [0.5, -0.01]])))
    corner = interior[(interior[:, 0] < 0.55) | (interior[:, 1] < 0.55)]
    l_shape = Points(corner, np.zeros((0, 2)))
    assert not l_shape.contains(np.array([[0.8, 0.8]]))[0]
    with pytest.raises(BadProblem, match="no factor that vanishes .*\n  try: impose the condit"):
        cloud.boundary_factor(jnp.zeros(2))


def test_cloud_on_a_line_with_repeated_points():
    cloud = Points(np.array([[0.0], [0.0], [1.0]]), np.zeros((0, 1)), ("x",))
    assert cloud.boundary.shape == (0, 1)
    assert cloud.bounding_box == ((0.0, 1.0),)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            (np.zeros(3), np.zeros((0, 2))),
            r"interior points are no matrix .*\n  try: give an array",
        ),
        ((np.full((3, 2), np.nan), np.zeros((0, 2))), "interior points are no matrix of finite"),
        ((np.eye(3), np.zeros((0, 2))), "interior points have 3 coordinates.\n  try: give one for"),
        ((np.eye(2), np.eye(3)), r"boundary points have 3 coordinates.\n.* the axes \['x', 'y'\]"),
        ((np.ones((4, 2)), np.ones((1, 2))), "fewer than two distinct points.\n  try: give more"),
        ((np.zeros((0, 2)), np.zeros((0, 2))), "fewer than two distinct points"),
        ((np.eye(2), np.eye(2), ("x", "y"), np.ones((3, 2))), r"normals of shape \(3, 2\), the"),
        (
            (np.eye(2), np.eye(2), ("x", "y"), np.zeros((2, 2))),
            "length 0, do not fit .*\n  try: gi",
        ),
    ],
)
def test_bad_clouds(arguments, words):
    with pytest.raises(BadProblem, match=words):
        Points(*arguments)
