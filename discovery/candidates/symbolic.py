"""Candidates of symbolic regression on the hidden networks, where it is asked for or at hand."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import sympy
from jaxtyping import Float

from discovery.ranking.law import Law, constant
from discovery.settings import Settings
from discovery.symbolic import operon, pysr
from sciml.hidden import HiddenTermProblem

LOG = logging.getLogger("sciml.discovery")

SAMPLES = 100
"""points along the solution at which a hidden network is read"""

TAKEN = 8
"""formulas of each hidden term that are refitted, and those of one with those of the others"""


@runtime_checkable
class Learned(Protocol):
    """What is read of a surrogate (see `discovery.surrogate.fitted.Surrogate`)."""

    @property
    def problem(self) -> HiddenTermProblem:
        """What is modelled."""
        ...

    def fields(self, experiment: int, points: np.ndarray) -> np.ndarray:
        """Return the states at points."""
        ...

    def derivative(self, experiment: int, points: np.ndarray, name: str) -> np.ndarray:
        """Return a derivative at points."""
        ...

    def hidden(self, experiment: int, points: np.ndarray) -> np.ndarray:
        """Return every hidden term at points."""
        ...

    def hidden_covariance(self, index: int, experiment: int, points: np.ndarray) -> np.ndarray:
        """Return the posterior covariance of one hidden term at points."""
        ...


def further(
    settings: Settings, surrogate: Learned, seed: int, functions: tuple[str, ...] | None
) -> tuple[list[Law], tuple[str, ...]]:
    """Return further laws to refit, and notes on why there are none.

    "auto" takes PySR where it and Julia are at hand and goes on without it elsewhere, with one line
    in the log; a name asks for that engine, and what it lacks is noted beside the result.
    """
    engine = settings.symbolic
    if engine == "none":
        return [], ()
    if engine == "auto":
        detection = pysr.detect()
        if not detection.available:
            LOG.info("symbolic regression left out: %s", detection.line)
            return [], ()
    allowed = ("sqrt", "exp", "sin", "abs") if functions is None else functions
    columns: list[list[sympy.Expr]] = []
    for index in range(len(surrogate.problem.hidden)):
        inputs, values, weights = _samples(surrogate, index)
        names = surrogate.problem.hidden[index].inputs
        if engine == "operon":
            found = operon.candidates(
                inputs, values, names, weights=weights, seed=seed, functions=allowed
            )
        else:
            proposed = pysr.candidates(
                inputs, values, names, weights=weights, seed=seed, functions=allowed
            )
            found = list(proposed.expressions)
            if proposed.warnings:  # it will not go better with the next term
                return [], tuple(proposed.warnings)
        columns.append(found[:TAKEN])
    return laws(columns), ()


def _samples(
    surrogate: Learned, index: int
) -> tuple[Float[np.ndarray, "n i"], Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Inputs and values of a hidden network along the first solution, weighted by 1 / variance."""
    problem = surrogate.problem
    assert problem.data is not None
    points = problem.data.experiments[0].points
    if problem.space:
        where = points[:: max(1, len(points) // SAMPLES)]
    else:
        where = np.linspace(points.min(), points.max(), SAMPLES)[:, None]
    fields = surrogate.fields(0, where)
    columns = []
    for name in problem.hidden[index].inputs:
        if name in problem.states:
            columns.append(fields[:, problem.states.index(name)])
        elif name in problem.axes:
            columns.append(where[:, problem.axes.index(name)])
        else:
            columns.append(surrogate.derivative(0, where, name))
    variance = np.maximum(np.diag(surrogate.hidden_covariance(index, 0, where)), 0.0)
    values = surrogate.hidden(0, where)[:, index]
    weights = 1.0 / (variance + 1e-4 * float(np.mean(values**2)) + 1e-300)
    return np.column_stack(columns), values, weights / weights.mean()


def laws(columns: Sequence[Sequence[sympy.Expr]]) -> list[Law]:
    """Return laws that take each hidden term's formula from its column, the n-th with the n-th.

    A column that is shorter stays at its last formula; numbers of formulas become constants.
    """
    if any(not column for column in columns):
        return []
    made = []
    for n in range(max(len(column) for column in columns)):
        chosen = [column[min(n, len(column) - 1)] for column in columns]
        made.append(law(chosen))
    return made


def law(expressions: Sequence[sympy.Expr]) -> Law:
    """Return a law whose constants are the numbers of formulas; whole powers stay as they are."""
    values: list[float] = []
    terms = []
    for expression in expressions:
        freed = {}
        for number in sorted(expression.atoms(sympy.Float), key=float):
            freed[number] = constant(len(values))
            values.append(float(number))
        terms.append(expression.xreplace(freed))
    return Law(tuple(terms), tuple(values))
