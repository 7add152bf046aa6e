"""Formulas as other engines write them, read without `eval`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

import sympy

from sciml import formula

FUNCTIONS: Mapping[str, Callable[..., sympy.Expr]] = {
    **formula.FUNCTIONS,
    "square": lambda x: x**2,
    "cube": lambda x: x**3,
    "inv": lambda x: 1 / x,
    "neg": lambda x: -x,
    "cbrt": lambda x: sympy.sign(x) * sympy.Abs(x) ** sympy.Rational(1, 3),
    "pow": lambda x, y: x**y,
    "safe_pow": lambda x, y: x**y,
    "pow_abs": lambda x, y: sympy.Abs(x) ** y,
    "powabs": lambda x, y: sympy.Abs(x) ** y,
    "safe_sqrt": sympy.sqrt,
    "sqrt_abs": lambda x: sympy.sqrt(sympy.Abs(x)),
    "sqrtabs": lambda x: sympy.sqrt(sympy.Abs(x)),
    "safe_log": sympy.log,
    "log_abs": lambda x: sympy.log(sympy.Abs(x)),
    "logabs": lambda x: sympy.log(sympy.Abs(x)),
    "log1p": lambda x: sympy.log(x + 1),
    "log2": lambda x: sympy.log(x) / sympy.log(2),
    "log10": lambda x: sympy.log(x) / sympy.log(10),
    "plus": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mult": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "aq": lambda x, y: x / sympy.sqrt(1 + y**2),
}
"""functions by the names that PySR and Operon give them"""

_OPERATORS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}


class Unreadable(ValueError):
    """A text is no formula that is understood here."""


def parse(text: str, names: Mapping[str, str]) -> sympy.Expr:
    """Return the formula that a text stands for; a number that is whole, such as 2.0, is exact.

    Parameters
    ----------
    text : such as ``"square(x0) * 0.9 - x1 ^ 2"``.
    names : variable in the text -> quantity.

    Raises
    ------
    Unreadable : no formula, an unknown name or function, or a value that is not finite.
    """
    try:
        tree = ast.parse(str(text).strip().replace("^", "**"), mode="eval")
        found = sympy.sympify(_walk(tree.body, names))
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
        raise Unreadable(f"'{text}' is no formula that can be read.") from error
    if found.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo, sympy.I):
        raise Unreadable(f"'{text}' is not finite.")
    return found


def _walk(node: ast.expr, names: Mapping[str, str]) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        value = float(node.value)
        small = value.is_integer() and abs(value) < 1e6
        return sympy.Integer(int(value)) if small else sympy.Float(value)
    if isinstance(node, ast.Name) and node.id in names:
        return formula.symbol(names[node.id])
    if isinstance(node, ast.Name) and node.id == "pi":
        return sympy.pi
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        inner = _walk(node.operand, names)
        return -inner if isinstance(node.op, ast.USub) else inner
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_walk(node.left, names), _walk(node.right, names))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id in FUNCTIONS and not node.keywords:
            return FUNCTIONS[node.func.id](*(_walk(a, names) for a in node.args))
        raise Unreadable(f"{node.func.id} is no function that is known here")
    raise Unreadable(ast.dump(node)[:60])
