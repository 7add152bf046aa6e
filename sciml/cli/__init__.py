"""The command line: ``sciml VERB``, one file per verb; nothing heavy is imported before use."""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer

from sciml import __version__
from sciml.cli import (
    compare,
    discover,
    doctor,
    figures,
    infer,
    new,
    options,
    output,
    pretrain,
    problems,
    report,
    resume,
    runs,
    solve,
)
from sciml.errors import BadConfig, SciMLError

FINE, BUG, USAGE = 0, 1, 2
"""exit codes; 3 is a computation that finished without converging"""

USAGE_ERROR: Any = typer.BadParameter.__mro__[1]
"""base of the errors that the parser raises"""

app = typer.Typer(
    name="sciml",
    help="Solve, discover and infer differential equations and jump processes with JAX.",
    epilog="Exit codes: 0 converged, 2 wrong input, 3 not converged or ambiguous, "
    "130 interrupted (resumable).",
    rich_markup_mode=None,
    add_completion=False,
)


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    _json: options.Json = False,
    _debug: options.Debug = False,
) -> output.Answer | None:
    if not version:
        if context.invoked_subcommand is None:
            raise BadConfig("no verb is named.", "`sciml --help` lists them")
        return None
    return output.Answer({"version": __version__}, lambda console: console.print(__version__))


app.add_typer(problems.app)
app.command("solve")(solve.solve)
app.command("compare")(compare.compare)
app.command("discover")(discover.discover)
app.command("infer")(infer.infer)
app.command("pretrain")(pretrain.pretrain)
app.command("figures")(figures.figures)
app.command("resume")(resume.resume)
app.add_typer(runs.app)
app.command("report")(report.report)
app.command("doctor")(doctor.doctor)
app.command("new")(new.new)


def main() -> NoReturn:
    """Run the command line on the process's arguments and exit with its code."""
    signal.signal(signal.SIGTERM, _interrupt)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    sys.exit(run(sys.argv[1:]))


def _interrupt(_signal: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code.

    With ``--json`` exactly one JSON object reaches stdout: the answer or the error. Whatever else
    is printed, by a user's file too, goes to stderr.
    """
    plain = "--json" not in arguments or "--help" in arguments
    with output.channel(json=not plain) as channel:
        try:
            code = _invoke(arguments or ["--help"], channel)
        except BrokenPipeError:
            code = output.close_quietly()
    return code


def _invoke(arguments: Sequence[str], channel: output.Channel) -> int:
    """Call the verb, show its answer, and turn every exception into lines and a code."""
    try:
        answer = app(list(arguments), prog_name="sciml", standalone_mode=False)
        if isinstance(answer, output.Answer):
            channel.show(answer)
            return answer.code
        return int(answer or FINE)
    except BrokenPipeError:
        raise
    except USAGE_ERROR as error:
        path = error.ctx.command_path if error.ctx is not None else "sciml"
        channel.fail("UsageError", error.format_message(), f"`{path} --help` shows the usage")
        return USAGE
    except SciMLError as error:
        _trace(arguments)
        channel.fail(type(error).__name__, error.what, error.mend)
        return USAGE
    except (KeyboardInterrupt, typer.Abort):
        _trace(arguments)
        channel.fail("Interrupted", "stopped on request.", "`sciml runs` lists unfinished runs")
        return output.INTERRUPTED
    except Exception as error:
        _trace(arguments)
        channel.fail(
            type(error).__name__,
            f"unexpected {type(error).__name__}: {error}",
            "the same command with --debug shows where; please report it",
        )
        return BUG


def _trace(arguments: Sequence[str]) -> None:
    if "--debug" in arguments:
        traceback.print_exc()
