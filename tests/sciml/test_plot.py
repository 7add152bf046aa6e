"""Pictures: what is drawn is the data, in the right place, and nothing else is touched."""

import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import jax.numpy as jnp
import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

import sciml
from sciml import plot, plot_panels
from sciml.errors import BadArchive, BadConfig, BadData
from sciml.result import Result
from sciml.status import Status


def line(name, x, k, **parameters):
    """The exact states of a registered problem as a result, sampled on x."""
    problem = sciml.get(name, **parameters)
    points = x[:, None]
    arrays = {
        "x": x,
        "psi": problem.wavefunctions(points, k),
        "potential": problem.potential_at(
            np.maximum(points, 1e-9) if name == "hydrogen" else points
        ),
    }
    return result_of(problem, arrays, problem.energies(k))


def result_of(problem, arrays, energies, status=Status.CONVERGED, history=()):
    return Result(
        problem=problem.name,
        spec=problem.name,
        source="",
        parameters={},
        method="exact",
        label="closed form",
        settings={},
        seed=0,
        status=status,
        value={"energies": np.asarray(energies).tolist()},
        metrics={},
        arrays=arrays,
        history=history,
        definition=lambda: problem,
    )


def plane(name, k=4, count=60):
    """Product states on a plane problem's grid: the picture does not care whether they are true."""
    problem = sciml.get(name)
    bounds = np.clip(problem.domain.bounding_box, -4, 4)
    grid = np.stack([g.ravel() for g in np.meshgrid(*(np.linspace(*b, count) for b in bounds))], 1)
    points = grid[problem.domain.contains(grid)]
    u, v = ((points - bounds[:, 0]) / np.diff(bounds).ravel()).T
    psi = np.stack([np.sin(np.pi * n * u) * np.sin(np.pi * v) for n in range(1, k + 1)], 1)
    arrays = {"points": points, "psi": psi, "potential": np.zeros(len(points))}
    return result_of(problem, arrays, 1.0 + np.arange(k))


def labelled(ax, label):
    return [artist for artist in ax.get_children() if str(artist.get_label()) == label]


def test_states_are_drawn_on_their_levels():
    result = line("finite_well", np.linspace(-1, 1, 801), 3)
    ax = plot.draw(result)
    for n, energy in enumerate(result.value["energies"]):
        (drawn,) = labelled(ax, f"psi {n + 1}")
        x, y = drawn.get_data()
        psi = np.interp(x, result.arrays["x"], result.arrays["psi"][:, n])
        assert np.corrcoef(y - energy, psi)[0, 1] > 1 - 1e-12
        (potential,) = labelled(ax, "potential")
        np.testing.assert_array_equal(potential.get_ydata(), result.arrays["potential"])
    texts = [t.get_text() for t in ax.texts]
    assert texts == ["$E_{1} = 5.9486$", "$E_{2} = 23.054$", "$E_{3} = 48.016$"]
    assert ax.get_xlabel() == "$x$"
    assert ax.get_ylabel() == "energy"
    assert ax.get_title(loc="left").startswith("finite_well:")


def test_hard_walls_are_drawn_and_the_ends_of_an_open_line_are_not():
    boxed = plot.draw(line("finite_well", np.linspace(-1, 1, 801), 3))
    assert [w.get_xdata()[0] for w in labelled(boxed, "wall")] == [-1.0, 1.0]
    assert boxed.get_xlim()[0] < -1.0 < 1.0 < boxed.get_xlim()[1]
    open_line = plot.draw(line("harmonic", np.linspace(-9, 9, 801), 4))
    assert labelled(open_line, "wall") == []
    low, high = open_line.get_xlim()
    assert -7 < low < -3.5
    assert 3.5 < high < 7
    half_line = plot.draw(line("hydrogen", np.linspace(0, 150, 801), 3))
    assert [w.get_xdata()[0] for w in labelled(half_line, "wall")] == [0.0]
    assert half_line.get_xlabel() == "$r$"


