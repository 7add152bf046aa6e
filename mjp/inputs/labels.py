"""Labels of states: words or whole numbers, in order, and what stands for "not observed"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Int

from sciml.errors import BadData, did_you_mean

EMPTY = ("", "nan", "na", "n/a", "<na>", "nat", "null")
"""labels that stand for "not observed", in small letters; "none" may be a state of health"""

WHOLE = re.compile(r"[-+]?\d+(\.0*)?")
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


def coded(
    values: Any, missing: Sequence[Any], negative: bool, row: Callable[[int], str]
) -> tuple[Int[np.ndarray, " N"], tuple[str, ...]]:
    """Return indices of labels (-1: not observed), and the sorted names they index.

    Whole numbers are sorted by size, words in natural order ("stage 2" before "stage 10"), an
    ordered categorical column as it orders them.

    Parameters
    ----------
    values : labels of one dimension, an array or a column of a table.
    missing : further labels that stand for "not observed".
    negative : whether negative numbers do.
    row : what a row is called in messages.

    Raises
    ------
    BadData : a label that is neither a whole number nor a word.
    """
    given = getattr(values, "dtype", None)
    ordered = isinstance(given, pd.CategoricalDtype) and given.ordered
    codes, kinds = pd.factorize(values)
    codes = codes.astype(np.int64)
    names = [_name(kind, codes, i, row) for i, kind in enumerate(kinds)]
    words = any(n is not None and not NUMBER.fullmatch(n) for n in names)
    if not words:
        names = [_whole(name, codes, i, row) for i, name in enumerate(names)]
    absent = {str(m).strip() for m in missing}
    for i, name in enumerate(names):
        if name in absent or (negative and not words and name is not None and int(name) < 0):
            names[i] = None
    seen = {n for n in names if n is not None}
    if ordered:
        listed = [str(c).strip() for c in given.categories]  # type: ignore[union-attr]
    elif words:
        listed = sorted(seen, key=_natural)
    else:
        listed = sorted(seen, key=int)
    place = {name: k for k, name in enumerate(listed)}
    table = np.array([-1 if n is None else place[n] for n in names] + [-1])
    return table[codes], tuple(listed)


def _name(kind: Any, codes: np.ndarray, i: int, row: Callable[[int], str]) -> str | None:
    """A label as text; None where it stands for "not observed"."""
    if isinstance(kind, str | bool | int | np.bool_ | np.integer):
        text = str(kind).strip()
        return None if text.lower() in EMPTY else text
    if isinstance(kind, float | np.floating):
        if kind == np.round(kind) and np.isfinite(kind):
            return str(int(kind))
        raise _unusable(kind, codes, i, row)
    if kind is None or kind is pd.NA or kind is pd.NaT:
        return None
    raise BadData(
        f"{row(_first(codes, i))} has a state of type '{type(kind).__name__}'.",
        "give whole numbers or words",
    )


def _whole(name: str | None, codes: np.ndarray, i: int, row: Callable[[int], str]) -> str | None:
    """A number that is written as text, such as "2" or "2.0"."""
    if name is None:
        return None
    if not WHOLE.fullmatch(name):
        raise _unusable(name, codes, i, row)
    return str(int(name.partition(".")[0]))


def _unusable(kind: Any, codes: np.ndarray, i: int, row: Callable[[int], str]) -> BadData:
    return BadData(
        f"{row(_first(codes, i))} has the state {kind}, which is no whole number.",
        "give whole numbers or words",
    )


def _first(codes: np.ndarray, i: int) -> int:
    return int(np.argmax(codes == i))


def _natural(name: str) -> tuple[list[str | int], str]:
    """Key that sorts numbers within words by their size."""
    parts: list[str | int] = list(re.split(r"(\d+)", name.lower()))
    parts[1::2] = [int(p) for p in parts[1::2]]
    return parts, name


def within(
    codes: Int[np.ndarray, " N"],
    names: tuple[str, ...],
    states: Sequence[Any] | int | None,
    row: Callable[[int], str],
) -> tuple[Int[np.ndarray, " N"], tuple[str, ...]]:
    """Return indices into the states that were asked for, and their names.

    A number n of states stands for 0, …, n − 1; for 1, …, n where the labels reach n.

    Raises
    ------
    BadData : a label that is not in the list, a list that names a state twice.
    """
    if states is None:
        return codes, names
    if isinstance(states, int | np.integer):
        n = int(states)
        first = int(str(n) in names and "0" not in names)
        states = range(first, n + first)
    listed = tuple(str(s).strip() for s in ([states] if isinstance(states, str) else states))
    if len(set(listed)) < len(listed):
        twice = next(s for s in listed if listed.count(s) > 1)
        raise BadData(f"states names '{twice}' twice.", "give each state once")
    seen = np.unique(codes[codes >= 0])
    for k in seen:
        if names[k] not in listed:
            hint = did_you_mean(names[k], listed)
            raise BadData(
                f"the state '{names[k]}' of {row(_first(codes, int(k)))} is not in the list. "
                f"{hint}".rstrip(),
                f"the states are {list(listed)}",
            )
    place = {name: k for k, name in enumerate(listed)}
    table = np.array([place.get(name, -1) for name in names] + [-1])
    return table[codes], listed
