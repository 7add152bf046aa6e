"""How results and problems look to people."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sciml.cli import output

if TYPE_CHECKING:
    from rich.console import Console

    from sciml.result import Result

HEADINGS = {
    "energies": "energy",
    "lower_bounds": "lower bound",
    "upper_bounds": "upper bound",
    "reference_energies": "reference",
    "energy_errors": "rel. error",
    "nodes": "nodes",
    "mean_x": "⟨x⟩",
    "mean_x2": "⟨x²⟩",
    "mean_y": "⟨y⟩",
    "mean_y2": "⟨y²⟩",
    "mean_p2": "⟨p²⟩",
    "residuals": "residual",
}
"""per-state lists in the order of their columns, with their headings; others follow by name"""

PRECISE = ("energies", "lower_bounds", "upper_bounds", "reference_energies")

SHORT = 6
"""numbers of a list that is printed on one line"""
COMPONENTS = 8
"""rows of a spectrum's table"""


def result(console: Console, found: Result) -> None:
    """Print a result: states or solutions, values, metrics, warnings, status, where it is kept."""
    if "rates" in found.value:
        rates(console, found)
        return
    given = ", ".join(f"{k}={output.exact(v)}" for k, v in found.parameters.items())
    say(console, f"{found.problem}({given})")
    say(console, f"method {found.method}: {found.label}")
    states(console, found)
    spectrum(console, found)
    for name, text in scalars(found):
        say(console, f"{name:<26} {text}")
    for name, guess in (found.value.get("theta") or {}).items():
        say(console, f"{name:<26} {inferred(guess['value'], guess.get('sd'))}")
    for name, value in found.metrics.items():
        say(console, f"{name:<26} {value:.3g}")
    ending(console, found)


def rates(console: Console, found: Result) -> None:
    """Print the rates of a jump process with their intervals, and what follows from them."""
    value, states = found.value, found.value["states"]
    counted = f"{found.metrics.get('visits', 0):.0f} visits, {found.metrics.get('paths', 0):.0f}"
    say(console, f"{found.problem}: {counted} paths; rates by {value['obtained']}")
    rows = [(i, j) for i in range(len(states)) for j in range(len(states)) if i != j]
    rows = [(i, j) for i, j in rows if value["upper"][i][j] > 0]
    columns = {
        "jump": [f"{states[i]} > {states[j]}" for i, j in rows],
        "rate": [f"{value['rates'][i][j]:.4g}" for i, j in rows],
        f"{100 * value['level']:.0f} % interval": [
            f"{value['lower'][i][j]:.3g} … {value['upper'][i][j]:.3g}" for i, j in rows
        ],
    }
    if value["link_probability"] is not None:
        columns["exists"] = [f"{value['link_probability'][i][j]:.2f}" for i, j in rows]
    if "truth" in value:
        columns["truth"] = [f"{value['truth'][i][j]:.4g}" for i, j in rows]
    output.table(console, columns)
    law = ", ".join(f"{s} {p:.3f}" for s, p in zip(states, value["stationary"], strict=True))
    say(console, f"in the long run: {law}")
    if value["relaxation_times"]:
        say(console, f"slowest relaxation time {value['relaxation_times'][0]:.4g}")
    say(console, f"wrong labels {100 * value['noise']:.2g} %")
    if "rate_rmse" in found.metrics:
        say(console, f"rate rmse {found.metrics['rate_rmse']:.3g}")
    ending(console, found)


def ending(console: Console, found: Result) -> None:
    """Print warnings, status with its advice, and where the run is kept."""
    for warning in found.warnings:
        say(console, f"warning: {warning}", style="yellow")
    style = "green" if found.status.ok else "yellow"
    say(console, f"{found.status.name} in {found.seconds:.2f} s", style=style)
    if not found.status.ok or found.status.name == "SEVERAL":
        say(console, f"  try: {found.status.advice}", style=style)
    if found.run is not None:
        say(console, f"run {found.run}")


def scalars(found: Result) -> Iterator[tuple[str, str]]:
    """Give the scalars of an answer, and the short lists of an equation's, as text by name."""
    listed = found.table()
    for name, value in found.value.items():
        if name in listed or isinstance(value, dict):
            continue
        if not isinstance(value, list):
            yield name, output.cell(value)
        elif "u" in found.arrays and len(value) <= SHORT and name != "branches":
            yield name, ", ".join(output.cell(entry) for entry in value)


def inferred(value: float, deviation: float | None) -> str:
    """Return a value with its standard deviation, as many digits of it as that allows."""
    if deviation is None or not 0 < deviation < math.inf or not math.isfinite(value):
        return f"{value:.6g}"
    digits = max(2, 2 + math.floor(math.log10(max(abs(value), deviation) / deviation)))
    return f"{value:.{min(digits, 15)}g} ± {deviation:.2g}"


def spectrum(console: Console, found: Result) -> None:
    """Print the heaviest components of a learned spectrum, by axis."""
    learned = found.value.get("spectrum") or {}
    rows, left = [], 0
    for axis, lines in learned.items():
        pairs = sorted(
            zip(lines["weights"], lines["frequencies"], strict=True),
            key=lambda pair: (-pair[0], pair[1]),
        )
        pairs = [pair for pair in pairs if pair[0] > 0]
        most = max(1, COMPONENTS // len(learned))
        left += max(0, len(pairs) - most)
        rows += [(axis, f"{f:.6g}", f"{w:.2e}") for w, f in pairs[:most]]
    if not rows:
        return
    headings = ("axis", "cycles per unit", "weight")
    columns = dict(zip(headings, map(list, zip(*rows, strict=True)), strict=True))
    if not found.table():
        say(console, "")
    for line in list(output.aligned(columns, console.width))[1:-1]:
        say(console, line)
    say(console, f"and {left} lighter components\n" if left else "")


def say(console: Console, text: str, *, style: str | None = None) -> None:
    """Print one line as it is."""
    console.print(text, style=style, markup=False, emoji=False, soft_wrap=True)


def states(console: Console, found: Result) -> None:
    """Print the table of states, or of several solutions, one row each."""
    listed = found.table()
    if not listed:
        return
    if listed.get("upper_bounds") == listed.get("energies"):
        listed.pop("upper_bounds", None)
    order = [name for name in HEADINGS if name in listed]
    order += [name for name in listed if name not in HEADINGS]
    heading = "n" if "energies" in listed else "solution"
    columns = {heading: [str(n + 1) for n in range(len(listed[order[0]]))]}
    for name in order:
        columns[HEADINGS.get(name, name)] = [_entry(name, v) for v in listed[name]]
    for line in output.aligned(columns, console.width):
        say(console, line)


def _entry(name: str, value: Any) -> str:
    if not isinstance(value, float):
        return output.cell(value)
    if name in PRECISE:
        return f"{value:.12g}"
    return f"{value:.1e}" if name == "energy_errors" else f"{value:.5g}"
