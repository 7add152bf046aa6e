"""The rates of an equation with a law in place, for a batch of parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from jaxtyping import Float

from discovery.ranking.law import Law
from sciml import formula
from sciml.hidden import HiddenTermProblem

Quantities = Mapping[str, Any]
"""states, derivatives, coordinates and parameters by name, arrays of one shape"""


@dataclass(frozen=True)
class Rates:
    """The known rates of a problem as functions of named quantities.

    Attributes
    ----------
    problem : whose rates.
    known : state -> function of the quantities, for states that have a known part.
    """

    problem: HiddenTermProblem
    known: Mapping[str, Callable[[Quantities], Any]]

    def of(self, quantities: Quantities, hidden: Sequence[Any]) -> list[Any]:
        """Return the rate of every state, given the values of the hidden terms."""
        rates = []
        for state in self.problem.states:
            rate = self.known[state](quantities) if state in self.known else 0.0
            for term, value in zip(self.problem.hidden, hidden, strict=True):
                factor = term.factors.get(state)
                if factor is not None:
                    rate = rate + factor * value
            rates.append(rate)
        return rates


def rates(problem: HiddenTermProblem) -> Rates:
    """Return a problem's known rates, compiled for NumPy arrays."""
    known: dict[str, Callable[[Quantities], Any]] = {}
    for state, part in problem.known.items():
        if callable(part):
            known[state] = _called(part, tuple(problem.params))
        else:
            known[state] = _formula(problem.formulas[state])
    return Rates(problem, known)


def _formula(expression: Any) -> Callable[[Quantities], Any]:
    names = sorted(str(s) for s in expression.free_symbols)
    function = formula.compiled(expression, names)
    return lambda quantities: function(*(quantities[n] for n in names))


def _called(
    part: Callable[[Any, Any], Any], params: tuple[str, ...]
) -> Callable[[Quantities], Any]:
    import jax

    compiled = jax.jit(part)

    def rate(quantities: Quantities) -> Any:
        state = {k: v for k, v in quantities.items() if k not in params}
        return np.asarray(compiled(state, {k: quantities[k] for k in params}))

    return rate


Terms = Callable[[Quantities, Float[np.ndarray, "b k"]], list[Any]]
"""(quantities [b, ...], constants [b, k]) -> values of the hidden terms"""


def terms(problem: HiddenTermProblem, law: Law) -> Terms:
    """Return the hidden terms of a law as one function of quantities and constants."""
    names = [s.name for s in law.symbols]
    compiled = []
    for hidden, term in zip(problem.hidden, law.terms, strict=True):
        compiled.append((hidden.inputs, formula.compiled(term, [*hidden.inputs, *names])))

    def values(quantities: Quantities, constants: Float[np.ndarray, "b k"]) -> list[Any]:
        columns = [constants[:, i : i + 1] for i in range(constants.shape[1])]
        return [f(*(quantities[n] for n in inputs), *columns) for inputs, f in compiled]

    return values


Whole = Callable[[Quantities, Float[np.ndarray, "b k"]], list[Any]]
"""(quantities [b, ...], constants [b, k]) -> rates of all states"""


def whole(known: Rates, law: Law) -> Whole:
    """Return the rates of all states with a law in place, as one function if it can be."""
    problem = known.problem
    if any(callable(part) for part in problem.known.values()):
        hidden = terms(problem, law)
        return lambda quantities, constants: known.of(quantities, hidden(quantities, constants))
    rates = list(problem.rates(law.terms).values())
    constants_used = [s.name for s in law.symbols]
    named = sorted({s.name for r in rates for s in r.free_symbols} - set(constants_used))
    symbols = [formula.symbol(n) for n in [*named, *constants_used]]
    function = sympy.lambdify(symbols, rates, modules="numpy")

    def together(quantities: Quantities, constants: Float[np.ndarray, "b k"]) -> list[Any]:
        columns = [constants[:, i : i + 1] for i in range(constants.shape[1])]
        return list(function(*(quantities[n] for n in named), *columns))

    return together
