"""`read`: measurements in any form, checked, as records of a problem."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from discovery.inputs import checks, columns, long, tables
from discovery.inputs.noise import Noise, from_columns, sized
from sciml.errors import BadData
from sciml.hidden import HiddenTermProblem
from sciml.records import Experiment, Records


def read(data: Any, problem: HiddenTermProblem, *, noise: Noise = None) -> Records:
    """Return measurements as records, checked; what was assumed or left out is in `notes`.

    Parameters
    ----------
    data : a DataFrame, a dictionary of arrays (on a grid: one array for each axis, and the states
        of shape (t, x, …)), an xarray Dataset or DataArray, the path of a .csv, .tsv, .txt or .npz
        file, `Records`, or a list of these, one or more experiments each.

        Wide tables have a column for the time ("t", "time", or the first), for each axis of space
        and for each observed state, named as the state; perhaps "sd_x" with the standard deviation
        of x, "experiment" to tell experiments apart, and columns named as parameters that are
        constant within an experiment. Long tables have "variable" and "value", perhaps "sd".
        Empty cells and NaN mean not observed.
    problem : whose states, axes and parameters the columns name.
    noise : standard deviation of the measurements: a number is relative to each state's mean
        absolute value over all data; a dictionary gives state -> absolute standard deviation.
        It stands in front of what the data say. None where they say it, or it is unknown.

    Raises
    ------
    BadData : unusable data; the message names the column and row, and the mend.
    """
    parts: list[_Part] = []
    notes: list[str] = []
    sources = []
    for table in tables.tables(data, problem):
        sources.append(table.source.strip("'"))
        if isinstance(table, Records):
            fitting = (checks.fitting(e, problem) for e in table.experiments)
            parts += [_Part("", e, _spread(e)) for e in fitting]
            notes += table.notes
            continue
        if not table.count:
            raise BadData(f"{table.source} holds no rows.", "give a row for each measured time")
        wide, said = long.widened(table, problem)
        given = columns.roles(wide, problem)
        parts += _experiments(wide, given, problem)
        notes += [*said, *given.notes]
    names = _distinct([p.name or f"experiment {i + 1}" for i, p in enumerate(parts)])
    checks.enough({n: p.experiment for n, p in zip(names, parts, strict=True)}, problem)
    experiments = sized([p.experiment for p in parts], [p.spread for p in parts], problem, noise)
    source = ", ".join(dict.fromkeys(s for s in sources if s))
    return Records(tuple(experiments), source, tuple(dict.fromkeys(notes)))


class _Part(NamedTuple):
    """An experiment without its noise, what it is called, and what the data say of its noise."""

    name: str
    experiment: Experiment
    spread: Float[np.ndarray, "m s"]


def _spread(experiment: Experiment) -> Float[np.ndarray, "m s"]:
    nothing = np.full(experiment.values.shape, np.nan)
    return nothing if experiment.noise is None else experiment.noise


def _distinct(names: list[str]) -> list[str]:
    """The names, numbered where one occurs again."""
    return [n if n not in names[:i] else f"{n} ({i + 1})" for i, n in enumerate(names)]


def _experiments(
    table: tables.Table, given: columns.Roles, problem: HiddenTermProblem
) -> list[_Part]:
    """The experiments of a wide table, in the order in which they begin."""
    points = np.stack([table.numbers(given.axes[a]) for a in problem.axes], axis=1)
    values = np.full((table.count, len(problem.states)), np.nan)
    for state, column in given.states.items():
        values[:, problem.states.index(state)] = table.numbers(column)
    labels, called = np.zeros(table.count, int), [table.source if table.is_file else ""]
    if given.experiment is not None:
        cells = [str(c).strip() for c in table.columns[given.experiment]]
        order = list(dict.fromkeys(cells))
        called = [f"{given.experiment} {name}" for name in order]
        labels = np.array([order.index(c) for c in cells], int)
    found = []
    for label, name in enumerate(called):
        rows = np.flatnonzero((labels == label) & np.isfinite(values).any(axis=1))
        if len(rows):
            own = _constant(table, given, np.flatnonzero(labels == label), name)
            rows = checks.in_order(table, points, rows, problem)
            spread = from_columns(table, given, problem, values[rows], rows)
            found.append(_Part(name, Experiment(points[rows], values[rows], None, own), spread))
    if not found:
        raise BadData(
            f"nothing was observed in {table.source}: every value is empty.",
            "give values of at least one state",
        )
    return found


def _constant(
    table: tables.Table, given: columns.Roles, rows: np.ndarray, name: str
) -> dict[str, float]:
    """The parameters that are set by columns, each constant within the experiment."""
    found = {}
    for parameter, column in given.params.items():
        values: Float[np.ndarray, " n"] = table.numbers(column)[rows]
        values = values[np.isfinite(values)]
        if not len(values):
            continue
        if np.ptp(values) > 1e-12 * np.max(np.abs(values)):
            raise BadData(
                f"parameter '{parameter}' changes within {name or table.source}, from "
                f"{values.min():g} to {values.max():g}.",
                "give it one value an experiment (a column 'experiment' tells them apart), or "
                "leave the column out",
            )
        found[parameter] = float(values[0])
    return found
