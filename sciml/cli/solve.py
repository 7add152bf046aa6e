"""``sciml solve``: solve a problem by a method."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sciml.cli import options, output, progress, show

if TYPE_CHECKING:
    from rich.console import Console

    from sciml.config import RunFile
    from sciml.result import Result

NOT_CONVERGED = 3
PICTURES = (".png", ".pdf", ".svg")


def solve(
    problem: Annotated[
        str | None, typer.Argument(help="Registered name, or file.py:name.", metavar="PROBLEM")
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            "--method",
            "-m",
            help="Of bound states: ritz, pinn, paper; of packets and condensates: ritz; "
            "of equations: gp, pinn, network, chebyshev, gp-paper; or an installed one. "
            "[default: ritz, gp]",
        ),
    ] = None,
    parameters: options.Pairs = None,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Repeat the run of a config.toml.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Random seed. [default: 0]")] = None,
    plot: options.Plot = None,
    animate: Annotated[
        Path | None,
        typer.Option("--animate", help="Write the solution in time: .gif, or .mp4 with ffmpeg."),
    ] = None,
    store: options.Store = None,
    quiet: options.Quiet = False,
    _json: options.Json = False,
    _debug: options.Debug = False,
) -> output.Answer:
    """Solve PROBLEM, bound states or an equation, with error bars; the run is kept in a folder."""
    from sciml import config as settings
    from sciml.store import root

    overrides = settings.parse_pairs(parameters or [])
    asked = settings.RunFile() if config is None else settings.read_run_file(config)
    asked = _asked(asked, config, problem, method, seed)
    check_picture(plot)
    if animate is not None:
        from sciml import animate as animation

        animation.check_path(animate)

    from sciml import solver
    from sciml.precision import float64

    with float64():
        planned = solver.plan(asked.problem, asked, overrides)
        if animate is not None:
            animation.check_problem(planned.problem)
        with progress.reporting(quiet=quiet) as report:
            found = solver.execute(planned, store or root(), report=report)
            if animate is not None and found.arrays:
                shown = None if report is None else lambda i, n: report(i, n, {})
                animation.animate(found, animate, report=shown)
    return answer(found, plot, animated=animate)


def _asked(
    run: RunFile, path: Path | None, problem: str | None, method: str | None, seed: int | None
) -> RunFile:
    """The run of a file with what the command line says on top."""
    from sciml.errors import BadConfig

    if problem and run.problem and problem != run.problem:
        raise BadConfig(
            f"'{path}' is a run of '{run.problem}', not of '{problem}'.",
            "leave the problem out, or the file",
        )
    if not (problem or run.problem):
        raise BadConfig("no problem is named.", "`sciml problems` lists all")
    return replace(
        run,
        problem=problem or run.problem,
        method=method or run.method,
        seed=run.seed if seed is None else seed,
    )


def check_picture(path: Path | None) -> None:
    """Refuse a picture that could not be written, before anything is computed."""
    from sciml.cache import is_writable
    from sciml.errors import BadConfig

    if path is None:
        return
    if path.suffix.lower() not in PICTURES:
        raise BadConfig(
            f"the picture '{path}' has no known suffix.", f"end it in {', '.join(PICTURES)}"
        )
    if path.is_dir() or not path.parent.is_dir() or not is_writable(path.parent):
        raise BadConfig(
            f"the picture '{path}' cannot be written.", "name a file in a folder that exists"
        )


def answer(
    found: Result, plot: Path | None, note: str = "", *, animated: Path | None = None
) -> output.Answer:
    """Return what a computation found, drawn if asked, with its exit code."""
    from sciml.status import Status

    if plot is not None and found.arrays:
        from sciml import plot as plots

        plots.save(found, plot)

    def shown(console: Console) -> None:
        if note:
            show.say(console, note)
        show.result(console, found)
        if plot is not None:
            show.say(console, f"plot {plot}" if found.arrays else "no plot: there are no fields")
        if animated is not None:
            done = f"animation {animated}" if found.arrays else "no animation: there are no fields"
            show.say(console, done)

    drawn = str(plot) if plot is not None and found.arrays else None
    code = 0 if found.status.ok else NOT_CONVERGED
    if found.status is Status.INTERRUPTED:
        code = output.INTERRUPTED
    data = {**found.to_dict(), "plot": drawn}
    if animated is not None:
        data["animation"] = str(animated) if found.arrays else None
    return output.Answer(data, shown, code)
