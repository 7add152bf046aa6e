"""Tables of visits, stacks of paths: whatever users have, as `Visits`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sciml.errors import BadData, did_you_mean
from sciml.visits import Visits

GUESSES = {
    "subject": ("subject", "id", "patient", "ptnum", "path"),
    "time": ("time", "t", "years", "year", "age", "day", "days", "months"),
    "state": ("state", "stage", "label", "status"),
}
"""names of columns that are understood without being told"""


def read(
    data: Any,
    times: Any = None,
    *,
    subject: str | None = None,
    time: str | None = None,
    state: str | None = None,
    states: Sequence[Any] | None = None,
    absorbing: Sequence[str] = (),
    exact: Sequence[str] = (),
) -> Visits:
    """Return visits from a table, a file, paths [K, L] with times, or (times, states) pairs.

    Parameters
    ----------
    data : path of a CSV file or of an npz archive with ``paths`` and ``times``; DataFrame or
        dictionary of columns; array [K, L] of states; list of (times, states) pairs; `Visits`.
        A missing state (NaN, empty, negative in an array) drops the visit.
    times : of an array, [L] or [K, L].
    subject, time, state : names of the columns; guessed where they are usual.
    states : all states, in order; None: those that occur, sorted.
    absorbing : states that are never left. exact : states whose entry is dated exactly.

    Raises
    ------
    BadData : unreadable or unusable data, in one line.
    """
    if isinstance(data, Visits):
        found = data
    elif isinstance(data, str | Path):
        found = _file(Path(data), (subject, time, state), states)
    elif isinstance(data, pd.DataFrame | dict):
        found = _table(pd.DataFrame(data), (subject, time, state), states)
    elif isinstance(data, list | tuple) and len(data) and isinstance(data[0], tuple):
        found = _pairs(data, states)
    else:
        found = _stack(np.asarray(data), times, states)
    return _checked(found, [str(s) for s in absorbing], [str(s) for s in exact])


def _file(path: Path, names: tuple[str | None, ...], states: Any) -> Visits:
    if not path.is_file():
        raise BadData(f"there is no file '{path}'.", "check the path")
    if path.stat().st_size == 0:
        raise BadData(f"'{path}' is empty.", "give a table with subject, time and state")
    try:
        if path.suffix == ".npz":
            with np.load(path) as archive:
                if not {"paths", "times"} <= set(archive):
                    raise BadData(
                        f"'{path}' holds {sorted(archive)}.", "give arrays `paths` and `times`"
                    )
                return _stack(archive["paths"], archive["times"], states)
        table = (
            pd.read_csv(path, sep=None, engine="python", skipinitialspace=True)
            if (path.suffix in (".tsv", ".txt"))
            else pd.read_csv(path, skipinitialspace=True)
        )
    except (ValueError, OSError, UnicodeError, pd.errors.ParserError) as error:
        raise BadData(f"'{path}' is no table of visits: {error}.", "give CSV or npz") from error
    return _table(table, names, states)


def _column(table: pd.DataFrame, what: str, name: str | None) -> str:
    columns = [str(c) for c in table.columns]
    if name is not None:
        if name not in columns:
            near = did_you_mean(name, columns)
            raise BadData(
                f"there is no column '{name}'. {near}".rstrip(), f"the columns are {columns}"
            )
        return name
    usual = [c for c in columns if c.lower() in GUESSES[what]]
    if len(usual) != 1:
        raise BadData(
            f"no column is plainly the {what}.", f"say --{what} NAME; the columns are {columns}"
        )
    return usual[0]


def _table(table: pd.DataFrame, names: tuple[str | None, ...], states: Any) -> Visits:
    if not len(table):
        raise BadData("the table has no rows.", "give at least two visits of a subject")
    who, when, what = (
        _column(table, kind, name) for kind, name in zip(GUESSES, names, strict=True)
    )
    kept = table[table[what].notna() & table[who].notna()]
    if not len(kept):
        raise BadData(f"column '{what}' holds no state.", "give one state a visit")
    moments = pd.to_numeric(kept[when], errors="coerce").to_numpy(float)
    codes, subjects = pd.factorize(kept[who])
    order = np.argsort(codes, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(codes))])
    labels, named = _labels(kept[what].to_numpy()[order], states)
    return Visits(moments[order], labels, starts, named, subjects=tuple(str(s) for s in subjects))


def _labels(values: np.ndarray, states: Sequence[Any] | None) -> tuple[np.ndarray, tuple[str, ...]]:
    """Indices of labels, and the names of all states."""
    if values.dtype.kind == "O":
        numbers = [isinstance(v, int | float | np.number) for v in values]
        if all(numbers):
            values = values.astype(float)
        elif any(numbers) or not all(isinstance(v, str) for v in values):
            raise BadData("states are partly numbers, partly words.", "name them alike")
    if values.dtype.kind == "f":
        if not np.all(values == np.round(values)):
            wrong = values[values != np.round(values)][0]
            raise BadData(f"the state {wrong} is no whole number.", "use whole numbers or words")
        values = values.astype(np.int64)
    kinds, index = np.unique(values, return_inverse=True)
    names = [str(k).strip() for k in kinds]
    listed = names if states is None else [str(s) for s in states]
    for name in names:
        if name not in listed:
            raise BadData(
                f"the state '{name}' is not in the list. {did_you_mean(name, listed)}".rstrip(),
                f"the states are {listed}",
            )
    return np.array([listed.index(name) for name in names])[index], tuple(listed)


def _stack(paths: np.ndarray, times: Any, states: Any) -> Visits:
    if paths.ndim != 2:
        raise BadData(f"paths have shape {paths.shape}.", "give paths [K, L] and times [L]")
    if times is None:
        raise BadData("the times of the paths are missing.", "give times [L] or [K, L]")
    moments = np.asarray(times, float)
    if moments.shape not in (paths.shape, paths.shape[1:]):
        raise BadData(
            f"times have shape {moments.shape}, paths {paths.shape}.", "give times [L] or [K, L]"
        )
    moments = np.broadcast_to(moments, paths.shape)
    seen = np.ones(paths.shape, bool)
    if paths.dtype.kind == "f":
        seen = np.isfinite(paths) & (paths >= 0)
    elif paths.dtype.kind in "iu":
        seen = paths >= 0
    lengths = seen.sum(1)
    labels, named = _labels(paths[seen], states)
    starts = np.concatenate([[0], np.cumsum(lengths[lengths > 0])])
    return Visits(moments[seen], labels, starts, named)


def _pairs(pairs: Sequence[tuple[Any, Any]], states: Any) -> Visits:
    lengths = [len(t) for t, _ in pairs]
    if lengths != [len(s) for _, s in pairs]:
        raise BadData("a path has more times than states, or fewer.", "give one state a time")
    values = np.concatenate([np.asarray(s) for _, s in pairs])
    labels, named = _labels(values, states)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    return Visits(np.concatenate([np.asarray(t, float) for t, _ in pairs]), labels, starts, named)


def _checked(visits: Visits, absorbing: list[str], exact: list[str]) -> Visits:
    """The visits, if anything can be learned from them, with exact entries marked."""
    for what, names in (("absorbing", absorbing), ("exact", exact)):
        for name in names:
            if name not in visits.states:
                near = did_you_mean(name, visits.states)
                raise BadData(
                    f"{what} names '{name}', which is no state. {near}".rstrip(),
                    f"the states are {list(visits.states)}",
                )
    if visits.lengths.max() < 2:
        raise BadData("every subject is seen once only.", "give two visits or more of a subject")
    if len(np.unique(visits.labels)) < 2:
        only = visits.states[int(visits.labels[0])]
        raise BadData(f"only the state '{only}' is ever seen.", "give data with a change of state")
    first, second, _ = visits.pairs()
    for name in absorbing:
        state = visits.states.index(name)
        left = (visits.labels[first] == state) & (visits.labels[second] != state)
        if left.any():
            row = int(first[np.argmax(left)])
            raise BadData(
                f"{visits.named(row)} leaves the absorbing state '{name}'.",
                "correct that visit, or do not call the state absorbing",
            )
    if not exact:
        return visits
    marked = np.isin(visits.labels, [visits.states.index(name) for name in exact])
    marked[visits.starts[:-1]] = False
    return Visits(
        visits.times, visits.labels, visits.starts, visits.states, marked, visits.subjects
    )
