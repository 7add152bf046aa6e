"""Units: what a text says, whether an equation is consistent, what units a law's constants have.

Names of units are compared as they stand: g and mg are two units. The dimension of an expression is
the exponents of the unit names, linear in the dimensions that are not known; sums, arguments of
functions and exponents each give a linear equation (Langhaar, Dimensional Analysis (1951)).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import sympy

from discovery.ranking.law import Law
from sciml import formula
from sciml.errors import BadProblem, did_you_mean
from sciml.hidden import HiddenTermProblem

Dimension = dict[str, Fraction]
"""name of a unit, or "[q]" for the dimension of a quantity q that is not known -> exponent"""

PURE = ("", "1", "-")
"""how a pure number's unit is written"""


def parse(text: str) -> Dimension:
    """Return the exponents that a unit stands for: products, quotients and powers of names.

    Raises
    ------
    BadProblem : the text is no such unit.
    """
    if text.strip() in PURE:
        return {}
    names = re.findall(r"[^\W\d]\w*", text)
    found = formula.parse(text, names, "the unit")
    exponents: Dimension = {}
    for factor in sympy.Mul.make_args(found):
        base, power = factor.as_base_exp()
        if base == 1:
            continue
        if not (base.is_Symbol and power.is_Rational):
            raise BadProblem(
                f"the unit '{text}' is no product of powers.",
                "write units as mol/L, 1/day or m^2/s: names, * / ^, no numbers before them",
            )
        exponents[base.name] = Fraction(int(power.p), int(power.q))
    return exponents


def written(dimension: Mapping[str, Fraction]) -> str:
    """Return a dimension as text that `parse` reads back; "1" for a pure number."""
    above = [_power(n, p) for n, p in sorted(dimension.items()) if p > 0]
    below = [_power(n, -p) for n, p in sorted(dimension.items()) if p < 0]
    return "/".join(["*".join(above) or "1", *below])


def _power(name: str, power: Fraction) -> str:
    if power == 1:
        return name
    return f"{name}^{power}" if power.denominator == 1 else f"{name}^({power})"


def _sum(*parts: tuple[Mapping[str, Fraction], Fraction | int]) -> Dimension:
    """Σ factor · dimension, without zeros."""
    total: Dimension = {}
    for dimension, factor in parts:
        for name, power in dimension.items():
            total[name] = total.get(name, Fraction(0)) + factor * power
    return {name: power for name, power in total.items() if power}


@dataclass
class Balance:
    """Dimensions of a problem's quantities, and equations that they obey.

    Attributes
    ----------
    problem : whose `units` are known.
    equations : dimensions that must be those of a pure number.
    """

    problem: HiddenTermProblem
    equations: list[Dimension] = field(default_factory=list)

    def quantity(self, name: str) -> Dimension:
        """Return the dimension of a state, derivative, coordinate, parameter or constant."""
        if name in self.problem.units:
            return parse(self.problem.units[name])
        order = self.problem.derivative(name)
        if order is None:
            return {f"[{name}]": Fraction(1)}
        along = [
            (self.quantity(axis), -n) for axis, n in zip(self.problem.space, order[1], strict=True)
        ]
        return _sum((self.quantity(order[0]), 1), *along)

    def rate(self, state: str) -> Dimension:
        """Return the dimension of a state's rate."""
        return _sum((self.quantity(state), 1), (self.quantity("t"), -1))

    def of(self, expression: sympy.Expr) -> Dimension:
        """Return an expression's dimension; what its parts must obey joins the equations."""
        if isinstance(expression, sympy.Symbol):
            return self.quantity(expression.name)
        if expression.is_number:
            return {}
        if isinstance(expression, sympy.Mul):
            return _sum(*((self.of(a), 1) for a in expression.args))
        if isinstance(expression, sympy.Add):
            first, *others = (self.of(a) for a in expression.args)
            self.equations += [_sum((other, 1), (first, -1)) for other in others]
            return first
        if isinstance(expression, sympy.Pow) and expression.exp.is_number:
            power = Fraction(float(expression.exp)).limit_denominator(1000)
            return _sum((self.of(expression.base), power))
        inner = [self.of(a) for a in expression.args]
        if isinstance(expression, sympy.Abs):
            return inner[0]
        if not isinstance(expression, sympy.sign):
            self.equations += inner
        return {}

    def solved(self) -> dict[str, Dimension] | None:
        """Return the dimensions that the equations determine; None where they contradict."""
        every = sorted({n for e in self.equations for n in e})
        unknown = [n for n in every if n.startswith("[")]
        units = [n for n in every if not n.startswith("[")]
        left = np.array([[float(e.get(n, 0)) for n in unknown] for e in self.equations])
        right = -np.array([[float(e.get(n, 0)) for n in units] for e in self.equations])
        left = left.reshape(len(self.equations), len(unknown))
        right = right.reshape(len(self.equations), len(units))
        inverse = np.linalg.pinv(left) if left.size else np.zeros(left.T.shape)
        found = inverse @ right
        if not np.allclose(left @ found, right, atol=1e-8):
            return None
        told = np.isclose(np.diag(inverse @ left), 1.0, atol=1e-8)
        return {
            name[1:-1]: {
                unit: power
                for unit, value in zip(units, row, strict=True)
                if (power := Fraction(float(value)).limit_denominator(1000))
            }
            for name, row, sure in zip(unknown, found, told, strict=True)
            if sure
        }


