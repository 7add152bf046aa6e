"""Acceptance of method `mjp` on the discrete flashing ratchet: defaults, disjoint batches.

    python -m benchmarks.mjp [--batches 33] [--out FILE]

The network alone, the default (refined by rule), maximum likelihood and changes over holding times
see the same batches, simulated here from the known rates (arXiv 2406.06419, section 4.1).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from scipy.linalg import expm

import mjp
from benchmarks import report
from mjp import likelihood, observables
from mjp.inputs.read import read
from sciml.jumps import generator

OFF = ~np.eye(6, dtype=bool)
CASES = (
    *((v, 300, 100, 0.0) for v in (0, 1, 2, 3)),
    *((1, k, 100, 0.0) for k in (30, 100, 1000, 5000)),
    *((v, k, 50, 0.0) for k in (10, 50) for v in (0, 1, 2, 3)),
    *((1, 300, 100, flips) for flips in (0.01, 0.1)),
)
"""V, paths, visits in 2.5 units of time, rate of wrong labels"""


def ratchet(v: float) -> np.ndarray:
    """Return the rates of the flashing ratchet, states 0-2 with the potential on, 3-5 off."""
    q = np.zeros((6, 6))
    for i in range(3):
        for j in range(3):
            if i != j:
                q[i, j], q[i + 3, j + 3] = np.exp(-v * (j - i) / 2), 1.0
        q[i, i + 3] = q[i + 3, i] = 1.0
    return generator(q)


def simulated(q: np.ndarray, paths: int, visits: int, flips: float, seed: int) -> Any:
    """Return labels [paths, visits] and times, started from the stationary law."""
    rng = np.random.default_rng(seed)
    times = np.linspace(0.0, 2.5, 100)[:: 100 // visits]
    table = np.cumsum(expm(q * times[1]), axis=1)
    states = np.zeros((paths, len(times)), int)
    start = np.cumsum(observables.stationary(q))
    states[:, 0] = np.minimum((rng.random(paths)[:, None] > start).sum(1), 5)
    for k in range(1, len(times)):
        u = rng.random(paths)[:, None]
        states[:, k] = np.minimum((u > table[states[:, k - 1]]).sum(1), 5)
    wrong = rng.random(states.shape) < flips
    return np.where(wrong, (states + rng.integers(1, 6, states.shape)) % 6, states), times


def measured(v: float, paths: int, visits: int, flips: float, seed: int) -> dict[str, float]:
    """Return the errors of every estimate on one batch, and what else the defaults found."""
    q = ratchet(v)
    states, times = simulated(q, paths, visits, flips, seed)
    seen = read(states, times, states=range(6))
    noise = likelihood.uniform() if flips else likelihood.clean()
    best = likelihood.maximum_likelihood(likelihood.model(seen, noise=noise), key=seed)
    own = {name: mjp.infer(seen, refine=name).value for name in ("none", "auto")}
    rates = {
        "network": own["none"]["rates"],
        "default": own["auto"]["rates"],
        "likelihood": best.rates,
        "holding": likelihood.jumps_over_holding(seen),
    }
    found = {k: float(np.sqrt(np.mean((np.asarray(r) - q)[OFF] ** 2))) for k, r in rates.items()}
    for name, value in (("network", own["none"]), ("default", own["auto"])):
        inside = (np.asarray(value["lower"]) <= q) & (q <= np.asarray(value["upper"]))
        found[f"{name}_coverage"] = float(np.mean(inside[OFF]))
    default, law = own["auto"], observables.stationary(q)
    low, high = default.get("entropy_production_interval", [0.0, np.inf])
    truth = float(observables.entropy_production(q))
    return found | {
        "noise": default["noise"],
        "stationary_tv": 0.5 * float(np.abs(np.asarray(default["stationary"]) - law).sum()),
        "relaxation": abs(default["relaxation_times"][0] / observables.relaxation_times(q)[0] - 1),
        "entropy_error": default["entropy_production"] - truth,
        "entropy_covered": float(low <= truth + 1e-9 and truth <= high),
    }


def main() -> None:
    """Measure every case, record means and standard errors, and print them."""
    parser = argparse.ArgumentParser(description="Acceptance of method mjp: defaults only.")
    parser.add_argument("--batches", type=int, default=33)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/mjp.json"))
    asked = parser.parse_args()
    rows = []
    for v, paths, visits, flips in CASES:
        count = min(asked.batches, max(3, 10000 // paths))
        items = [measured(v, paths, visits, flips, seed) for seed in range(count)]
        table = {k: [float(i[k]) for i in items] for k in items[0]}
        row: dict[str, Any] = {"V": v, "paths": paths, "visits": visits, "flips": flips}
        row |= {"batches": count}
        row |= {k: float(np.mean(x)) for k, x in table.items()}
        row |= {f"{k}_se": float(np.std(x) / len(x) ** 0.5) for k, x in table.items()}
        rows.append(row)
        shown = ("network", "default", "likelihood", "holding")
        print(
            f"V={v} K={paths} L={visits} flips={flips:g}",
            *(f"{k} {row[k]:.4f}" for k in shown),
            f"coverage {row['network_coverage']:.2f} {row['default_coverage']:.2f}",
            f"noise {row['noise']:.4f} entropy {row['entropy_error']:+.3f}",
            flush=True,
        )
        report.write(asked.out, {"rows": rows, **report.circumstances()})


if __name__ == "__main__":
    main()
