"""Pytrees on disk: safetensors files without pickle, written so that no reader sees a torn one."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import save as to_bytes

from sciml.errors import BadArchive

Metadata = Mapping[str, str]


def partial_name(path: Path) -> Path:
    """Return an unused hidden name beside a path, for what is not whole yet."""
    return path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.partial")


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: to a temporary name first, renamed when on disk.

    Raises
    ------
    BadArchive : the file cannot be written.
    """
    temporary = partial_name(path)
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise BadArchive(
            f"'{path}' cannot be written: {error.strerror}.",
            "free some space, or choose another folder that you may write to",
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def pack(leaves: Mapping[str, np.ndarray], metadata: Metadata) -> bytes:
    """Return the safetensors file of named arrays, with string metadata."""
    whole = {name: np.asarray(leaf, order="C") for name, leaf in leaves.items()}
    return to_bytes(whole, metadata=dict(metadata))


def read(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Return the named arrays of a safetensors file, and its metadata.

    Raises
    ------
    BadArchive : the file is missing, truncated or no safetensors file.
    """
    from safetensors import safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            leaves = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return leaves, dict(file.metadata() or {})
    except (OSError, SafetensorError) as error:
        reason = "is missing" if not path.exists() else "is damaged"
        raise BadArchive(f"'{path}' {reason}: {error}", "restore it, or solve afresh") from error


def flatten(tree: Any, prefix: str) -> tuple[Any, dict[str, np.ndarray]]:
    """Return a JSON description of a tree and its arrays, named after their place in it.

    Dictionaries with string keys, lists, tuples, None, strings and numbers are described;
    every other leaf must be an array. `unflatten` reverses it without a template.

    Raises
    ------
    BadArchive : a node of another type.
    """
    if tree is None or isinstance(tree, str | bool | int | float):
        return {"value": tree}, {}
    if isinstance(tree, Mapping) and all(isinstance(key, str) for key in tree):
        described: dict[str, Any] = {}
        leaves: dict[str, np.ndarray] = {}
        for key, node in tree.items():
            described[key], found = flatten(node, f"{prefix}/{key}")
            leaves |= found
        return {"dict": described}, leaves
    if type(tree) in (list, tuple):
        parts = [flatten(node, f"{prefix}/{i}") for i, node in enumerate(tree)]
        items = [item for item, _ in parts]
        leaves = {name: leaf for _, found in parts for name, leaf in found.items()}
        return {type(tree).__name__: items}, leaves
    leaf = np.asarray(tree)
    if leaf.dtype.kind not in "biufc":
        raise BadArchive(
            f"'{prefix}' is a {type(tree).__name__}, which has no form on disk.",
            "keep parameters in dictionaries, lists and tuples of arrays",
        )
    return {"array": prefix}, {prefix: leaf}


def unflatten(described: Any, leaves: Mapping[str, np.ndarray]) -> Any:
    """Return the tree that `flatten` described.

    Raises
    ------
    KeyError : an array that the description names is absent.
    """
    ((kind, content),) = described.items()
    if kind == "value":
        return content
    if kind == "dict":
        return {key: unflatten(node, leaves) for key, node in content.items()}
    if kind == "array":
        return leaves[content]
    items = [unflatten(node, leaves) for node in content]
    return tuple(items) if kind == "tuple" else items


def _is_key(leaf: Any) -> bool:
    import jax

    return isinstance(leaf, jax.Array) and jax.dtypes.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def state_to_bytes(state: Any, metadata: Metadata) -> bytes:
    """Return the safetensors file of any pytree, its leaves named by their key paths."""
    import jax

    leaves = {}
    for path, leaf in jax.tree_util.tree_flatten_with_path(state)[0]:
        data = jax.random.key_data(leaf) if _is_key(leaf) else leaf
        leaves[f"state{jax.tree_util.keystr(path)}"] = np.asarray(data)
    return pack(leaves, metadata)


def state_from_leaves(leaves: Mapping[str, np.ndarray], template: Any, path: Path) -> Any:
    """Return the state saved by `state_to_bytes`, in the structure of a template.

    Raises
    ------
    BadArchive : names, shapes or dtypes differ from the template's.
    """
    import jax

    flat, structure = jax.tree_util.tree_flatten_with_path(template)
    expected = {f"state{jax.tree_util.keystr(p)}": leaf for p, leaf in flat}
    if set(expected) != set(leaves):
        odd = sorted(set(expected) ^ set(leaves))
        raise BadArchive(
            f"'{path}' does not fit this run: {', '.join(odd[:3])} is on one side only.",
            "solve afresh: the file is of another run or version",
        )
    restored = [_restore(name, leaf, leaves[name], path) for name, leaf in expected.items()]
    return jax.tree_util.tree_unflatten(structure, restored)


def _restore(name: str, like: Any, saved: np.ndarray, path: Path) -> Any:
    """One saved leaf as the kind of leaf that the template holds."""
    import jax
    import jax.numpy as jnp

    plain = np.asarray(jax.random.key_data(like) if _is_key(like) else like)
    if plain.shape != saved.shape or plain.dtype != saved.dtype:
        raise BadArchive(
            f"'{path}' does not fit this run: '{name}' is {saved.dtype}{saved.shape}, "
            f"expected {plain.dtype}{plain.shape}.",
            "solve afresh: the file is of another run or version",
        )
    if _is_key(like):
        return jax.random.wrap_key_data(jnp.asarray(saved), impl=jax.random.key_impl(like))
    if isinstance(like, jax.Array):
        return jnp.asarray(saved)
    return saved if isinstance(like, np.ndarray) else type(like)(saved.item())


def strict(value: Any) -> Any:
    """Return plain Python data for strict JSON: NaN and infinities as the strings of `NUMBERS`.

    Raises
    ------
    BadArchive : an object that has no JSON form.
    """
    if isinstance(value, np.ndarray | np.generic) or type(value).__module__.startswith("jax"):
        value = np.asarray(value).tolist()
    if isinstance(value, Mapping):
        return {str(key): strict(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [strict(item) for item in value]
    if isinstance(value, float):
        return float(value) if np.isfinite(value) else str(float(value))
    if value is None or isinstance(value, str | bool | int):
        return value
    raise BadArchive(
        f"a value of type {type(value).__name__} has no form on disk.",
        "use numbers, strings, lists and dictionaries",
    )


NUMBERS = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}
"""what strict JSON cannot hold as a number, by the string that stands for it"""


def numbers(value: Any) -> Any:
    """Return data read from strict JSON with the strings of `NUMBERS` turned back to floats."""
    if isinstance(value, dict):
        return {key: numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [numbers(item) for item in value]
    return NUMBERS.get(value, value) if isinstance(value, str) else value


def to_json(value: Any, *, indent: int | None = None) -> str:
    """Return strict JSON (see `strict`)."""
    return json.dumps(strict(value), indent=indent, allow_nan=False, ensure_ascii=False)
