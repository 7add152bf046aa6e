"""Pytrees and JSON on disk: exact round trips, whole files, clear refusals."""

import json
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sciml import archive
from sciml.errors import BadArchive
from sciml.precision import float64


class Moments(NamedTuple):
    mean: object
    count: object


def test_a_tree_comes_back_without_a_template():
    tree = {
        "layers": [{"w": np.arange(6.0).reshape(2, 3), "b": np.float32(0.5)}, ()],
        "ends": (0.0, 1, None, "x", True),
        "empty": np.zeros((0, 3)),
        "flipped": np.arange(6.0).reshape(2, 3).T,
    }
    described, leaves = archive.flatten(tree, "params")
    described = json.loads(json.dumps(described))
    back = archive.unflatten(described, leaves)
    assert jax.tree.structure(back) == jax.tree.structure(tree)
    for got, expected in zip(jax.tree.leaves(back), jax.tree.leaves(tree), strict=True):
        np.testing.assert_array_equal(got, expected)
    assert back["layers"][0]["b"].dtype == np.float32
    assert back["ends"] == tree["ends"]


def test_a_leaf_without_a_form_on_disk_is_refused():
    with pytest.raises(BadArchive, match="'params/f' is a function"):
        archive.flatten({"f": lambda: 0}, "params")


def state():
    return {
        "key": jax.random.key(3),
        "raw": jax.random.key_data(jax.random.key(4)),
        "moments": Moments(jnp.linspace(0.0, 1.0, 5), 7),
        "host": np.array([[1.5, -2.0]]),
        "done": False,
    }


def test_a_state_comes_back_in_the_structure_of_its_template(tmp_path):
    with float64():
        first, path = state(), tmp_path / "state.safetensors"
        archive.write_bytes(path, archive.state_to_bytes(first, {"step": "3"}))
        leaves, metadata = archive.read(path)
        back = archive.state_from_leaves(leaves, state(), path)
    assert metadata == {"step": "3"}
    assert jax.tree.structure(back) == jax.tree.structure(first)
    assert jax.random.key_data(back["key"]).tolist() == [0, 3]
    assert back["moments"].mean.dtype == jnp.float64
    assert back["moments"].mean.tolist() == first["moments"].mean.tolist()
    assert type(back["moments"].count) is int
    assert back["moments"].count == 7
    assert type(back["host"]) is np.ndarray
    assert back["done"] is False


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ({"a": np.zeros(3), "b": np.zeros(1)}, r"state\['b'\] is on one side only"),
        ({"a": np.zeros(4)}, r"'state\['a'\]' is float64\(3,\), expected float64\(4,\)"),
        ({"a": np.zeros(3, np.float32)}, r"is float64\(3,\), expected float32\(3,\)"),
    ],
)
def test_a_state_of_another_run_is_refused(tmp_path, template, message):
    path = tmp_path / "state.safetensors"
    archive.write_bytes(path, archive.state_to_bytes({"a": np.zeros(3)}, {}))
    leaves, _ = archive.read(path)
    with pytest.raises(BadArchive, match=message):
        archive.state_from_leaves(leaves, template, path)


@pytest.mark.parametrize("keep", [0, 5, 100, -1])
def test_a_truncated_file_is_damaged(tmp_path, keep):
    path = tmp_path / "arrays.safetensors"
    content = archive.pack({"x": np.arange(50.0)}, {})
    path.write_bytes(content[:keep])
    with pytest.raises(BadArchive, match="arrays.safetensors' is damaged"):
        archive.read(path)


def test_a_missing_file_is_missing(tmp_path):
    with pytest.raises(BadArchive, match="is missing"):
        archive.read(tmp_path / "arrays.safetensors")


def test_a_failed_write_keeps_the_old_file_and_leaves_nothing(tmp_path, monkeypatch):
    path = tmp_path / "file"
    archive.write_bytes(path, b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(BadArchive, match="cannot be written: No space left"):
        archive.write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_json_is_strict_and_reversible():
    value = {
        "a": float("nan"),
        "b": [np.float64(np.inf), -np.inf, jnp.float32(0.5)],
        "c": np.arange(3),
        "d": (True, None, "text", np.int64(3)),
    }
    text = archive.to_json(value)
    assert "NaN" not in text
    assert "Infinity" not in text
    back = archive.numbers(json.loads(text))
    assert np.isnan(back["a"])
    assert back["b"] == [np.inf, -np.inf, 0.5]
    assert back["c"] == [0, 1, 2]
    assert back["d"] == [True, None, "text", 3]


def test_json_refuses_objects():
    with pytest.raises(BadArchive, match="type object has no form"):
        archive.to_json({"x": object()})
