"""From a surrogate to the ranking: what laws are fitted to, and the first linearisation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Float

from discovery.candidates.library import GROUPS, Entry, entries
from discovery.ranking.field import field
from discovery.ranking.reference import Reference, cells, grid, linearised
from discovery.ranking.space import Ordinary, Space
from discovery.ranking.target import Target
from discovery.surrogate.fitted import Surrogate
from sciml.hidden import HiddenTermProblem
from sciml.records import Records

NAMED = {"exp": ("exp", "tanh"), "log": ("log",), "trig": ("sin", "cos"), "abs": ("abs", "sign")}
"""family of dictionary entries -> names by which a user asks for it"""


def target(
    problem: HiddenTermProblem, records: Records, surrogate: Surrogate, *, asked: bool = False
) -> Target:
    """Return what laws are fitted to, with the surrogate's noise and initial states."""
    spaces: list[Space] = []
    starts: list[Float[np.ndarray, " q"]] = []
    for i, experiment in enumerate(records.experiments):
        begin = float(experiment.times.min())
        if problem.space:
            where = field(problem, experiment, begin, partial(surrogate.fields, i))
            spaces.append(where)
            starts.append(np.zeros(where.initial))
        else:
            state = Ordinary(problem, experiment, begin)
            spaces.append(state)
            starts.append(state.parameters(surrogate.fields(i, np.array([[begin]]))[0]))
    return Target(problem, records, surrogate.noise, tuple(spaces), tuple(starts), asked)


def references(aim: Target, surrogate: Surrogate) -> list[Reference]:
    """Return the equation linearised along the surrogate, one an experiment."""
    problem = aim.problem

    def hidden(quantities: dict[str, Any]) -> Sequence[Any]:
        found = []
        for m, term in enumerate(problem.hidden):
            columns = np.broadcast_arrays(
                quantities[problem.states[0]], *(quantities[n] for n in term.inputs)
            )[1:]
            inputs = np.stack([np.asarray(c, float).ravel() for c in columns], 1)
            found.append(surrogate.hidden_at(m, inputs).reshape(columns[0].shape))
        return found

    free = tuple(surrogate.free[n] for n in problem.free)
    made = []
    for i, space in enumerate(aim.spaces):
        times, at = grid(space.times, cells(aim))
        if problem.space:
            states = _on_grid(space, surrogate, i, times)
        else:
            states = surrogate.fields(i, times[:, None])
        made.append(linearised(aim, i, times, at, states, hidden, free, aim.starts[i]))
    return made


def _on_grid(space: Any, surrogate: Surrogate, index: int, times: np.ndarray) -> np.ndarray:
    """The surrogate's fields at all nodes and times, [g, n]."""
    many = len(space.nodes)
    at = np.column_stack([np.repeat(times, many), np.tile(space.nodes, (len(times), 1))])
    states = surrogate.fields(index, at).reshape(len(times), -1)
    states[:, space.held] = np.where(np.abs(space.base[space.held]) > 0, states[:, space.held], 0.0)
    return states


def dictionary(
    problem: HiddenTermProblem,
    made: Sequence[Reference],
    operators: Sequence[str] | str = "auto",
) -> list[list[Entry]]:
    """Return the entries offered to every hidden term.

    Parameters
    ----------
    operators : "auto" for all families, or names of functions: then monomials, rational shapes
        and the families of these functions are offered.
    """
    groups = list(GROUPS)
    if operators != "auto":
        groups = ["polynomial", "rational", "power"]
        groups += [g for g, names in NAMED.items() if set(names) & set(operators)]
    offered = []
    for term in problem.hidden:
        samples = {n: np.concatenate([r.quantities[n].ravel() for r in made]) for n in term.inputs}
        plain = [n for n in term.inputs if n in problem.states or n in problem.axes]
        shaped = plain if problem.space or len(term.inputs) <= 3 else plain[:3]
        offered.append(entries(term.inputs, samples, groups=groups, shaped=shaped))
    return offered
