"""Laws: one formula a hidden term, with constants that are fitted."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import sympy
from jaxtyping import Float

from sciml import formula

CONSTANT = re.compile(r"c\d+_")
"""names of the constants in a law: ``c0_``, ``c1_``, …"""


def constant(index: int) -> sympy.Symbol:
    """Return the symbol of a law's constant."""
    return formula.symbol(f"c{index}_")


def is_constant(symbol: sympy.Symbol) -> bool:
    """Whether a symbol stands for a constant that is fitted."""
    return CONSTANT.fullmatch(symbol.name) is not None


@dataclass(frozen=True)
class Law:
    """A formula for every hidden term, with values of the constants.

    Attributes
    ----------
    terms : one expression a hidden term, in its inputs and the constants c0_, c1_, …
    values : the constants' values, in order.
    """

    terms: tuple[sympy.Expr, ...]
    values: tuple[float, ...]

    @property
    def count(self) -> int:
        """Number of constants."""
        return len(self.values)

    @property
    def symbols(self) -> tuple[sympy.Symbol, ...]:
        """The constants' symbols, in order."""
        return tuple(constant(i) for i in range(self.count))

    @property
    def expressions(self) -> tuple[sympy.Expr, ...]:
        """The terms with the constants' values in place."""
        numbers = dict(zip(self.symbols, map(sympy.Float, self.values), strict=True))
        return tuple(term.subs(numbers) for term in self.terms)

    @property
    def complexity(self) -> int:
        """Number of nodes of all terms (see `sciml.formula.complexity`); zero terms are free.

        A constant that several summands share is taken out first.
        """
        return sum(
            formula.shortest(t) if _shares(t) else formula.complexity(t)
            for t in self.terms
            if t != 0
        )

    @property
    def skeleton(self) -> tuple[str, ...]:
        """What makes two laws the same form: the terms with their constants unnamed."""
        return tuple(skeleton(term) for term in self.terms)

    def with_values(self, values: Float[np.ndarray, " k"]) -> Law:
        """Return the law with other constants."""
        return Law(self.terms, tuple(float(v) for v in values))

    def constants_of(self, index: int) -> list[int]:
        """Return the numbers of the constants that stand in one term."""
        names = {s.name for s in self.terms[index].free_symbols}
        return [i for i, s in enumerate(self.symbols) if s.name in names]


def _shares(term: sympy.Expr) -> bool:
    """Whether two summands have the same constant in front, but for the sign."""
    fronts = []
    for summand in sympy.Add.make_args(term):
        number, rest = summand.as_coeff_Mul()
        named = [f for f in sympy.Mul.make_args(rest) if f.is_Symbol and is_constant(f)]
        front = abs(number) * sympy.Mul(*named)
        if front != 1:
            fronts.append(front)
    return len(set(fronts)) < len(fronts)


def skeleton(term: sympy.Expr) -> str:
    """Return a term's form: its summands sorted, every constant written as C."""
    unnamed = sympy.Symbol("C", real=True)
    summands = []
    for summand in sympy.Add.make_args(term):
        free = [s for s in summand.free_symbols if is_constant(s)]
        summands.append(str(summand.subs(dict.fromkeys(free, unnamed))))
    return " + ".join(sorted(summands))


def bare(term: sympy.Expr) -> frozenset[str]:
    """Return a term's summands without their constants: numbers and constants inside are C."""
    unnamed = sympy.Symbol("C", real=True)
    found = set()
    for summand in sympy.Add.make_args(sympy.expand(term)):
        factors = [
            f
            for f in sympy.Mul.make_args(summand)
            if not (f.is_number or (f.is_Symbol and is_constant(f)))
        ]
        rest = sympy.Mul(*factors)
        named = [s for s in rest.free_symbols if is_constant(s)]
        named += list(rest.atoms(sympy.Float))
        found.add(str(rest.xreplace(dict.fromkeys(named, unnamed))))
    return frozenset(found - {"0"})


def refines(law: Law, simple: Law) -> bool:
    """Whether a law is another one with summands added."""
    pairs = zip(law.terms, simple.terms, strict=True)
    return law.terms != simple.terms and all(bare(s) <= bare(t) for t, s in pairs if s != 0)


def renumbered(terms: tuple[sympy.Expr, ...], values: dict[sympy.Symbol, float]) -> Law:
    """Return a law whose constants are numbered afresh; `values` by the old symbols."""
    used = [s for s in values if any(s in t.free_symbols for t in terms)]
    fresh = {old: constant(i) for i, old in enumerate(used)}
    renamed = tuple(t.subs(fresh, simultaneous=True) for t in terms)
    return Law(renamed, tuple(float(values[s]) for s in used))


def joined(parts: list[tuple[sympy.Expr, tuple[float, ...]]]) -> Law:
    """Return the law of several terms whose constants are each numbered from c0_ on."""
    terms: list[sympy.Expr] = []
    values: list[float] = []
    for term, own in parts:
        shift = {constant(i): constant(i + len(values)) for i in range(len(own))}
        terms.append(sympy.sympify(term).subs(shift, simultaneous=True))
        values.extend(own)
    return Law(tuple(terms), tuple(values))
