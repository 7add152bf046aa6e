"""Measurements as one kind of table, whatever they came as: frames, dictionaries, grids, files."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Shaped

from sciml.errors import BadData
from sciml.hidden import HiddenTermProblem
from sciml.records import Experiment, Records

EMPTY = ("", "nan", "na", "n/a", "null", "none", "-", "<na>")
"""what stands for "not observed" in a cell, in small letters"""

ACCEPTED = (
    "give a DataFrame, a dictionary of arrays, an xarray Dataset, the path of a .csv, .tsv, .txt "
    "or .npz file, Records, or a list of these"
)


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of equal length.

    Attributes
    ----------
    columns : name -> values [n].
    source : what it is called in messages and results, such as "data.csv".
    row : index -> what that row is called in messages, such as "line 4".
    """

    columns: Mapping[str, Shaped[np.ndarray, " n"]]
    source: str
    row: Callable[[int], str]

    @property
    def count(self) -> int:
        """Number of rows."""
        return len(next(iter(self.columns.values()), ()))

    @property
    def is_file(self) -> bool:
        """Whether it was read from a file, whose name is then its source, in quotes."""
        return self.source.startswith("'")

    def numbers(self, column: str) -> Float[np.ndarray, " n"]:
        """Return a column as numbers, NaN where a cell is empty.

        Raises
        ------
        BadData : a cell holds text, a date or an infinite number; column and row are named.
        """
        values = self.columns[column]
        if values.dtype.kind in "mM" or isinstance(next(iter(values), None), pd.Timestamp):
            raise BadData(
                f"column '{column}' of {self.source} holds dates.",
                "give numbers, such as the hours since the start",
            )
        if values.dtype.kind in "iufb":
            numbers = values.astype(float)
        else:
            cells = enumerate(values)
            numbers = np.array([self._number(column, i, cell) for i, cell in cells], float)
        if np.any(np.isinf(numbers)):
            where = self.row(int(np.argmax(np.isinf(numbers))))
            raise BadData(
                f"column '{column}' of {self.source} is infinite in {where}.",
                "leave the cell empty where nothing was measured",
            )
        return numbers

    def _number(self, column: str, index: int, cell: Any) -> float:
        text = str(cell).strip()
        if text.lower() in EMPTY or text == "NaT":
            return np.nan
        try:
            if "_" in text or isinstance(cell, bool):
                raise ValueError
            return float(text)
        except ValueError:
            comma = re.fullmatch(r"[-+]?\d*,\d+", text)
            raise BadData(
                f"column '{column}' of {self.source} holds '{text}' in {self.row(index)}, "
                "which is no number.",
                "write decimals with a point"
                if comma
                else "correct the cell, or leave it empty where nothing was measured",
            ) from None


def tables(data: Any, problem: HiddenTermProblem) -> Iterator[Table | Records]:
    """Give the tables that data consist of, in order; `Records` are passed on.

    Raises
    ------
    BadData : data of a type that cannot be read, or a file that is missing or damaged.
    """
    if isinstance(data, Records):
        yield data
    elif isinstance(data, Experiment):
        yield Records((data,))
    elif isinstance(data, str | Path):
        yield _file(Path(data), problem)
    elif isinstance(data, pd.DataFrame):
        yield _frame(data, "the table")
    elif type(data).__module__.partition(".")[0] == "xarray":
        yield _frame(_from_xarray(data, problem), "the data set")
    elif isinstance(data, Mapping):
        yield _arrays(data, problem, "the data")
    elif isinstance(data, Sequence) and data:
        for part in data:
            if isinstance(part, Sequence) and not isinstance(part, str):
                raise BadData("data is a list of lists.", ACCEPTED)
            yield from tables(part, problem)
    elif isinstance(data, Sequence):
        raise BadData("data is an empty list.", ACCEPTED)
    else:
        raise BadData(f"data is of type '{type(data).__name__}'.", ACCEPTED)


def _frame(frame: pd.DataFrame, source: str) -> Table:
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    names = [str(name).strip() for name in frame.columns]
    _refuse_twice(names, source)
    columns = {name: frame.iloc[:, i].to_numpy() for i, name in enumerate(names)}
    return Table(columns, source, lambda i: f"row {i + 1}")


def _refuse_twice(names: Sequence[str], source: str) -> None:
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise BadData(f"{source} has two columns '{twice[0]}'.", "give each its own name")


def _from_xarray(data: Any, problem: HiddenTermProblem) -> pd.DataFrame:
    """A data set of xarray, every point of its grid one row."""
    import xarray  # whoever has such data has it

    if isinstance(data, xarray.Dataset):
        return data.to_dataframe().reset_index()
    if data.name is None and len(problem.states) > 1:
        raise BadData("the DataArray has no name.", f"name it after one of {list(problem.states)}")
    return data.to_dataframe(name=data.name or problem.states[0]).reset_index()


