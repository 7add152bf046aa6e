"""Runs on disk: one folder a run, every file whole at any moment.

A folder holds ``config.toml`` from its first moment, ``state.safetensors`` and ``metrics.jsonl``
while it runs, and ``arrays.safetensors`` and ``result.json`` once finished: a run without
``result.json`` is unfinished and can be resumed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sciml import archive, checkpoint, config
from sciml.checkpoint import AFRESH, METRICS, SCHEMA, STATE
from sciml.errors import BadArchive, BadConfig
from sciml.status import Status

if TYPE_CHECKING:
    from sciml.problem import AnyProblem
    from sciml.result import Result

CONFIG, RESULT, ARRAYS = "config.toml", "result.json", "arrays.safetensors"


PLAIN = (
    *("problem", "spec", "source", "parameters", "method", "label", "settings", "seed"),
    *("value", "metrics", "provenance", "seconds", "cpu_seconds"),
)
"""attributes of a `Result` that ``result.json`` holds as they are"""


def root() -> Path:
    """Return the default store: ``./runs``, or the folder named by SCIML_STORE."""
    return Path(os.environ.get("SCIML_STORE") or "runs")


def create(store: Path, run: config.RunFile, defaults: Mapping[str, Any], name: str) -> Path:
    """Return a new run folder that holds its config; unique among concurrent runs.

    Raises
    ------
    BadArchive : the store cannot be written; nothing is left behind.
    """
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    slug = re.sub(r"[^A-Za-z0-9_.-]+", "-", f"{name}_{run.method}")
    with _filling(store, run, defaults) as temporary:
        return _claim(temporary, store / f"{stamp}_{slug}_{config.content_hash(run)}")


@contextmanager
def _filling(store: Path, run: config.RunFile, defaults: Mapping[str, Any]) -> Iterator[Path]:
    """Give a hidden folder with the config, to be filled and renamed; removed otherwise."""
    text = config.to_toml(run, defaults)
    temporary = archive.partial_name(store / "run")
    try:
        temporary.mkdir(parents=True)
        archive.write_bytes(temporary / CONFIG, text.encode())
        yield temporary
    except OSError as error:
        raise BadArchive(
            f"the folder '{store}' cannot be written: {error.strerror}.",
            "choose another folder (`--store DIR`, in Python `store=...`)",
        ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _claim(temporary: Path, wanted: Path) -> Path:
    """Rename a filled folder to the wanted name, or to the first free one after it."""
    for number in range(1, 10_000):
        final = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        if final.exists():
            continue
        try:
            return temporary.rename(final)
        except OSError:
            if not final.exists():
                raise
    raise BadArchive(f"'{wanted}' exists ten thousand times.", "choose another store")


def reopen(folder: Path, run: config.RunFile, defaults: Mapping[str, Any]) -> None:
    """Turn a finished run into an unfinished one with a new config."""
    archive.write_bytes(folder / CONFIG, config.to_toml(run, defaults).encode())
    (folder / RESULT).unlink(missing_ok=True)


def discard(folder: Path) -> None:
    """Remove a run that never produced anything."""
    shutil.rmtree(folder, ignore_errors=True)


def write_result(folder: Path, result: Result) -> None:
    """Finish a run: write its arrays and log, then the result that makes them count."""
    described, leaves = archive.flatten(result.params, "params")
    arrays = {f"arrays/{name}": array for name, array in result.arrays.items()}
    packed = archive.pack({**leaves, **arrays}, {"schema": str(SCHEMA)})
    archive.write_bytes(folder / ARRAYS, packed)
    checkpoint.write_history(folder / METRICS, result.history)
    content = {
        "schema": SCHEMA,
        **result.to_dict(),
        "params": described,
        "files": {ARRAYS: sha256(packed).hexdigest()},
    }
    archive.write_bytes(folder / RESULT, archive.to_json(content, indent=1).encode())
    if result.status is not Status.MAX_STEPS:
        (folder / STATE).unlink(missing_ok=True)


def save(result: Result, folder: Path) -> Path:
    """Write a result as a new run folder, complete from the moment it exists.

    Raises
    ------
    BadArchive : the folder exists already, or cannot be written.
    """
    if folder.exists():
        raise BadArchive(f"'{folder}' exists already.", "name a new folder")
    run = config.RunFile(
        result.spec, result.method, result.seed, result.source, result.parameters, result.settings
    )
    with _filling(folder.parent, run, {}) as temporary:
        write_result(temporary, result)
        return temporary.rename(folder)


def read_config(folder: Path) -> config.RunFile:
    """Return what a run was asked to do.

    Raises
    ------
    BadArchive : no such run, or its config is damaged.
    """
    if not folder.is_dir():
        raise BadArchive(f"there is no run '{folder}'.", "`sciml runs` lists the runs of the store")
    try:
        run = config.read_run_file(folder / CONFIG)
    except BadConfig as error:
        raise BadArchive(error.what, "restore the file, or solve afresh") from error
    if not (run.problem and run.method and run.seed is not None):
        raise BadArchive(f"'{folder / CONFIG}' lacks problem, method or seed.", "restore the file")
    return run


def read_result(folder: Path) -> dict[str, Any]:
    """Return the content of a finished run's ``result.json``.

    Raises
    ------
    BadArchive : the run is unfinished, or the file is damaged or of another version.
    """
    path = folder / RESULT
    if not path.exists():
        read_config(folder)
        raise BadArchive(f"the run '{folder}' is unfinished.", f"`sciml resume {folder}`")
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        schema = content.get("schema")
    except (OSError, ValueError, AttributeError) as error:
        raise BadArchive(f"'{path}' is damaged: {error}.", AFRESH) from error
    checkpoint.check_schema(path, schema)
    return content


def is_finished(folder: Path) -> bool:
    """Return whether a run has its result."""
    return (folder / RESULT).exists()


def load(run: str | Path, *, trust: bool = False, problem: AnyProblem | None = None) -> Result:
    """Return the result of a finished run.

    Parameters
    ----------
    run : the run's folder.
    trust : whether the user's file that defines the problem may be executed to predict.
    problem : the problem itself, for one that was never registered.

    Raises
    ------
    BadArchive : the folder is missing, unfinished, damaged or of another version.
    """
    from sciml.definition import rebuild
    from sciml.result import Result

    folder = Path(run)
    content, asked = read_result(folder), read_config(folder)
    leaves, _ = archive.read(folder / ARRAYS)
    digest = sha256((folder / ARRAYS).read_bytes()).hexdigest()
    try:
        if content["files"][ARRAYS] != digest:
            raise BadArchive(f"'{folder / ARRAYS}' is not the file that this run wrote.", AFRESH)
        return Result(
            **{name: archive.numbers(content[name]) for name in PLAIN},
            status=Status[content["status"]],
            warnings=tuple(content["warnings"]),
            params=archive.unflatten(content["params"], leaves),
            arrays={
                name.removeprefix("arrays/"): leaf
                for name, leaf in leaves.items()
                if name.startswith("arrays/")
            },
            history=checkpoint.read_history(folder / METRICS),
            run=folder,
            definition=partial(rebuild, asked, trust=trust, problem=problem),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadArchive(
            f"'{folder / RESULT}' is damaged: {type(error).__name__} {error}.", AFRESH
        ) from error
