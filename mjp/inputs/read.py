"""Whatever users have, as `Visits`: tables, files, arrays, paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mjp.inputs import files, labels
from mjp.inputs.checks import checked, names_of
from mjp.inputs.rows import Rows, is_pair, paired, stacked
from mjp.inputs.tables import tabled
from sciml.errors import BadData
from sciml.visits import Visits

ACCEPTED = (
    "give a DataFrame, a dictionary of columns, the path of a CSV or npz file, an array [K, L] "
    "with times, or a list of (times, states) pairs"
)


def read(
    data: Any,
    times: Any = None,
    *,
    subject: str | None = None,
    time: str | None = None,
    state: str | None = None,
    states: Sequence[Any] | int | None = None,
    absorbing: Sequence[Any] | int = (),
    exact: Sequence[Any] | int = (),
    missing: Sequence[Any] | int = (),
    limit: int | None = None,
) -> Visits:
    """Return visits from a table, a file, paths [K, L] with times, or (times, states) pairs.

    A visit whose state is not observed (NaN, an empty cell, a negative number in an array) is
    left out. Rows of different subjects may be mixed; those of one are in order of time.

    Parameters
    ----------
    data : path of a CSV file, or of an npz archive with ``paths`` and ``times``; DataFrame or
        dictionary of columns; array [K, L] of states, or one path [L]; list of (times, states)
        pairs, or one pair; `Visits`.
    times : of an array, [L] or [K, L].
    subject, time, state : names of the columns; None: guessed where one name is usual.
    states : all states in order, or how many (0, 1, …); None: those that occur, sorted.
    absorbing : states that are never left.
    exact : states whose entry is dated exactly, such as deaths; a first visit is none.
    missing : further labels that stand for "not observed".
    limit : how many states there may be; None: any number.

    Raises
    ------
    BadData : unreadable or unusable data, in one line.
    """
    if isinstance(data, Visits):
        found = _relabelled(data, states)
    else:
        rows = _rows(data, times, (subject, time, state))
        found = _grouped(rows, states, names_of(missing))
    return checked(found, names_of(absorbing), names_of(exact), limit)


def _rows(data: Any, times: Any, columns: tuple[str | None, str | None, str | None]) -> Rows:
    """Rows of data of any form."""
    source = "the table"
    if isinstance(data, str | Path):
        source = f"'{Path(data).name}'"
        data = files.load(Path(data))
        if isinstance(data, dict) and "paths" not in data:
            ragged = any(np.ndim(a) != 1 for a in data.values())
            if ragged or not data:
                raise BadData(
                    f"{source} holds {sorted(data)}.", "give arrays `paths` [K, L] and `times`"
                )
    if isinstance(data, pd.DataFrame):
        return tabled(data, source, *columns)
    if isinstance(data, Mapping):
        if "paths" in data:
            return stacked(data["paths"], data.get("times", times))
        return tabled(_frame(data, source), source, *columns)
    if times is not None or isinstance(data, np.ndarray):
        return stacked(data, times)
    if isinstance(data, list | tuple):
        if not data:
            raise BadData("data is an empty list.", ACCEPTED)
        if is_pair(data):
            return paired([data])
        if any(is_pair(item) for item in data):
            return paired(data)
        return stacked(data, times)
    if hasattr(data, "__array__"):
        return stacked(np.asarray(data), times)
    raise BadData(f"data is of type '{type(data).__name__}'.", ACCEPTED)


def _frame(data: Mapping[Any, Any], source: str) -> pd.DataFrame:
    sizes = {str(name): len(c) for name, c in data.items() if np.ndim(c) > 0}
    if not sizes or any(np.ndim(c) > 1 for c in data.values()):
        raise BadData(f"{source} has no columns of one dimension.", ACCEPTED)
    first = next(iter(sizes))
    for name, size in sizes.items():
        if size != sizes[first]:
            raise BadData(
                f"'{first}' of {source} has {sizes[first]} values but '{name}' has {size}.",
                "give columns of one length",
            )
    return pd.DataFrame({name: np.asarray(c) for name, c in data.items()})


def _grouped(rows: Rows, states: Any, missing: list[str]) -> Visits:
    """Visits of rows, subject after subject, without those whose state was not observed."""
    codes, names = labels.coded(rows.labels, missing, rows.negative, rows.row)
    codes, named = labels.within(codes, names, states, rows.row)
    kept = np.flatnonzero(codes >= 0)
    if not len(kept):
        raise BadData("nothing was observed: no row has a state.", "give one state a visit")
    owner = rows.owner[kept]
    if np.any(owner < 0):
        where = rows.row(int(kept[np.argmax(owner < 0)]))
        raise BadData(f"{where} names no subject.", "fill in the cell, or remove the row")
    if np.any(np.diff(owner) < 0):
        order = np.argsort(owner, kind="stable")
        kept, owner = kept[order], owner[order]
    counts = np.bincount(owner)
    present = np.flatnonzero(counts)
    starts = np.concatenate([[0], np.cumsum(counts[present])])
    subjects: tuple[str, ...] = ()
    if rows.subjects:
        subjects = tuple(rows.subjects[k] for k in present)
    elif len(present) < len(counts):  # the numbers of paths stay those that were given
        subjects = tuple(str(k) for k in present)
    return Visits(rows.times[kept], codes[kept], starts, named, subjects=subjects)


def _relabelled(visits: Visits, states: Any) -> Visits:
    """The same visits with the states in the order that was asked for."""
    if states is None:
        return visits
    codes, named = labels.within(
        visits.labels.astype(np.int64), visits.states, states, visits.named
    )
    return Visits(visits.times, codes, visits.starts, named, visits.exact, visits.subjects)
