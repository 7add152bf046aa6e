"""``sciml infer``: the rate matrix behind visits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sciml.cli import options, output, progress, show

if TYPE_CHECKING:
    from rich.console import Console

    from sciml.result import Result

NOT_CONVERGED, INTERRUPTED = 3, 130


def infer(
    source: Annotated[
        Path, typer.Argument(help="Table of visits (.csv, .tsv) or paths and times (.npz).")
    ],
    subject: Annotated[str | None, typer.Option("--subject", help="Column of subjects.")] = None,
    time: Annotated[str | None, typer.Option("--time", help="Column of times.")] = None,
    state: Annotated[str | None, typer.Option("--state", help="Column of states.")] = None,
    absorbing: Annotated[
        str, typer.Option("--absorbing", help="States that are never left, comma between.")
    ] = "",
    exact: Annotated[
        str, typer.Option("--exact-times", help="States whose entry is dated exactly (deaths).")
    ] = "",
    links: Annotated[
        str, typer.Option("--links", help="Jumps that may exist: well>ill,ill>dead. [default: all]")
    ] = "",
    refine: Annotated[
        str | None, typer.Option("--refine", help="auto, none (network alone) or ml.")
    ] = None,
    parameters: options.Pairs = None,
    seed: Annotated[int, typer.Option("--seed", help="Random seed.")] = 0,
    store: options.Store = None,
    quiet: options.Quiet = False,
    _json: options.Json = False,
    _debug: options.Debug = False,
) -> output.Answer:
    """Infer the rates of a Markov jump process from visits; exit 0 if found."""
    from sciml import config, method
    from sciml.jumps import JumpProcess
    from sciml.status import Status
    from sciml.store import root

    found_method = method.get("mjp", JumpProcess.kind)
    assert found_method.infer is not None
    settings: dict[str, Any] = config.parse_pairs(parameters or [])
    if refine is not None:
        settings["refine"] = refine
    with progress.reporting(quiet=quiet) as report:
        found = found_method.infer(
            source,
            subject=subject,
            time=time,
            state=state,
            absorbing=_names(absorbing),
            exact=_names(exact),
            links=_names(links) or None,
            seed=seed,
            store=store or root(),
            report=report,
            name=source.stem,
            **settings,
        )
    code = 0 if found.status is Status.CONVERGED else NOT_CONVERGED
    if found.status is Status.INTERRUPTED:
        code = INTERRUPTED
    return output.Answer(found.to_dict(), lambda console: rates(console, found), code)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def rates(console: Console, found: Result) -> None:
    """Print the rates with their intervals, and what follows from them."""
    value = found.value
    counted = f"{found.metrics.get('visits', 0):.0f} visits, {found.metrics.get('paths', 0):.0f}"
    show.say(console, f"{found.problem}: {counted} paths; rates by {value.get('obtained')}")
    states, link = value.get("states", []), value.get("link_probability")
    rows = [(i, j) for i in range(len(states)) for j in range(len(states)) if i != j]
    rows = [(i, j) for i, j in rows if value["upper"][i][j] > 0]
    columns = {
        "jump": [f"{states[i]} > {states[j]}" for i, j in rows],
        "rate": [f"{value['rates'][i][j]:.4g}" for i, j in rows],
        f"{100 * value['level']:.0f} % interval": [
            f"{value['lower'][i][j]:.3g} … {value['upper'][i][j]:.3g}" for i, j in rows
        ],
    }
    if link is not None:
        columns["exists"] = [f"{link[i][j]:.2f}" for i, j in rows]
    output.table(console, columns)
    law = ", ".join(f"{s} {p:.3f}" for s, p in zip(states, value["stationary"], strict=True))
    show.say(console, f"in the long run: {law}")
    if value["relaxation_times"]:
        show.say(console, f"slowest relaxation time {value['relaxation_times'][0]:.4g}")
    show.say(console, f"wrong labels {100 * value['noise']:.2g} %")
    if "rate_rmse" in found.metrics:
        show.say(console, f"rate rmse {found.metrics['rate_rmse']:.3g}")
    for warning in found.warnings:
        show.say(console, f"warning: {warning}", style="yellow")
    style = "green" if found.status.ok else "yellow"
    show.say(console, f"{found.status.name} in {found.seconds:.2f} s", style=style)
    if found.run is not None:
        show.say(console, f"run {found.run}")