def check(problem: HiddenTermProblem) -> None:
    """Refuse a problem whose known part adds up what has different units.

    What has no unit given is taken to have whatever unit fits; numbers are pure.

    Raises
    ------
    BadProblem : a unit of nothing or that cannot be read, a summand of the known part (named)
        whose unit is not that of its rate, a hidden term that adds to rates of different units.
    """
    known = (*problem.states, *problem.axes, *problem.params)
    for name, text in problem.units.items():
        if name not in known:
            raise BadProblem(
                f"units names '{name}'. {did_you_mean(name, known)}".rstrip(),
                f"choose from {list(known)}",
            )
        parse(text)
    balance = Balance(problem)
    for state, summand in _summands(problem):
        found = balance.of(summand)
        balance.equations.append(_sum((found, 1), (balance.rate(state), -1)))
        if balance.solved() is None:
            raise BadProblem(
                f"the summand '{summand}' of the rate of '{state}' has {_named(found)}, "
                f"the rate has {_named(balance.rate(state))}.",
                "correct its unit; a number with a unit must be a parameter",
            )
    for term in problem.hidden:
        first, *others = term.factors
        for other in others:
            balance.equations.append(_sum((balance.rate(first), 1), (balance.rate(other), -1)))
            if balance.solved() is None:
                raise BadProblem(
                    f"the hidden term '{term.name}' adds to the rates of '{first}' and '{other}', "
                    "which have different units.",
                    "hide one term in each",
                )


def _summands(problem: HiddenTermProblem) -> Iterator[tuple[str, sympy.Expr]]:
    """Every summand of the known part that is a formula."""
    for state, expression in problem.formulas.items():
        for summand in sympy.Add.make_args(sympy.expand(expression)):
            if summand != 0:
                yield state, summand


def _named(dimension: Dimension) -> str:
    """A dimension in words."""
    if any(name.startswith("[") for name in dimension):
        return "a unit that cannot fit"
    return f"unit {written(dimension)}"


def of_constants(problem: HiddenTermProblem, law: Law) -> dict[str, str]:
    """Return the unit of every constant of a law that the units given determine: c0_ -> "1/day".

    Constants of a term that no choice of units makes consistent, such as a logarithm of what has
    a unit, have none.
    """
    if not problem.units:
        return {}
    found: dict[str, str] = {}
    for index, (hidden, term) in enumerate(zip(problem.hidden, law.terms, strict=True)):
        if term == 0:
            continue
        balance = Balance(problem)
        for state, summand in _summands(problem):
            balance.equations.append(_sum((balance.of(summand), 1), (balance.rate(state), -1)))
        rate = balance.rate(next(iter(hidden.factors)))
        balance.equations.append(_sum((balance.of(term), 1), (rate, -1)))
        told = balance.solved() or {}
        for number in law.constants_of(index):
            name = law.symbols[number].name
            if name in told:
                found[name] = written(told[name])
    return found
