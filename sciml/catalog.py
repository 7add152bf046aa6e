"""The runs of a store: listing, finding and comparing them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sciml import archive, store
from sciml.errors import BadArchive, did_you_mean

NAMED = 5
"""runs that the message of an unknown one names"""


def scan(root: Path) -> list[dict[str, Any]]:
    """Return one row for each run in a store, oldest first; damaged runs are rows that say so."""
    if not root.is_dir():
        return []
    folders = sorted(f for f in root.iterdir() if f.is_dir() and not f.name.startswith("."))
    return [_row(f) for f in folders if (f / store.CONFIG).exists() or store.is_finished(f)]


def _row(folder: Path) -> dict[str, Any]:
    row: dict[str, Any] = {"run": str(folder), "problem": "", "method": "", "seed": None}
    try:
        asked = store.read_config(folder)
        row |= {"problem": asked.problem, "method": asked.method, "seed": asked.seed}
        if not store.is_finished(folder):
            return {**row, "status": "UNFINISHED", "seconds": None, "metrics": {}}
        found = store.read_result(folder)
        kept = {name: found[name] for name in ("problem", "status", "seconds", "metrics")}
        return {**row, **archive.numbers(kept)}
    except BadArchive as error:
        return {**row, "status": "DAMAGED", "seconds": None, "metrics": {}, "what": error.what}
    except KeyError as error:
        what = f"'{folder / store.RESULT}' lacks {error}."
        return {**row, "status": "DAMAGED", "seconds": None, "metrics": {}, "what": what}


def find(root: Path, name: str) -> Path:
    """Return the folder of a run given by its path, or by its name in a store.

    Raises
    ------
    BadArchive : there is no such run; the message lists the nearest.
    """
    for folder in (Path(name), root / name):
        if folder.is_dir():
            return folder
    known = [Path(row["run"]).name for row in scan(root)]
    latest = ", ".join(known[-NAMED:])
    count = f"the latest of the {len(known)} runs in" if len(known) > NAMED else "the runs in"
    raise BadArchive(
        f"there is no run '{name}'. {did_you_mean(name, known)}".rstrip(),
        f"`sciml runs` lists them; {count} '{root}' are {latest}"
        if known
        else f"'{root}' holds no runs yet: `sciml solve NAME` makes one",
    )


def compare(folders: Sequence[Path]) -> dict[str, Any]:
    """Return finished runs side by side: settings that differ, every metric, scalar results.

    ``values`` holds the numbers of the answers (such as the unknowns of a solution) and inferred
    parameters; ``energies`` the energies of bound states, None for an equation.

    Raises
    ------
    BadArchive : a run is unfinished or damaged.
    """
    found = [archive.numbers(store.read_result(f)) for f in folders]
    return {"runs": [str(f) for f in folders], **side_by_side(found)}


def side_by_side(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return results, each as `Result.to_dict` gives it, side by side (see `compare`)."""
    flat = [
        {
            **{name: run[name] for name in ("problem", "method", "seed", "status", "seconds")},
            **run["parameters"],
            **run["settings"],
        }
        for run in found
    ]
    names = list(dict.fromkeys(name for row in flat for name in row))
    always = ("problem", "method", "status", "seconds")
    varying = [
        name
        for name in names
        if name in always or len({json.dumps(row.get(name), default=str) for row in flat}) > 1
    ]
    answers = [_scalars(run["value"]) for run in found]
    scalars = list(dict.fromkeys(name for row in answers for name in row))
    metrics = list(dict.fromkeys(name for run in found for name in run["metrics"]))
    return {
        "settings": {name: [row.get(name) for row in flat] for name in varying},
        "metrics": {name: [run["metrics"].get(name) for run in found] for name in metrics},
        "values": {name: [row.get(name) for row in answers] for name in scalars},
        "energies": [run["value"].get("energies") for run in found],
    }


def _scalars(value: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers of an answer by name, inferred parameters among them."""
    inferred = {
        f"{name} (inferred)": guess["value"] for name, guess in (value.get("theta") or {}).items()
    }
    numbers = {name: v for name, v in value.items() if isinstance(v, int | float)}
    return {**inferred, **numbers}
