"""Pictures of equations as a whole: titles, refusals, files, histories."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure
from pictures import hump, labelled, line, panels, plane, refuse, smooth

from sciml import plot, plot_line, plot_plane, plot_samples
from sciml.errors import BadData
from sciml.status import Status


def test_a_result_whose_file_may_not_be_executed_is_drawn_without_its_problem():
    result = replace(line(smooth), definition=refuse)
    top, error = panels(plot.draw(result))
    assert top.get_xlabel() == "$x$"
    assert labelled(top, "closed form")
    assert labelled(error, "|error|")
    flat = replace(plane(hump, names=("t", "s")), definition=refuse)
    field = panels(plot.draw(flat))[0]
    assert (field.get_xlabel(), field.get_ylabel()) == ("$x$", "$y$")


def test_what_cannot_be_drawn_is_refused():
    result = line(smooth)
    for odd in ({"u": result.arrays["u"] * np.nan}, {"u": result.arrays["u"][:5]}):
        with pytest.raises(BadData, match="holds no finite fields"):
            plot.draw(replace(result, arrays={**result.arrays, **odd}))
    four = {"points": np.eye(4), "u": np.ones((4, 1))}
    with pytest.raises(BadData, match="fields of 4 coordinates") as caught:
        plot.draw(replace(result, arrays=four, definition=refuse))
    assert "predict" in caught.value.mend
    with pytest.raises(BadData, match=r"\(INTERRUPTED\) holds no finite states or fields"):
        plot.draw(replace(result, arrays={}, status=Status.INTERRUPTED))


def test_the_title_tells_the_ending_and_the_residual_where_no_error_is_known():
    result = replace(line(smooth), metrics={"residual": 0.25}, status=Status.UNRESOLVED)
    title = plot.draw(result).get_title(loc="left")
    assert title == "p:  residual $0.25$  (UNRESOLVED)"
    assert plot.draw(replace(result, metrics={})).get_title(loc="left") == "p  (UNRESOLVED)"


def test_axes_of_the_user_are_used_and_pictures_repeat(tmp_path):
    mine = Figure().add_subplot()
    result = plane(hump, sd=np.full((900, 1), 1e-3))
    assert result.plot(ax=mine) is mine
    for suffix in (".png", ".svg"):
        paths = [tmp_path / f"{name}{suffix}" for name in "ab"]
        for path in paths:
            result.plot(path)
        assert paths[0].read_bytes() == paths[1].read_bytes()


def test_history_shows_the_residuals_of_an_equation():
    rows = tuple({"step": s, "residual": 10.0**-s, "condition_residual": 2.0**-s} for s in (1, 2))
    ax = plot.draw_history(replace(line(smooth), history=rows))
    assert ax.get_ylabel() == "residual, condition residual"
    np.testing.assert_allclose(ax.lines[1].get_ydata(), [0.5, 0.25])
    assert [a for a in ax.figure.axes if a is not ax] == []
    other = tuple({"step": s, "mismatch": 1.0 / s, "shift": -1.0} for s in (1, 2))
    ax = plot.draw_history(replace(line(smooth), history=other))
    assert ax.get_ylabel() == "mismatch"


def test_layers_of_the_picture_are_separate():
    samples = plot_samples.gather(line(smooth), None)
    assert plot_samples.turns(np.sin(np.linspace(0, 20 * np.pi, 999))[:, None]) == 20
    assert plot_samples.turns(1e-9 * np.sin(np.linspace(0, 50, 99))[:, None], 1.0) == 0
    assert plot_line.whole(samples).period == 0
    flat = plane(hump)
    (row,) = plot_plane.rows(plot_samples.gather(flat, flat.built))
    assert len(row.panels) == 2