@pytest.mark.parametrize(
    ("name", "x", "k", "parameters"),
    [
        ("infinite_well", np.linspace(0, 1, 801), 10, {}),
        ("finite_well", np.linspace(-1, 1, 801), 3, {"V0": 1e6}),
        ("hydrogen", np.linspace(0, 150, 801), 4, {}),
        ("double_well", np.linspace(-5, 5, 801), 4, {}),
        ("poschl_teller", np.linspace(-12, 12, 801), 4, {}),
        ("morse", np.linspace(-3, 9, 801), 4, {}),
        ("delta_well", np.linspace(-8, 8, 801), 1, {}),
    ],
)
def test_every_lobe_is_in_the_picture_and_levels_fill_it(name, x, k, parameters):
    result = line(name, x, k, **parameters)
    ax = plot.draw(result)
    bottom, top = ax.get_ylim()
    energies = np.array(result.value["energies"])
    for n in range(k):
        (drawn,) = labelled(ax, f"psi {n + 1}")
        y = drawn.get_ydata()
        assert bottom <= y.min()
        assert y.max() <= top
        assert 0.02 < (np.max(np.abs(y - energies[n])) / (top - bottom)) < 0.15
    if k > 1:
        assert (energies[-1] - energies[0]) / (top - bottom) > 0.4
    heights = [t.get_position()[1] for t in ax.texts if t.get_text()]
    assert np.all(np.diff(heights) > 0.05 * (top - bottom))


def test_well_walls_and_barriers_of_moderate_height_are_shown():
    assert plot.draw(line("finite_well", np.linspace(-1, 1, 801), 1)).get_ylim()[1] < 50
    assert plot.draw(line("finite_well", np.linspace(-1, 1, 801), 2)).get_ylim()[1] > 50
    assert plot.draw(line("double_well", np.linspace(-5, 5, 801), 4)).get_ylim()[1] > 16


def test_a_point_interaction_is_an_arrow_with_its_sign():
    result = line("delta_well", np.linspace(-8, 8, 801), 1)
    ax = plot.draw(result)
    (arrow,) = [t for t in ax.texts if not t.get_text()]
    assert arrow.xy == (0.0, ax.get_ylim()[0])
    repulsive = replace(sciml.get("delta_well"), deltas=((0.0, 4.0),))
    ax = plot.draw(replace(result, definition=lambda: repulsive))
    (arrow,) = [t for t in ax.texts if not t.get_text()]
    assert arrow.xy == (0.0, ax.get_ylim()[1])


def test_a_result_whose_file_may_not_be_executed_is_drawn_without_its_problem():
    def refuse():
        raise BadArchive("no.")

    result = line("delta_well", np.linspace(-8, 8, 801), 1)
    ax = plot.draw(replace(result, definition=refuse))
    assert [t.get_text() for t in ax.texts] == ["$E_{1} = -4.0000$"]
    assert ax.get_title(loc="left") == "delta_well"
    flat = plot.draw(replace(plane("disc_billiard"), definition=refuse))
    assert len(flat.child_axes) == 4


def test_a_plane_has_one_panel_a_state_inside_its_boundary():
    result = plane("disc_billiard", k=5)
    ax = plot.draw(result)
    assert [p.get_title() for p in ax.child_axes] == [
        f"$E_{{{n}}} = {n}.0000$" for n in range(1, 6)
    ]
    for n, panel in enumerate(ax.child_axes):
        assert panel.get_aspect() == 1.0
        (image,) = panel.images
        low, high = image.get_clim()
        assert low == -high
        assert high == np.max(np.abs(result.arrays["psi"][:, n]))
        (edge,) = [p for p in panel.patches if p.get_label() == "boundary"]
        radii = np.hypot(*edge.get_xy().T)
        np.testing.assert_allclose(radii, 1.0)
        assert panel.get_xlim() == pytest.approx((-1.04, 1.04))
        lines = [c for c in panel.collections if c.get_paths() and len(c.get_paths()[0].vertices)]
        assert bool(lines) == (n > 0)


def test_a_field_stands_where_its_points_are():
    result = plane("right_triangle_billiard", k=1)
    ax = Figure().add_subplot()
    plot_panels.draw_field(ax, result.arrays["points"], result.arrays["psi"][:, 0])
    image = ax.images[0].get_array()
    peak_row, peak_column = np.unravel_index(np.argmax(image), image.shape)
    x0, x1, y0, y1 = ax.images[0].get_extent()
    where = (
        x0 + (peak_column + 0.5) * (x1 - x0) / image.shape[1],
        y0 + (peak_row + 0.5) * (y1 - y0) / image.shape[0],
    )
    best = np.argmax(result.arrays["psi"][:, 0])
    np.testing.assert_allclose(where, result.arrays["points"][best], atol=1e-12)


