"""`sciml infer`: names and files, and one clear line for whatever cannot be used."""

from pathlib import Path

import numpy as np
import pytest

import sciml

HEAD = "id,years,stage\n"
GOOD = ("1,0,a", "1,1,b", "1,2,a", "2,0,b", "2,2,a")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SCIML_STORE", raising=False)


def table(tmp_path, *rows, head=HEAD, name="visits.csv"):
    path = tmp_path / name
    path.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_a_registered_process_makes_its_visits_and_is_scored(run, run_json):
    asked = ("infer", "telegraph", "--paths", 40, "--points", 30, "--noise", 0.02, "-q")
    code, found = run_json(*asked, "--seed", 3)
    assert code == 0
    assert found["parameters"]["data_seed"] == found["seed"] == 3
    assert found["metrics"]["visits"] == 40 * 30
    assert found["value"]["truth"] == [[-1.0, 1.0], [0.5, -0.5]]
    assert found["metrics"]["rate_rmse"] < 0.5
    assert run_json(*asked, "--seed", 3)[1]["value"] == found["value"]
    assert run_json(*asked, "--seed", 4)[1]["value"] != found["value"]
    code, out, _ = run(*asked, "--plot", "rates.png")
    assert code == 0
    assert "plot rates.png" in out
    assert Path("rates.png").stat().st_size > 10_000
    assert "truth" in out
    assert "rate rmse" in out


@pytest.mark.parametrize(
    ("arguments", "what", "mend"),
    [
        (["telegraf"], "'telegraf' is no file, and no problem has that name.", "registered jump"),
        (["flashing_rachet"], "Did you mean 'flashing_ratchet'?", "give a table of visits"),
        (["ghost.csv"], "there is no file 'ghost.csv'.", "registered jump process"),
        (["ghost.py:x"], "there is no file 'ghost.py'.", "check the path"),
        (["."], "'.' is no file", "give a table of visits"),
        (["finite_well", "--paths", "3"], "is a problem, but no jump process", "registered jump"),
        (["dfr", "--states", "a,b"], "--states is given beside the process 'dfr'", "for files"),
        (["dfr", "--exact-times", "a"], "--exact-times is given beside", "for files"),
        (["dfr", "--paths", "0"], "'paths' of 'flashing_ratchet' is 0", "give 1 or more"),
        (["dfr", "--noise", "0.9"], "'noise' of 'flashing_ratchet' is 0.9", "from 0 to 0.5"),
        (["dfr", "--seed", "-1"], "seed is -1.", "whole number"),
        (["dfr", "--refine", "maybe"], "refine is 'maybe'.", "choose from"),
        (["dfr", "--plot", "a.doc"], "has no known suffix", ".png"),
        (["dfr", "-p", "path=3"], "has 'path'. Did you mean 'paths'?", "parameters"),
    ],
)
def test_what_cannot_be_asked_gets_one_clear_line(run, tmp_path, arguments, what, mend):
    refused(run, arguments, what, mend)
    assert not list(tmp_path.glob("runs/2*"))


def refused(run, arguments, what, mend):
    code, out, err = run("infer", *arguments, "-q")
    assert (code, out) == (2, "")
    said, advice = err.splitlines()
    assert said.startswith("error: ")
    assert what in said
    assert advice.startswith("  try: ")
    assert mend in advice


@pytest.mark.parametrize(
    ("rows", "more", "what", "mend"),
    [
        (["1,2,a", "1,1,b"], [], "the time 1 of subject '1' comes after a later one", "sort"),
        (["1,1,a", "1,1,b"], [], "the time 1 of subject '1' is given twice", "one state a time"),
        (GOOD, ["--states", "a,c"], "the state 'b' of row 2", "the states are ['a', 'c']"),
        (GOOD, ["--absorbing", "dead"], "absorbing names 'dead', which is no state", "['a', 'b']"),
        (GOOD, ["--exact-times", "dead"], "exact names 'dead', which is no state", "['a', 'b']"),
        (GOOD, ["--links", "a>c"], "the link 'a>c' names 'c'", "['a', 'b']"),
        (GOOD, ["--links", "a"], "'a' is no link", "from>to"),
        (GOOD, ["--absorbing", "b"], "subject '1' leaves the absorbing state 'b'", "correct"),
        (GOOD, ["--time", "year"], "has no column 'year'. Did you mean 'years'?", "columns are"),
        (GOOD, ["--paths", "3"], "--paths is given beside the file", "simulated"),
        (["1,0,a", "2,0,b"], [], "every subject is seen once only", "two visits"),
        (["1,0,a", "1,1,a"], [], "only the state 'a' is ever seen", "a change of state"),
        (["1,,a", "1,1,b"], [], "the time of subject '1' is nan", "remove"),
        (["1,nan,a", "1,1,b"], [], "the time of subject '1' is nan", "remove"),
        (["1,0,1.5", "1,1,2"], [], "has the state 1.5, which is no whole number", "words"),
        ([], [], "holds no rows", "then visits"),
    ],
)
def test_bad_tables_get_one_clear_line(run, tmp_path, rows, more, what, mend):
    refused(run, [table(tmp_path, *rows), *more], what, mend)
    assert not list(tmp_path.glob("runs/2*"))


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("empty.csv", b"", "'empty.csv' is empty"),
        ("a.csv", b"%PDF-1.7 \n", "'a.csv' is a PDF"),
        ("a.xlsx", b"PK\x03\x04....", "is a spreadsheet"),
        ("a.npz", b"id,t\n", "is no archive of arrays"),
        ("a.bin", b"id,t\0\1", "is no table of text"),
    ],
)
def test_files_of_another_kind_get_one_clear_line(run, tmp_path, name, content, what):
    (tmp_path / name).write_bytes(content)
    refused(run, [tmp_path / name], what, "")


def test_labels_of_another_kind_get_one_clear_line(run, tmp_path):
    paths = np.array([[0.0, 1.0, 0.5], [1.0, 0.0, 1.0]])
    np.savez(tmp_path / "paths.npz", paths=paths, times=np.arange(3.0))
    refused(run, [tmp_path / "paths.npz"], "path 0 has the state 0.5", "whole numbers or words")


def test_more_states_than_the_network_serves_are_said(run, tmp_path):
    rng = np.random.default_rng(0)
    paths = np.cumsum(rng.integers(0, 2, (40, 30)), axis=1) % 13
    np.savez(tmp_path / "paths.npz", paths=paths, times=np.arange(30.0))
    forward = ",".join(f"{i}>{(i + 1) % 13}" for i in range(13))
    code, out, _ = run("infer", tmp_path / "paths.npz", "--links", forward, "-q")
    assert code == 0
    assert "up to 12 states: maximum likelihood alone" in out


def test_a_stored_run_of_a_file_is_drawn_with_what_was_seen(run, tmp_path):
    path = table(tmp_path, *GOOD, "3,0,a", "3,1,b", "3,2,b")
    code, out, _ = run("infer", path, "-q", "--plot", "one.png")
    assert code == 0
    (kept,) = tmp_path.glob("runs/2*")
    ax = sciml.load(kept).plot(tmp_path / "two.png")
    assert len(ax.child_axes[1].containers) == 2
    assert Path("two.png").read_bytes() == Path("one.png").read_bytes()
