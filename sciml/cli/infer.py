"""``sciml infer``: the rate matrix behind visits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sciml.cli import options, output, progress
from sciml.cli.solve import answer


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
    return answer(found, None)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
