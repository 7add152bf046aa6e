"""Our side of the comparison: defaults only, three seeds.

    python -m benchmarks.deepxde_ours heat

The last line of stdout is a JSON list of the solutions. Of an evolution `points` counts those of
all windows together.
"""

from __future__ import annotations

import os
import sys
from typing import Any

os.environ["SCIML_CACHE"] = ""

import numpy as np  # noqa: E402

import sciml  # noqa: E402
from benchmarks.deepxde_cases import CASES  # noqa: E402
from pinn.forward.collocation import OVERSAMPLING  # noqa: E402
from sciml import archive  # noqa: E402

SEEDS = range(3)
FINEST = float(np.finfo(float).eps)
"""below which no error counts"""


def solve(name: str, method: str, seed: int, **given: Any) -> dict[str, Any]:
    """Return error, status and processor seconds of one solution."""
    found = sciml.solve(name, method, seed=seed, **given)
    bound = "energy_rel_error" in found.metrics
    error = found.metrics["energy_rel_error" if bound else "rel_l2"]
    return {
        "method": method,
        "seed": seed,
        "error": max(float(error), FINEST),
        "status": found.status.name,
        "cpu_seconds": found.cpu_seconds,
        "points": None if bound else inside(found.params),
    }


def inside(params: Any) -> int:
    """Return the number of points at which the equation was imposed, in all windows together."""
    total = 0
    for name, part in params.items():
        if name.startswith("window"):
            counts = [v["head"].shape[1] for k, v in part.items() if k.startswith("axis")]
            total += int(np.prod([np.ceil(OVERSAMPLING * n) for n in counts]))
    return total


def solutions(case: str) -> list[dict[str, Any]]:
    """Return the solutions of a case: of the well by two methods."""
    if case == "well":
        return [solve("finite_well", m, seed) for m in ("ritz", "pinn") for seed in SEEDS]
    chosen = CASES[case]
    return [solve(chosen.name, "pinn", seed, **chosen.given) for seed in SEEDS]


if __name__ == "__main__":
    print(archive.to_json(solutions(sys.argv[1])))
