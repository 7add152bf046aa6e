"""A run's progress on disk: the state to go on from, and the log of its steps."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sciml import archive, config
from sciml.errors import BadArchive
from sciml.fit import Progress

SCHEMA = 1
"""version of the layout of a run; raised when older readers could not understand it"""

METRICS, STATE = "metrics.jsonl", "state.safetensors"

AFRESH = "restore the file, or solve afresh with `sciml solve -c config.toml`"

History = tuple[Mapping[str, int | float], ...]


def _fingerprint(run: config.RunFile) -> str:
    """Identifies the computation that a state belongs to; its step limit may be raised."""
    settings = {k: v for k, v in run.settings.items() if k != "steps"}
    return config.content_hash(dataclasses.replace(run, settings=settings))


def save(
    folder: Path, run: config.RunFile, progress: Progress, seconds: float, cpu_seconds: float
) -> None:
    """Write a checkpoint: the log first, then the state, each whole or not at all.

    Raises
    ------
    BadArchive : the files cannot be written.
    """
    write_history(folder / METRICS, progress.history)
    metadata = {
        "schema": str(SCHEMA),
        "step": str(progress.step),
        "seconds": repr(seconds),
        "cpu_seconds": repr(cpu_seconds),
        "run": _fingerprint(run),
    }
    archive.write_bytes(folder / STATE, archive.state_to_bytes(progress.state, metadata))


def load(
    folder: Path, run: config.RunFile, template: Callable[[], Any]
) -> tuple[Progress, float, float] | None:
    """Return the last checkpoint with the seconds spent, or None if the run never wrote one.

    `template` gives a state of the same task, whose structure, shapes and dtypes are expected.

    Raises
    ------
    BadArchive : the checkpoint is damaged, or of another run.
    """
    path = folder / STATE
    if not path.exists():
        return None
    leaves, metadata = archive.read(path)
    check_schema(path, metadata.get("schema"))
    if metadata.get("run") != _fingerprint(run):
        raise BadArchive(
            f"'{path}' belongs to other settings than this run's config.toml.",
            "undo the change of config.toml, or solve afresh",
        )
    state = archive.state_from_leaves(leaves, template(), path)
    try:
        step = int(metadata["step"])
        seconds, cpu_seconds = float(metadata["seconds"]), float(metadata["cpu_seconds"])
    except (KeyError, ValueError) as error:
        raise BadArchive(f"'{path}' has damaged metadata: {error}.", AFRESH) from error
    history = read_history(folder / METRICS)[:step]
    if len(history) < step:
        raise BadArchive(
            f"'{folder / METRICS}' ends before step {step}, where the state stands.", AFRESH
        )
    return Progress(state, step, history), seconds, cpu_seconds


def write_history(path: Path, history: History) -> None:
    """Write the log, a line a step (its numbers are finite: the loop accepts no others).

    Raises
    ------
    BadArchive : the file cannot be written.
    """
    lines = [
        json.dumps({k: v if type(v) is int else float(v) for k, v in row.items()}, allow_nan=False)
        for row in history
    ]
    archive.write_bytes(path, "".join(f"{line}\n" for line in lines).encode())


def read_history(path: Path) -> History:
    """Return the rows of the log.

    Raises
    ------
    BadArchive : the file is missing or damaged.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return tuple(json.loads(line) for line in lines)
    except (OSError, ValueError) as error:
        reason = "is missing" if not path.exists() else "is damaged"
        raise BadArchive(f"'{path}' {reason}: {error}.", AFRESH) from error


def check_schema(path: Path, found: Any) -> None:
    """Accept the layout version found in a file.

    Raises
    ------
    BadArchive : this program does not read that version.
    """
    if str(found) != str(SCHEMA):
        raise BadArchive(
            f"'{path}' has layout version {found}, this program reads {SCHEMA}.",
            "read it with the version of this program that wrote it",
        )
