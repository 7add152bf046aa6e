"""Bad measurements: one line of what is wrong and where, one of the mend."""

import numpy as np
import pandas as pd
import pytest

from discovery.inputs.read import read
from sciml.errors import BadData
from sciml.hidden import Hidden, HiddenTermProblem
from sciml.records import Experiment, Records

T = np.array([0.0, 0.5, 1.0, 1.5, 2.0])
X = np.array([1.0, 2.0, 1.5, 0.5, 3.0])

SYSTEM = HiddenTermProblem(
    name="toy",
    states=("x", "predators"),
    known={"x": "a*x"},
    params={"a": 1.0},
    hidden=(Hidden("F", "x", ("x", "predators")),),
    positive=("predators",),
)
FIELD = HiddenTermProblem(
    name="toy", states=("u",), hidden=(Hidden("F", "u", ("u",)),), bounds={"x": (0, 1)}
)


def refused(data, what, mend, problem=SYSTEM, **noise):
    with pytest.raises(BadData) as caught:
        read(data, problem, **noise)
    assert "\n" not in caught.value.what + caught.value.mend
    assert what in caught.value.what
    assert mend in caught.value.mend


def rows(*lines, header="t,x,predators"):
    return "\n".join([header, *lines])


GOOD = ("0,1,4", "1,2,5", "2,3,6", "3,4,7")

FILES = [
    ("", "'data.csv' holds no rows.", "give a line of column names"),
    ("t,x,predators\n", "'data.csv' holds no rows.", "give a line of column names"),
    ("0,1,4\n1,2,5\n2,3,6", "first line of 'data.csv' holds numbers", "put a line of column names"),
    (rows("0,1,4", "1,2"), "line 3 of 'data.csv' has 2 cells, but there are 3 col", "leave cells"),
    (rows(*GOOD, header="t,x,x"), "'data.csv' has two columns 'x'.", "give each its own name"),
    (
        rows(*GOOD, "4,five,8"),
        "column 'x' of 'data.csv' holds 'five' in line 6, which is no number.",
        "correct the cell, or leave it empty",
    ),
    (
        "t;x;predators\n0;1,5;4\n1;2;5",
        "column 'x' of 'data.csv' holds '1,5' in line 2",
        "write decimals with a point",
    ),
    (rows(*GOOD, "4,inf,8"), "column 'x' of 'data.csv' is infinite in line 6.", "leave the cell"),
    (rows(*GOOD, "4,1_0,8"), "holds '1_0' in line 6", "correct the cell"),
    (rows("0,1,4", "1,2,5", "2,3,6"), "there are 3 points in all.", "give at least 4"),
    (rows("0,1,4"), "there is 1 point in all.", "give at least 4"),
    (
        rows("0,1,4", "2,2,5", "1,3,6", "3,4,7"),
        "the times of 'data.csv' are not in order: 2 is followed by 1 in line 4.",
        "sort the rows, or add a column 'experiment'",
    ),
    (
        rows("0,1,4", "1,2,5", "1,3,6", "3,4,7"),
        "'data.csv' has two measurements at t = 1 (line 4).",
        "average them, or add a column 'experiment'",
    ),
    (rows(*GOOD, ",5,8"), "line 6 of 'data.csv' has no time.", "fill it in, or remove the row"),
    (
        rows("0,1,4", "1,1,5", "2,1.0,6", "3,1,7"),
        "state 'x' is 1 in every measurement.",
        "a constant series tells nothing",
    ),
    (
        rows(*GOOD, "4,5,-1"),
        "state 'predators' is declared positive but was measured as -1.",
        "leave such cells empty, or take it out of `positive`",
    ),
    (rows("0,,", "1,nan,NA"), "nothing was observed in 'data.csv'", "give values of at least one"),
    (
        rows(*GOOD, header="t,foo,bar"),
        "no column of 'data.csv' is a state of 'toy'.",
        "the states are ['x', 'predators'], the columns ['t', 'foo', 'bar']",
    ),
    (
        rows(*GOOD, header="t,x,predator"),
        "no column of 'data.csv' is named 'predators', but 'predator' is near.",
        "rename it to 'predators', or remove it",
    ),
    (
        rows(*GOOD, header="predators,x,z"),
        "no column of 'data.csv' holds the time.",
        "name it 't' or 'time', or put it first; the columns are ['predators', 'x', 'z']",
    ),
    (
        rows(*GOOD, header="t,X,X [mM]"),
        "columns 'X' and 'X [mM]' of 'data.csv' could both be 'x'.",
        "name one of them 'x'",
    ),
    (
        rows("0,1,4,1", "1,2,5,1", "2,3,6,2", "3,4,7,1", header="t,x,predators,a"),
        "parameter 'a' changes within 'data.csv', from 1 to 2.",
        "give it one value an experiment",
    ),
    (
        rows("0,1,4,p", "1,2,5,p", "2,3,6,p", "3,4,7,q", header="t,x,predators,run"),
        "run q was measured at one time only, t = 3.",
        "give at least two times, or remove it",
    ),
    (
        rows("0,1,4,.1", "1,2,5,0", "2,3,6,.1", "3,4,7,.1", header="t,x,predators,sd_x"),
        "the standard deviation 'sd_x' is 0 in line 3 of 'data.csv'.",
        "give a positive number wherever",
    ),
    (
        rows("0,1,4,.1", "1,2,5,", "2,3,6,.1", "3,4,7,.1", header="t,x,predators,x_err"),
        "the standard deviation 'x_err' is empty in line 3 of 'data.csv'.",
        "give a positive number wherever",
    ),
    (
        rows("0,1,4,.1", "1,2,5,.1", "2,3,6,.1", "3,4,7,.1", header="t,x,predators,sd_x"),
        "the standard deviation of state 'predators' is given for some measurements only",
        "give a column sd_predators throughout, or noise={'predators': ...}",
    ),
    (
        rows("0,foo,1", "1,bar,2", header="t,variable,value"),
        "column 'variable' of 'data.csv' names no state of 'toy'.",
        "the states are ['x', 'predators']; the column has ['foo', 'bar']",
    ),
    (
        rows("0,x,1", "1,predator,2", header="t,variable,value"),
        "no column of 'data.csv' is named 'predators', but 'predator' is near.",
        "rename it",
    ),
    (
        rows("0,x,1", "1,,2", header="t,variable,value"),
        "column 'variable' of 'data.csv' is empty in line 3.",
        "name one of ['x', 'predators']",
    ),
    (
        rows("0,x,1", "1,x,2", "1,x,3", "2,x,4", header="t,variable,value"),
        "'data.csv' has two measurements at t = 1 (line 4).",
        "average them",
    ),
    (
        rows("0,x,1", "1,x,many", header="t,variable,value"),
        "column 'value' of 'data.csv' holds 'many' in line 3",
        "correct the cell",
    ),
]


