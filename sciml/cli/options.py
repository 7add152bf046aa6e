"""Options that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on stdout, all else on stderr.")
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]
Trust = Annotated[
    bool, typer.Option("--trust", help="Execute the user's file that defines the run's problem.")
]
Store = Annotated[
    Path | None,
    typer.Option("--store", help="Folder of the runs. [default: ./runs, or SCIML_STORE]"),
]
Pairs = Annotated[
    list[str] | None,
    typer.Option(
        "--parameter",
        "-p",
        metavar="KEY=VALUE",
        help="Override a parameter of the problem or a setting of the method; repeatable.",
    ),
]
Plot = Annotated[Path | None, typer.Option("--plot", help="Write a picture: .png, .pdf or .svg.")]
