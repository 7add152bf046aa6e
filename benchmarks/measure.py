"""One measurement: solve, and keep what the acceptance asks about as plain data."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

import sciml
from sciml.errors import SciMLError

USER_FILE = Path(__file__).parent / "user_potentials.py"
Item = dict[str, Any]


def measure(problem: str, method: str, *, seed: int = 0, **settings: Any) -> Item:
    """Return numbers of one run: errors against the reference, bars, status, CPU seconds.

    CPU seconds are the process's around `sciml.solve`, after the import, compilation included.
    """
    spec = f"{USER_FILE}:{problem}" if problem not in _registered() else problem
    item: Item = {"problem": problem, "method": method, "seed": seed, **settings}
    start = time.process_time()
    try:
        result = sciml.solve(spec, method, seed=seed, **settings)
    except SciMLError as error:
        return item | {"error": type(error).__name__, "what": error.what}
    item["cpu_seconds"] = time.process_time() - start
    value = result.value
    kept = ("energies", "lower_bounds", "upper_bounds", "reference_energies", "nodes")
    item |= {name: value[name] for name in kept if name in value}
    return item | {
        "status": result.status.name,
        "warnings": list(result.warnings),
        "metrics": dict(result.metrics),
        "trained_energies": value.get("trained_energies"),
    }


def _registered() -> set[str]:
    return {entry.name for entry in sciml.problems()}


def energy_error(item: Item) -> float:
    """Return the worst relative error of the energies, infinite if there is none to judge."""
    return float(item.get("metrics", {}).get("energy_rel_error", np.inf))


def wave_error(item: Item) -> float:
    """Return the worst relative L2 error of the states, infinite if there is none to judge."""
    return float(item.get("metrics", {}).get("wavefunction_rel_error", np.inf))


def is_wrong_state(item: Item) -> bool:
    """Return whether a state is missing, false or collapsed: no small error can be that."""
    nodes = item.get("nodes")
    ordered = nodes is None or nodes == list(range(len(nodes)))
    return item.get("status") == "COLLAPSED" or not energy_error(item) < 1e-3 or not ordered


def is_loud(item: Item) -> bool:
    """Return whether a run says by itself that it may not be trusted."""
    return "error" in item or item["status"] != "CONVERGED" or bool(item["warnings"])


def bars(items: list[Item]) -> tuple[int, int, float]:
    """Return how many states' error bars hold the reference, of how many, and the median width.

    Widths are relative to the energy.
    """
    held, widths = [], []
    for item in items:
        exact = np.array(item.get("reference_energies", []), float)
        if not len(exact) or "lower_bounds" not in item:
            continue
        lower = np.array(item["lower_bounds"], float)[: len(exact)]
        upper = np.array(item["upper_bounds"], float)[: len(exact)]
        held += ((lower <= exact) & (exact <= upper)).tolist()
        widths += ((upper - lower) / np.abs(exact)).tolist()
    return sum(held), len(held), float(np.median(widths)) if widths else float("nan")


def worst_cpu(items: list[Item]) -> tuple[float, float]:
    """Return the largest CPU seconds of the first seeds, and of the later ones."""
    first = [i["cpu_seconds"] for i in items if i["seed"] == 0 and "cpu_seconds" in i]
    later = [i["cpu_seconds"] for i in items if i["seed"] != 0 and "cpu_seconds" in i]
    return max(first, default=0.0), max(later, default=0.0)
