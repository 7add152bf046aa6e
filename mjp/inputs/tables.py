"""Tables of visits: which column is the subject, the time, the state; numbers in cells."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from mjp.inputs.labels import EMPTY
from mjp.inputs.rows import Rows
from sciml.errors import BadData, did_you_mean

GUESSES = {
    "subject": (
        *("subject", "id", "patient", "ptnum", "path", "person", "individual", "pid", "patno"),
        *("subject_id", "patient_id", "path_id", "person_id", "subjectid", "patientid"),
    ),
    "time": (
        *("time", "times", "t", "year", "years", "age", "day", "days", "month", "months"),
        *("week", "weeks", "hour", "hours"),
    ),
    "state": ("state", "stage", "label", "status"),
}
"""names of columns that are understood without being told, in small letters"""

COUNTS = re.compile(r"|index|row|rownames|unnamed: \d+")
"""columns that only number the rows"""


def tabled(
    table: pd.DataFrame, source: str, subject: str | None, time: str | None, state: str | None
) -> Rows:
    """Return the rows of a table with a column for the time and one for the state.

    Without any further column, all rows are of one subject.

    Raises
    ------
    BadData : no rows, no column that is plainly the one, a cell that is no time.
    """
    if any(name is not None for name in table.index.names):
        table = table.reset_index()
    table = table.set_axis([str(c).strip() for c in table.columns], axis=1)
    columns = list(table.columns)
    twice = next((c for c in columns if columns.count(c) > 1), None)
    if twice is not None:
        raise BadData(f"{source} has two columns '{twice}'.", "give each its own name")
    if not len(table):
        raise BadData(f"{source} holds no rows.", "give a row for each visit")
    given = {"subject": subject, "time": time, "state": state}
    roles = _roles(columns, source, given)

    def row(i: int) -> str:
        return f"row {i + 1} of {source}"

    who = np.zeros(len(table), np.int64)
    names: tuple[str, ...] = ()
    if roles["subject"] is not None:
        codes, kinds = pd.factorize(table[roles["subject"]])
        who, names = codes.astype(np.int64), tuple(_called(kind) for kind in kinds)
    times = _times(table[roles["time"]], str(roles["time"]), row)
    return Rows(who, times, table[roles["state"]], names, row, negative=False)


def _called(kind: Any) -> str:
    """The name of a subject: a whole number without decimals."""
    whole = isinstance(kind, float | np.floating) and float(kind).is_integer()
    return str(int(kind)) if whole else str(kind).strip()


def _roles(columns: list[str], source: str, given: dict[str, str | None]) -> dict[str, str | None]:
    """Which column is the subject (None: there is but one), the time and the state."""
    found: dict[str, str | None] = {}
    for what, name in given.items():
        if name is not None and name not in columns:
            hint = did_you_mean(name, columns)
            raise BadData(
                f"{source} has no column '{name}'. {hint}".rstrip(), f"the columns are {columns}"
            )
        found[what] = name
    for what in given:
        if found[what] is None:
            left = [c for c in columns if c not in found.values()]
            found[what] = _guess(what, left, columns, source)
    left = [c for c in columns if c not in found.values() and not COUNTS.fullmatch(_plain(c))]
    if found["subject"] is None and left:
        raise BadData(
            f"no column of {source} is plainly the subject.",
            f"say subject=NAME (--subject NAME); the columns are {columns}",
        )
    return found


def _guess(what: str, left: list[str], columns: list[str], source: str) -> str | None:
    usual = [c for c in left if _plain(c) in GUESSES[what]]
    if len(usual) > 1:
        raise BadData(
            f"columns '{usual[0]}' and '{usual[1]}' of {source} could both be the {what}.",
            f"say {what}=NAME (--{what} NAME); the columns are {columns}",
        )
    if not usual and what != "subject":
        raise BadData(
            f"no column of {source} is plainly the {what}.",
            f"say {what}=NAME (--{what} NAME); the columns are {columns}",
        )
    return usual[0] if usual else None


def _plain(name: str) -> str:
    """A column's name in small letters, without a unit in brackets, words joined by _."""
    bare = re.sub(r"\s*[\[(][^\[(]*[\])]\s*$", "", name).strip().lower()
    return re.sub(r"[\s.-]+", "_", bare)


def _times(column: pd.Series, name: str, row: Any) -> Float[np.ndarray, " N"]:
    """A column as numbers, NaN where a cell is empty."""
    if column.dtype.kind in "mM" or isinstance(column.iloc[0], pd.Timestamp):
        raise BadData(
            f"column '{name}' holds dates.", "give numbers, such as the years since the first visit"
        )
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(float, na_value=np.nan)
    if column.dtype.kind in "iuf":
        return numbers
    for i in np.flatnonzero(np.isnan(numbers)):
        text = str(column.iloc[i]).strip()
        if text.lower() not in (*EMPTY, "none"):
            comma = re.fullmatch(r"[-+]?\d*,\d+", text)
            dated = re.fullmatch(r"\d+[-/.]\d+[-/.]\d+.*", text)
            raise BadData(
                f"column '{name}' holds '{text[:40]}' in {row(int(i))}, which is no number.",
                "write decimals with a point"
                if comma
                else "give numbers, such as the years since the first visit"
                if dated
                else "correct the cell",
            )
    return numbers
