"""``sciml report``: one page of stored runs, with errors that name what would do."""

import json

import pytest


@pytest.fixture
def stored(toy, run):
    """Names of two finished runs."""
    for seed in (0, 1):
        code, _, err = run("solve", toy, "--seed", seed, "-q")
        assert code == 0, err
    from sciml import catalog, store

    return [row["run"].rpartition("/")[2] for row in catalog.scan(store.root())]


def test_a_page_is_written_here_and_never_over_another(stored, run, tmp_path):
    code, out, err = run("report", stored[0])
    assert code == 0, err
    assert "wrote report.html: one run" in out
    first = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert first.startswith("<!DOCTYPE html>")
    assert stored[0] in first
    code, _, err = run("report", stored[1])
    assert code == 2
    assert "'report.html' exists already." in err
    assert "--force" in err
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == first
    code, _, _ = run("report", stored[1], "--force")
    assert code == 0
    assert stored[1] in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_several_runs_stand_side_by_side(stored, run_json, tmp_path):
    code, answer = run_json("report", *stored, "--out", "both.html")
    assert code == 0
    assert [name.rpartition("/")[2] for name in answer["runs"]] == stored
    text = (tmp_path / "both.html").read_bytes()
    assert answer["bytes"] == len(text)
    assert text.count(b"<article") == 2
    assert b"Side by side" in text


def test_a_users_file_is_executed_only_with_consent(stored, run, tmp_path, capfd):
    code, out, err = run("report", stored[0])
    assert code == 0
    assert "hello from the user's file" not in out + err
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "--trust" in text
    code, out, err = run("report", stored[0], "--trust", "--force")
    assert code == 0, err
    assert "A box with a flat floor" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_unknown_runs_are_answered_with_those_there_are(stored, run, tmp_path):
    code, _, err = run("report", stored[0], "gone")
    assert code == 2
    assert "there is no run 'gone'." in err
    assert all(name in err for name in stored)
    code, _, err = run("report", "gone", "--store", "empty")
    assert "holds no runs yet" in err
    assert not (tmp_path / "report.html").exists()


def test_an_unfinished_run_says_how_to_finish(stored, run, tmp_path):
    (tmp_path / "runs" / stored[0] / "result.json").unlink()
    code, _, err = run("report", stored[0])
    assert code == 2
    assert "is unfinished" in err
    assert "sciml resume" in err


def test_a_damaged_run_leaves_no_page(stored, run, tmp_path):
    path = tmp_path / "runs" / stored[0] / "result.json"
    content = json.loads(path.read_text())
    del content["value"]
    path.write_text(json.dumps(content))
    code, _, err = run("report", *stored)
    assert code == 2
    assert "is damaged" in err
    assert not (tmp_path / "report.html").exists()
