"""``sciml resume``: finish a run that was stopped."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sciml.cli import options, output, progress
from sciml.cli.solve import answer, check_picture


def resume(
    run: Annotated[str, typer.Argument(help="A run's folder, or its name in the store.")],
    steps: Annotated[
        int | None, typer.Option("--steps", help="Raise the step limit of a run that reached it.")
    ] = None,
    plot: options.Plot = None,
    store: options.Store = None,
    trust: options.Trust = False,
    quiet: options.Quiet = False,
    _json: options.Json = False,
    _debug: options.Debug = False,
) -> output.Answer:
    """Finish an interrupted or killed run from its last checkpoint."""
    from sciml import catalog, definition, solver
    from sciml import store as stores

    check_picture(plot)
    folder = catalog.find(store or stores.root(), run)
    finished = stores.is_finished(folder)
    asked = stores.read_config(folder)
    path = definition.user_file(asked.problem)
    if path is not None and not trust and not finished and not _json and sys.stdin.isatty():
        trust = typer.confirm(f"This run executes '{path}'. Do you trust that file?", err=True)
    with progress.reporting(quiet=quiet) as report:
        found = solver.resume(folder, steps=steps, trust=trust, report=report)
    unchanged = finished and steps is None
    return answer(found, plot, "this run is already finished" if unchanged else "")
