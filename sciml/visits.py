"""Panel data: the states in which subjects were seen, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from sciml.errors import BadData


@dataclass(frozen=True, eq=False)
class Visits:
    """Observations of one or many subjects (paths), subject after subject in one flat table.

    Attributes
    ----------
    times : when, [N], increasing within each subject.
    labels : which state was seen, [N], indices into `states`.
    starts : subject k owns the rows starts[k] to starts[k + 1], [K + 1].
    states : names of the states, in the order of the indices.
    exact : rows whose state was entered at that very time (a date of death), [N]; None: none was.
    subjects : names of the subjects, [K]; () where they have none.

    Raises
    ------
    BadData : no observations, shapes that do not fit, times that are not finite or do not
        increase within a subject, labels that are no index of a state.
    """

    times: Float[np.ndarray, " N"]
    labels: Int[np.ndarray, " N"]
    starts: Int[np.ndarray, " K1"]
    states: tuple[str, ...]
    exact: Bool[np.ndarray, " N"] | None = None
    subjects: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        times = np.asarray(self.times, float)
        labels = np.asarray(self.labels, np.int32)
        starts = np.asarray(self.starts, np.int64)
        object.__setattr__(self, "times", times)
        object.__setattr__(self, "labels", labels)
        object.__setattr__(self, "starts", starts)
        object.__setattr__(self, "states", tuple(str(s) for s in self.states))
        if times.ndim != 1 or len(times) == 0:
            raise BadData("there are no observations.", "give at least two visits of a subject")
        if labels.shape != times.shape:
            raise BadData(
                f"there are {len(times)} times and {labels.size} states.", "give one state a time"
            )
        if starts[0] != 0 or starts[-1] != len(times) or np.any(np.diff(starts) < 1):
            raise BadData("the subjects do not share out the rows.", "give starts 0, ..., N")
        if labels.min() < 0 or labels.max() >= len(self.states):
            raise BadData(
                f"a state is numbered {labels.max() if labels.min() >= 0 else labels.min()}, "
                f"of {len(self.states)} states.",
                "number states from 0, and leave out rows without a state",
            )
        self._check_times()
        if self.exact is not None:
            exact = np.asarray(self.exact, bool)
            if exact.shape != times.shape:
                raise BadData("exact has another length than times.", "give one flag a row")
            object.__setattr__(self, "exact", exact if exact.any() else None)

    def _check_times(self) -> None:
        if not np.all(np.isfinite(self.times)):
            row = int(np.flatnonzero(~np.isfinite(self.times))[0])
            raise BadData(
                f"the time of {self.named(row)} is {self.times[row]}.", "remove that observation"
            )
        gaps = np.diff(self.times)
        gaps[self.starts[1:-1] - 1] = 1.0
        if np.any(gaps <= 0):
            row = int(np.flatnonzero(gaps <= 0)[0]) + 1
            what = "is given twice" if gaps[row - 1] == 0 else "comes after a later one"
            raise BadData(
                f"the time {self.times[row]:g} of {self.named(row)} {what}.",
                "sort each subject's visits by time, and keep one state a time",
            )

    def named(self, row: int) -> str:
        """Return how a message calls the subject of a row."""
        k = int(np.searchsorted(self.starts, row, side="right")) - 1
        return f"subject '{self.subjects[k]}'" if self.subjects else f"path {k}"

    @property
    def paths(self) -> int:
        """Number of subjects K."""
        return len(self.starts) - 1

    @property
    def lengths(self) -> Int[np.ndarray, " K"]:
        """Observations of each subject."""
        return np.diff(self.starts)

    def pairs(
        self, lag: int = 1
    ) -> tuple[Int[np.ndarray, " P"], Int[np.ndarray, " P"], Float[np.ndarray, " P"]]:
        """Return the rows (first, second) of all pairs `lag` visits apart, and the time between."""
        subject = np.repeat(np.arange(self.paths), self.lengths)
        first = np.flatnonzero(subject[:-lag] == subject[lag:])
        return first, first + lag, self.times[first + lag] - self.times[first]


def from_paths(
    paths: Sequence[tuple[Sequence[float], Sequence[int]]], states: Sequence[str]
) -> Visits:
    """Return visits from one (times, state indices) pair a subject."""
    lengths = [len(t) for t, _ in paths]
    return Visits(
        np.concatenate([np.asarray(t, float) for t, _ in paths]) if paths else np.zeros(0),
        np.concatenate([np.asarray(s, int) for _, s in paths]) if paths else np.zeros(0, int),
        np.concatenate([[0], np.cumsum(lengths)]),
        tuple(states),
    )
