"""Pictures of fields on a line: the data, a detail where it is crowded, error and spectrum."""

from dataclasses import replace

import numpy as np
import pytest
from pictures import OFF, SPECTRUM, labelled, line, panels, smooth, solution, texts

from sciml import plot
from sciml.problem import Observations
from sciml.result import Result


def test_a_line_is_drawn_with_its_closed_form_its_error_and_its_spectrum():
    result = line(smooth, value={"spectrum": SPECTRUM})
    ax = plot.draw(result)
    top, error, spectrum = panels(ax)
    (drawn,), (dashed,) = labelled(top, "$u$"), labelled(top, "closed form")
    np.testing.assert_array_equal(drawn.get_ydata(), result.arrays["u"][:, 0])
    np.testing.assert_array_equal(dashed.get_ydata(), result.arrays["reference"][:, 0])
    assert dashed.is_dashed()
    assert (top.get_xlabel(), top.get_ylabel()) == ("$x$", "$u$")
    assert texts(top) == ["$u$", "closed form"]
    (curve,) = labelled(error, "|error|")
    np.testing.assert_allclose(curve.get_ydata(), OFF * abs(np.cos(9 * result.arrays["x"])))
    assert error.get_yscale() == spectrum.get_yscale() == "log"
    (dots,) = labelled(spectrum, "components")
    np.testing.assert_array_equal(dots.get_data(), [[0.0, 2.0], [1.0, 1e-3]])
    assert spectrum.get_xlabel() == "cycles per unit of $x$"
    assert ax.get_title(loc="left") == "p:  relative $L_2$ error $2.0 \\times 10^{-7}$"


def test_a_band_is_drawn_where_it_can_be_seen_and_its_half_beside_the_error():
    wide = line(smooth, sd=np.full((201, 1), 0.05))
    top, error = panels(plot.draw(wide))
    (band,) = labelled(top, "95 % band")
    y = band.get_paths()[0].vertices[:, 1]
    assert y.max() == pytest.approx(1.0 + 1.96 * 0.05, rel=1e-3)
    (half,) = labelled(error, "half of 95 % band")
    np.testing.assert_allclose(half.get_ydata(), 1.96 * 0.05)
    top, error = panels(plot.draw(line(smooth, sd=np.full((201, 1), 1e-6))))
    assert labelled(top, "95 % band") == []
    assert labelled(error, "half of 95 % band")


def test_without_a_closed_form_the_deviation_takes_the_place_of_the_error():
    result = line(smooth, sd=np.full((201, 1), 0.05))
    arrays = {k: v for k, v in result.arrays.items() if k != "reference"}
    top, below = panels(plot.draw(replace(result, arrays=arrays)))
    assert labelled(top, "closed form") == []
    assert below.get_ylabel() == "half of 95 % band"
    alone = panels(plot.draw(replace(result, arrays={k: arrays[k] for k in ("x", "u")})))
    zero = plot.draw(replace(result, arrays={**arrays, "sd": 0 * arrays["sd"]}))
    assert len(alone) == len(panels(zero)) == 1
    assert texts(alone[0]) == []


def test_all_solutions_and_all_observations_are_drawn():
    x = np.linspace(0, 1, 201)
    branches = np.stack([np.sin(5 * x), -np.sin(5 * x), 0 * x], axis=1)
    measured = Observations(x[::50], np.arange(5.0))
    top = panels(plot.draw(line(smooth, branches=branches, observations=measured)))[0]
    assert texts(top) == ["$u$", "closed form", "other solutions", "observations"]
    for label, column in (("other solutions", 1), ("solution 3", 2)):
        np.testing.assert_array_equal(labelled(top, label)[0].get_ydata(), branches[:, column])
    (dots,) = labelled(top, "observations")
    np.testing.assert_array_equal(dots.get_data(), [x[::50], np.arange(5.0)])
    one = plot.draw(line(smooth, branches=branches[:, :1]))
    assert labelled(panels(one)[0], "other solutions") == []


def test_every_field_has_its_line():
    def two(points):
        return np.hstack([np.sin(points), np.cos(points)])

    result = solution(two, {"t": (0.0, 6.0)}, fields=("u", "v"))
    top, _ = panels(plot.draw(result))
    np.testing.assert_array_equal(labelled(top, "$v$")[0].get_ydata(), result.arrays["u"][:, 1])
    assert (top.get_xlabel(), top.get_ylabel()) == ("$t$", "$u$, $v$")
    assert texts(top) == ["$u$", "$v$", "closed form"]


def fast(x):
    return (1 + x) * np.sin(2 * np.pi * 120 * x)


@pytest.mark.parametrize("count", [401, 801, 4001])
def test_a_crowded_line_shows_its_range_and_a_detail_of_a_few_periods(count):
    whole, detail, _ = panels(plot.draw(line(fast, count=count)))
    low, high = (side.get_ydata() for side in labelled(whole, "range"))
    x = labelled(whole, "range")[0].get_xdata()
    np.testing.assert_allclose(high, 1 + x, atol=0.015)
    np.testing.assert_allclose(low, -1 - x, atol=0.015)
    (window,) = labelled(whole, "window")
    (drawn,) = labelled(detail, "$u$")
    x, u = drawn.get_data()
    np.testing.assert_allclose(u, fast(x), atol=2 * OFF)
    assert (
        detail.get_xlim() == (x[0], x[-1]) == (window.get_x(), window.get_x() + window.get_width())
    )
    assert 5 < 120 * (x[-1] - x[0]) < 8
    assert len(x) / (120 * (x[-1] - x[0])) > 24
    assert whole.get_title(loc="left") == "$u$: range within a period"


def test_a_detail_lies_where_the_range_is_wide():
    result = line(lambda x: np.exp(-9 * x) * np.sin(700 * x), count=4001)
    detail = panels(plot.draw(result))[1]
    assert detail.get_xlim()[1] < 0.2


def test_a_crowded_line_that_cannot_predict_is_drawn_from_its_samples():
    result = line(fast, count=4001, kind=Result, sd=np.full((4001, 1), 0.3))
    whole, detail, error = panels(plot.draw(result))
    assert labelled(whole, "range")
    (drawn,) = labelled(detail, "$u$")
    assert np.isin(drawn.get_xdata(), result.arrays["x"]).all()
    assert labelled(detail, "95 % band")
    assert labelled(error, "half of 95 % band")


def test_ripples_too_small_to_be_seen_do_not_make_a_line_crowded():
    result = line(lambda x: x + 1e-3 * np.sin(700 * x), count=4001)
    assert len(panels(plot.draw(result))) == 2


def test_an_error_that_crosses_zero_often_has_a_curve_above_it():
    x = np.linspace(0, 1, 801)
    result = line(smooth, count=801)
    rough = result.arrays["reference"] + 1e-3 * np.sin(900 * x)[:, None]
    error = panels(plot.draw(replace(result, arrays={**result.arrays, "u": rough})))[1]
    (curve,), (every,) = labelled(error, "|error|"), labelled(error, "every error")
    np.testing.assert_allclose(curve.get_ydata(), 1e-3, rtol=0.1)
    assert every.get_ydata().min() < 1e-5
    exact = {**result.arrays, "u": result.arrays["reference"]}
    plot.draw(replace(result, arrays=exact))
