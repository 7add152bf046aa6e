"""What the benchmark of method `gp` leaves behind: circumstances, and the table of the README."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from benchmarks.gp_measure import Item, error, warm

MARKS = ("<!-- measured: python -m benchmarks.gp --readme -->", "<!-- end of measured gp -->")
CAVEAT = (
    "Wall-clock seconds around sciml.solve, the persistent compilation cache off; where two runs "
    "are given the second is warm (compiled in the same process)."
)
PUBLISHED = {
    "gp_u1": 3.99e-7,
    "gp_u2": 2.13e-3,
    "gp_u2 length=1": 3.51e-4,
    "gp_u3": 1.52e-6,
    "gp_u4": 8.98e-7,
    "gp_u5": 4.22e-4,
    "gp_ac1_sin": 7.71e-7,
    "gp_ac1_sincos": 4.24e-6,
    "gp_u6": 6.46e-5,
    "gp_u7": 1.02e-3,
    "gp_ac2": 2.58e-3,
    "gp_advection": 1.43e-4,
}
"""best relative L2 error in the logs of Fang et al. (arXiv 2311.04465), minimum over checkpoints"""
SHOWN = ("paper", "nonsparse", "physics", "shapes", "user")


def name_of(item: Item) -> str:
    """Return a problem's name with what was given beside the defaults."""
    return item["problem"] + (f" length={item['length']:g}" if "length" in item else "")


def circumstances() -> dict[str, Any]:
    """Return versions, device, number of cores and how time was taken."""
    from sciml import provenance

    return {"provenance": provenance.gather(), "cpu_count": os.cpu_count(), "timing": CAVEAT}


def markdown(recorded: Mapping[str, Any]) -> str:
    """Return a table of problems: error, published error, Chebyshev's error, warm seconds."""
    lines = [
        "| problem | rel. L2 error | published | Chebyshev reference | status |",
        "|---|---|---|---|---|",
    ]
    cheb = {
        name_of(i): error(i)
        for i in recorded.get("chebyshev", {}).get("items", [])
        if i["method"] == "chebyshev"
    }
    for row in SHOWN:
        for item in recorded.get(row, {}).get("items", []):
            name = name_of(item)
            known = f"{PUBLISHED[name]:.0e}" if name in PUBLISHED else ""
            other = f"{cheb[name]:.0e}" if name in cheb else ""
            status = item.get("status", item.get("error"))
            lines.append(f"| `{name}` | {error(item):.0e} | {known} | {other} | {status} |")
    return "\n".join(lines)


def slowest(items: list[Item]) -> Item:
    """Return the item whose warm run took longest."""
    return max(items, key=warm)
