"""``sciml discover``: the law that is missing from an equation, from measurements."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sciml import tables
from sciml.cli import options, output, progress, show
from sciml.cli.solve import check_picture

if TYPE_CHECKING:
    from rich.console import Console

    from sciml.hidden import HiddenTermProblem
    from sciml.result import Result

AMBIGUOUS = 3
DATA = (".csv", ".tsv", ".txt", ".npz")


def discover(
    source: Annotated[
        list[str],
        typer.Argument(
            help="Measurements (.csv, .tsv, .npz; several files are several experiments), or a "
            "registered problem that makes its own.",
            metavar="DATA|PROBLEM",
        ),
    ],
    problem: Annotated[
        str | None, typer.Option("--problem", help="Registered name, or file.py:name.")
    ] = None,
    spec: Annotated[
        Path | None, typer.Option("--spec", help="TOML file that says what is known.")
    ] = None,
    points: Annotated[
        int | None, typer.Option("--points", help="Measurements that a registered problem makes.")
    ] = None,
    noise: Annotated[
        float | None,
        typer.Option(
            "--noise",
            help="Standard deviation of the measurements relative to the mean size of a state.",
        ),
    ] = None,
    operators: Annotated[
        str | None,
        typer.Option("--operators", help="auto, none, or functions: exp,log,sin,cos,tanh,abs."),
    ] = None,
    parameters: options.Pairs = None,
    seed: Annotated[int, typer.Option("--seed", help="Random seed.")] = 0,
    plot: options.Plot = None,
    store: options.Store = None,
    quiet: options.Quiet = False,
    _json: options.Json = False,
    _debug: options.Debug = False,
) -> output.Answer:
    """Find the law that is missing from an equation; exit 0 if found, 3 if ambiguous."""
    from sciml import config, solver
    from sciml.config import RunFile
    from sciml.precision import float64
    from sciml.store import root

    overrides = config.parse_pairs(parameters or [])
    check_picture(plot)
    if operators is not None:
        overrides["operators"] = operators
    with float64():
        asked: str | HiddenTermProblem
        if _are_files(source):
            _refuse_points(points)
            asked, overrides = _with_data(source, problem, spec, noise, overrides)
        else:
            asked = _registered(source, problem, spec)
            overrides |= {} if points is None else {"points": points}
            overrides |= {} if noise is None else {"noise": noise}
        planned = solver.plan(asked, RunFile(method="discover", seed=seed), overrides)
        with progress.reporting(quiet=quiet) as report:
            found = solver.execute(planned, store or root(), report=report)
    return _answer(found, plot)


def _are_files(source: list[str]) -> bool:
    return all(Path(name).suffix.lower() in DATA for name in source)


def _refuse_points(points: int | None) -> None:
    from sciml.errors import BadConfig

    if points is not None:
        raise BadConfig("points is given beside a file of data.", "leave --points out")


def _registered(source: list[str], problem: str | None, spec: Path | None) -> str:
    from sciml.errors import BadConfig

    if len(source) > 1 or problem is not None or spec is not None:
        raise BadConfig(
            f"'{source[0]}' is no file of data ({', '.join(DATA)}).",
            "give files, then --problem NAME or --spec FILE.toml; or one registered name alone",
        )
    return source[0]


def _with_data(
    source: list[str],
    problem: str | None,
    spec: Path | None,
    noise: float | None,
    overrides: dict[str, Any],
) -> tuple[HiddenTermProblem, dict[str, Any]]:
    """The problem with the files' measurements, and the settings that are left."""
    from dataclasses import replace

    from sciml import method, registry
    from sciml.errors import BadConfig
    from sciml.hidden import HiddenTermProblem

    inputs = method.get("discover", HiddenTermProblem.kind).inputs
    assert inputs is not None
    if (problem is None) == (spec is None):
        raise BadConfig(
            "nothing says what is known of the equation."
            if problem is None
            else "both --problem and --spec are given.",
            "give --problem NAME (`sciml problems --tag hidden-term` lists them) or "
            "--spec FILE.toml",
        )
    if problem is not None:
        known = registry.entry(problem).parameters
        built = registry.get(problem, **{k: v for k, v in overrides.items() if k in known})
        overrides = {k: v for k, v in overrides.items() if k not in known}
    else:
        built = inputs.spec(spec)
    if not isinstance(built, HiddenTermProblem):
        raise BadConfig(
            f"'{built.name}' has no hidden term.", "`sciml problems --tag hidden-term` lists some"
        )
    data = source[0] if len(source) == 1 else list(source)
    records = inputs.read(data, built, noise)
    return replace(built, data=records, origin=None, truth={}), overrides


def _answer(found: Result, plot: Path | None) -> output.Answer:
    """What was found, drawn if asked, with its exit code."""
    from sciml.status import Status

    drawn = plot is not None and bool(found.arrays)
    if drawn and plot is not None:
        from sciml import plot as plots

        plots.save(found, plot)

    def shown(console: Console) -> None:
        laws(console, found)
        if plot is not None:
            show.say(console, f"plot {plot}" if drawn else "no plot: nothing was found")

    code = 0 if found.status is Status.CONVERGED else AMBIGUOUS
    if found.status is Status.INTERRUPTED:
        code = output.INTERRUPTED
    return output.Answer({**found.to_dict(), "plot": str(plot) if drawn else None}, shown, code)


def laws(console: Console, found: Result) -> None:
    """Print laws, constants, short list, warnings, status."""
    show.say(console, f"{found.problem}: {found.metrics.get('data', 0):.0f} measured values")
    show.say(console, "")
    for name, text in found.value.get("expressions", {}).items():
        show.say(console, f"  {name} = {text}")
    constants = tables.constants(found)
    if constants:
        show.say(console, "")
        output.table(console, constants)
    listed = tables.shortlist(found)
    if listed:
        output.table(console, listed)
    for name in ("form", "constant_error"):
        if name in found.metrics:
            show.say(console, f"{name.replace('_', ' '):<26} {found.metrics[name]:.3g}")
    show.ending(console, found)
