"""What an engine proposes, made shorter: summands that hardly count are left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import sympy
from jaxtyping import Float

from sciml import formula

CUTS = (1e-3, 2e-2)
"""summands smaller than these parts of the whole are left out, in root mean square"""

LONGEST = 40
"""nodes of a formula that is kept"""


def tidied(
    expressions: Iterable[sympy.Expr], inputs: Float[np.ndarray, "n i"], names: Sequence[str]
) -> list[sympy.Expr]:
    """Return formulas with shorter ones beside them, each once, those first that came first.

    A formula stays as it came and is joined by what is left of it when small summands of
    numerator and denominator are left out (`CUTS`). Formulas that are longer than `LONGEST` or not
    finite at all inputs are dropped.

    Parameters
    ----------
    expressions : formulas of the named inputs.
    inputs, names : where they are to hold.
    """
    found: dict[str, sympy.Expr] = {}
    for expression in expressions:
        for candidate in (expression, *_shorter(expression, inputs, names)):
            short = formula.complexity(candidate) <= LONGEST
            if short and _values(candidate, inputs, names) is not None:
                found.setdefault(str(candidate), candidate)
    return list(found.values())


def _values(
    expression: sympy.Expr, inputs: np.ndarray, names: Sequence[str]
) -> Float[np.ndarray, " n"] | None:
    """The formula at the inputs, or None where it is not finite or cannot be evaluated."""
    try:
        with np.errstate(all="ignore"):
            values = formula.compiled(expression, names)(*inputs.T)
        values = np.broadcast_to(np.asarray(values, float), len(inputs))
    except (TypeError, ValueError, NameError, ArithmeticError):
        return None
    return values if np.all(np.isfinite(values)) else None


def _shorter(expression: sympy.Expr, inputs: np.ndarray, names: Sequence[str]) -> list[sympy.Expr]:
    try:
        top, bottom = sympy.fraction(sympy.together(expression))
        top, bottom = sympy.expand(top), sympy.expand(bottom)
        found = []
        for cut in CUTS:
            upper = _without_small(top, cut, inputs, names)
            lower = _without_small(bottom, cut, inputs, names)
            if upper is not None and lower is not None and 0 not in (upper, lower):
                upper, lower = sympy.fraction(sympy.cancel(upper / lower))
                found.append(_scaled(upper, lower))
    except (sympy.PolynomialError, ArithmeticError, ValueError, TypeError):
        return []
    return found


def _without_small(
    part: sympy.Expr, cut: float, inputs: np.ndarray, names: Sequence[str]
) -> sympy.Expr | None:
    whole = _values(part, inputs, names)
    if whole is None:
        return None
    kept = []
    for summand in sympy.Add.make_args(part):
        values = _values(summand, inputs, names)
        if values is None or np.linalg.norm(values) > cut * np.linalg.norm(whole):
            kept.append(summand)
    return sympy.Add(*kept)


def _scaled(upper: sympy.Expr, lower: sympy.Expr) -> sympy.Expr:
    """The fraction with 1 for the coefficient of a summand of the denominator."""
    scale = sympy.Add.make_args(sympy.expand(lower))[-1].as_coeff_Mul()[0]
    fraction = sympy.expand(upper / scale) / sympy.expand(lower / scale)
    numbers = fraction.atoms(sympy.Float)
    ones = {f: sympy.Integer(round(f)) for f in numbers if abs(abs(float(f)) - 1) < 1e-12}
    return fraction.xreplace(ones)
