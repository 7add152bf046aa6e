"""What the verbs print: one answer each, for people or as JSON; errors; tables."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from sciml.describe import exact as exact
from sciml.tables import cell as cell

if TYPE_CHECKING:
    from rich.console import Console

INTERRUPTED = 130
"""exit code of what was stopped on request and can be resumed"""
WIDE = 200
"""columns of a table that is not printed on a terminal"""


@dataclass(frozen=True)
class Answer:
    """What a verb found: data for JSON, a way to show it to people, and the exit code."""

    data: Mapping[str, Any]
    show: Callable[[Console], None]
    code: int = 0


@dataclass(frozen=True)
class Channel:
    """Where answers and errors go; `json` is the stream that takes the one JSON object."""

    json: TextIO | None

    def show(self, answer: Answer) -> None:
        """Print an answer on stdout."""
        if self.json is None:
            answer.show(console())
            sys.stdout.flush()
        else:
            self._emit(answer.data)

    def fail(self, error: str, what: str, mend: str) -> None:
        """Print an error: one line of what is wrong, one line of what to try."""
        what, mend = " ".join(what.split()), " ".join(mend.split())
        if self.json is not None:
            self._emit({"error": error, "what": what, "mend": mend})
        lines = f"error: {what}\n" + (f"  try: {mend}\n" if mend else "")
        sys.stderr.write(lines)
        sys.stderr.flush()

    def _emit(self, data: Mapping[str, Any]) -> None:
        from sciml.archive import to_json

        if self.json is not None:
            self.json.write(f"{to_json(data)}\n")
            self.json.flush()


@contextmanager
def channel(*, json: bool) -> Iterator[Channel]:
    """Give the channel of one command; with `json`, stdout is turned to stderr meanwhile."""
    if not json:
        yield Channel(None)
        return
    sys.stdout.flush()
    python_stdout, true_stdout = sys.stdout, os.dup(1)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    try:
        with os.fdopen(os.dup(true_stdout), "w", encoding="utf-8") as stream:
            yield Channel(stream)
    finally:
        python_stdout.flush()
        sys.stdout = python_stdout
        os.dup2(true_stdout, 1)
        os.close(true_stdout)


def close_quietly() -> int:
    """Point stdout at nothing after its reader has gone, and return the exit code for that."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 141


def console() -> Console:
    """Return a rich console on stdout, wide where stdout is no terminal."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else WIDE
    return Console(file=sys.stdout, width=width, highlight=False)


def table(console: Console, columns: Mapping[str, Sequence[Any]]) -> None:
    """Print columns of text under their headings; long text wraps, the first column never."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for i, heading in enumerate(columns):
        drawn.add_column(escape(heading), no_wrap=i == 0)
    for row in zip(*columns.values(), strict=True):
        drawn.add_row(*(escape(cell(value)) for value in row))
    console.print(drawn)


def aligned(columns: Mapping[str, Sequence[str]], width: int) -> Iterator[str]:
    """Give the lines of a table of numbers, never cut: split into blocks that fit the width.

    The first column labels the rows and starts every block.
    """
    sized = {name: max(len(name), *map(len, cells)) for name, cells in columns.items()}
    label, *rest = columns
    blocks: list[list[str]] = [[label]]
    for name in rest:
        taken = sum(sized[n] + 2 for n in blocks[-1])
        if taken + sized[name] > width and len(blocks[-1]) > 1:
            blocks.append([label])
        blocks[-1].append(name)
    for block in blocks:
        yield ""
        yield "  ".join(name.rjust(sized[name]) for name in block)
        for row in zip(*(columns[name] for name in block), strict=True):
            yield "  ".join(text.rjust(sized[name]) for name, text in zip(block, row, strict=True))
    yield ""
