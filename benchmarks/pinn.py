"""Acceptance of method `pinn` on equations: defaults only, the median of three seeds.

    python -m benchmarks.pinn [--only ROW ...] [--out FILE] [--readme]

Rows that are not asked for keep the numbers that the file holds. The persistent compilation cache
is off; seconds are the processor's around `sciml.solve`, compilation included, scoring not.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

os.environ["SCIML_CACHE"] = ""

from benchmarks import report  # noqa: E402
from benchmarks.pinn_rows import ROWS  # noqa: E402

MARKS = ("<!-- measured: python -m benchmarks.pinn --readme -->", "<!-- end of measured pinn -->")
"""what encloses the table in README.md"""


def judge(recorded: dict[str, Any]) -> dict[str, Any]:
    """Return the verdicts of all recorded rows."""
    table = {}
    for name, row in ROWS.items():
        if name in recorded:
            verdict = row.judge(recorded[name]["items"])
            table[name] = {"what": row.what, "must": row.must, **vars(verdict)}
    return table


def markdown(table: dict[str, Any]) -> str:
    """Return the table of README.md."""
    lines = ["| what | must | measured (median of 3 seeds) | met |", "|---|---|---|---|"]
    for row in table.values():
        met = "yes" if row["met"] else "no"
        lines.append(f"| {row['what']} | {row['must']} | {row['measured']} | {met} |")
    return "\n".join(lines)


def main() -> None:
    """Run the rows that are asked for, record them, and print the table."""
    parser = argparse.ArgumentParser(description="Acceptance of method pinn on equations.")
    parser.add_argument("--only", nargs="+", choices=list(ROWS), metavar="ROW", help=f"{[*ROWS]}")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/pinn.json"))
    parser.add_argument("--readme", action="store_true", help="only renew README.md's table")
    asked = parser.parse_args()
    kept = json.loads(asked.out.read_text(encoding="utf-8")) if asked.out.is_file() else {}
    recorded = kept.get("rows", {})
    if asked.readme:
        report.insert(Path("README.md"), markdown(judge(recorded)), marks=MARKS)
        return
    for name in asked.only or ROWS:
        print(f"{name} …", flush=True)
        items = ROWS[name].run()
        recorded[name] = {"items": items, **report.circumstances()}
        report.write(asked.out, {"table": judge(recorded), "rows": recorded})
    report.show(judge(recorded))


if __name__ == "__main__":
    main()
