"""A problem as plain data, kept with its result so that the result stands on its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sciml.hidden import Hidden, HiddenTermProblem
from sciml.records import Experiment, Records


def described(problem: HiddenTermProblem) -> dict[str, Any] | None:
    """Return a problem as plain data; None where a known part is a function, not a formula."""
    if any(callable(part) for part in problem.known.values()):
        return None
    return {
        "name": problem.name,
        "states": list(problem.states),
        "known": dict(problem.known),
        "params": dict(problem.params),
        "free": list(problem.free),
        "hidden": [
            {"name": h.name, "adds_to": h.factors, "inputs": list(h.inputs)} for h in problem.hidden
        ],
        "bounds": {axis: list(pair) for axis, pair in problem.bounds.items()},
        "periodic": list(problem.periodic),
        "walls": {face: dict(said) for face, said in problem.walls.items()},
        "positive": list(problem.positive),
        "units": dict(problem.units),
        "truth": dict(problem.truth),
    }


def rebuilt(
    system: Mapping[str, Any], arrays: Mapping[str, np.ndarray] | None = None
) -> HiddenTermProblem:
    """Return the problem that plain data describe, with the data among a result's arrays."""
    rest: dict[str, Any] = {k: v for k, v in system.items() if k not in ("hidden", "bounds")}
    rest = {k: tuple(v) if isinstance(v, list) else v for k, v in rest.items()}
    return HiddenTermProblem(
        hidden=tuple(Hidden(h["name"], h["adds_to"], tuple(h["inputs"])) for h in system["hidden"]),
        bounds={axis: (pair[0], pair[1]) for axis, pair in system["bounds"].items()},
        data=_records(arrays or {}),
        **rest,
    )


def _records(arrays: Mapping[str, np.ndarray]) -> Records | None:
    found: list[Experiment] = []
    while f"data/points/{len(found)}" in arrays:
        i = len(found)
        found.append(
            Experiment(
                arrays[f"data/points/{i}"],
                arrays[f"data/values/{i}"],
                arrays.get(f"data/noise/{i}"),
            )
        )
    return Records(tuple(found)) if found else None
