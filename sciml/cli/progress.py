"""Progress on stderr: a bar on a terminal, a line every few seconds elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sciml.fit import Report

REDRAW, LINE = 0.1, 5.0
"""seconds between two updates of the bar, between two lines"""


@contextmanager
def reporting(*, quiet: bool) -> Iterator[Report | None]:
    """Give the function that shows each step, or None if nothing is to be shown."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar() as report:
            yield report
    else:
        yield _throttled(_write_line, LINE, start=time.monotonic())


def _throttled(show: Report, seconds: float, *, start: float = 0.0) -> Report:
    """The same report, passed on at most every so many seconds, and at the last step."""
    shown = start

    def report(step: int, steps: int, metrics: Mapping[str, float]) -> None:
        nonlocal shown
        if time.monotonic() - shown >= seconds:
            shown = time.monotonic()
            show(step, steps, metrics)

    return report


def words(metrics: Mapping[str, float]) -> str:
    """Return metrics as one short line."""
    return "  ".join(f"{name} {value:.6g}" for name, value in metrics.items())


def _write_line(step: int, steps: int, metrics: Mapping[str, float]) -> None:
    sys.stderr.write(f"step {step}/{steps}  {words(metrics)}\n")
    sys.stderr.flush()


@contextmanager
def _bar() -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as TimeLeft

    columns = (BarColumn(24), MofNCompleteColumn(), TimeLeft(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(step: int, steps: int, metrics: Mapping[str, float]) -> None:
            bar.update(task, completed=step, total=steps, description=words(metrics))

        yield _throttled(show, REDRAW)
