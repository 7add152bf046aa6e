"""Results as other programs read them: CSV tables, xarray data sets, HTML of a notebook."""

from __future__ import annotations

import csv
import html
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sciml import tables
from sciml.errors import BadData, MissingExtra
from sciml.query import problem_or_none
from sciml.score_fields import plotted_points

if TYPE_CHECKING:
    from sciml.result import Result

SPARSE = 8
"""how many times more places a grid may have than there are points on it"""


def to_csv(arrays: Mapping[str, np.ndarray], path: str | Path) -> None:
    """Write arrays of equal length as a table (`Result.to_csv`)."""
    columns: dict[str, np.ndarray] = {}
    for name, array in arrays.items():
        table = array.reshape(len(array), -1)
        names = [name] if array.ndim == 1 else [f"{name}_{i}" for i in range(table.shape[1])]
        columns |= dict(zip(names, table.T, strict=True))
    if len({len(c) for c in columns.values()}) != 1:
        raise BadData("the arrays are no table: none, or of several lengths.", "use to_npz")
    with Path(path).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*(c.tolist() for c in columns.values()), strict=True))


def to_xarray(result: Result) -> Any:
    """Return the sampled arrays as an `xarray.Dataset` (`Result.to_xarray`)."""
    try:
        import xarray
    except ImportError as error:
        raise MissingExtra("xarray is not installed.", "pip install xarray") from error
    points = plotted_points(result.arrays)
    if points is None:
        raise BadData("this result holds no sampled fields.", result.status.advice)
    lines, places = zip(*(np.unique(c, return_inverse=True) for c in points.T), strict=True)
    shape = tuple(len(line) for line in lines)
    if np.prod(shape) > SPARSE * len(points):
        raise BadData("the sampled points lie on no grid.", "use to_npz or to_csv")
    problem = problem_or_none(result)
    axes = ("x", "y", "z", *map(str, range(3, 9))) if problem is None else problem.domain.axes
    axes = axes[: len(lines)]
    variables = {}
    for name, array in result.arrays.items():
        if name in ("x", "points"):
            continue
        grid = np.full((*shape, *array.shape[1:]), np.nan)
        grid[places] = array
        columns = {"psi": "state", "branches": "branch"}.get(name, "field")
        variables[name] = ((*axes, *((columns,) if array.ndim == 2 else ())), grid)
    coordinates: dict[str, Any] = dict(zip(axes, lines, strict=True))
    if problem is not None and "u" in variables:
        coordinates["field"] = list(problem.fields)
    attributes = {"problem": result.problem, "method": result.method, **result.metrics}
    return xarray.Dataset(variables, coordinates, {**attributes, "status": result.status.name})


def to_html(result: Result) -> str:
    """Return a result as a notebook shows it: its one line, its tables, its warnings, advice."""
    parts = [f"<p>{html.escape(repr(result))}</p>"]
    parts += [_table(caption, columns) for caption, columns in tables.tables(result)]
    notes = [*result.warnings, *([] if result.status.ok else [result.status.advice])]
    parts += [f"<ul>{''.join(f'<li>{html.escape(note)}</li>' for note in notes)}</ul>"]
    return "".join(parts)


def _table(caption: str, columns: tables.Columns) -> str:
    head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
    rows = "".join(
        f"<tr>{''.join(f'<td>{html.escape(text)}</td>' for text in row)}</tr>"
        for row in zip(*columns.values(), strict=True)
    )
    return f"<table><caption>{html.escape(caption)}</caption><tr>{head}</tr>{rows}</table>"
