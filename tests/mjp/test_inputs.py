"""Visits in every form that users have become the same `Visits`; bad ones get one clear line."""

import numpy as np
import pandas as pd
import pytest

from mjp.inputs.read import read
from sciml.errors import BadData
from sciml.visits import Visits

SUBJECT = ["p", "p", "q", "p", "q", "q"]
TIME = [0.0, 1.0, 0.5, 2.5, 1.5, 2.0]
STATE = ["well", "ill", "well", "dead", "ill", "ill"]
TABLE = pd.DataFrame({"id": SUBJECT, "years": TIME, "stage": STATE})


def is_table(found, states=("dead", "ill", "well")):
    assert found.states == tuple(states)
    assert found.subjects == ("p", "q")
    np.testing.assert_array_equal(found.times, [0, 1, 2.5, 0.5, 1.5, 2])
    np.testing.assert_array_equal(found.starts, [0, 3, 6])
    names = [found.states[k] for k in found.labels]
    assert names == ["well", "ill", "dead", "well", "ill", "ill"]
    assert found.exact is None
    return True


def text(table, separator=","):
    return table.to_csv(index=False, sep=separator)


def saved(tmp_path, content, name="visits.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (text(TABLE), "visits.csv"),
        (text(TABLE, "\t"), "visits.tsv"),
        (text(TABLE, ";"), "visits.txt"),
        (text(TABLE, " "), "visits.dat"),
        ("\ufeff# of a clinic\n\n" + text(TABLE), "visits.csv"),
        (text(TABLE).replace(",", ", ").replace("\n", "\r\n"), "visits.csv"),
        (TABLE.to_csv(), "visits.csv"),
    ],
)
def test_files_of_text(tmp_path, content, name):
    assert is_table(read(saved(tmp_path, content, name)))
    assert is_table(read(str(tmp_path / name)))


def test_tables_in_memory(tmp_path):
    assert is_table(read(TABLE))
    assert is_table(read(TABLE.to_dict("list")))
    assert is_table(read(TABLE.set_index("id")))
    assert is_table(read({k: np.array(v) for k, v in TABLE.to_dict("list").items()}))
    np.savez(tmp_path / "columns.npz", id=SUBJECT, years=TIME, stage=STATE)
    assert is_table(read(tmp_path / "columns.npz"))
    renamed = TABLE.set_axis(["who", "when", "what"], axis=1).assign(sex=1)
    assert is_table(read(renamed, subject="who", time="when", state="what"))
    usual = TABLE.set_axis(["Patient ID", "Age [years]", "STATUS"], axis=1).assign(sex=1)
    assert is_table(read(usual))


def test_two_columns_are_one_path():
    found = read({"t": [0, 1, 2], "state": [3, 1, 3]})
    assert (found.paths, found.states, found.subjects) == (1, ("1", "3"), ("",)[:0])


PATHS = np.array([[0, 0, 2, 2], [2, 0, 0, 2]])
TIMES = np.array([0.0, 0.5, 1.0, 3.0])


def is_stack(found, states=("0", "2")):
    assert found.states == tuple(states)
    np.testing.assert_array_equal(found.times, np.tile(TIMES, 2))
    np.testing.assert_array_equal(found.starts, [0, 4, 8])
    assert [found.states[k] for k in found.labels] == [str(k) for k in PATHS.ravel()]
    return True


def test_arrays_and_paths(tmp_path):
    own = np.stack([TIMES, TIMES])
    for paths in (PATHS, PATHS.astype(np.int8), PATHS.astype(float), PATHS.astype(str)):
        assert is_stack(read(paths, TIMES))
        assert is_stack(read(paths, own))
    assert is_stack(read(PATHS.tolist(), list(TIMES)))
    assert is_stack(read({"paths": PATHS, "times": TIMES}))
    assert is_stack(read([(TIMES, PATHS[0]), (TIMES, PATHS[1])]))
    assert is_stack(read([[list(TIMES), list(p)] for p in PATHS]))
    np.savez(tmp_path / "a.npz", paths=PATHS, times=TIMES, V=1.0)
    assert is_stack(read(tmp_path / "a.npz"))
    np.savez(tmp_path / "b.npz", paths=PATHS, times=own)
    assert is_stack(read(tmp_path / "b.npz"))
    assert is_stack(read(read(PATHS, TIMES)))
    one = read((TIMES, PATHS[0]))
    np.testing.assert_array_equal(one.labels, read(PATHS[0], TIMES).labels)
    assert one.paths == 1
    many = read([([0.0, 1.0], ["a", "b"]), ([0.0], [1])])
    assert many.states == ("1", "a", "b")


