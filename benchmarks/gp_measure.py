"""One measurement of an equation: solve, and keep what the acceptance asks about."""

from __future__ import annotations

import resource
import time
from pathlib import Path
from typing import Any

import numpy as np

import sciml
from sciml.errors import SciMLError

USER_FILE = Path(__file__).parent / "user_equations.py"
Item = dict[str, Any]


def measure(problem: str, method: str = "gp", *, times: int = 1, **given: Any) -> Item:
    """Return numbers of one solution: errors, coverage, status, wall seconds of each run.

    With `times` = 2 the second run is the warm one: compiled, in the same process.
    """
    spec = problem if problem in _registered() else f"{USER_FILE}:{problem}"
    item: Item = {"problem": problem, "method": method, **given}
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        try:
            result = sciml.solve(spec, method, **given)
        except SciMLError as error:
            return item | {"error": type(error).__name__, "what": error.what}
        seconds.append(time.perf_counter() - start)
    value = result.value
    return item | {
        "status": result.status.name,
        "seconds": seconds,
        "cpu_seconds": result.cpu_seconds,
        "metrics": dict(result.metrics),
        "warnings": list(result.warnings),
        "unknowns": value.get("unknowns"),
        "active": value.get("active_components"),
        "branches": len(value.get("branches", [])),
        "theta": value.get("theta"),
        "noise": value.get("noise"),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        **_band(result),
    }


def _band(result: sciml.Result) -> Item:
    """Width of the 95 % band relative to the solution, both root mean square."""
    if "sd" not in result.arrays:
        return {}
    size = np.sqrt(np.mean(np.square(result.arrays.get("reference", result.arrays["u"]))))
    return {"relative_sd": float(np.sqrt(np.mean(result.arrays["sd"] ** 2)) / (size or 1.0))}


def _registered() -> set[str]:
    return {name for entry in sciml.problems() for name in (entry.name, *entry.aliases)}


def error(item: Item) -> float:
    """Return the relative L2 error, infinite if there is none to judge."""
    return float(item.get("metrics", {}).get("rel_l2", np.inf))


def coverage(item: Item) -> float:
    """Return the share of points whose 95 % band holds the truth, zero if there is none."""
    return float(item.get("metrics", {}).get("coverage", 0.0))


def warm(item: Item) -> float:
    """Return the seconds of the last run, infinite if it failed."""
    return float(item.get("seconds", [np.inf])[-1])


def is_loud(item: Item) -> bool:
    """Return whether a run says by itself that it may not be trusted."""
    return "error" in item or item["status"] not in ("CONVERGED", "SEVERAL")
