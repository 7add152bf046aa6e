"""PySR: detected without a download, run where it is, and one line where it is not."""

import importlib.util
import logging
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

from discovery.symbolic import pysr
from sciml import formula
from sciml.errors import BadData

X, Y = formula.symbol("x"), formula.symbol("y")
POINTS = np.random.default_rng(0).uniform(0.5, 2.0, (30, 2))
GOOD = "echo julia version 1.10.5"

STUB = """
import os
import pandas

CALLS = []

class PySRRegressor:
    def __init__(self, **settings):
        CALLS.append(settings)
    def fit(self, X, y, weights=None):
        CALLS.append((X, y, weights, os.environ.get("PYTHON_JULIAPKG_OFFLINE")))
        texts = ["x1", "max(x0, x1)", "square(x0) - 0.5 * x1", "0.3"]
        self.equations_ = pandas.DataFrame({"complexity": [1, 3, 5, 1], "equation": texts})
"""


@pytest.fixture(autouse=True)
def clean(monkeypatch, tmp_path):
    """No Julia, no PySR imported yet."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}/bin")
    monkeypatch.delenv("PYTHON_JULIAPKG_EXE", raising=False)
    monkeypatch.delenv("PYTHON_JULIAPKG_OFFLINE", raising=False)
    monkeypatch.setitem(sys.modules, "pysr", None)
    monkeypatch.delitem(sys.modules, "pysr")


@pytest.fixture
def julia(tmp_path):
    """Make an executable that stands for Julia."""

    def make(script, name="julia", mode=0o755):
        (tmp_path / "bin").mkdir(exist_ok=True)
        file = tmp_path / "bin" / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(mode)
        return file

    return make


@pytest.fixture
def stub(tmp_path, monkeypatch):
    """Put a module named pysr first on the path."""

    def make(source):
        (tmp_path / "lib").mkdir()
        (tmp_path / "lib" / "pysr.py").write_text(textwrap.dedent(source))
        monkeypatch.syspath_prepend(tmp_path / "lib")

    return make


def refused(line, **patience):
    found = pysr.detect(**patience)
    assert not found.available
    assert line in found.line
    assert "\n" not in found.line


def test_not_installed(monkeypatch, julia):
    julia(GOOD)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    refused("PySR is not installed (pip install pysr).")


def test_no_julia(stub):
    stub(STUB)
    refused("PySR needs Julia: none is on the PATH, and PYTHON_JULIAPKG_EXE is not set.")


@pytest.mark.parametrize(
    ("script", "line"),
    [
        ("echo julia version 1.10.2", "PySR needs Julia 1.10.3 or newer: '"),
        ("echo julia version 1.9.9", "julia' is 1.9.9."),
        ("exit 3", "cannot be run (Command"),
        ("echo hello", "julia' says no version."),
        ("printf '\\377\\376'", "julia' says no version."),
        ("exec sleep 30", "julia' does not answer in 0.3 s."),
    ],
)
def test_a_julia_that_will_not_do(stub, julia, script, line):
    stub(STUB)
    julia(script)
    started = time.perf_counter()
    refused(line, patience=0.3 if "sleep" in script else 20.0)
    assert time.perf_counter() - started < 15
    assert "pysr" not in sys.modules


def test_the_julia_that_the_environment_names(stub, julia, monkeypatch, tmp_path):
    stub(STUB)
    julia("echo julia version 1.0.0")
    monkeypatch.setenv("PYTHON_JULIAPKG_EXE", str(julia("echo julia version 1.12.1", "mine")))
    assert pysr.detect() == pysr.Detection(True, f"PySR with Julia 1.12.1 ('{tmp_path}/bin/mine').")
    monkeypatch.setenv("PYTHON_JULIAPKG_EXE", str(tmp_path / "gone"))
    refused("gone' cannot be run ([Errno 2] No such file")
    monkeypatch.setenv("PYTHON_JULIAPKG_EXE", str(julia(GOOD, "closed", mode=0o644)))
    refused("closed' cannot be run ([Errno 13] Permission denied")


@pytest.mark.parametrize("version", ["1.10.3", "1.10.10", "1.11.0-rc1", "2.0.0"])
def test_detection_imports_nothing(stub, julia, version):
    stub("raise RuntimeError('imported')")
    julia(f"echo julia version {version}")
    assert pysr.detect().available
    assert "pysr" not in sys.modules


def test_the_search_is_asked_for_and_its_equations_are_read(stub, julia, caplog):
    stub(STUB)
    julia(GOOD)
    caplog.set_level(logging.DEBUG, "sciml.discovery")
    weights = np.arange(30.0)
    found = pysr.candidates(
        POINTS,
        POINTS[:, 0],
        ["x", "y"],
        weights=weights,
        seed=7,
        seconds=3,
        functions=("exp", "sin", "nothing"),
    )
    assert found.warnings == ()
    assert found.expressions[:1] == (Y,)
    assert X**2 - 0.5 * Y in found.expressions
    assert caplog.records == []
    settings, (inputs, values, given, offline) = sys.modules["pysr"].CALLS
    np.testing.assert_array_equal(inputs, POINTS)
    np.testing.assert_array_equal(values, POINTS[:, 0])
    np.testing.assert_array_equal(given, weights)
    assert offline == "yes"
    assert "PYTHON_JULIAPKG_OFFLINE" not in os.environ
    assert settings["unary_operators"] == ["exp", "sin"]
    assert settings["complexity_of_operators"] == {"exp": 2, "sin": 2}
    assert settings["nested_constraints"]["exp"] == {"exp": 0, "sin": 0}
    assert (settings["random_state"], settings["timeout_in_seconds"]) == (7, 3.0)
    assert (settings["deterministic"], settings["parallelism"]) == (True, "serial")
    assert (settings["verbosity"], settings["progress"]) == (0, False)
    assert not os.path.exists(settings["output_directory"])


def test_the_settings_are_pysr_s():
    source = importlib.util.find_spec("pysr")
    if source is None:
        pytest.skip("PySR is not installed")
    text = (Path(source.submodule_search_locations[0]) / "sr.py").read_text(encoding="utf-8")
    for name in (*pysr._settings(["exp"], 0, 1.0), "output_directory"):
        assert f"        {name}: " in text


BROKEN = [
    ("raise ValueError('no\\nJulia here')", "PySR failed: ValueError: no"),
    ("import gone_package", "PySR failed: ModuleNotFoundError: No module named 'gone_package'"),
    ("raise SystemExit('bye')", "PySR failed: SystemExit: bye"),
    ("x = 1", "PySR failed: AttributeError: module 'pysr' has no attribute 'PySRRegressor'"),
    (STUB.replace("CALLS.append(settings)", "raise TypeError()"), "TypeError: no message"),
    (STUB.replace("self.equations_ =", "unused ="), "PySR failed: AttributeError:"),
    (STUB.replace('["x1", "max(x0, x1)", "square(x0) - 0.5 * x1", "0.3"]', '["?"] * 4'), "no form"),
]


@pytest.mark.parametrize(("source", "line"), BROKEN)
def test_whatever_fails_is_one_line(stub, julia, caplog, source, line):
    stub(source)
    julia(GOOD)
    caplog.set_level(logging.DEBUG, "sciml.discovery")
    found = pysr.candidates(POINTS, POINTS[:, 0], ["x", "y"])
    assert found.expressions == ()
    (warning,) = found.warnings
    assert line in warning
    assert "\n" not in warning
    assert [r.getMessage() for r in caplog.records] == [warning]
    assert [r.exc_info for r in caplog.records] == [None]
    assert "PYTHON_JULIAPKG_OFFLINE" not in os.environ


def test_without_julia_the_reason_is_one_line(stub, caplog):
    stub(STUB)
    caplog.set_level(logging.DEBUG, "sciml.discovery")
    found = pysr.candidates(POINTS, POINTS[:, 0], ["x", "y"])
    assert found.warnings == (pysr.detect().line,)
    assert [r.getMessage() for r in caplog.records] == list(found.warnings)


def test_the_real_package_with_a_julia_that_is_none(julia, tmp_path):
    """A fake Julia passes the detection; then the package fails, in a process of its own."""
    pytest.importorskip("juliapkg")
    if importlib.util.find_spec("pysr") is None:
        pytest.skip("PySR is not installed")
    script = (
        "import numpy as np\n"
        "from discovery.symbolic import pysr\n"
        "assert pysr.detect().available\n"
        "x = np.linspace(1, 2, 20)[:, None]\n"
        "print(pysr.candidates(x, x[:, 0], ['x'], seconds=1))\n"
    )
    environment = {
        **os.environ,
        "PYTHON_JULIAPKG_EXE": str(julia(GOOD)),
        "PYTHON_JULIAPKG_PROJECT": str(tmp_path / "project"),
    }
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Proposed(expressions=(), warnings=('PySR failed: ")
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr


HALL = """Complexity,Loss,Equation
5,0.01,"(x0 * x1) * -0.9"
1,3.5,"-1.2"
9,0.001,"exp(x0 ^ 2.0) / (x1 + 0.1)"
11,0.0009,"max(x0, x1)"
"""


def test_a_hall_of_fame_from_another_machine(tmp_path):
    (tmp_path / "hall_of_fame.csv").write_text(HALL)
    found = pysr.read_hall_of_fame(tmp_path / "hall_of_fame.csv", ["x", "y"])
    assert [formula.complexity(e) for e in found] == sorted(formula.complexity(e) for e in found)
    assert found[1] == -0.9 * X * Y
    assert len(found) == 3
    assert pysr.read_hall_of_fame(tmp_path, ["x", "y"]) == found
    (tmp_path / "named.csv").write_text(HALL.replace("x0", "x").replace("x1", "y"))
    assert pysr.read_hall_of_fame(str(tmp_path / "named.csv"), ["x", "y"]) == found


def test_its_twin_is_read_where_it_is_absent_or_less_complete(tmp_path):
    file, twin = tmp_path / "hall_of_fame.csv", tmp_path / "hall_of_fame.csv.bak"
    twin.write_text(HALL)
    found = pysr.read_hall_of_fame(file, ["x", "y"])
    assert len(found) == 3
    assert pysr.read_hall_of_fame(twin, ["x", "y"]) == found
    file.write_text("Complexity,Loss,Equation\n1,3.5,-1.2\n5,0.")
    assert pysr.read_hall_of_fame(file, ["x", "y"]) == found
    twin.unlink()
    assert len(pysr.read_hall_of_fame(file, ["x", "y"])) == 1


@pytest.mark.parametrize(
    ("text", "names", "words"),
    [
        (None, ["x"], "there is no file '.*hall_of_fame.csv'.\n  try: give PySR's hall_of_fame"),
        ("a,b\n1,2\n", ["x"], "is no hall of fame.\n  try: its first line is Complexity,Loss,Equ"),
        ("", ["x"], "is no hall of fame."),
        (
            "Complexity,Loss,Equation\n1,1,z\n",
            ["x"],
            r"no formula of \['x'\].\n  try: give the names",
        ),
    ],
)
def test_halls_of_fame_that_are_none(tmp_path, text, names, words):
    if text is not None:
        (tmp_path / "hall_of_fame.csv").write_text(text)
    with pytest.raises(BadData, match=words):
        pysr.read_hall_of_fame(tmp_path / "hall_of_fame.csv", names)


REAL = pysr.detect()


@pytest.mark.skipif(not REAL.available, reason=REAL.line)
def test_the_real_search(monkeypatch):
    monkeypatch.undo()
    found = pysr.candidates(POINTS, POINTS[:, 0] * POINTS[:, 1], ["x", "y"], seconds=20)
    assert found.warnings == ()
    assert X * Y in found.expressions