@pytest.mark.parametrize("gap", [-1, np.nan])
def test_what_was_not_observed_is_left_out_of_arrays(gap):
    paths = PATHS.astype(float if np.isnan(gap) else int)
    paths[0, 1] = paths[0, 3] = gap
    times = np.stack([TIMES, TIMES])
    times[0, 3] = np.nan  # padding has no time
    found = read(paths, times)
    np.testing.assert_array_equal(found.times, [0, 1, 0, 0.5, 1, 3])
    np.testing.assert_array_equal(found.lengths, [2, 4])
    paths[0] = gap
    found = read(paths, times)
    assert (found.paths, found.subjects) == (1, ("1",))


def test_what_was_not_observed_is_left_out_of_tables(tmp_path):
    content = "id,t,state\n1,0,a\n1,1,\n1,2,NA\n1,,\n1,3,b\n1,4,none\n1,5,-1\n1,6,99\n"
    found = read(saved(tmp_path, content))
    assert found.states == ("99", "-1", "a", "b", "none")
    found = read(saved(tmp_path, content), missing=[99, "-1"])
    assert found.states == ("a", "b", "none")
    np.testing.assert_array_equal(found.times, [0, 3, 4])
    frame = pd.DataFrame({"id": 1, "t": [0, 1, 2, 3], "state": ["a", None, np.nan, "b"]})
    np.testing.assert_array_equal(read(frame).times, [0, 3])
    frame["state"] = pd.array([1, None, 7, 2], "Int64")
    assert read(frame, missing=7).states == ("1", "2")


@pytest.mark.parametrize(
    ("labels", "states"),
    [
        (["stage 10", "stage 2", "Stage 1"], ("Stage 1", "stage 2", "stage 10")),
        (["10", "9", "2.0"], ("2", "9", "10")),
        ([10, 9, 2], ("2", "9", "10")),
        ([10.0, 9.0, 2.0], ("2", "9", "10")),
        ([True, False, True], ("False", "True")),
        ([" b", "a", "b "], ("a", "b")),
        (["x", 2, "y"], ("2", "x", "y")),
        (pd.Categorical(list("bca"), list("cab"), ordered=True), ("c", "a", "b")),
    ],
)
def test_the_order_of_states(labels, states):
    frame = pd.DataFrame({"t": [0, 1, 2], "state": labels})
    found = read(frame)
    assert found.states == states
    wanted = [str(label).strip().removesuffix(".0") for label in labels]
    assert [found.states[k] for k in found.labels] == wanted


def test_states_may_be_given():
    order = ("well", "ill", "worse", "dead")
    assert is_table(read(TABLE, states=order), order)
    assert is_table(read(read(TABLE), states=order), order)
    assert is_stack(read(PATHS, TIMES, states=4), "0123")
    assert is_stack(read(PATHS, TIMES, states=[2, 0]), "20")
    assert read(PATHS + 1, TIMES, states=3).states == ("1", "2", "3")


def test_exact_entries():
    found = read(TABLE, absorbing="dead", exact="dead")
    np.testing.assert_array_equal(found.exact, [0, 0, 1, 0, 0, 0])
    found = read([([0, 1, 2], [1, 1, 0]), ([0, 1, 2, 3], [0, 1, 1, 1])], exact=[1])
    np.testing.assert_array_equal(found.exact, [0, 0, 0, 0, 1, 0, 0])
    assert read(found).exact is found.exact
    assert read(found, exact=[0]).exact.sum() == 2
    assert read(found, states=3).exact.sum() == 1


