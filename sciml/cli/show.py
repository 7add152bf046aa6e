"""How results and problems look to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sciml import tables
from sciml.cli import output
from sciml.tables import inferred as inferred

if TYPE_CHECKING:
    from rich.console import Console

    from sciml.result import Result


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
    for name, text in tables.scalars(found):
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
    output.table(console, tables.rates(found))
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


def spectrum(console: Console, found: Result) -> None:
    """Print the heaviest components of a learned spectrum, by axis."""
    columns, left = tables.spectrum(found)
    if not columns:
        return
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
    columns = tables.states(found)
    if not columns:
        return
    for line in output.aligned(columns, console.width):
        say(console, line)
