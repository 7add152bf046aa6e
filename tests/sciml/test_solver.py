"""Solving and resuming, with a toy method: routing of settings, endings, runs that go on."""

import shutil
from functools import partial

import jax
import numpy as np
import pytest
import toys

import sciml
from sciml import checkpoint, fit
from sciml.errors import BadArchive, BadConfig, BadProblem, NotConverged, UnknownMethod
from sciml.status import Status


def same(a, b):
    """Whether two results are the same bit for bit."""
    assert a.status == b.status
    assert a.value == b.value
    assert a.metrics == b.metrics
    assert a.history == b.history
    assert a.settings == b.settings
    assert a.arrays.keys() == b.arrays.keys()
    for name in a.arrays:
        np.testing.assert_array_equal(a.arrays[name], b.arrays[name])
    np.testing.assert_array_equal(a.params["psi"], b.params["psi"])
    return True


def stop_at(step, signal=KeyboardInterrupt):
    """A report that ends the run after a step."""

    def report(now, steps, metrics):
        if now == step:
            raise signal

    return report


@pytest.fixture
def eager(monkeypatch):
    """Checkpoints after every step."""
    monkeypatch.setattr(fit, "run", partial(fit.run, checkpoint_seconds=0.0))


def test_solving_in_memory_leaves_nothing_on_disk(toy, tmp_path):
    before = set(tmp_path.iterdir())
    result = sciml.solve(toy)
    assert set(tmp_path.iterdir()) - before <= {tmp_path / "__pycache__"}
    assert result.status is Status.CONVERGED
    assert result.value["energies"][0] == pytest.approx(np.pi**2, rel=1e-2)
    assert result.run is None
    assert result.seconds > 0
    assert result.provenance["dtype"] == "float64"
    assert result.label == toys.METHOD.label
    assert len(result.history) == result.history[-1]["step"]
    assert not jax.config.read("jax_enable_x64")


def test_the_same_seed_gives_the_same_bits_another_seed_another_path(toy):
    first, again, other = (sciml.solve(toy, seed=s) for s in (3, 3, 4))
    assert same(first, again)
    assert first.history[0] != other.history[0]


def test_overrides_go_to_the_problem_first_then_to_the_method(toy):
    result = sciml.solve(toy, length=2, points=20)
    assert result.parameters == {"length": 2.0, "bottom": 0.0, "fail": False}
    assert result.settings["points"] == 20
    assert result.arrays["x"][-1] == 2.0


def test_the_config_may_be_a_dataclass_or_a_mapping(toy):
    expected = sciml.solve(toy, points=9, steps=50)
    assert same(sciml.solve(toy, config=toys.Settings(points=9, steps=50)), expected)
    assert same(sciml.solve(toy, config={"points": 9}, steps=50), expected)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"lenght": 2}, BadConfig, "neither problem 'toy_well' nor .* Did you mean 'length'"),
        ({"point": 2}, BadConfig, "has 'point'. Did you mean 'points'"),
        ({"points": 2}, BadConfig, "points is 2"),
        ({"points": "many"}, BadConfig, "setting 'points' is 'many'"),
        ({"length": "long"}, BadProblem, "parameter 'length' of 'toy_well' is 'long'"),
        ({"fail": True}, BadProblem, "the potential of 'toy_well' is nan at x = "),
        ({"ending": "refused"}, BadProblem, "the toy refuses this"),
        ({"seed": -1}, BadConfig, "seed is -1"),
        ({"seed": True}, BadConfig, "seed is True"),
        ({"config": 3}, BadConfig, "config is a int"),
        ({"config": {"stps": 3}}, BadConfig, "no setting 'stps'. Did you mean 'steps'"),
        ({"method": "tyo"}, UnknownMethod, "Did you mean 'toy'"),
    ],
)
def test_bad_input_is_one_clear_error_and_leaves_no_run(toy, tmp_path, given, error, message):
    with pytest.raises(error, match=message):
        sciml.solve(toy, store=tmp_path / "runs", **given)
    assert not list((tmp_path / "runs").glob("*"))