def refused(data, what, mend, **options):
    with pytest.raises(BadData) as caught:
        read(data, **options)
    assert "\n" not in caught.value.what + caught.value.mend
    assert what in caught.value.what
    assert mend in caught.value.mend


def rows(*lines, header="id,t,state"):
    return "\n".join([header, *lines])


GOOD = ("1,0,a", "1,1,b", "2,0,b")


@pytest.mark.parametrize(
    ("content", "what", "mend"),
    [
        ("", "'visits.csv' is empty.", "give a CSV table"),
        (" \n\n", "'visits.csv' is empty.", "give a CSV table"),
        ("id,t,state\n", "'visits.csv' holds no rows.", "give a line of column names, then"),
        ("1,0,a\n1,1,b\n", "no column of 'visits.csv' is plainly the time", "the columns are"),
        ("1,0,0\n1,1,2\n", "first line of 'visits.csv' holds numbers", "put a line of column"),
        ("%PDF-1.7 \n", "'visits.csv' is a PDF", "give a CSV table"),
        (b"PK\x03\x04....", "is a spreadsheet or a zip archive", "give a CSV table"),
        (b"id,t\0\1", "is no table of text", "give a CSV table"),
        (rows(*GOOD).encode("utf-16"), "is text in UTF-16", "save it as UTF-8"),
        (rows(*GOOD, "2,1,\xe4").encode("latin-1"), "is no text in UTF-8", "save it as UTF-8"),
        ("some words\n\nof letters\n", "is plainly the time", "say time="),
        ("words\nof a letter\n", "has one column only, 'words'", "with commas between"),
        (rows("1,0,a,9", *GOOD), "names 3 columns, but its rows have 4", "name each column"),
        (rows(*GOOD, "2,1,a,9"), "line 5 of 'visits.csv' has 4 cells, not 3", "one cell a"),
        (rows(*GOOD, header="id,t,t"), "has two columns 't'", "give each its own name"),
        (rows(*GOOD, header="who,t,state"), "is plainly the subject", "say subject=NAME ("),
        (
            rows("1,0,0,a", "1,1,1,b", header="id,age,years,state"),
            "columns 'age' and 'years' of 'visits.csv' could both be the time.",
            "say time=NAME (--time NAME); the columns are ['id', 'age', 'years', 'state']",
        ),
        (rows(*GOOD, "2,,a"), "the time of subject '2' is nan.", "remove that observation"),
        (rows(*GOOD, "2,0,a"), "the time 0 of subject '2' is given twice.", "one state a time"),
        (rows(*GOOD, "2,-1,a"), "time -1 of subject '2' comes after a later one", "sort each"),
        (rows(*GOOD, ",1,a"), "row 4 of 'visits.csv' names no subject", "fill in the cell"),
        (rows(*GOOD, "2,x,a"), "column 't' holds 'x' in row 4 of 'visits.csv'", "correct the"),
        (rows(*GOOD, '2,"1,5",a'), "holds '1,5' in row 4", "write decimals with a point"),
        (rows(*GOOD, "2,2001-02-03,a"), "holds '2001-02-03' in row 4", "years since the first"),
        (rows("1,0,1", "1,1,1.5"), "row 2 of 'visits.csv' has the state 1.5", "whole numbers or"),
        (rows("1,0,a", "2,1,b"), "every subject is seen once only.", "two visits or more"),
        (rows("1,0,a", "1,1,a"), "only the state 'a' is ever seen.", "a change of state"),
        (rows("1,0,", "1,1,"), "nothing was observed", "give one state a visit"),
    ],
)
def test_bad_files(tmp_path, content, what, mend):
    refused(saved(tmp_path, content), what, mend)


