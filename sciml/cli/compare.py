"""``sciml compare``: one problem by all methods that serve it, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sciml.cli import options, output, progress

if TYPE_CHECKING:
    from rich.console import Console

    from sciml.problem import AnyProblem

ERRORS = ("mu_rel_error", "rel_l2", "energy_rel_error")
"""metrics that say how wrong an answer is, as far as the problem's reference knows"""
KINDS = ("equation", "eigenproblem", "quantum dynamics", "condensate")
"""kinds of problems that `sciml solve` solves"""


def compare(
    problem: Annotated[
        str, typer.Argument(help="Registered name, or file.py:name.", metavar="PROBLEM")
    ],
    methods: Annotated[
        list[str] | None,
        typer.Option("--method", "-m", help="One of the methods; repeatable. [default: all]"),
    ] = None,
    parameters: options.Pairs = None,
    seed: Annotated[int, typer.Option("--seed", help="Random seed.")] = 0,
    quiet: options.Quiet = False,
    _json: options.Json = False,
    _debug: options.Debug = False,
) -> output.Answer:
    """Solve PROBLEM by every method that serves it: error, time and status side by side."""
    from sciml import config, method, registry
    from sciml.errors import BadConfig
    from sciml.precision import float64

    given = config.parse_pairs(parameters or [])
    config.check_seed(seed)
    with float64():
        built = registry.build(registry.entry(problem), problem, given)
        if built.kind not in KINDS:
            raise BadConfig(
                f"'{problem}' is of kind '{built.kind}', which one method serves.",
                "compare methods on an equation or on bound states: `sciml problems` lists them",
            )
        chosen = methods or method.serving(built.kind)
        for name in chosen:
            method.get(name, built.kind)
        with progress.reporting(quiet=quiet) as report:
            rows = [row(built, name, seed, report) for name in chosen]
    data = {"problem": built.name, "parameters": given, "seed": seed, "rows": rows}
    return output.Answer(data, lambda console: _shown(console, rows))


def row(problem: AnyProblem, name: str, seed: int, report: Any) -> dict[str, Any]:
    """Return what one method makes of a problem: error, seconds, status, or why it refuses."""
    from sciml import solver
    from sciml.errors import SciMLError

    empty = {"method": name, "error": None, "residual": None, "seconds": None, "cpu_seconds": None}
    try:
        found = solver.solve(problem, name, seed=seed, report=report)
    except SciMLError as error:
        return {**empty, "status": "REFUSED", "what": error.what}
    known = (found.metrics[m] for m in ERRORS if m in found.metrics)
    return {
        **empty,
        "error": next(known, None),
        "residual": found.metrics.get("residual"),
        "seconds": found.seconds,
        "cpu_seconds": found.cpu_seconds,
        "status": found.status.name,
        "what": found.label,
    }


def _shown(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print the table."""
    columns = {
        "method": [row["method"] for row in rows],
        "error": [_short(row["error"], ".1e") for row in rows],
        "residual": [_short(row["residual"], ".1e") for row in rows],
        "seconds": [_short(row["seconds"], ".1f") for row in rows],
        "CPU seconds": [_short(row["cpu_seconds"], ".1f") for row in rows],
        "status": [row["status"] for row in rows],
        "what it does": [row["what"] for row in rows],
    }
    output.table(console, columns)


def _short(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)
