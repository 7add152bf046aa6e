"""The known parts of an equation as JAX functions of quantities by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import sympy

from sciml import formula
from sciml.hidden import HiddenTermProblem

Rate = Callable[[Mapping[str, Any]], Any]
"""quantities by name -> rate"""


def known_parts(problem: HiddenTermProblem) -> dict[str, Rate]:
    """Return the known rates as JAX functions of quantities by name."""
    found: dict[str, Rate] = {}
    for state, part in problem.known.items():
        if callable(part):
            found[state] = _called(part, tuple(problem.params))
        else:
            found[state] = _formula(problem.formulas[state])
    return found


def _called(part: Callable[[Any, Any], Any], params: tuple[str, ...]) -> Rate:
    def rate(q: Mapping[str, Any]) -> Any:
        return part(_Without(q, params), {k: q[k] for k in params})

    return rate


class _Without(Mapping[str, Any]):
    """A mapping without some of its names; what it does not hold is still asked of the first."""

    def __init__(self, of: Mapping[str, Any], names: tuple[str, ...]) -> None:
        self._of, self._names = of, names

    def __getitem__(self, name: str) -> Any:
        if name in self._names:
            raise KeyError(name)
        return self._of[name]

    def __iter__(self) -> Iterator[str]:
        return (n for n in self._of if n not in self._names)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _formula(expression: sympy.Expr) -> Rate:
    names = sorted(str(s) for s in expression.free_symbols)
    function = sympy.lambdify([formula.symbol(n) for n in names], expression, modules="jax")
    return lambda q: function(*(q[n] for n in names))


def asked(problem: HiddenTermProblem, known: Mapping[str, Rate]) -> set[str]:
    """Return the derivatives that known rates read, found by calling them once on ones."""
    recorder = _Asked(problem)
    for part in known.values():
        jax.eval_shape(lambda part=part: jnp.asarray(part(recorder)))
    return recorder.seen


class _Asked(dict[str, Any]):
    """Quantities that answer one, and note which derivatives are asked for."""

    def __init__(self, problem: HiddenTermProblem) -> None:
        super().__init__({n: 1.0 for n in (*problem.states, *problem.axes, *problem.params)})
        self.problem = problem
        self.seen: set[str] = set()

    def __missing__(self, name: str) -> Any:
        if self.problem.derivative(name) is None:
            raise KeyError(name)
        self.seen.add(name)
        return jnp.ones(())