@pytest.mark.parametrize(("text", "what", "mend"), FILES)
def test_files(tmp_path, text, what, mend):
    (tmp_path / "data.csv").write_text(text)
    refused(tmp_path / "data.csv", what, mend)


def test_files_that_cannot_be_read(tmp_path):
    refused(tmp_path / "gone.csv", "gone.csv'.", "check the path")
    (tmp_path / "data.xlsx").write_bytes(b"PK")
    refused(tmp_path / "data.xlsx", "data.xlsx' is no file of data.", "give a DataFrame")
    (tmp_path / "latin.csv").write_bytes(b"t,x\n0,\xff\n")
    refused(tmp_path / "latin.csv", "latin.csv' cannot be read as text.", "save it as UTF-8")
    (tmp_path / "bad.npz").write_bytes(b"no archive")
    refused(tmp_path / "bad.npz", "bad.npz' cannot be read", "write it with numpy.savez")
    np.savez(tmp_path / "objects.npz", x=np.array([{}], object))
    refused(tmp_path / "objects.npz", "objects.npz' cannot be read", "numbers only")


OBJECTS = [
    (3.0, "data is of type 'float'.", "give a DataFrame"),
    ([], "data is an empty list.", "give a DataFrame"),
    ([[1.0, 2.0]], "data is a list of lists.", "give a DataFrame"),
    ({}, "the data holds no rows.", "give a row"),
    (pd.DataFrame({"t": [], "x": []}), "the table holds no rows.", "give a row"),
    ({"t": T, "x": X[:4]}, "'t' of the data has 5 values but 'x' has 4.", "arrays of one length"),
    ({"t": T, "x": np.ones((5, 2))}, "'x' of the data has shape (5, 2).", "of one dimension"),
    (
        {"t": pd.date_range("2024-01-01", periods=5), "x": X},
        "column 't' of the data holds dates.",
        "give numbers, such as the hours",
    ),
    (
        pd.DataFrame({"t": [*T[:4], "late"], "x": X}),
        "column 't' of the table holds 'late' in row 5",
        "correct the cell",
    ),
    (
        pd.DataFrame([[0, 1, 2]], columns=["t", "x", "x"]),
        "the table has two columns 'x'.",
        "give each its own name",
    ),
    (
        Records((Experiment(T[:, None], X),)),
        "an experiment has 1 coordinates and 1 states.",
        "'toy' has coordinates ['t'], states ['x', 'predators']",
    ),
    (
        Experiment(T[:, None], np.stack([X, X], axis=1), params={"A": 1.0, "b": 2}),
        "an experiment sets 'A', which is no parameter of 'toy'.",
        "its parameters are ['a']",
    ),
    (
        Experiment(np.array([0, 1, 1, 2.0]), np.ones((4, 2))),
        "an experiment has two measurements at t = 1.",
        "average them",
    ),
]


