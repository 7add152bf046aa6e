"""Measurements of method `network`: accuracy over equations, and what each choice does.

    python -m benchmarks.network [--only ROW ...] [--out FILE]

Rows that are not asked for keep the numbers that the file holds. Every run is recorded as soon as
it ends. The persistent compilation cache is off; seconds are the processor's around `sciml.solve`,
compilation included, scoring not.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

os.environ["SCIML_CACHE"] = ""

from benchmarks import report  # noqa: E402
from benchmarks.pinn_rows import Item, measure  # noqa: E402

OUT = Path("benchmarks/results/network.json")
Case = tuple[str, dict[str, Any], range]
"""problem, parameters and settings, seeds"""

ABLATED = {"steps": 8}
"""rounds of every run of an ablation, the default's too"""

ROWS: dict[str, list[Case]] = {
    "burgers": [("burgers", {}, range(3))],
    "allen_cahn": [("allen_cahn", {}, range(3))],
    "fisher": [("fisher_front", {}, range(1))],
    "heat": [("heat", {"k": 10.0, "omega": 5.0}, range(1))],
    "wave": [("wave", {"slow": 1, "fast": 2}, range(1))],
    "helmholtz": [("helmholtz_2d", {"k": 8.0}, range(1))],
    "poisson_3d": [("poisson_3d", {"kx": 4.0, "ky": 5.0, "kz": 3.0}, range(1))],
    "disc": [("poisson_disc", {"kx": 4.0, "ky": 3.0}, range(1))],
    "fast": [("heat", {}, range(1))],
    "points": [("burgers", {"sampling": s, **ABLATED}, range(1)) for s in ("uniform", "sobol")],
    "causal": [("burgers", {"causal": True, **ABLATED}, range(1))],
    "default": [("burgers", ABLATED, range(1))],
    "balance": [
        ("poisson_disc", {"kx": 4.0, "ky": 3.0, "balance": b, **ABLATED}, range(1))
        for b in ("none", "gradient norm", "NTK trace")
    ],
}
"""equations with the defaults, one that is too fast for it, then one choice changed at a time"""


def record(out: Path, rows: dict[str, list[Item]]) -> None:
    """Write what has been measured so far."""
    report.write(out, {"rows": rows, **report.circumstances()})


def line(item: Item) -> str:
    """Return one measurement in words."""
    apart = ("error", "metrics", "status", "cpu_seconds", "route", "theta", "warnings", "method")
    given = {k: v for k, v in item.items() if k not in apart}
    words = " ".join(f"{k}={v}" for k, v in given.items())
    spent = f"{item['cpu_seconds']:.0f} s"
    return f"{words}: {item['error']:.1e} in {spent}, {item.get('status', 'REFUSED')}"


def main() -> None:
    """Run the rows that are asked for, record and print each run."""
    parser = argparse.ArgumentParser(description="Measurements of method network.")
    parser.add_argument("--only", nargs="+", choices=list(ROWS), metavar="ROW", help=f"{[*ROWS]}")
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    kept = json.loads(asked.out.read_text(encoding="utf-8")) if asked.out.is_file() else {}
    rows = kept.get("rows", {})
    for name in asked.only or ROWS:
        rows[name] = []
        for problem, given, seeds in ROWS[name]:
            for seed in seeds:
                rows[name].append(measure(problem, method="network", seed=seed, **given))
                record(asked.out, rows)
                print(line(rows[name][-1]), flush=True)


if __name__ == "__main__":
    main()
