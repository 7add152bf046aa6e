"""Formulas as text: parsed without `eval` to sympy, and compiled to functions of arrays."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sympy

from sciml.errors import BadProblem, did_you_mean

FUNCTIONS: Mapping[str, Any] = {
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "tanh": sympy.tanh,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "exp": sympy.exp,
    "log": sympy.log,
    "sqrt": sympy.sqrt,
    "abs": sympy.Abs,
    "sign": sympy.sign,
}
"""functions that a formula may call"""

_OPERATORS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}


def symbol(name: str) -> sympy.Symbol:
    """Return the symbol that stands for a real quantity of this name in every formula."""
    return sympy.Symbol(name, real=True)


def parse(text: str, names: Iterable[str], where: str = "the formula") -> sympy.Expr:
    """Return the expression that a text stands for; ``^`` is a power, as ``**`` is.

    Parameters
    ----------
    text : for example ``"a*x - b*x*y"``.
    names : the quantities it may name.
    where : what the text is, for the error message.

    Raises
    ------
    BadProblem : the text is no formula, or names something unknown; the position is given.
    """
    known = list(names)
    source = str(text).replace("^", "**")
    try:
        tree = ast.parse(source.strip(), mode="eval")
    except SyntaxError as error:
        position = max((error.offset or 1), 1)
        raise BadProblem(
            f"{where}, '{text}', cannot be parsed at position {position}.",
            "write a formula such as a*x - b*x*y",
        ) from error
    return sympy.sympify(_walk(tree.body, known, str(text), where))


def _walk(node: ast.expr, known: list[str], text: str, where: str) -> Any:
    """The sympy value of one node of a parsed formula."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return sympy.Integer(node.value) if type(node.value) is int else sympy.Float(node.value)
    if isinstance(node, ast.Name):
        if node.id in known:
            return symbol(node.id)
        if node.id == "pi":
            return sympy.pi
        raise BadProblem(
            f"{where}, '{text}', names '{node.id}' at position {node.col_offset + 1}, which is "
            f"nothing known. {did_you_mean(node.id, known)}".rstrip(),
            f"it may name {', '.join(known) or 'nothing'}",
        )
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        inner = _walk(node.operand, known, text, where)
        return -inner if isinstance(node.op, ast.USub) else inner
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left = _walk(node.left, known, text, where)
        return _OPERATORS[type(node.op)](left, _walk(node.right, known, text, where))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        if node.func.id in FUNCTIONS and len(node.args) == 1:
            return FUNCTIONS[node.func.id](_walk(node.args[0], known, text, where))
        raise BadProblem(
            f"{where}, '{text}', calls '{node.func.id}' at position {node.col_offset + 1}. "
            f"{did_you_mean(node.func.id, FUNCTIONS)}".rstrip(),
            f"the functions, each of one argument, are {', '.join(FUNCTIONS)}",
        )
    raise BadProblem(
        f"{where}, '{text}', cannot be parsed at position {node.col_offset + 1}.",
        "use numbers, names, + - * / ^, brackets and functions",
    )


def compiled(expression: sympy.Expr, arguments: Sequence[str]) -> Callable[..., np.ndarray | float]:
    """Return the expression as a NumPy function of its arguments, in order (broadcasting)."""
    return _compiled(expression, tuple(arguments))


@lru_cache(maxsize=4096)
def _compiled(expression: sympy.Expr, arguments: tuple[str, ...]) -> Callable[..., Any]:
    return sympy.lambdify([symbol(name) for name in arguments], expression, modules="numpy")


def complexity(expression: sympy.Expr) -> int:
    """Return the number of nodes of an expression: operators, names and numbers count 1,
    functions 2 (as PySR counts with unary functions at 2); a negative factor costs nothing.
    """
    if isinstance(expression, sympy.Symbol) or expression.is_number:
        return 1
    if isinstance(expression, sympy.Pow):
        base, power = expression.args
        if power == -1:
            return 1 + complexity(base)  # the division; its numerator is counted apart
        if power == sympy.Rational(1, 2):
            return 2 + complexity(base)
        return 1 + complexity(base) + complexity(power)
    if isinstance(expression, sympy.Add | sympy.Mul):
        parts = [a for a in expression.args if a != -1]
        return len(parts) - 1 + sum(complexity(a) for a in parts)
    return 2 + sum(complexity(a) for a in expression.args)


def shortest(expression: sympy.Expr) -> int:
    """Return the complexity of an expression, with common factors taken out where that helps."""
    return min(complexity(expression), complexity(sympy.factor_terms(expression)))


@dataclass(frozen=True)
class Form:
    """What is left of a formula without its constants, and the constants in order.

    Attributes
    ----------
    skeleton : summands of numerator and denominator, numbers inside functions written as C.
    constants : the coefficients of the summands, then the numbers inside functions, in the order
        of the skeleton; the denominator is scaled so that its first coefficient is 1.
    """

    skeleton: tuple[tuple[str, ...], tuple[str, ...]]
    constants: tuple[float, ...]


def form(expression: sympy.Expr) -> Form:
    """Return the form of a formula: two formulas are the same law up to constants if equal."""
    top, bottom = sympy.fraction(sympy.together(sympy.nsimplify(expression, rational=True)))
    upper, lower = _summands(top), _summands(bottom)
    scale = next(iter(lower.values()))[0] if lower else 1.0
    skeleton = (tuple(upper), tuple(lower))
    outer = [c / scale for part in (upper, lower) for c, _ in part.values()]
    inner = [n for part in (upper, lower) for _, numbers in part.values() for n in numbers]
    return Form(skeleton, tuple(outer + inner))


def _summands(expression: sympy.Expr) -> dict[str, tuple[float, list[float]]]:
    """Summands without their constants -> (coefficient, numbers inside functions), sorted."""
    found: dict[str, tuple[float, list[float]]] = {}
    for summand in sympy.Add.make_args(sympy.expand(expression)):
        if summand == 0:
            continue
        coefficient, rest = summand.as_coeff_Mul()
        numbers: list[float] = []
        for call in sorted(rest.atoms(sympy.Function), key=str):
            for number in sorted(call.args[0].atoms(sympy.Number), key=float):
                if number not in (sympy.Integer(1), sympy.Integer(-1)) and not (
                    number.is_Integer and call.args[0].has(sympy.Pow)
                ):
                    numbers.append(float(number))
            inside, argument = call.args[0].as_coeff_Mul()
            unnamed = sympy.Symbol("C", real=True) * argument
            if inside != 0 and argument.free_symbols:
                rest = rest.subs(call, call.func(unnamed))
                numbers = numbers or [float(inside)]
        found[str(rest)] = (float(coefficient), numbers)
    return dict(sorted(found.items()))
