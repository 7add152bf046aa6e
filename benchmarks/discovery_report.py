"""What the benchmark of method `discover` shows in the README."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MARKS = (
    "<!-- measured: python -m benchmarks.discovery --readme -->",
    "<!-- end of measured discovery -->",
)


def markdown(table: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the verdicts as a table: what, what was asked, what was measured, whether met."""
    lines = ["| data | asked | measured | met |", "|---|---|---|---|"]
    for row in table.values():
        met = "yes" if row["met"] else "**no**"
        lines.append(f"| {row['what']} | {row['must']} | {row['measured']} | {met} |")
    return "\n".join(lines)
