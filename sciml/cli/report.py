"""``sciml report``: one HTML page of one run, or of several side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sciml.cli import options, output, show

if TYPE_CHECKING:
    from rich.console import Console


def report(
    runs: Annotated[
        list[str],
        typer.Argument(help="Folders of runs, or names in the store.", metavar="RUN..."),
    ],
    out: Annotated[Path, typer.Option("--out", help="The HTML file to write.")] = Path(
        "report.html"
    ),
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    trust: options.Trust = False,
    store: options.Store = None,
    _json: options.Json = False,
    _debug: options.Debug = False,
) -> output.Answer:
    """Write one self-contained HTML page: problem, answer, pictures, provenance, how to repeat."""
    from sciml import catalog
    from sciml import store as stores
    from sciml.report import page

    page.check(out, force=force)
    root = store or stores.root()
    folders = [catalog.find(root, run) for run in runs]
    found = [stores.load(folder, trust=trust) for folder in folders]
    page.write(found, out, force=force)
    size = out.stat().st_size
    data = {"file": str(out), "bytes": size, "runs": [str(folder) for folder in folders]}

    def shown(console: Console) -> None:
        count = "one run" if len(found) == 1 else f"{len(found)} runs"
        show.say(console, f"wrote {out}: {count}, {size / 1024:.0f} kB; open it in a browser")

    return output.Answer(data, shown)