def test_a_store_that_cannot_be_written_is_refused_before_computing(toy, tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(BadArchive, match="taken/runs' cannot be written: Not a directory"):
        sciml.solve(toy, store=tmp_path / "taken" / "runs", ending="bug")


def test_endings_that_are_no_success(toy):
    short = sciml.solve(toy, steps=5)
    assert short.status is Status.MAX_STEPS
    assert short.history[-1]["step"] == 5
    broken = sciml.solve(toy, ending="diverge")
    assert broken.status is Status.NONFINITE
    assert np.isfinite(broken.value["energies"]).all()
    with pytest.raises(
        NotConverged, match="'toy_well' by method 'toy' ended as MAX_STEPS"
    ) as caught:
        sciml.solve(toy, steps=5, throw=True)
    assert same(caught.value.result, short)


def test_a_problem_object_keeps_its_parameters(toy):
    problem = sciml.get(toy, length=2.0)
    result = sciml.solve(problem)
    assert result.parameters["length"] == 2.0
    assert same(result, sciml.solve(toy, length=2.0))
    with pytest.raises(BadConfig, match="already built") as caught:
        sciml.solve(problem, length=1.0)
    assert caught.value.mend == "give it when building: sciml.get('toy_well', length=...)"


def test_a_finished_run_holds_its_files_and_no_more(toy, tmp_path):
    result = sciml.solve(toy, store=tmp_path / "runs")
    names = {f.name for f in result.run.iterdir()}
    assert names == {"result.json", "config.toml", "arrays.safetensors", "metrics.jsonl"}
    assert {f.name for f in (tmp_path / "runs").iterdir()} == {result.run.name}


@pytest.mark.parametrize("step", [1, 7, 60])
def test_an_interrupted_run_resumes_to_the_same_bits(toy, tmp_path, step):
    whole = sciml.solve(toy)
    stopped = sciml.solve(toy, store=tmp_path, report=stop_at(step))
    assert stopped.status is Status.INTERRUPTED
    assert not (stopped.run / "result.json").exists()
    resumed = sciml.resume(stopped.run, trust=True)
    assert same(resumed, whole)
    assert resumed.seconds > stopped.seconds
    assert not (stopped.run / "state.safetensors").exists()
    assert same(sciml.load(stopped.run), whole)


def test_an_interruption_between_row_and_step_leaves_both_in_accord(toy, monkeypatch):
    """The log never holds more or fewer rows than steps were made."""
    rows = []

    class Log(list):
        def append(self, row):
            super().append(row)
            rows.append(row)
            if len(rows) == 4:
                raise KeyboardInterrupt

    monkeypatch.setattr(fit, "list", Log, raising=False)
    stopped = sciml.solve(toy)
    assert stopped.status is Status.INTERRUPTED
    assert [row["step"] for row in stopped.history] == [1, 2, 3]


def test_a_crash_between_two_checkpoints_loses_nothing(toy, tmp_path, eager):
    whole = sciml.solve(toy)
    with pytest.raises(ZeroDivisionError):
        sciml.solve(toy, store=tmp_path / "runs", report=stop_at(9, ZeroDivisionError))
    (run,) = (tmp_path / "runs").iterdir()
    assert same(sciml.resume(run, trust=True), whole)


def test_a_log_ahead_of_the_state_is_cut_back(toy, tmp_path, eager):
    """Killed after writing the log, before writing the state."""
    run = sciml.solve(toy, store=tmp_path, report=stop_at(9)).run
    log = run / "metrics.jsonl"
    log.write_text(log.read_text() + '{"step": 10, "change": 0.0, "energy": 0.0}\n')
    assert same(sciml.resume(run, trust=True), sciml.solve(toy))


def test_a_run_stopped_before_its_first_step_starts_over(toy, tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(toys.Toy, "init", interrupted)
        stopped = sciml.solve(toy, store=tmp_path)
    assert stopped.status is Status.INTERRUPTED
    assert stopped.value == {}
    assert [f.name for f in stopped.run.iterdir()] == ["config.toml"]
    assert same(sciml.resume(stopped.run, trust=True), sciml.solve(toy))


def test_a_finished_run_is_returned_as_it_is(toy, tmp_path):
    done = sciml.solve(toy, store=tmp_path)
    assert same(sciml.resume(done.run), done)


def test_a_run_at_its_step_limit_goes_on_with_more_steps(toy, tmp_path):
    short = sciml.solve(toy, store=tmp_path, steps=20)
    assert short.status is Status.MAX_STEPS
    assert same(sciml.resume(short.run), short)
    longer = sciml.resume(short.run, steps=2000, trust=True)
    assert same(longer, sciml.solve(toy, steps=2000))
    assert same(sciml.load(short.run), longer)


def test_resuming_executes_no_file_without_consent(toy, tmp_path, capsys):
    run = sciml.solve(toy, store=tmp_path, report=stop_at(3)).run
    capsys.readouterr()
    with pytest.raises(BadArchive, match="which would be executed") as caught:
        sciml.resume(run)
    assert "--trust" in caught.value.mend
    assert "hello" not in capsys.readouterr().out


def test_resuming_refuses_a_file_that_changed_or_went(toy, tmp_path):
    run = sciml.solve(toy, store=tmp_path / "runs", report=stop_at(3)).run
    file = tmp_path / "well.py"
    file.write_text(file.read_text() + "\n")
    with pytest.raises(BadArchive, match="has changed since"):
        sciml.resume(run, trust=True)
    file.unlink()
    with pytest.raises(BadArchive, match="is gone"):
        sciml.resume(run, trust=True)


def test_a_run_resumes_from_another_folder(toy, tmp_path, monkeypatch):
    run = sciml.solve(toy, store=tmp_path / "runs", report=stop_at(3)).run
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert sciml.resume(run, trust=True).status.ok


def test_a_problem_that_was_never_registered_is_passed_again(toy, tmp_path):
    problem = sciml.EigenProblem(
        name="mine", domain=sciml.Box({"x": (0.0, 1.0)}), potential=lambda x: 0 * x
    )
    run = sciml.solve(problem, store=tmp_path, report=stop_at(3)).run
    with pytest.raises(BadArchive, match="'mine' was built in Python") as caught:
        sciml.resume(run)
    assert "problem=" in caught.value.mend
    assert same(sciml.resume(run, problem=problem), sciml.solve(problem))


def stopped_run(toy, tmp_path):
    return sciml.solve(toy, store=tmp_path / "runs", report=stop_at(9)).run


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda r: (r / "state.safetensors").write_bytes(b"x"), "state.safetensors' is damaged"),
        (lambda r: (r / "metrics.jsonl").write_text("{"), "metrics.jsonl' is damaged"),
        (lambda r: (r / "metrics.jsonl").write_text(""), "metrics.jsonl' ends before step 9"),
        (lambda r: (r / "metrics.jsonl").unlink(), "metrics.jsonl' is missing"),
        (lambda r: (r / "config.toml").unlink(), "config.toml' cannot be read"),
        (lambda r: (r / "config.toml").write_text("["), "config.toml' is no valid TOML"),
        (lambda r: (r / "config.toml").write_text("seed = 1"), "lacks problem, method or seed"),
        (
            lambda r: (r / "config.toml").write_text(
                (r / "config.toml").read_text().replace("points = 12", "points = 13")
            ),
            "belongs to other settings",
        ),
        (lambda r: shutil.rmtree(r), "there is no run"),
    ],
)
def test_a_damaged_unfinished_run_is_named(toy, tmp_path, damage, message):
    run = stopped_run(toy, tmp_path)
    damage(run)
    with pytest.raises(BadArchive, match=message) as caught:
        sciml.resume(run, trust=True)
    assert caught.value.mend


def test_a_state_of_another_layout_is_refused(toy, tmp_path, monkeypatch):
    run = stopped_run(toy, tmp_path)
    monkeypatch.setattr(checkpoint, "SCHEMA", 99)
    with pytest.raises(BadArchive, match="has layout version 1, this program reads 99"):
        sciml.resume(run, trust=True)
