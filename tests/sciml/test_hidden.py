"""Equations with a part missing: what is refused, and with which words."""

import numpy as np
import pytest

from sciml.errors import BadData, BadProblem
from sciml.hidden import Hidden, HiddenTermProblem
from sciml.records import Experiment, Records


def problem(**changes):
    given = {
        "states": ["x", "y"],
        "known": {"x": "a*x", "y": "-d*y"},
        "params": {"a": 1.3, "d": 1.8},
        "hidden": [Hidden("F1", "x", ["x", "y"]), Hidden("F2", "y", ["x", "y"])],
    }
    return HiddenTermProblem(**{**given, **changes})


def test_formulas_and_factors():
    built = problem()
    assert str(built.formulas["x"]) == "a*x"
    assert Hidden("F", {"S": -1, "I": 1}, "S").factors == {"S": -1.0, "I": 1.0}
    assert built.axes == ("t",)
    assert built.order == 0


def test_derivatives_along_space():
    built = HiddenTermProblem(
        states="u",
        known={"u": "nu*u_xx"},
        params={"nu": 0.1},
        hidden=Hidden("F", "u", ("u", "u_x")),
        bounds={"x": (-1, 1)},
    )
    assert built.derivatives == {"u_x": ("u", (1,)), "u_xx": ("u", (2,))}
    assert built.order == 2
    assert built.domain.axes == ("t", "x")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hidden": []}, "has no hidden term"),
        ({"hidden": [Hidden("F", "z", ["x"])]}, "adds to 'z', which is no state"),
        ({"hidden": [Hidden("F", "x", ["u_x"])]}, "reads 'u_x', which is no state"),
        ({"known": {"x": "a*x +* 1"}}, "the known part of 'x'.*cannot be parsed at position 6"),
        ({"known": {"x": "b*x"}}, "names 'b' at position 1"),
        ({"known": {"z": "1"}}, "known names 'z'"),
        ({"free": ["q"]}, "free names 'q'"),
        ({"states": ["x", "x"]}, "names two things"),
        ({"states": ["x", "sin"]}, "'sin' is no name"),
        ({"walls": {"x:left": {}}}, "is no face"),
        ({"periodic": ["x"]}, "periodic names 'x'"),
    ],
)
def test_what_is_refused(changes, message):
    with pytest.raises(BadProblem, match=message):
        problem(**changes)


def test_a_hidden_term_needs_inputs():
    with pytest.raises(BadProblem, match="has no inputs"):
        Hidden("F", "x", ())


def test_an_experiment_keeps_columns_and_knows_what_was_seen():
    e = Experiment([0.0, 1.0], [[1.0, np.nan], [2.0, 3.0]], noise=0.1)
    assert e.points.shape == (2, 1)
    assert e.noise.shape == (2, 2)
    assert e.observed.sum() == Records((e,)).count == 3
    np.testing.assert_array_equal(Records((e,)).of_state(1), [3.0])


@pytest.mark.parametrize(
    ("points", "values", "noise", "message"),
    [
        ([0.0, 1.0], [[1.0]], None, "points of shape"),
        ([0.0, np.nan], [[1.0], [2.0]], None, "not all finite"),
        ([0.0, 1.0], [[1.0], [np.inf]], None, "not all finite"),
        ([0.0, 1.0], [[1.0], [2.0]], 0.0, "noise is not positive"),
    ],
)
def test_an_experiment_refuses(points, values, noise, message):
    with pytest.raises(BadData, match=message):
        Experiment(points, values, noise)
