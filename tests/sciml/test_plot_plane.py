"""Pictures of fields in planes and volumes: images of the data, fresh where it would mislead."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import LogNorm
from pictures import OFF, SPECTRUM, Known, hump, images, labelled, panels, plane, refuse, solution

from sciml import plot, plot_grids, plot_samples
from sciml.domain import Disc, Triangle
from sciml.errors import BadData
from sciml.result import Result


def test_a_plane_has_images_of_field_and_error_and_a_spectrum_of_each_axis():
    spectrum = {axis: SPECTRUM["x"] for axis in ("x", "y")}
    ax = plot.draw(plane(hump, value={"spectrum": spectrum}))
    field, error, along_x, along_y = panels(ax)
    x = np.linspace(0, 1, plot_grids.SIDE)
    shown = images(field).get_array()
    np.testing.assert_allclose(shown, hump(x[None, :], x[:, None]), atol=2 * OFF)
    low, high = images(field).get_clim()
    assert low == -high
    np.testing.assert_allclose(
        images(error).get_array(), np.tile(OFF * abs(np.cos(9 * x)), (len(x), 1)), atol=1e-12
    )
    assert isinstance(images(error).norm, LogNorm)
    assert (field.get_xlabel(), field.get_ylabel()) == ("$x$", "$y$")
    assert field.get_aspect() == 1.0
    assert [p.get_title(loc="left") for p in (field, error)] == ["$u$", "|error|"]
    assert along_x.get_xlabel() == "cycles per unit of $x$"
    assert along_y.get_xlabel() == "cycles per unit of $y$"


def test_a_plane_that_cannot_predict_is_drawn_from_its_samples():
    result = plane(hump, kind=Result)
    field, error = panels(plot.draw(result))
    u = result.arrays["u"].reshape(30, 30).T
    np.testing.assert_array_equal(images(field).get_array(), u)
    reference = result.arrays["reference"].reshape(30, 30).T
    np.testing.assert_allclose(images(error).get_array(), abs(u - reference), rtol=1e-9)


@pytest.mark.parametrize(
    ("names", "shown"),
    [(("t", "x"), ("$t$", "$x$")), (("x", "t"), ("$t$", "$x$")), (("y", "x"), ("$y$", "$x$"))],
)
def test_time_runs_to_the_right(names, shown):
    field = panels(plot.draw(plane(lambda a, b: a + 0 * b + 1, names=names)))[0]
    assert (field.get_xlabel(), field.get_ylabel()) == shown
    values = images(field).get_array()
    grows_right = np.all(np.diff(values[0]) > 0)
    assert grows_right == (shown[0] == f"${names[0]}$")
    assert (field.get_aspect() == "auto") == ("t" in names)


def test_waves_finer_than_the_picture_are_shown_in_a_window():
    result = plane(lambda x, y: np.sin(100 * x) * np.sin(60 * y), side=2 * np.pi, count=90)
    field, error = panels(plot.draw(result))
    (x0, x1), (y0, y1) = field.get_xlim(), field.get_ylim()
    assert 4 < 100 * (x1 - x0) / (2 * np.pi) < 6
    assert 4 < 60 * (y1 - y0) / (2 * np.pi) < 6
    x, y = np.linspace(x0, x1, plot_grids.SIDE), np.linspace(y0, y1, plot_grids.SIDE)
    waves = np.sin(100 * x[None, :]) * np.sin(60 * y[:, None])
    np.testing.assert_allclose(images(field).get_array(), waves, atol=2 * OFF)
    assert field.get_title(loc="left") == "$u$, detail"
    assert error.get_xlim() == (0.0, 2 * np.pi)
    (frame,) = labelled(error, "window")
    assert (frame.get_x(), frame.get_y()) == pytest.approx((x0, y0))
    assert frame.get_width() == pytest.approx(x1 - x0)


@pytest.mark.parametrize(
    ("domain", "outside"),
    [(Disc((1.0, 0.0), 0.5), (0.55, 0.45)), (Triangle(((0, 0), (1, 0), (0, 1))), (0.9, 0.9))],
)
@pytest.mark.parametrize("kind", [Known, Result])
def test_nothing_is_drawn_outside_a_domain_that_is_no_box(domain, outside, kind):
    result = plane(hump, domain=domain, kind=kind, count=60)
    for panel in panels(plot.draw(result)):
        values = images(panel).get_array()
        x0, x1, y0, y1 = panel.images[0].get_extent()
        column = int((outside[0] - x0) / (x1 - x0) * values.shape[1])
        row = int((outside[1] - y0) / (y1 - y0) * values.shape[0])
        assert values.mask[row, column]
        assert not values.mask.all()
        assert len(labelled(panel, "boundary")) == 1
        assert not any(spine.get_visible() for spine in panel.spines.values())


class Ring(Disc):
    """A disc with a hole, of which the picture knows only what it contains."""

    def contains(self, points):
        return super().contains(points) & (np.hypot(*points.T) >= 0.5)


def test_the_edge_of_any_domain_is_found(monkeypatch):
    monkeypatch.setattr("sciml.plot_image.boundary", lambda domain: None)
    field = panels(plot.draw(plane(hump, domain=Ring())))[0]
    (edge,) = labelled(field, "boundary")
    radii = np.hypot(*np.concatenate([p.vertices for p in edge.get_paths()]).T)
    near = np.minimum(abs(radii - 1), abs(radii - 0.5))
    assert near.max() < 0.02
    assert np.any(radii < 0.6)
    assert np.any(radii > 0.9)


def test_a_window_in_a_domain_that_is_no_box_lies_inside():
    result = plane(lambda x, y: np.sin(300 * x) * np.sin(300 * y), domain=Ring(), count=60)
    window = plot_grids.window(plot_samples.gather(result, result.built))
    corners = np.stack([g.ravel() for g in np.meshgrid(*window)], axis=1)
    assert result.built.domain.contains(corners).all()


def test_a_field_of_one_sign_has_colours_of_its_own_and_a_deviation_too():
    result = plane(lambda x, y: 1 + x * y, sd=np.linspace(0.1, 0.2, 900)[:, None])
    arrays = {k: v for k, v in result.arrays.items() if k != "reference"}
    field, deviation = panels(plot.draw(replace(result, arrays=arrays)))
    assert images(field).get_cmap().name == "viridis"
    assert images(field).get_clim() == pytest.approx((1.0, 2.0), abs=1e-5)
    assert deviation.get_title(loc="left") == "standard deviation"
    assert not isinstance(images(deviation).norm, LogNorm)
    flat = plane(lambda x, y: 0 * x * y, kind=Result)
    plot.draw(replace(flat, arrays={**flat.arrays, "u": flat.arrays["reference"]}))


def test_every_field_of_a_plane_has_a_row():
    def two(points):
        return np.stack([points[:, 0], points[:, 1] ** 2], axis=1)

    result = solution(two, {"x": (0.0, 1.0), "y": (0.0, 1.0)}, count=20, fields=("u", "v"))
    titles = [p.get_title(loc="left") for p in panels(plot.draw(result))]
    assert titles == ["$u$", "|error| of $u$", "$v$", "|error| of $v$"]


@pytest.mark.parametrize("kind", [Known, Result])
def test_a_volume_is_cut_in_its_middle_planes(kind):
    def product(points):
        return np.prod(1 + points, axis=1, keepdims=True)

    bounds = {"x": (0.0, 1.0), "y": (0.0, 2.0), "z": (0.0, 3.0)}
    ax = plot.draw(solution(product, bounds, count=13, kind=kind))
    assert [p.get_title(loc="left") for p in panels(ax)] == [
        *("$u$, $z$ = 1.5", "$y$ = 1", "$x$ = 0.5"),
        *("|error|, $z$ = 1.5", "$y$ = 1", "$x$ = 0.5"),
    ]
    middle = panels(ax)[1].images[0].get_array()
    assert middle[0, 0] == pytest.approx(2.0, rel=1e-5)
    assert middle[-1, -1] == pytest.approx(2 * 2 * 4, rel=1e-5)
    assert len({p.images[0].get_clim() for p in panels(ax)[:3]}) == 1
    assert [len(p.child_axes) for p in panels(ax)] == [0, 0, 1, 0, 0, 1]


def test_points_on_no_grid_are_dots():
    points = np.random.default_rng(0).uniform(size=(80, 2))
    result = plane(hump, kind=Result)
    scattered = {"points": points, "u": hump(points[:, :1], points[:, 1:])}
    (dots,) = panels(plot.draw(replace(result, arrays=scattered)))
    np.testing.assert_array_equal(dots.collections[0].get_offsets(), points)
    cube = {"points": np.hstack([points, points[:, :1]]), "u": points[:, :1]}
    with pytest.raises(BadData, match="lie on no grid"):
        plot.draw(replace(result, arrays=cube, definition=refuse))
