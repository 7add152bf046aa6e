"""Long tables, a row for each single value, made wide: a column for each state."""

from __future__ import annotations

import numpy as np

from discovery.inputs.columns import (
    NOISE,
    VALUE,
    VARIABLE,
    Names,
    axes_of,
    refuse_near,
    shared,
)
from discovery.inputs.tables import EMPTY, Table
from sciml.errors import BadData
from sciml.hidden import HiddenTermProblem


def widened(table: Table, problem: HiddenTermProblem) -> tuple[Table, tuple[str, ...]]:
    """Return a table with a column for each state, and notes; a wide one as it is.

    A long table has a column that names the state (`VARIABLE`), one of values (`VALUE`), and
    perhaps one of standard deviations (`NOISE`). Rows of one experiment, time and place become
    one row; they need not be in order.

    Raises
    ------
    BadData : rows of a long table name no state, or what is nearly the name of one.
    """
    names = Names(table)
    if any(names.take([s]) for s in problem.states):
        return table, ()
    names = Names(table)
    variable, value = names.take(VARIABLE), names.take(VALUE)
    if variable is None or value is None:
        return table, ()
    noise = names.take(NOISE)
    axes = axes_of(names, problem)
    params, experiment = shared(names, problem)
    which, unknown = _states(table, variable, problem)
    keys = {c: table.numbers(c) for c in (*axes.values(), *params.values())}
    labels = np.zeros(table.count, int)
    if experiment is not None:
        order = list(dict.fromkeys(str(c) for c in table.columns[experiment]))
        labels = np.array([order.index(str(c)) for c in table.columns[experiment]])
    rows = _rows(np.stack([labels, *keys.values()], axis=1), which)
    first = np.unique(rows, return_index=True)[1]
    first = first[np.lexsort([keys[axes["t"]][first], labels[first]])]
    place = np.argsort(rows[first])
    columns = {c: numbers[first] for c, numbers in keys.items()}
    if experiment is not None:
        columns[experiment] = table.columns[experiment][first]
    sources = {"": table.numbers(value)}
    if noise is not None:
        sources["sd_"] = table.numbers(noise)
    for state in (s for s in problem.states if s in which):
        mine = np.array([name == state for name in which])
        for prefix, numbers in sources.items():
            column = np.full(len(first), np.nan)
            column[place[rows[mine]]] = numbers[mine]
            columns[f"{prefix}{state}"] = column
    left = [*names.left, *unknown]
    notes = (f"left out of {table.source}: {', '.join(left)}",) if left else ()
    return Table(columns, table.source, lambda i: table.row(int(first[i]))), notes


def _rows(keys: np.ndarray, which: list[str]) -> np.ndarray:
    """The row that each value goes to; a value that is there already begins a further row."""
    seen: dict[tuple[object, ...], int] = {}
    turns: dict[tuple[object, ...], int] = {}
    rows = []
    for key, state in zip(map(tuple, keys.tolist()), which, strict=True):
        turn = turns[key, state] = turns.get((key, state), -1) + 1
        rows.append(seen.setdefault((key, turn), len(seen)))
    return np.array(rows, int)


def _states(table: Table, variable: str, problem: HiddenTermProblem) -> tuple[list[str], list[str]]:
    """The state of each row, "" for what is none, and the names that are none."""
    small = {s.lower(): s for s in problem.states}
    which: list[str] = []
    unknown: list[str] = []
    for i, cell in enumerate(table.columns[variable]):
        text = str(cell).strip()
        if text.lower() in EMPTY:
            raise BadData(
                f"column '{variable}' of {table.source} is empty in {table.row(i)}.",
                f"name one of {list(problem.states)}",
            )
        which.append(text if text in problem.states else small.get(text.lower(), ""))
        if not which[-1] and text not in unknown:
            unknown.append(text)
    if not any(which):
        raise BadData(
            f"column '{variable}' of {table.source} names no state of '{problem.name}'.",
            f"the states are {list(problem.states)}; the column has {unknown}",
        )
    for state in (s for s in problem.states if s not in which):
        refuse_near(table, state, unknown)
    return which, unknown
