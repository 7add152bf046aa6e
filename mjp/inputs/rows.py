"""Rows of visits before their labels are understood, and arrays and pairs as such rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from sciml.errors import BadData


@dataclass(frozen=True, eq=False)
class Rows:
    """One row a visit, in the order in which they were given.

    Attributes
    ----------
    owner : number of the subject, [N]; -1 where the row names none.
    times : when, [N]; NaN where not given.
    labels : what was seen, as given, [N]: an array or a column of a table.
    subjects : names of the subjects, or () where they have none.
    row : index -> what that row is called in messages, such as "row 4 of 'visits.csv'".
    negative : whether a negative label stands for a state that was not observed.
    """

    owner: Int[np.ndarray, " N"]
    times: Float[np.ndarray, " N"]
    labels: Any
    subjects: tuple[str, ...]
    row: Callable[[int], str]
    negative: bool


def stacked(paths: Any, times: Any) -> Rows:
    """Return the rows of paths [K, L] (or one path [L]) with times [L] or [K, L].

    Raises
    ------
    BadData : no times, shapes that do not fit, paths of different lengths.
    """
    try:
        states = np.asarray(paths)
    except ValueError as error:
        raise BadData(
            "the paths have different lengths.", "give a list of (times, states) pairs"
        ) from error
    if states.ndim == 1:
        states = states[None]
    if states.ndim != 2:
        raise BadData(f"paths have shape {states.shape}.", "give paths [K, L] and times [L]")
    if times is None:
        raise BadData("the times of the paths are missing.", "give times [L] or [K, L]")
    when = _numbers(times, "times")
    if when.shape not in (states.shape, states.shape[1:]):
        raise BadData(
            f"times have shape {when.shape}, paths {states.shape}.", "give times [L] or [K, L]"
        )
    count, length = states.shape
    return Rows(
        np.repeat(np.arange(count), length),
        np.broadcast_to(when, states.shape).ravel(),
        states.ravel(),
        (),
        lambda i: f"path {i // length}",
        negative=True,
    )


def is_pair(item: Any) -> bool:
    """Whether an item is (times, states): two sequences of single values."""
    if isinstance(item, str | dict) or not hasattr(item, "__len__") or len(item) != 2:
        return False
    return all(
        hasattr(part, "__len__")
        and not isinstance(part, str | dict)
        and all(np.ndim(x) == 0 for x in part[:1])
        for part in item
    )


def paired(pairs: Sequence[Any]) -> Rows:
    """Return the rows of one (times, states) pair a path.

    Raises
    ------
    BadData : something else than pairs, or as many times as states only in some.
    """
    times, labels = [], []
    for k, pair in enumerate(pairs):
        if not is_pair(pair):
            raise BadData(
                f"path {k} is no pair of times and states.", "give a list of (times, states) pairs"
            )
        when, states = _numbers(pair[0], f"the times of path {k}"), np.asarray(pair[1])
        if when.shape != states.shape:
            raise BadData(
                f"path {k} has {when.size} times and {states.size} states.", "give one state a time"
            )
        times.append(when)
        labels.append(states)
    owner = np.repeat(np.arange(len(times)), [len(t) for t in times])
    if len({part.dtype.kind for part in labels if len(part)}) > 1:
        labels = [part.astype(object) for part in labels]
    return Rows(
        owner,
        np.concatenate(times),
        np.concatenate([part for part in labels if len(part)] or labels[:1]),
        (),
        lambda i: f"path {owner[i]}",
        negative=True,
    )


def _numbers(values: Any, what: str) -> np.ndarray:
    """Times as numbers."""
    try:
        found = np.asarray(values)
        if found.dtype.kind in "mM":
            raise TypeError
        return found.astype(float)
    except (ValueError, TypeError) as error:
        raise BadData(f"{what} are no numbers.", "give numbers, such as years") from error
