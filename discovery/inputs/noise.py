"""Standard deviations of measurements: from columns, or as the user says."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from numbers import Real
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from discovery.inputs.columns import Roles
from discovery.inputs.tables import Table
from sciml.errors import BadData, did_you_mean
from sciml.hidden import HiddenTermProblem
from sciml.records import Experiment

Noise = Any
"""a number relative to each state's mean absolute value; state -> absolute; None if unknown.

Users give it, so that it is checked here."""


def from_columns(
    table: Table,
    given: Roles,
    problem: HiddenTermProblem,
    values: Float[np.ndarray, "m s"],
    rows: Int[np.ndarray, " m"],
) -> Float[np.ndarray, "m s"]:
    """Return the standard deviations that columns give, NaN where they give none.

    Raises
    ------
    BadData : a measured value whose standard deviation is empty, zero or negative.
    """
    spread = np.full(values.shape, np.nan)
    for state, column in given.noise.items():
        k = problem.states.index(state)
        spread[:, k] = table.numbers(column)[rows]
        wrong = np.isfinite(values[:, k]) & ~(spread[:, k] > 0)
        if np.any(wrong):
            i = int(np.argmax(wrong))
            value = "empty" if np.isnan(spread[i, k]) else f"{spread[i, k]:g}"
            raise BadData(
                f"the standard deviation '{column}' is {value} in {table.row(int(rows[i]))} of "
                f"{table.source}.",
                "give a positive number wherever the state was measured, or leave the column out",
            )
    return spread


def sized(
    parts: Sequence[Experiment],
    spreads: Sequence[Float[np.ndarray, "m s"]],
    problem: HiddenTermProblem,
    noise: Noise,
) -> list[Experiment]:
    """Return the experiments with their standard deviations, if these are known.

    Parameters
    ----------
    spreads : what the data say of each experiment, NaN where nothing.
    noise : what the user says, which stands in front.

    Raises
    ------
    BadData : noise that is not positive, of a state that does not exist, given for some measured
        states only, or larger than the signal.
    """
    told = _told(parts, problem, noise)
    spreads = [np.where(np.isfinite(told), told, spread) for spread in spreads]
    known = {
        k: all(
            np.all(np.isfinite(n[e.observed[:, k], k])) for e, n in zip(parts, spreads, strict=True)
        )
        for k in range(len(problem.states))
        if any(e.observed[:, k].any() for e in parts)
    }
    if not any(np.isfinite(n).any() for n in spreads):
        return list(parts)
    for k, state in enumerate(problem.states):
        if not known.get(k, True):
            raise BadData(
                f"the standard deviation of state '{state}' is given for some measurements only, "
                "or for other states only.",
                f"give a column sd_{state} throughout, or noise={{'{state}': ...}}",
            )
    for k in known:
        _refuse_drowned(parts, spreads, k, problem.states[k])
    return [replace(e, noise=n) for e, n in zip(parts, spreads, strict=True)]


def _told(
    parts: Sequence[Experiment], problem: HiddenTermProblem, noise: Noise
) -> Float[np.ndarray, " s"]:
    """The standard deviation of each state as the user says, NaN where nothing is said."""
    told = np.full(len(problem.states), np.nan)
    if noise is None:
        return told
    if isinstance(noise, Mapping):
        for state, value in noise.items():
            if state not in problem.states:
                raise BadData(
                    f"noise names '{state}', which is no state. "
                    f"{did_you_mean(state, problem.states)}".rstrip(),
                    f"the states are {list(problem.states)}",
                )
            told[problem.states.index(state)] = _positive(value, f"noise of '{state}'")
        return told
    size = _positive(noise, "noise")
    for k in range(len(problem.states)):
        values = np.concatenate([e.values[:, k] for e in parts])
        if np.isfinite(values).any():
            told[k] = size * np.nanmean(np.abs(values))
    return told


def _positive(value: object, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise BadData(
            f"{what} is {value!r}.",
            "give a number relative to the mean size of each state, or a dictionary of absolute "
            "standard deviations by state",
        )
    size = float(value)
    if not (math.isfinite(size) and size > 0):
        raise BadData(f"{what} is {size:g}.", "give a positive number, or leave it out if unknown")
    return size


def _refuse_drowned(
    parts: Sequence[Experiment], spreads: Sequence[np.ndarray], k: int, state: str
) -> None:
    """Raise BadData where a state's typical noise is larger than the spread of its values."""
    seen = [e.observed[:, k] for e in parts]
    values = np.concatenate([e.values[s, k] for e, s in zip(parts, seen, strict=True)])
    noise = float(np.median(np.concatenate([n[s, k] for n, s in zip(spreads, seen, strict=True)])))
    signal = float(np.std(values))
    if len(values) > 1 and noise > signal:
        raise BadData(
            f"the noise of state '{state}', {noise:.3g}, is larger than its signal: its values "
            f"spread by {signal:.3g} only.",
            "check the unit of the noise (a number is relative to the mean size of the state), or "
            "measure where the state changes more",
        )
