"""What a benchmark leaves behind: a JSON file, a table on the terminal, tables in Markdown."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import Item, bars, energy_error, wave_error

CAVEAT = (
    "CPU seconds of the process around sciml.solve, after the import; every solve compiles anew, "
    "with the persistent compilation cache off; seed 0 of a problem is its first call."
)

MARKS = ("<!-- measured: python -m benchmarks.wells --readme -->", "<!-- end of measured -->")
"""what encloses the table in README.md"""


def circumstances() -> dict[str, Any]:
    """Return versions, device, number of cores and how time was taken."""
    from sciml import provenance

    return {"provenance": provenance.gather(), "cpu_count": os.cpu_count(), "timing": CAVEAT}


def write(path: Path, data: Mapping[str, Any]) -> None:
    """Write strict JSON, whole or not at all."""
    from sciml.archive import to_json, write_bytes

    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, f"{to_json(data, indent=1)}\n".encode())


def show(table: Mapping[str, Mapping[str, Any]]) -> None:
    """Print the verdicts on the terminal."""
    from rich.console import Console
    from rich.table import Table

    drawn = Table()
    for heading in ("row", "what", "must", "measured", "met"):
        drawn.add_column(heading, overflow="fold")
    for name, row in table.items():
        drawn.add_row(
            name, row["what"], row["must"], row["measured"], "yes" if row["met"] else "NO"
        )
    Console(width=150).print(drawn)


def markdown(recorded: Mapping[str, Any]) -> str:
    """Return a table of problems: states, worst errors of energies and ψ, median bar."""
    lines = [
        "| problem | method | states | worst energy error | worst ψ error | median bar |",
        "|---|---|---|---|---|---|",
    ]
    for name in ("ritz", "line", "plane", "pinn", "user"):
        items = recorded.get(name, {}).get("items", [])
        for problem in dict.fromkeys(i["problem"] for i in items):
            lines.append(_line([i for i in items if i["problem"] == problem]))
    return "\n".join(lines)


def insert(page: Path, table: str, *, marks: tuple[str, str] = MARKS) -> None:
    """Replace the table between the two marks of a Markdown page."""
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(marks[0])
    after = rest.split(marks[1])[1]
    page.write_text(f"{before}{marks[0]}\n{table}\n{marks[1]}{after}", encoding="utf-8")


def _line(items: list[Item]) -> str:
    """One problem's row, over its seeds."""
    scored = [i for i in items if "energies" in i]
    if not scored:
        return f"| `{items[0]['problem']}` | {items[0]['method']} | refused | | | |"
    waves = [wave_error(i) for i in scored]
    wave = f"{max(waves):.0e}" if np.all(np.isfinite(waves)) else ""
    error, width = max(map(energy_error, scored)), bars(scored)[2]
    states = len(scored[0]["energies"])
    name, method = scored[0]["problem"], scored[0]["method"]
    return f"| `{name}` | {method} | {states} | {error:.0e} | {wave} | {width:.0e} |"
