"""Files of visits: text with columns, and npz archives of arrays."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import pandas as pd

from sciml.errors import BadData

ACCEPTED = "give a CSV table of subject, time and state, or an npz archive of paths and times"
MAGIC = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a spreadsheet or a zip archive",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet",
    b"\x1f\x8b": "compressed",
    b"\x89PNG": "a picture",
    b"\x93NUMPY": "a single array without times",
}
"""first bytes of files that are taken for tables by mistake"""

EMPTY_CELLS = ["", "NA", "NaN", "nan", "N/A", "n/a", "<NA>", "null", "NULL"]


def load(path: Path) -> pd.DataFrame | dict[str, Any]:
    """Return the table of a text file, or the arrays of an npz archive.

    Raises
    ------
    BadData : no such file, an empty one, or one of another kind.
    """
    if not path.is_file():
        raise BadData(f"there is no file '{path}'.", "check the path")
    try:
        with path.open("rb") as stream:
            head = stream.read(65536)
        if not head.strip():
            raise BadData(f"'{path.name}' is empty.", ACCEPTED)
        if path.suffix.lower() == ".npz":
            return _archive(path)
    except OSError as error:
        raise BadData(f"'{path.name}' cannot be read: {error.strerror}.", ACCEPTED) from error
    for magic, kind in MAGIC.items():
        if head.startswith(magic):
            raise BadData(f"'{path.name}' is {kind}, not a table of text.", ACCEPTED)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadData(f"'{path.name}' is text in UTF-16.", "save it as UTF-8")
    if b"\0" in head:
        raise BadData(f"'{path.name}' is no table of text.", ACCEPTED)
    try:
        return _text(path)
    except UnicodeDecodeError as error:
        raise BadData(f"'{path.name}' is no text in UTF-8.", "save it as UTF-8") from error


def _archive(path: Path) -> dict[str, Any]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            if not hasattr(stored, "files"):
                raise ValueError("a single array")
            return {name: stored[name] for name in stored.files}
    except (ValueError, EOFError, KeyError, OSError, BadZipFile) as error:
        why = str(error).partition("\n")[0].rstrip(".")
        raise BadData(
            f"'{path.name}' is no archive of arrays: {why}.",
            "write it with numpy.savez(path, paths=..., times=...)",
        ) from error


def _text(path: Path) -> pd.DataFrame:
    """A table whose first line names the columns; lines before it that start with # are skipped."""
    skipped = 0
    first: list[str] = []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for line in stream:
            if not line.strip() or line.lstrip().startswith("#"):
                skipped += not first
                continue
            first.append(line)
            if len(first) == 2:
                break
    if len(first) < 2:
        raise BadData(f"'{path.name}' holds no rows.", "give a line of column names, then visits")
    separator = next((s for s in ("\t", ";", ",") if s in first[0]), r"\s+")
    header, row = (_cells(line, separator) for line in first)
    _check_header(path.name, header, row)
    try:
        return pd.read_csv(
            path,
            sep=separator,
            skiprows=skipped,
            encoding="utf-8-sig",
            skipinitialspace=True,
            index_col=False,
            keep_default_na=False,
            na_values=EMPTY_CELLS,
            low_memory=False,
        )
    except pd.errors.ParserError as error:
        found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
        what = f"'{path.name}' is no table: {str(error).strip().splitlines()[0].rstrip('.')}."
        if found:
            what = f"line {found[2]} of '{path.name}' has {found[3]} cells, not {found[1]}."
        raise BadData(what, "give each line one cell a column") from error


def _cells(line: str, separator: str) -> list[str]:
    if separator == r"\s+":
        return [cell.strip('"') for cell in line.split()]
    return [c.strip() for c in next(csv.reader([line], delimiter=separator, skipinitialspace=True))]


def _check_header(name: str, header: list[str], row: list[str]) -> None:
    if all(re.fullmatch(r"[-+.\deE]+", cell) for cell in header):
        raise BadData(
            f"the first line of '{name}' holds numbers, not names.",
            "put a line of column names, such as subject,time,state, before it",
        )
    twice = next((c for c in header if header.count(c) > 1), None)
    if twice is not None:
        raise BadData(f"'{name}' has two columns '{twice}'.", "give each its own name")
    if len(header) == 1:
        raise BadData(
            f"'{name}' has one column only, '{header[0][:40]}'.",
            "give a line of column names with commas between, then one line a visit",
        )
    if len(row) > len(header):
        raise BadData(
            f"'{name}' names {len(header)} columns, but its rows have {len(row)} cells.",
            "name each column",
        )
