"""Acceptance of method `pinn` on equations: defaults only, the median of three seeds.

    python -m benchmarks.pinn [--only ROW ...] [--out FILE] [--readme]

Rows that are not asked for keep the numbers that the file holds. The persistent compilation cache
is off; seconds are the processor's around `sciml.solve`, compilation included, scoring not.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

os.environ["SCIML_CACHE"] = ""

from benchmarks import acceptance, report  # noqa: E402
from benchmarks.pinn_rows import ROWS  # noqa: E402

MARKS = ("<!-- measured: python -m benchmarks.pinn --readme -->", "<!-- end of measured pinn -->")
"""what encloses the table in README.md"""


def markdown(table: dict[str, Any]) -> str:
    """Return the table of README.md."""
    lines = ["| what | must | measured (median of 3 seeds) | met |", "|---|---|---|---|"]
    for row in table.values():
        met = "yes" if row["met"] else "no"
        lines.append(f"| {row['what']} | {row['must']} | {row['measured']} | {met} |")
    return "\n".join(lines)


def renew(recorded: dict[str, Any]) -> None:
    """Renew the table of README.md."""
    report.insert(Path("README.md"), markdown(acceptance.judge(ROWS, recorded)), marks=MARKS)


if __name__ == "__main__":
    acceptance.main(
        ROWS,
        "Acceptance of method pinn on equations.",
        "benchmarks/results/pinn.json",
        renew=renew,
    )
