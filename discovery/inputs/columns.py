"""What each column of a table stands for: time, place, states, their noise, what else was set."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from discovery.inputs.tables import Table
from sciml.errors import BadData, did_you_mean
from sciml.hidden import HiddenTermProblem

TIME = ("t", "time", "times")
EXPERIMENT = ("experiment", "trajectory", "run", "replicate")
NOISE = ("sd", "std", "sigma", "err", "error", "noise")
COUNTS = ("", "unnamed: 0", "index", "row")
"""columns that number the rows: neither a time nor worth a note"""
VARIABLE = ("variable", "state", "species", "observable")
VALUE = ("value", "measurement", "measured")


@dataclass(frozen=True)
class Roles:
    """The columns of a wide table by what they stand for.

    Attributes
    ----------
    axes, states, noise, params : quantity -> column.
    experiment : the column that tells experiments apart, or None.
    notes : what was assumed or left out, for people.
    """

    axes: Mapping[str, str]
    states: Mapping[str, str]
    noise: Mapping[str, str]
    params: Mapping[str, str]
    experiment: str | None
    notes: tuple[str, ...]


def plain(name: str) -> str:
    """Return a column's name in small letters and without a unit in brackets."""
    return re.sub(r"\s*[\[(][^\[(]*[\])]\s*$", "", name).strip().lower()


@dataclass
class Names:
    """Columns that nothing has claimed yet."""

    table: Table
    left: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.left = list(self.table.columns)

    def take(self, wanted: Iterable[str], *, exact: bool = False) -> str | None:
        """Claim the column of one of these names, or return None."""
        names = list(wanted)
        for name in names:
            if name in self.left:
                self.left.remove(name)
                return name
        if exact:
            return None
        small = {n.lower() for n in names}
        near = [n for n in self.left if plain(n) in small]
        if len(near) > 1:
            raise BadData(
                f"columns '{near[0]}' and '{near[1]}' of {self.table.source} could both be "
                f"'{names[0]}'.",
                f"name one of them '{names[0]}'",
            )
        if near:
            self.left.remove(near[0])
        return near[0] if near else None


def roles(table: Table, problem: HiddenTermProblem) -> Roles:
    """Return what the columns of a wide table stand for.

    Raises
    ------
    BadData : no column for the time, for an axis of space or for any state; a column that is
        nearly named as a state that has none.
    """
    names = Names(table)
    states = {s: s for s in problem.states if names.take([s], exact=True)}
    axes = axes_of(names, problem)
    for state in problem.states:
        column = names.take([state]) if state not in states else None
        if column is not None:
            states[state] = column
    params, experiment = shared(names, problem)
    noise, notes = {}, []
    for state in states:
        column = names.take(_noise_names([state]))
        if column is not None:
            noise[state] = column
    if not states:
        raise BadData(
            f"no column of {table.source} is a state of '{problem.name}'.",
            f"the states are {list(problem.states)}, the columns {list(table.columns)}",
        )
    for state in (s for s in problem.states if s not in states):
        refuse_near(table, state, names.left)
        notes.append(f"state '{state}' was not observed")
    if plain(axes["t"]) not in TIME:
        notes.append(f"column '{axes['t']}' of {table.source} is taken for the time")
    left = [name for name in names.left if plain(name) not in COUNTS]
    if left:
        notes.append(f"columns left out of {table.source}: {', '.join(left)}")
    return Roles(axes, states, noise, params, experiment, tuple(notes))


def _noise_names(states: Iterable[str]) -> list[str]:
    return [text for s in states for word in NOISE for text in (f"{word}_{s}", f"{s}_{word}")]


def axes_of(names: Names, problem: HiddenTermProblem) -> dict[str, str]:
    """Return axis -> column; the first column is the time where none is named so.

    Raises
    ------
    BadData : an axis without a column.
    """
    table, axes = names.table, {}
    for axis in problem.space:
        column = names.take([axis])
        if column is None:
            raise BadData(
                f"no column of {table.source} holds '{axis}'.",
                f"name it so; the columns are {list(table.columns)}",
            )
        axes[axis] = column
    time = names.take(TIME)
    if time is None:
        others = [*problem.states, *problem.params, *_noise_names(problem.states)]
        known = {*EXPERIMENT, *VARIABLE, *VALUE, *NOISE, *COUNTS, *(n.lower() for n in others)}
        time = next(iter(table.columns), None)
        if time not in names.left or plain(time) in known:
            raise BadData(
                f"no column of {table.source} holds the time.",
                f"name it 't' or 'time', or put it first; the columns are {list(table.columns)}",
            )
        names.left.remove(time)
    return {"t": time, **axes}


def shared(names: Names, problem: HiddenTermProblem) -> tuple[dict[str, str], str | None]:
    """Return the columns of parameters, and the one that tells experiments apart."""
    params = {p: p for p in problem.params if names.take([p], exact=True)}
    return params, names.take(EXPERIMENT)


def refuse_near(table: Table, state: str, left: Iterable[str]) -> None:
    """Raise BadData where a name that nothing claimed is nearly that of a state without data."""
    hint = did_you_mean(state, left)
    if hint:
        near = hint.split("'")[1]
        raise BadData(
            f"no column of {table.source} is named '{state}', but '{near}' is near.",
            f"rename it to '{state}', or remove it if '{state}' was not observed",
        )
