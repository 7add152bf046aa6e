"""Checks of measurements: each error names the column, the row and the mend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int

from discovery.inputs.tables import Table
from sciml.errors import BadData, did_you_mean
from sciml.hidden import HiddenTermProblem
from sciml.records import Experiment

FEWEST, FEWEST_IN_SPACE = 4, 10
"""points in all, of ordinary and of partial differential equations"""


def fitting(experiment: Experiment, problem: HiddenTermProblem) -> Experiment:
    """Return an experiment sorted by time, once it is sure that it is of this problem.

    Raises
    ------
    BadData : another number of coordinates or states, a parameter that the problem has not,
        two measurements at one time (without space), a place outside of the bounds.
    """
    shape = (experiment.points.shape[1], experiment.values.shape[1])
    if shape != (len(problem.axes), len(problem.states)):
        raise BadData(
            f"an experiment has {shape[0]} coordinates and {shape[1]} states.",
            f"'{problem.name}' has coordinates {list(problem.axes)}, states {list(problem.states)}",
        )
    for name in experiment.params:
        if name not in problem.params:
            raise BadData(
                f"an experiment sets '{name}', which is no parameter of '{problem.name}'. "
                f"{did_you_mean(name, problem.params)}".rstrip(),
                f"its parameters are {list(problem.params)}",
            )
    points = experiment.points
    _inside(points, problem, lambda i: f"point {i + 1}")
    order = np.argsort(points[:, 0], kind="stable")
    times = points[order, 0]
    if not problem.space and np.any(np.diff(times) == 0):
        twice = times[:-1][np.diff(times) == 0][0]
        raise _twice(f"t = {twice:g}", "an experiment")
    sd = experiment.noise
    return replace(
        experiment,
        points=points[order],
        values=experiment.values[order],
        noise=None if sd is None else sd[order],
    )


def _twice(where: str, source: str) -> BadData:
    return BadData(
        f"{source} has two measurements at {where}.",
        "average them, or add a column 'experiment' that tells experiments apart",
    )


def in_order(
    table: Table,
    points: Float[np.ndarray, "n d"],
    rows: Int[np.ndarray, " m"],
    problem: HiddenTermProblem,
) -> Int[np.ndarray, " m"]:
    """Return the rows of one experiment sorted by time.

    Raises
    ------
    BadData : a row without time or place, or outside of the bounds; without space also times
        that are not in order or that occur twice.
    """
    here = points[rows]
    if not np.all(np.isfinite(here)):
        index, axis = np.argwhere(~np.isfinite(here))[0]
        raise BadData(
            f"{table.row(int(rows[index]))} of {table.source} has no "
            f"{'time' if axis == 0 else problem.axes[axis]}.",
            "fill it in, or remove the row",
        )
    _inside(here, problem, lambda i: f"{table.row(int(rows[i]))} of {table.source}")
    if problem.space:
        return rows[np.argsort(here[:, 0], kind="stable")]
    steps = np.diff(here[:, 0])
    if np.any(steps < 0):
        i = int(np.argmax(steps < 0))
        raise BadData(
            f"the times of {table.source} are not in order: {here[i, 0]:g} is followed by "
            f"{here[i + 1, 0]:g} in {table.row(int(rows[i + 1]))}.",
            "sort the rows, or add a column 'experiment' that tells experiments apart",
        )
    if np.any(steps == 0):
        i = int(np.argmax(steps == 0))
        where = f"t = {here[i, 0]:g} ({table.row(int(rows[i + 1]))})"
        raise _twice(where, table.source)
    return rows


def _inside(
    points: Float[np.ndarray, "n d"], problem: HiddenTermProblem, row: Callable[[int], str]
) -> None:
    for axis, (lower, upper) in problem.bounds.items():
        x = points[:, problem.axes.index(axis)]
        slack = 1e-9 * (upper - lower)
        out = (x < lower - slack) | (x > upper + slack)
        if np.any(out):
            i = int(np.argmax(out))
            raise BadData(
                f"{row(i)} lies at {axis} = {x[i]:g}, outside of [{lower:g}, {upper:g}].",
                "correct it, or widen the bounds of the problem",
            )


def enough(named: Mapping[str, Experiment], problem: HiddenTermProblem) -> None:
    """Check all experiments together.

    Raises
    ------
    BadData : too few points, an experiment at one time only, a state that never changes, a state
        that is declared positive and is not.
    """
    count = sum(len(e.times) for e in named.values())
    fewest = FEWEST_IN_SPACE if problem.space else FEWEST
    if count < fewest:
        raise BadData(
            f"there {'is 1 point' if count == 1 else f'are {count} points'} in all.",
            f"give at least {fewest}",
        )
    for name, experiment in named.items():
        if np.ptp(experiment.times) == 0:
            raise BadData(
                f"{name} was measured at one time only, t = {experiment.times[0]:g}.",
                "give at least two times, or remove it",
            )
    for k, state in enumerate(problem.states):
        values = np.concatenate([e.values[:, k] for e in named.values()])
        values = values[np.isfinite(values)]
        if not len(values):
            continue
        if len(values) > 1 and np.ptp(values) <= 1e-12 * np.max(np.abs(values)):
            raise BadData(
                f"state '{state}' is {values[0]:g} in every measurement.",
                "a constant series tells nothing of rates: check it, or make it a parameter",
            )
        if state in problem.positive and values.min() <= 0:
            raise BadData(
                f"state '{state}' is declared positive but was measured as {values.min():g}.",
                "leave such cells empty, or take it out of `positive`",
            )
