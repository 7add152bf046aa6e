"""Laws to refit: subsets of the dictionary that explain the data to first order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import sympy

from discovery.candidates.library import INNER, Entry, values
from discovery.ranking.law import Law, constant
from discovery.ranking.reference import Reference, regression
from discovery.ranking.score import PRICE, SUMMAND
from discovery.ranking.subsets import Subset, search
from discovery.ranking.target import Target


def propose(
    target: Target,
    references: Sequence[Reference],
    dictionary: Sequence[Sequence[Entry]],
    *,
    count: int,
    width: int = 30,
    depth: int = 6,
) -> list[Law]:
    """Return laws that explain the data to first order about a reference, best first."""
    problem = target.problem
    tables = []
    for hidden, offered in zip(problem.hidden, dictionary, strict=True):
        per_experiment = []
        for reference in references:
            shape = reference.quantities[problem.states[0]].shape
            at = {n: reference.quantities[n].ravel() for n in hidden.inputs}
            per_experiment.append(values(offered, hidden.inputs, at).reshape(*shape, -1))
        tables.append(per_experiment)
    linear = regression(target, references, tables)
    owner = [(m, entry) for m, offered in enumerate(dictionary) for entry in offered]
    names: dict[tuple[int, str], int] = {}
    kind = [names.setdefault((m, str(e.shape)), len(names)) for m, e in owner]
    price = np.array(
        [
            SUMMAND * (1 + (e.group == "rational")) + PRICE * (e.price + 2 * (e.inner is not None))
            for _, e in owner
        ]
    )
    finite = np.all(np.isfinite(linear.columns), axis=0)
    columns = np.where(finite, linear.columns, 0.0)
    found = search(
        linear.misfit, columns, price=price, kind=kind, count=count, width=width, depth=depth
    )
    return [law_of(subset, owner, len(problem.hidden)) for subset in found]


def law_of(subset: Subset, owner: Sequence[tuple[int, Entry]], hidden: int) -> Law:
    """Return a subset as a law: inner constants are free as well."""
    terms: list[sympy.Expr] = [sympy.Integer(0)] * hidden
    numbers: list[float] = []
    for column, coefficient in zip(subset.columns, subset.coefficients, strict=True):
        m, entry = owner[column]
        part = constant(len(numbers)) * entry.shape
        numbers.append(coefficient)
        if entry.inner is not None:
            part = part.subs(INNER, constant(len(numbers)))
            numbers.append(entry.inner)
        terms[m] = terms[m] + part
    return Law(tuple(terms), tuple(numbers))
