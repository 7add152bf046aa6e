"""Method `pinn` on one GPU, against what jaxpi publishes of networks trained on GPUs.

    python -m benchmarks.pinn_gpu [--out FILE]

Defaults only, three seeds; seconds are of the clock, compilation included. The published relative
L2 errors are those in the README of jaxpi (https://github.com/PredictiveIntelligenceLab/jaxpi),
which has none for Burgers' equation.
"""

from __future__ import annotations

import argparse
import math
import os
from pathlib import Path
from typing import Any

os.environ["SCIML_CACHE"] = ""

import jax  # noqa: E402
import numpy as np  # noqa: E402

import sciml  # noqa: E402
from benchmarks import report  # noqa: E402

CASES: dict[str, tuple[str, dict[str, float], float | None]] = {
    "Allen-Cahn": ("allen_cahn", {}, 5.37e-5),
    "advection, c = 80": (
        "advection_periodic",
        {"beta": 80 / (2 * math.pi), "waves": 1},
        6.88e-4,
    ),
    "Burgers, ν = 0.01/π": ("burgers", {}, None),
}
"""name -> problem, its parameters, published error"""
MINUTES = 5


def measure(problem: str, parameters: dict[str, float], seed: int) -> dict[str, Any]:
    """Return numbers of one solution."""
    found = sciml.solve(sciml.get(problem, **parameters), "pinn", seed=seed)
    return {
        "problem": problem,
        "seed": seed,
        "error": found.metrics["rel_l2"],
        "residual": found.metrics["residual"],
        "status": found.status.name,
        "seconds": found.seconds,
    }


def judge(items: list[dict[str, Any]], published: float | None) -> dict[str, Any]:
    """Return the medians against what is published."""
    error = float(np.median([i["error"] for i in items]))
    seconds = float(np.median([i["seconds"] for i in items]))
    states = "/".join(sorted({i["status"] for i in items}))
    within = seconds <= 60 * MINUTES and (published is None or error < published)
    return {
        "what": f"{items[0]['problem']} on a GPU",
        "must": f"below {published or 'nothing published'} in {MINUTES} minutes",
        "measured": f"{error:.1e} in {seconds:.1f} s, {states}",
        "met": within,
    }


def main() -> None:
    """Run all cases, record them and print the table."""
    parser = argparse.ArgumentParser(description="Method pinn on one GPU.")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/pinn_gpu.json"))
    asked = parser.parse_args()
    if jax.default_backend() == "cpu":
        print("No GPU here: skipped. Install jax with CUDA on a machine that has one.")
        return
    rows, table = {}, {}
    for name, (problem, parameters, published) in CASES.items():
        print(f"{name} …", flush=True)
        items = [measure(problem, parameters, seed) for seed in range(3)]
        device = jax.devices()[0].device_kind
        rows[name] = {"items": items, "device": device, **report.circumstances()}
        table[name] = judge(items, published)
        report.write(asked.out, {"table": table, "rows": rows})
    report.show(table)


if __name__ == "__main__":
    main()
