"""Acceptance of method `mjp` on the discrete flashing ratchet: defaults, disjoint batches.

    python -m benchmarks.mjp [--batches 33] [--out FILE] [--readme]

The network alone, the default (refined by rule), maximum likelihood and changes over holding times
see the same batches of the registered problem `flashing_ratchet`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import mjp
import sciml
from benchmarks import report
from mjp import likelihood, observables, simulate
from sciml.jumps import uniform_flips

MARKS = ("<!-- measured: python -m benchmarks.mjp --readme -->", "<!-- end of measured mjp -->")
OFF = ~np.eye(6, dtype=bool)
CASES = (
    *((v, 300, 100, 0.0) for v in (0, 1, 2, 3)),
    *((1, k, 100, 0.0) for k in (30, 100, 1000, 5000)),
    *((v, k, 50, 0.0) for k in (10, 50) for v in (0, 1, 2, 3)),
    *((1, 300, 100, flips) for flips in (0.01, 0.1)),
)
"""V, paths, visits in 2.5 units of time, rate of wrong labels"""


def measured(v: float, paths: int, visits: int, flips: float, seed: int) -> dict[str, float]:
    """Return the errors of every estimate on one batch, and what else the defaults found."""
    process = sciml.get("flashing_ratchet", V=float(v), paths=1)
    q = process.rates
    errors = uniform_flips(6, flips) if flips else None
    times = np.linspace(0.0, 2.5, 100)[:: 100 // visits]
    seen = simulate.visits(replace(process, misclassification=errors), times, paths, seed)
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


def markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the table of errors, with the coverage of the default's intervals below it."""
    lines = [
        "| V | paths | visits | wrong labels | network | default | maximum likelihood | "
        "changes / holding time |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        told = [f"{row[k]:.3f} ± {row[f'{k}_se']:.3f}" for k in ("network", "default")]
        told += [f"{row[k]:.3f}" for k in ("likelihood", "holding")]
        case = (row["V"], row["paths"], row["visits"], f"{100 * row['flips']:g} %")
        lines.append(f"| {' | '.join(map(str, (*case, *told)))} |")
    inside = [100 * row["default_coverage"] for row in rows]
    lines += [
        "",
        f"90 % intervals of the default hold {min(inside):.0f} to {max(inside):.0f} % of ",
    ]
    return "\n".join(lines) + "the rates, case by case."


def main() -> None:
    """Measure every case, record means and standard errors, and print them."""
    parser = argparse.ArgumentParser(description="Acceptance of method mjp: defaults only.")
    parser.add_argument("--batches", type=int, default=33)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/mjp.json"))
    parser.add_argument("--readme", action="store_true", help="only renew README.md's table")
    asked = parser.parse_args()
    if asked.readme:
        kept = json.loads(asked.out.read_text(encoding="utf-8"))
        report.insert(Path("README.md"), markdown(kept["rows"]), marks=MARKS)
        return
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
