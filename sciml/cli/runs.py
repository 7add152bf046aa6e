"""``sciml runs``: what has been computed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sciml.cli import options, output, show

if TYPE_CHECKING:
    from rich.console import Console

app = typer.Typer(name="runs", help="List, show or compare runs.", rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def runs(
    context: typer.Context,
    store: options.Store = None,
    _json: options.Json = False,
    _debug: options.Debug = False,
) -> output.Answer | None:
    """List the runs of the store, show one, or compare several."""
    return listed(store) if context.invoked_subcommand is None else None


@app.command("list")
def list_runs(
    store: options.Store = None,
    _json: options.Json = False,
    _debug: options.Debug = False,
) -> output.Answer:
    """List the runs of the store."""
    return listed(store)


def listed(store: Path | None) -> output.Answer:
    """Return the rows of a store, one for each run."""
    from sciml import catalog
    from sciml import store as stores

    root = store or stores.root()
    rows = catalog.scan(root)

    def shown(console: Console) -> None:
        columns = {
            "run": [Path(row["run"]).name for row in rows],
            "status": [row["status"] for row in rows],
            "seconds": [row["seconds"] for row in rows],
            "error": [_error(row["metrics"]) for row in rows],
            "residual": [row["metrics"].get("residual") for row in rows],
        }
        if rows:
            output.table(console, columns)
        show.say(console, f"{len(rows)} runs in {root}")
        for row in rows:
            if "what" in row:
                show.say(console, f"damaged: {row['what']}", style="yellow")

    return output.Answer({"store": str(root), "runs": rows}, shown)


def _error(metrics: Mapping[str, float]) -> float | None:
    """The error of a run against its reference: of the energies, or of an equation's fields."""
    return metrics.get("energy_rel_error", metrics.get("rel_l2"))


@app.command("show")
def show_run(
    run: Annotated[str, typer.Argument(help="A run's folder, or its name in the store.")],
    store: options.Store = None,
    _json: options.Json = False,
    _debug: options.Debug = False,
) -> output.Answer:
    """Show a finished run as `sciml solve` showed it."""
    from sciml import catalog
    from sciml import store as stores

    found = stores.load(catalog.find(store or stores.root(), run))
    return output.Answer(found.to_dict(), lambda console: show.result(console, found))


@app.command("compare")
def compare_runs(
    runs: Annotated[list[str], typer.Argument(help="Folders of runs, or names in the store.")],
    store: options.Store = None,
    _json: options.Json = False,
    _debug: options.Debug = False,
) -> output.Answer:
    """Compare finished runs: settings that differ, every metric, and scalar results."""
    from sciml import catalog
    from sciml import store as stores

    root = store or stores.root()
    data = catalog.compare([catalog.find(root, run) for run in runs])

    def shown(console: Console) -> None:
        rows = [row for part in ("settings", "values", "metrics") for row in data[part].items()]
        columns = {"": [name for name, _ in rows]}
        for i, run in enumerate(data["runs"]):
            columns[Path(run).name] = [output.cell(values[i]) for _, values in rows]
        output.table(console, columns)

    return output.Answer(data, shown)
