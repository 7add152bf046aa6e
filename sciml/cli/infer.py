"""``sciml infer``: the rate matrix behind visits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sciml.cli import options, output, progress
from sciml.cli.solve import answer, check_picture

if TYPE_CHECKING:
    from sciml.registry import Entry

DATA = (".csv", ".tsv", ".txt", ".npz")
"""suffixes of files, whether they exist or not"""
EITHER = (
    "give a table of visits (.csv, .tsv, .npz) or the name of a registered jump process: "
    "`sciml problems --tag jump-process` lists them"
)


def infer(
    source: Annotated[
        str,
        typer.Argument(
            help="Table of visits (.csv, .tsv) or paths and times (.npz); or a registered jump "
            "process, whose visits are simulated and whose true rates score the answer.",
            metavar="FILE|PROBLEM",
        ),
    ],
    subject: Annotated[str | None, typer.Option("--subject", help="Column of subjects.")] = None,
    time: Annotated[str | None, typer.Option("--time", help="Column of times.")] = None,
    state: Annotated[str | None, typer.Option("--state", help="Column of states.")] = None,
    states: Annotated[
        str, typer.Option("--states", help="All states in order, comma between. [default: as seen]")
    ] = "",
    absorbing: Annotated[
        str, typer.Option("--absorbing", help="States that are never left, comma between.")
    ] = "",
    exact: Annotated[
        str, typer.Option("--exact-times", help="States whose entry is dated exactly (deaths).")
    ] = "",
    links: Annotated[
        str, typer.Option("--links", help="Jumps that may exist: well>ill,ill>dead. [default: all]")
    ] = "",
    paths: Annotated[
        int | None, typer.Option("--paths", help="Paths that a registered process makes.")
    ] = None,
    points: Annotated[
        int | None, typer.Option("--points", help="Visits of each path that it makes.")
    ] = None,
    noise: Annotated[
        float | None, typer.Option("--noise", help="Probability that it reports a wrong label.")
    ] = None,
    refine: Annotated[
        str | None, typer.Option("--refine", help="auto, none (network alone), ml, map or mcmc.")
    ] = None,
    parameters: options.Pairs = None,
    seed: Annotated[int, typer.Option("--seed", help="Random seed, of simulated visits too.")] = 0,
    plot: options.Plot = None,
    store: options.Store = None,
    quiet: options.Quiet = False,
    _json: options.Json = False,
    _debug: options.Debug = False,
) -> output.Answer:
    """Infer the rates of a Markov jump process from visits; exit 0 if found."""
    from sciml import config
    from sciml.store import root

    settings: dict[str, Any] = config.parse_pairs(parameters or [])
    check_picture(plot)
    if refine is not None:
        settings["refine"] = refine
    table = {
        "subject": subject,
        "time": time,
        "state": state,
        "states": _names(states) or None,
        "absorbing": _names(absorbing),
        "exact": _names(exact),
        "links": _names(links) or None,
    }
    made = {"paths": paths, "points": points, "noise": noise}
    with progress.reporting(quiet=quiet) as report:
        common: dict[str, Any] = {"seed": seed, "store": store or root(), "report": report}
        if _is_file(source):
            _refuse(made, f"beside the file '{source}'", "leave it out: it is for simulated visits")
            found = _inferred(Path(source), **table, **common, **settings)
        else:
            entry = _registered(source)
            _refuse(table, f"beside the process '{source}'", "leave it out: it is for files")
            given = {k: v for k, v in made.items() if v is not None}
            found = _simulated(source, entry, {**settings, **given}, **common)
    return answer(found, plot)


def _is_file(source: str) -> bool:
    """Whether a table is meant, not a name or ``file.py:name``."""
    path = Path(source)
    return path.suffix.lower() in DATA or (path.is_file() and path.suffix != ".py")


def _refuse(given: dict[str, Any], where: str, mend: str) -> None:
    from sciml.errors import BadConfig

    for name, value in given.items():
        if value is not None and value != []:
            option = {"exact": "exact-times"}.get(name, name)
            raise BadConfig(f"--{option} is given {where}.", mend)


def _inferred(path: Path, **options: Any) -> Any:
    """The rates behind a file's visits."""
    from sciml import method
    from sciml.errors import BadData
    from sciml.jumps import JumpProcess

    if not path.exists():
        raise BadData(f"there is no file '{path}'.", f"check the path, or {EITHER}")
    verb = method.get("mjp", JumpProcess.kind).infer
    assert verb is not None
    return verb(path, name=path.stem, **options)


def _registered(source: str) -> Entry:
    """The entry of a registered process."""
    from sciml import registry
    from sciml.errors import UnknownProblem
    from sciml.jumps import JumpProcess

    try:
        entry = registry.entry(source)
    except UnknownProblem as error:
        if ".py" in source:
            raise
        nearest = error.what.partition(". ")[2]
        raise UnknownProblem(
            f"'{source}' is no file, and no problem has that name. {nearest}".rstrip(), EITHER
        ) from error
    if not isinstance(registry.build(entry, source, {}), JumpProcess):
        raise UnknownProblem(f"'{source}' is a problem, but no jump process.", EITHER)
    return entry


def _simulated(
    source: str, entry: Entry, overrides: dict[str, Any], *, seed: int, store: Path, report: Any
) -> Any:
    """The rates behind visits that a registered process makes of its own."""
    from sciml import solver
    from sciml.config import RunFile, check_seed
    from sciml.precision import float64

    check_seed(seed)
    if "data_seed" in entry.parameters:
        overrides = {"data_seed": seed, **overrides}
    with float64():
        planned = solver.plan(source, RunFile(method="mjp", seed=seed), overrides)
        return solver.execute(planned, store, report=report)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