@pytest.mark.parametrize(
    ("options", "what", "mend"),
    [
        ({"time": "year"}, "has no column 'year'. Did you mean 'years'?", "the columns are ["),
        ({"subject": "x"}, "the table has no column 'x'.", "['id', 'years', 'stage']"),
        ({"states": ["well", "il", "dead"]}, "'ill' of row 2 of the table is not in", "'il'"),
        ({"states": ["a", "a"]}, "states names 'a' twice", "give each state once"),
        ({"absorbing": "deat"}, "absorbing names 'deat', which is no state. Did", "states="),
        ({"exact": ["x"]}, "exact names 'x', which is no state.", "['dead', 'ill', 'well']"),
        ({"limit": 2}, "there are 3 states, more than 2.", "join states"),
        (
            {"absorbing": "ill"},
            "subject 'p' leaves the absorbing state 'ill' before time 2.5.",
            "correct that visit",
        ),
    ],
)
def test_bad_options(options, what, mend):
    refused(TABLE, what, mend, **options)


@pytest.mark.parametrize(
    ("data", "options", "what", "mend"),
    [
        ([], {}, "data is an empty list", "give a DataFrame"),
        (3, {}, "data is of type 'int'", "give a DataFrame"),
        (PATHS, {}, "the times of the paths are missing", "give times [L] or [K, L]"),
        (PATHS, {"times": TIMES[:3]}, "times have shape (3,), paths (2, 4)", "give times"),
        (PATHS, {"times": ["a"] * 4}, "times are no numbers", "give numbers"),
        (PATHS[None], {"times": TIMES}, "paths have shape (1, 2, 4)", "give paths [K, L]"),
        ([[0, 1], [0]], {"times": [0, 1]}, "have different lengths", "(times, states) pairs"),
        (PATHS, {"times": TIMES[::-1]}, "time 1 of path 0 comes after", "sort each"),
        (PATHS + 0.5, {"times": TIMES}, "path 0 has the state 0.5", "whole numbers or words"),
        (
            np.where(PATHS, np.inf, np.inf),
            {"times": TIMES},
            "path 0 has the state inf",
            "whole numbers or words",
        ),
        (PATHS, {"times": TIMES, "states": 2}, "the state '2' of path 0 is not in", "['0', '1']"),
        ([(TIMES, PATHS[0]), (TIMES, [1])], {}, "path 1 has 4 times and 1 states", "one state a"),
        ([(TIMES, PATHS[0]), 5], {}, "path 1 is no pair of times and states", "give a list of"),
        ({"id": [1, 2], "t": [0.0]}, {}, "'id' of the table has 2 values but 't' has 1", "one len"),
        ({"t": 1.0}, {}, "has no columns of one dimension", "give a DataFrame"),
        (TABLE[:0], {}, "the table holds no rows", "give a row for each visit"),
        (TABLE.assign(years=pd.Timestamp(0)), {}, "column 'years' holds dates", "give numbers"),
        (TABLE.assign(stage=pd.Timestamp(0)), {}, "a state of type 'Timestamp'", "whole numbers"),
        (Visits([0.0, 1.0], [0, 0], [0, 2], ["a", "b"]), {}, "only the state 'a'", "a change"),
        ("none.csv", {}, "there is no file 'none.csv'", "check the path"),
    ],
)
def test_bad_data(data, options, what, mend):
    refused(data, what, mend, **options)


def test_bad_archives(tmp_path):
    np.savez(tmp_path / "a.npz", rates=np.eye(2))
    refused(tmp_path / "a.npz", "'a.npz' holds ['rates']", "give arrays `paths`")
    np.savez(tmp_path / "b.npz", paths=PATHS)
    refused(tmp_path / "b.npz", "the times of the paths are missing", "give times")
    np.savez(tmp_path / "c.npz", paths=np.array([[1], None], object), times=TIMES)
    refused(tmp_path / "c.npz", "'c.npz' is no archive of arrays", "numpy.savez")
    refused(saved(tmp_path, "id,t\n", "d.npz"), "'d.npz' is no archive of arrays", "numpy.savez")
    np.save(tmp_path / "e.npy", PATHS)
    refused(tmp_path / "e.npy", "is a single array without times", "give a CSV table")
    refused(tmp_path, "there is no file", "check the path")