def _arrays(data: Mapping[Any, Any], problem: HiddenTermProblem, source: str) -> Table:
    """A dictionary of columns, or of axes and of states on their grid; numbers are repeated."""
    arrays = {str(name).strip(): np.asarray(values) for name, values in data.items()}
    lengths = {name: len(a) for name, a in arrays.items() if a.ndim == 1}
    grids = {name: a for name, a in arrays.items() if a.ndim > 1 and a.size != len(a)}
    axes = [name for axis in problem.axes for name in lengths if _is_axis(name, axis)]
    shape = tuple(lengths[name] for name in axes)
    if grids and (not problem.space or len(axes) != len(problem.axes)):
        name, array = next(iter(grids.items()))
        raise BadData(
            f"'{name}' of {source} has shape {array.shape}.",
            f"give arrays of one dimension, or on a grid one array for each of "
            f"{list(problem.axes)} and the states of shape ({', '.join(problem.axes)})",
        )
    if grids:
        return _unrolled(arrays, axes, shape, source)
    columns = {n: a.reshape(-1) if a.ndim else a for n, a in arrays.items()}
    sizes = {n: len(a) for n, a in columns.items() if a.ndim}
    count = next(iter(sizes.values()), 1)
    for name, size in sizes.items():
        if size != count:
            first = next(iter(sizes))
            raise BadData(
                f"'{first}' of {source} has {count} values but '{name}' has {size}.",
                "give arrays of one length",
            )
    full = {n: a if a.ndim else np.full(count, a) for n, a in columns.items()}
    return Table(full, source, lambda i: f"row {i + 1}")


def _is_axis(name: str, axis: str) -> bool:
    return name.lower() in (("t", "time") if axis == "t" else (axis.lower(),))


def _unrolled(
    arrays: Mapping[str, np.ndarray], axes: Sequence[str], shape: tuple[int, ...], source: str
) -> Table:
    """States on a grid of the axes, every point of it one row."""
    columns = {}
    mesh = np.meshgrid(*(arrays[name] for name in axes), indexing="ij")
    for name, array in arrays.items():
        if name in axes:
            columns[name] = mesh[axes.index(name)].ravel()
        elif array.ndim == 0:
            columns[name] = np.full(mesh[0].size, array)
        elif array.shape == shape:
            columns[name] = array.ravel()
        else:
            raise BadData(
                f"'{name}' of {source} has shape {array.shape}, but the grid has {shape}.",
                f"give it along {', '.join(axes)}, in this order",
            )

    def row(index: int) -> str:
        where = zip(axes, np.unravel_index(index, shape), strict=True)
        return ", ".join(f"{name} = {arrays[name][i]:g}" for name, i in where)

    return Table(columns, source, row)


def _file(path: Path, problem: HiddenTermProblem) -> Table:
    if not path.is_file():
        raise BadData(f"there is no file '{path}'.", "check the path")
    if path.suffix.lower() == ".npz":
        try:
            with np.load(path, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
        except (ValueError, OSError, EOFError, KeyError) as error:
            raise BadData(
                f"'{path}' cannot be read: {error}".splitlines()[0],
                "write it with numpy.savez, numbers only",
            ) from error
        return _arrays(arrays, problem, f"'{path.name}'")
    if path.suffix.lower() not in (".csv", ".tsv", ".txt"):
        raise BadData(f"'{path}' is no file of data.", ACCEPTED)
    return _text(path)


def _text(path: Path) -> Table:
    """A file of columns: the first line names them; lines that start with # are comments."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (UnicodeDecodeError, OSError) as error:
        raise BadData(f"'{path}' cannot be read as text.", "save it as UTF-8") from error
    source = f"'{path.name}'"
    kept = [(i + 1, s) for i, s in enumerate(lines) if s.strip() and not s.lstrip().startswith("#")]
    if len(kept) < 2:
        raise BadData(f"{source} holds no rows.", "give a line of column names, then one a time")
    rows = list(_split([text for _, text in kept]))
    header = [name.strip() for name in rows[0]]
    if all(re.fullmatch(r"[-+.\deE]+", name) for name in header):
        raise BadData(
            f"the first line of {source} holds numbers, not names.",
            "put a line of column names, such as t,x,y, before it",
        )
    _refuse_twice(header, source)
    for (number, _), row in zip(kept, rows, strict=True):
        if len(row) != len(header):
            raise BadData(
                f"line {number} of {source} has {len(row)} cells, but there are {len(header)} "
                "columns.",
                "leave cells empty where nothing was measured, with their separators",
            )
    columns = {n: np.array([r[i] for r in rows[1:]], object) for i, n in enumerate(header)}
    return Table(columns, source, lambda i: f"line {kept[i + 1][0]}")


def _split(lines: list[str]) -> Iterator[list[str]]:
    """The cells of each line; the first line tells tab, semicolon, comma or blanks."""
    for separator in ("\t", ";", ","):
        if separator in lines[0]:
            yield from csv.reader(lines, delimiter=separator, skipinitialspace=True)
            return
    yield from (line.split() for line in lines)
