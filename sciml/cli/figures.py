"""``sciml figures``: the figures and tables of the papers, ours beside theirs, from nothing."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sciml.cli import options, output, progress, show

if TYPE_CHECKING:
    from rich.console import Console

MISSED = 3
PACKAGE = "figures"


def figures(
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="ID", help="One of the figures; repeatable. [default: all]"),
    ] = None,
    profile: Annotated[
        str, typer.Option("--profile", help="quick (minutes) or paper (as in the papers).")
    ] = "quick",
    out: Annotated[Path, typer.Option("--out", help="Folder of the pictures and captions.")] = Path(
        "figures-out"
    ),
    store: options.Store = None,
    quiet: options.Quiet = False,
    _json: options.Json = False,
    _debug: options.Debug = False,
) -> output.Answer:
    """Make the papers' figures and check their numbers; exit 3 if one is not as expected.

    Runs and tables are kept in the store and used again, so that the same command goes on where
    it was interrupted; an empty store computes everything afresh.
    """
    from sciml.store import root

    package = _package()
    chosen = package("manifest").chosen(only or [])
    package("manifest").checked_profile(profile)
    made: list[Any] = []
    stopped = False
    with ExitStack() as bars:

        def report(entry: Any, number: int) -> Any:
            bars.close()
            if not quiet:
                seconds = entry.profiles[profile].seconds
                about = f"{number}/{len(chosen)}  {entry.id}  (about {seconds:g} s from nothing)"
                sys.stderr.write(f"{about}\n")
                sys.stderr.flush()
            return bars.enter_context(progress.reporting(quiet=quiet))

        making = package("regenerate").regenerate(
            chosen, profile=profile, out=out, store=store or root(), report=report
        )
        try:
            for one in making:
                made.append(one)
        except KeyboardInterrupt:
            stopped = True
    return _answer(made, profile=profile, out=out, left=len(chosen) - len(made), stopped=stopped)


def _package() -> Any:
    """A function name -> module of our package, found by name only: nothing here imports it."""
    from sciml.errors import ShadowedPackage

    found = importlib.import_module(PACKAGE)
    if not (found.__doc__ or "").startswith("The figures and tables that four papers"):
        raise ShadowedPackage(
            f"the file {found.__file__} hides this project's package '{PACKAGE}'.",
            f"rename your {PACKAGE}.py, or run from another folder",
        )
    return lambda name: importlib.import_module(f"{PACKAGE}.{name}")


def _answer(
    made: Sequence[Any], *, profile: str, out: Path, left: int, stopped: bool
) -> output.Answer:
    met = not stopped and all(one.met for one in made)

    def shown(console: Console) -> None:
        rows = [row for one in made for row in _rows(one)]
        headings = ("figure", "number", "expected", "got", "met", "seconds")
        if rows:
            output.table(
                console, dict(zip(headings, map(list, zip(*rows, strict=True)), strict=True))
            )
        for one in made:
            if one.what:
                show.say(console, f"{one.id}: {one.what}", style="yellow")
                show.say(console, f"  try: {one.mend}", style="yellow")
        if stopped:
            show.say(console, f"stopped on request, {left} figures left", style="yellow")
            show.say(console, "  try: the same command, which goes on from here", style="yellow")
        elif made:
            show.say(console, f"{out / 'index.md'}")

    data = {
        "profile": profile,
        "out": str(out),
        "met": met,
        "stopped": stopped,
        "figures": [{**asdict(one), "met": one.met} for one in made],
    }
    code = output.INTERRUPTED if stopped else 0 if met else MISSED
    return output.Answer(data, shown, code)


def _rows(one: Any) -> list[tuple[str, ...]]:
    """The rows of one figure, named and timed in its first."""
    head, tail = (one.id,), (f"{one.seconds:.1f}",)
    if one.what:
        return [(*head, "", "", "FAILED", "no", *tail)]
    numbers = [n.row for n in one.numbers]
    rows = [(*head, *numbers[0], *tail)] if numbers else [(*head, "", "", "", "", *tail)]
    return rows + [("", *row, "") for row in numbers[1:]]
