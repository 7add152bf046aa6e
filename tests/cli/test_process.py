"""The command line as a process: fast help, signals, kills, and what they leave behind."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import sciml
from sciml import archive, checkpoint
from sciml.errors import BadArchive

TESTS = Path(__file__).parent.parent

START = f"""
import sys
from functools import partial
sys.path.insert(0, {str(TESTS)!r})
import toys
from sciml import cli, fit, registry
toys.install()
registry.BUILTIN = ()
fit.run = partial(fit.run, checkpoint_seconds=0.02)
cli.main()
"""

HELP = """
import sys
from sciml import cli
sys.argv = ["sciml", "--help"]
try:
    cli.main()
except SystemExit as ending:
    assert ending.code == 0, ending.code
heavy = {"jax", "numpy", "matplotlib"} & set(sys.modules)
assert not heavy, heavy
"""


def test_help_is_fast_and_free_of_jax():
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        shown = subprocess.run(
            [sys.executable, "-c", HELP], check=True, capture_output=True, text=True
        )
        seconds.append(time.perf_counter() - start)
    verbs = ("problems", "solve", "resume", "runs", "doctor", "new")
    assert all(verb in shown.stdout for verb in verbs)
    assert min(seconds) < 0.5


def start(toy):
    """A run slow enough to be stopped, and its folder once it has made some steps."""
    arguments = ("solve", toy, "-p", "pause=0.02", "-p", "tolerance=1e-7", "--json")
    process = subprocess.Popen(
        [sys.executable, "-c", START, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "SCIML_CACHE": ""},
    )
    steps = -1
    while steps < 5:
        assert process.poll() is None, process.communicate()
        time.sleep(0.001)
        steps = max([steps, *(saved_step(run) for run in Path("runs").glob("2*"))])
    return process, next(Path("runs").glob("2*"))


def saved_step(run):
    """The step of the last checkpoint; whatever the moment, no file of a run is torn."""
    assert (run / "config.toml").read_text().endswith('ending = ""\n')
    if not (run / "state.safetensors").exists():
        return -1
    _, metadata = archive.read(run / "state.safetensors")
    assert len(checkpoint.read_history(run / "metrics.jsonl")) >= int(metadata["step"])
    return int(metadata["step"])


def uninterrupted(toy):
    return sciml.solve(toy, tolerance=1e-7)


def assert_same(result, expected):
    assert result.status is expected.status is sciml.Status.CONVERGED
    assert result.value == expected.value
    assert result.history == expected.history
    assert result.params["psi"].tobytes() == expected.params["psi"].tobytes()


def test_a_killed_run_resumes_to_the_same_bits(toy):
    process, run = start(toy)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with pytest.raises(BadArchive, match="is unfinished"):
        sciml.load(run)
    assert_same(sciml.resume(run, trust=True), uninterrupted(toy))
    names = {f.name for f in run.iterdir() if not f.name.endswith(".partial")}
    assert names == {"result.json", "config.toml", "arrays.safetensors", "metrics.jsonl"}


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_says_so_and_resumes(toy, sent):
    process, run = start(toy)
    process.send_signal(sent)
    out, _ = process.communicate()
    assert process.returncode == 130
    data = json.loads(out)
    assert data["status"] == "INTERRUPTED"
    assert data["run"] == str(run)
    assert "sciml resume" in data["advice"]
    assert not (run / "result.json").exists()
    assert_same(sciml.resume(run, trust=True), uninterrupted(toy))


def test_a_reader_that_leaves_early_is_no_error(toy):
    code = "from sciml.cli import main; main()"
    command = f"'{sys.executable}' -c '{code}' doctor | true"
    shown = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert shown.stderr == ""