@pytest.mark.parametrize(
    ("name", "corners"),
    [("square_billiard", 5), ("equilateral_billiard", 4), ("disc_billiard", 241)],
)
def test_boundaries_are_closed_curves_on_the_boundary(name, corners):
    domain = sciml.get(name).domain
    curve = plot_panels.boundary(domain)
    assert curve.shape == (corners, 2)
    np.testing.assert_allclose(curve[0], curve[-1], atol=1e-12)
    factors = [
        abs(float(domain.boundary_factor(jnp.asarray(p, float))))
        for p in curve[:: max(1, corners // 9)]
    ]
    np.testing.assert_allclose(factors, 0, atol=1e-6)


def test_an_open_plane_has_no_boundary_and_shows_what_is_visible():
    assert plot_panels.boundary(sciml.get("harmonic_2d").domain) is None
    result = plane("harmonic_2d", k=1)
    points = result.arrays["points"]
    narrow = np.exp(-4 * np.sum(points**2, axis=1))[:, None]
    sheet = plot_panels.sheet(points, narrow, None)
    assert -1.3 < sheet.xlim[0] < -0.8
    assert (sheet.rows, sheet.columns) == (1, 1)
    assert plot_panels.sheet(points, np.ones((len(points), 6)), None).rows == 2


def test_history_shows_loss_and_energies_against_the_step():
    rows = tuple({"step": s, "loss": 10.0**-s, "E1": 9.0 + s, "damping": 1.0} for s in range(1, 31))
    result = replace(line("infinite_well", np.linspace(0, 1, 99), 1), history=rows)
    ax = plot.draw_history(result)
    assert ax.get_yscale() == "log"
    (loss,) = ax.lines
    np.testing.assert_array_equal(loss.get_xdata(), np.arange(1, 31))
    np.testing.assert_allclose(loss.get_ydata(), 10.0 ** -np.arange(1.0, 31))
    (right,) = [a for a in ax.figure.axes if a is not ax]
    np.testing.assert_array_equal(right.lines[0].get_ydata(), 9.0 + np.arange(1, 31))
    with pytest.raises(BadData, match="no history"):
        plot.draw_history(replace(result, history=()))


@pytest.mark.parametrize("suffix", [".png", ".pdf", ".svg"])
def test_formats_are_written_and_repeatable(tmp_path, suffix):
    starts = {".png": b"\x89PNG", ".pdf": b"%PDF", ".svg": b"<?xml"}
    result = line("barrier", np.linspace(0, 1, 201), 2)
    first, again = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    plot.save(result, first)
    plot.save(result, again)
    assert first.read_bytes().startswith(starts[suffix])
    assert first.read_bytes() == again.read_bytes()


def test_pictures_that_cannot_be_are_refused(tmp_path):
    result = line("barrier", np.linspace(0, 1, 201), 2)
    with pytest.raises(BadConfig, match=r"a\.jpeg' has no known suffix"):
        plot.save(result, tmp_path / "a.jpeg")
    with pytest.raises(BadConfig, match="cannot be written: No such file"):
        plot.save(result, tmp_path / "missing" / "a.png")
    empty = replace(result, arrays={}, value={}, status=Status.INTERRUPTED)
    with pytest.raises(BadData, match=r"\(INTERRUPTED\) holds no finite states"):
        plot.draw(empty)
    broken = {**result.arrays, "psi": result.arrays["psi"] * np.nan}
    with pytest.raises(BadData, match="no finite states"):
        plot.draw(replace(result, arrays=broken))


def test_a_collapsed_state_is_drawn_flat_and_named():
    result = line("infinite_well", np.linspace(0, 1, 201), 1)
    flat = {**result.arrays, "psi": 0 * result.arrays["psi"]}
    ax = plot.draw(replace(result, arrays=flat, status=Status.COLLAPSED))
    assert "(COLLAPSED)" in ax.get_title(loc="left")
    np.testing.assert_array_equal(labelled(ax, "psi 1")[0].get_ydata(), result.value["energies"][0])


def test_settings_of_the_user_are_untouched_and_their_axes_are_used(tmp_path):
    before = dict(matplotlib.rcParams)
    mine = Figure().add_subplot()
    result = line("barrier", np.linspace(0, 1, 201), 2)
    assert result.plot(ax=mine) is mine
    assert result.plot(tmp_path / "a.png").figure is not mine.figure
    assert dict(matplotlib.rcParams) == before
    inside = Figure().add_subplot()
    assert plot.draw(plane("square_billiard"), ax=inside) is inside


def test_pyplot_is_never_imported():
    code = "import sys, sciml.plot; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_equation_carries_its_kinetic_coefficient():
    result = SimpleNamespace(problem="p")
    titles = [plot._title(result, sciml.get("harmonic", kinetic=k)) for k in (1.0, 0.5, 2.0)]
    assert "$-\\psi" in titles[0]
    assert "\\frac{1}{2}" in titles[1]
    assert "$-2\\," in titles[2]
