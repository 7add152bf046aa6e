"""A table of acceptance: its rows, and what each has measured."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import report

Item = dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """What a row measured, in words, and whether that meets what it must."""

    measured: str
    met: bool


@dataclass(frozen=True)
class Row:
    """One line of the acceptance table: what it runs and how the items are judged."""

    what: str
    must: str
    run: Callable[[], Iterable[Item]]
    judge: Callable[[list[Item]], Verdict]


def judge(rows: Mapping[str, Row], recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Return the verdicts of all recorded rows."""
    table = {}
    for name, row in rows.items():
        if name in recorded:
            verdict = row.judge(recorded[name]["items"])
            table[name] = {"what": row.what, "must": row.must, **vars(verdict)}
    return table


def main(
    rows: Mapping[str, Row],
    description: str,
    out: str,
    *,
    renew: Callable[[dict[str, Any]], None] | None = None,
    circumstances: Callable[[], dict[str, Any]] = report.circumstances,
) -> None:
    """Run the rows that are asked for on the command line, record them, and print the table.

    Parameters
    ----------
    out : file of the results, if no other is asked for.
    renew : recorded rows -> renews the table of README.md, if there is one (`--readme`).
    circumstances : what is recorded beside a row's items.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--only", nargs="+", choices=list(rows), metavar="ROW", help=f"{[*rows]}")
    parser.add_argument("--out", type=Path, default=Path(out))
    if renew is not None:
        parser.add_argument("--readme", action="store_true", help="only renew README.md's table")
    asked = parser.parse_args()
    kept = json.loads(asked.out.read_text(encoding="utf-8")) if asked.out.is_file() else {}
    recorded = kept.get("rows", {})
    if renew is not None and asked.readme:
        renew(recorded)
        return
    for name in asked.only or rows:
        print(f"{name} …", flush=True)
        items = list(rows[name].run())
        recorded[name] = {"items": items, **circumstances()}
        report.write(asked.out, {"table": judge(rows, recorded), "rows": recorded})
    report.show(judge(rows, recorded))
