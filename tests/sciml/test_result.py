"""Results: prediction, export, and the round trip through a folder."""

import csv
import json
import os
import pickle

import numpy as np
import pytest

import sciml
from sciml import store
from sciml.errors import BadArchive, BadData


@pytest.fixture
def result(toy):
    return sciml.solve(toy, steps=100)


def test_prediction_takes_points_with_or_without_their_axis(result):
    x = np.linspace(0, 1, 7)
    flat, tall = result.predict(x), result.predict(x[:, None])
    assert flat.shape == (7, 1)
    assert flat.dtype == np.float64
    np.testing.assert_array_equal(flat, tall)
    np.testing.assert_array_equal(result.predict(result.arrays["x"]), result.arrays["psi"])


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (np.zeros((2, 2)), r"shape \(2, 2\)"),
        (0.5, r"shape \(\)"),
        ([0.1, np.nan], "not finite"),
        (["a"], "no array of numbers"),
    ],
)
def test_unusable_points_are_refused(result, points, message):
    with pytest.raises(BadData, match=message):
        result.predict(points)


def test_errors_are_those_against_the_reference(result):
    assert set(result.error()) == {
        "energy_rel_error",
        "wavefunction_rel_error",
        "bounds_contain_reference",
    }
    assert "residual" in result.metrics


def test_saving_and_loading_is_a_round_trip(result, toy, tmp_path):
    folder = result.save(tmp_path / "kept")
    loaded = sciml.load(folder, trust=True)
    assert {**loaded.to_dict(), "run": None} == result.to_dict()
    assert loaded.history == result.history
    x = np.linspace(0, 1, 7)
    np.testing.assert_array_equal(loaded.predict(x), result.predict(x))
    with pytest.raises(BadArchive, match="kept' exists already"):
        result.save(folder)


def test_a_loaded_result_shows_its_numbers_without_executing_the_user_s_file(
    result, tmp_path, capsys
):
    folder = result.save(tmp_path / "kept")
    capsys.readouterr()
    loaded = sciml.load(folder)
    assert loaded.value == result.value
    with pytest.raises(BadArchive, match="would be executed") as caught:
        loaded.predict([0.5])
    assert "trust=True" in caught.value.mend
    assert capsys.readouterr().out == ""


def test_json_is_strict_also_with_infinities(toy, tmp_path, monkeypatch):
    import toys

    finish = toys.Toy.finish

    def odd(self, state, status):
        outcome = finish(self, state, status)
        outcome.value["upper_bounds"] = [np.inf]
        outcome.metrics["residual"] = float("nan")
        return outcome

    monkeypatch.setattr(toys.Toy, "finish", odd)
    result = sciml.solve(toy, store=tmp_path / "runs", steps=10)
    text = (result.run / "result.json").read_text()

    def refuse(constant):
        raise AssertionError(constant)

    data = json.loads(text, parse_constant=refuse)
    assert data["value"]["upper_bounds"] == ["inf"]
    assert data["metrics"]["residual"] == "nan"
    loaded = sciml.load(result.run)
    assert loaded.value["upper_bounds"] == [np.inf]
    assert np.isnan(loaded.metrics["residual"])


def test_tables_for_other_programs(result, tmp_path):
    result.to_csv(tmp_path / "fields.csv")
    with (tmp_path / "fields.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["x", "psi_0", "potential"]
    read = np.array([float(row["psi_0"]) for row in rows])
    np.testing.assert_array_equal(read, result.arrays["psi"][:, 0])
    result.to_npz(tmp_path / "fields.npz")
    with np.load(tmp_path / "fields.npz") as archive:
        np.testing.assert_array_equal(archive["x"], result.arrays["x"])


def test_it_travels_between_processes_and_predicts_there(result):
    copy = pickle.loads(pickle.dumps(result))
    assert copy.to_dict() == result.to_dict()
    np.testing.assert_array_equal(copy.predict([0.3]), result.predict([0.3]))


def test_files_are_readable_as_the_user_s_umask_says(result, tmp_path):
    before = os.umask(0o027)
    try:
        folder = result.save(tmp_path / "kept")
    finally:
        os.umask(before)
    assert folder.stat().st_mode & 0o777 == 0o750
    assert {f.stat().st_mode & 0o777 for f in folder.iterdir()} == {0o640}


def test_its_looks(result):
    assert repr(result).startswith("Result('toy_well', 'toy', MAX_STEPS")
    shown = result._repr_html_()
    assert "<th>energy</th>" in shown
    assert "A toy." in shown


DAMAGE = [
    (lambda r: (r / "result.json").write_text("{"), "result.json' is damaged"),
    (lambda r: (r / "result.json").write_text("[]"), "result.json' is damaged"),
    (lambda r: (r / "result.json").write_text('{"schema": 1}'), "result.json' is damaged"),
    (lambda r: (r / "result.json").write_text('{"schema": 9}'), "has layout version 9"),
    (lambda r: (r / "result.json").unlink(), "is unfinished"),
    (lambda r: (r / "arrays.safetensors").unlink(), "arrays.safetensors' is missing"),
    (
        lambda r: (r / "arrays.safetensors").write_bytes(
            (r / "arrays.safetensors").read_bytes()[:-9]
        ),
        "arrays.safetensors' is damaged",
    ),
    (
        lambda r: (r / "arrays.safetensors").write_bytes(
            (r / "arrays.safetensors").read_bytes()[:-1] + b"\x01"
        ),
        "is not the file that this run wrote",
    ),
    (lambda r: (r / "metrics.jsonl").write_text("no"), "metrics.jsonl' is damaged"),
    (lambda r: (r / "config.toml").unlink(), "config.toml' cannot be read"),
]


@pytest.mark.parametrize(("damage", "message"), DAMAGE)
def test_a_damaged_run_is_named_with_its_mend(result, tmp_path, damage, message):
    folder = result.save(tmp_path / "kept")
    damage(folder)
    with pytest.raises(BadArchive, match=message) as caught:
        sciml.load(folder)
    assert caught.value.mend


def test_a_folder_that_is_no_run(tmp_path):
    with pytest.raises(BadArchive, match="there is no run"):
        sciml.load(tmp_path / "absent")
    with pytest.raises(BadArchive, match="cannot be read"):
        sciml.load(tmp_path)


def test_names_of_runs_are_unique_under_concurrency(tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    from sciml.config import RunFile

    run = RunFile("well", "toy", 0)
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(store.create, tmp_path, run, {}, "well") for _ in range(40)]
        folders = {f.result() for f in futures}
    assert len(folders) == 40
    assert set(tmp_path.iterdir()) == folders
    assert all((f / "config.toml").exists() for f in folders)
