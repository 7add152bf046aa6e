"""How results and problems look to people."""

from __future__ import annotations

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


def result(console: Console, found: Result) -> None:
    """Print a result: states, other values, metrics, warnings, status and where it is kept."""
    given = ", ".join(f"{k}={output.exact(v)}" for k, v in found.parameters.items())
    say(console, f"{found.problem}({given})")
    say(console, f"method {found.method}: {found.label}")
    states(console, found)
    listed = found.table()
    for name, value in found.value.items():
        if name not in listed and not isinstance(value, list | dict):
            say(console, f"{name:<26} {output.cell(value)}")
    for name, value in found.metrics.items():
        say(console, f"{name:<26} {value:.3g}")
    for warning in found.warnings:
        say(console, f"warning: {warning}", style="yellow")
    style = "green" if found.status.ok else "yellow"
    say(console, f"{found.status.name} in {found.seconds:.2f} s", style=style)
    if not found.status.ok:
        say(console, f"  try: {found.status.advice}", style=style)
    if found.run is not None:
        say(console, f"run {found.run}")


def say(console: Console, text: str, *, style: str | None = None) -> None:
    """Print one line as it is."""
    console.print(text, style=style, markup=False, emoji=False, soft_wrap=True)


def states(console: Console, found: Result) -> None:
    """Print the table of states, one row each."""
    listed = found.table()
    if not listed:
        return
    if listed.get("upper_bounds") == listed.get("energies"):
        listed.pop("upper_bounds", None)
    order = [name for name in HEADINGS if name in listed]
    order += [name for name in listed if name not in HEADINGS]
    columns = {"n": [str(n + 1) for n in range(len(listed[order[0]]))]}
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