@pytest.mark.parametrize(("data", "what", "mend"), OBJECTS)
def test_objects(data, what, mend):
    refused(data, what, mend)


NOISES = [
    (-0.1, "noise is -0.1.", "give a positive number, or leave it out"),
    (0, "noise is 0.", "give a positive number, or leave it out"),
    (np.inf, "noise is inf.", "give a positive number"),
    (True, "noise is True.", "give a number relative to the mean size"),
    ("low", "noise is 'low'.", "give a number relative to the mean size"),
    ([0.1, 0.2], "noise is [0.1, 0.2].", "a dictionary of absolute"),
    ({"x": -1.0}, "noise of 'x' is -1.", "give a positive number"),
    ({"x": None}, "noise of 'x' is None.", "give a number"),
    (
        {"predator": 1.0},
        "noise names 'predator', which is no state. Did you mean 'predators'?",
        "the",
    ),
    ({"x": 0.1}, "state 'predators' is given for some measurements only", "noise={'predators'"),
    ({"x": 0.1, "predators": 9}, "the noise of state 'predators', 9, is larger than its", "check"),
    (2.0, "the noise of state 'x', 3.2, is larger than its signal", "check the unit"),
]


@pytest.mark.parametrize(("noise", "what", "mend"), NOISES)
def test_noise(noise, what, mend):
    refused({"t": T, "x": X, "predators": X + 1}, what, mend, noise=noise)


def test_fields():
    t, x = np.random.default_rng(0).uniform(size=(2, 12))
    u = t + x
    refused({"t": t, "u": u}, "no column of the data holds 'x'.", "name it so", FIELD)
    few = {"t": t[:9], "x": x[:9], "u": u[:9]}
    refused(few, "there are 9 points in all.", "give at least 10", FIELD)
    refused(
        {"t": t, "x": x + 1, "u": u},
        f"row 1 of the data lies at x = {x[0] + 1:g}, outside of [0, 1].",
        "correct it, or widen the bounds",
        FIELD,
    )
    hole = {"t": t, "x": np.where(x == x[2], np.nan, x), "u": u}
    refused(hole, "row 3 of the data has no x.", "fill it in", FIELD)
    still = {"t": 0 * t, "x": x, "u": u}
    refused(still, "experiment 1 was measured at one time only, t = 0.", "give at least two", FIELD)
    grid = {"t": np.arange(3.0), "x": np.linspace(0, 1, 5), "u": np.ones((5, 3))}
    refused(grid, "'u' of the data has shape (5, 3), but the grid has (3, 5).", "along t, x", FIELD)
    bad = {**grid, "u": np.ones((3, 5)), "x": np.linspace(0, 2, 5)}
    refused(bad, "t = 0, x = 1.5 of the data lies at x = 1.5, outside", "correct it", FIELD)
    apart = Experiment(np.stack([t, x + 1], axis=1), u)
    refused(apart, "point 1 lies at x = ", "widen the bounds", FIELD)
