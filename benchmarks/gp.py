"""Acceptance of method `gp`: one set of defaults, every number measured here.

    python -m benchmarks.gp [--only ROW ...] [--out FILE] [--readme]

Rows that are not asked for keep the numbers that the file holds. Seconds are wall-clock; where two
are given the second is the warm run. The persistent compilation cache is off.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

os.environ["SCIML_CACHE"] = ""

from benchmarks import acceptance, gp_report, report  # noqa: E402
from benchmarks.gp_rows import ROWS  # noqa: E402


def renew(recorded: dict[str, Any]) -> None:
    """Renew the table of README.md."""
    report.insert(Path("README.md"), gp_report.markdown(recorded), marks=gp_report.MARKS)


if __name__ == "__main__":
    acceptance.main(
        ROWS,
        "Acceptance of method gp: defaults only.",
        "benchmarks/results/gp.json",
        renew=renew,
        circumstances=gp_report.circumstances,
    )
