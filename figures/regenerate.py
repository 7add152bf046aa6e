"""The verb: compute, draw, write and check figures one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from figures import manifest, pages
from figures.manifest import Entry
from figures.style import style
from figures.work import Work
from sciml.errors import SciMLError
from sciml.fit import Report


@dataclass(frozen=True)
class Checked:
    """A number of a figure: what was expected, what came out (None: nothing), and if it fits."""

    name: str
    expected: str
    got: float | None
    met: bool

    @property
    def row(self) -> tuple[str, str, str, str]:
        """Its row in a table."""
        digits = 3 if self.expected.startswith(("≤", "≥")) else 10
        got = "none" if self.got is None else f"{self.got:.{digits}g}"
        return self.name, self.expected, got, "yes" if self.met else "no"


@dataclass(frozen=True)
class Made:
    """One figure, made or failed.

    Attributes
    ----------
    id, title : of the figure.
    seconds : that computing and drawing took this time.
    files : names of what was written.
    numbers : those that the manifest expects.
    what, mend : why it failed and what to try, or "".
    """

    id: str
    title: str
    seconds: float
    files: Sequence[str] = ()
    numbers: Sequence[Checked] = ()
    what: str = ""
    mend: str = ""

    @property
    def met(self) -> bool:
        """Whether it was made and every number is as expected."""
        return not self.what and all(n.met for n in self.numbers)


def regenerate(
    figures: Sequence[Entry],
    *,
    profile: str,
    out: Path,
    store: Path,
    report: Callable[[Entry, int], Report | None] = lambda _entry, _number: None,
) -> Iterator[Made]:
    """Make figures one by one and give what became of each; the folder is whole after each.

    A figure whose computation is refused is given with the reason, and the next one follows.

    Parameters
    ----------
    figures : those to make (`manifest.chosen`).
    profile : "quick" or "paper".
    out : folder of the pictures and captions.
    store : folder of runs and tables (`Work`).
    report : called before each figure with it and its number from 1; returns what shows the steps
        of its runs.

    Raises
    ------
    BadConfig : an unknown profile, or a folder that cannot be written.
    KeyboardInterrupt : stopped on request; the same call goes on from there.
    """
    manifest.checked_profile(profile)
    pages.check_folder(out)
    for number, entry in enumerate(figures, 1):
        start = time.perf_counter()
        work = Work(store, report(entry, number))
        try:
            yield _made(entry, profile, out, work, start)
        except SciMLError as error:
            spent = time.perf_counter() - start
            yield Made(entry.id, entry.title, spent, what=error.what, mend=error.mend)
    pages.write_index(out)


def _made(entry: Entry, profile: str, out: Path, work: Work, start: float) -> Made:
    asked = entry.profiles[profile]
    compute, draw = manifest.function(entry.compute), manifest.function(entry.draw)
    data = work.kept(entry.id, compute, lambda: compute(work, **asked.inputs), asked.inputs)
    found = data["numbers"]
    numbers = [
        Checked(e.name, e.words, found.get(e.name), e.met(found.get(e.name)))
        for e in asked.expected
    ]
    with style():
        drawing = draw(data)
    files = pages.write(out, entry, drawing, [n.row for n in numbers])
    pages.write_index(out)
    return Made(entry.id, entry.title, time.perf_counter() - start, files, numbers)
