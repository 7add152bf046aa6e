"""``sciml doctor``: every part is checked, and what is amiss comes with its mend."""

import pytest

from sciml.cli import doctor


def test_doctor_checks_each_part(toy, run, run_json):
    code, data = run_json("doctor")
    assert code == 0
    names = [check["name"] for check in data["checks"]]
    assert names == ["python", "jax", "devices", "float64", "store", "cache", "pysr", "julia"]
    for check in data["checks"]:
        assert check["state"] in ("ok", "warn")
        assert (check["mend"] == "") == (check["state"] == "ok")
    code, out, _ = run("doctor")
    assert code == 0
    assert len([line for line in out.splitlines() if line.startswith(("ok", "warn"))]) == 8


def test_doctor_fails_on_a_store_that_cannot_be_written(toy, run_json):
    code, data = run_json("doctor", "--store", "well.py/runs")
    assert code == 2
    (check,) = [c for c in data["checks"] if c["state"] == "fail"]
    assert check["name"] == "store"
    assert "--store" in check["mend"]


@pytest.mark.parametrize(
    ("says", "state", "found"),
    [
        ("julia version 1.11.2", "ok", "1.11.2"),
        ("julia version 1.10.3", "ok", "1.10.3"),
        ("julia version 1.9.4", "warn", "1.9.4"),
        ("what", "warn", "names no version"),
    ],
)
def test_doctor_reads_julia_s_version(tmp_path, monkeypatch, says, state, found):
    program = tmp_path / "julia"
    program.write_text(f"#!/bin/sh\necho {says}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PYTHON_JULIAPKG_EXE", str(program))
    check = doctor._julia()
    assert check["state"] == state
    assert found in check["found"]


def test_doctor_survives_a_julia_that_does_not_run(monkeypatch):
    monkeypatch.setenv("PYTHON_JULIAPKG_EXE", "/nonexistent/julia")
    assert "does not run" in doctor._julia()["found"]
