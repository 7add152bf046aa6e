"""An equation with its laws in place, written out: LaTeX, Python, a vector field in JAX."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy

from sciml import formula
from sciml.errors import BadConfig
from sciml.hidden import HiddenTermProblem

Laws = Mapping[str, sympy.Expr]
"""hidden term -> its formula"""


def rates(problem: HiddenTermProblem, laws: Laws) -> dict[str, sympy.Expr]:
    """Return the whole rate of every state.

    Raises
    ------
    BadConfig : a known part is a function, not a formula.
    """
    for state, part in problem.known.items():
        if callable(part):
            raise BadConfig(
                f"the known part of '{state}' is a function.",
                "give it as a formula to write it out",
            )
    return problem.rates([laws[hidden.name] for hidden in problem.hidden])


def latex(problem: HiddenTermProblem, laws: Mapping[str, str]) -> str:
    """Return the equations in LaTeX, the known parts and the laws apart."""
    lines = []
    for state in problem.states:
        known = problem.known.get(state)
        parts = []
        if isinstance(known, str):
            parts.append(sympy.latex(problem.formulas[state]))
        elif known is not None:
            parts.append(rf"\mathrm{{known}}_{{{state}}}")
        for hidden in problem.hidden:
            factor = hidden.factors.get(state)
            if factor is not None:
                inner = rf"\left({laws[hidden.name]}\right)"
                sign = {1.0: "", -1.0: "-"}.get(factor, f"{factor:g}\\,")
                parts.append(rf"\underbrace{{{sign}{inner}}}_{{{sympy.Symbol(hidden.name)}}}")
        derivative = r"\partial_t " if problem.space else r"\tfrac{d}{dt}"
        lines.append(rf"{derivative}{sympy.latex(formula.symbol(state))} = {' + '.join(parts)}")
    return (
        r" \\ ".join(lines)
        if len(lines) == 1
        else (
            r"\begin{aligned}"
            + r" \\ ".join(line.replace(" = ", " &= ", 1) for line in lines)
            + r"\end{aligned}"
        )
    )


def python(problem: HiddenTermProblem, laws: Laws, free: Mapping[str, float]) -> str:
    """Return the source of ``rhs(t, y)``, which SciPy's solvers take as it is."""
    whole = rates(problem, laws)
    numbers = {**problem.params, **free}
    lines = ["import numpy as np", "", "", "def rhs(t, state):"]
    lines.append(f'    """{problem.name}: states {", ".join(problem.states)}."""')
    lines += [f"    {name} = {value!r}" for name, value in numbers.items()]
    lines.append(
        f"    {', '.join(problem.states)}{',' if len(problem.states) == 1 else ''} = state"
    )
    lines.append("    return np.array([")
    lines += [f"        {sympy.pycode(whole[s], fully_qualified_modules=False)}," for s in whole]
    lines.append("    ])")
    text = "\n".join(lines) + "\n"
    for name in ("sin", "cos", "tan", "tanh", "sinh", "cosh", "exp", "log", "sqrt"):
        text = text.replace(f" {name}(", f" np.{name}(").replace(f"({name}(", f"(np.{name}(")
        text = text.replace(f"*{name}(", f"*np.{name}(").replace(f"-{name}(", f"-np.{name}(")
    return text.replace("math.copysign(1, ", "np.copysign(1, ")


def vector_field(
    problem: HiddenTermProblem, laws: Laws, free: Mapping[str, float]
) -> Callable[[Any, Any, Any], Any]:
    """Return (t, y [s], args) -> dy/dt [s] in JAX."""
    import jax.numpy as jnp

    whole = rates(problem, laws)
    numbers = {formula.symbol(k): float(v) for k, v in {**problem.params, **free}.items()}
    names = [*problem.states, "t"]
    symbols = [formula.symbol(n) for n in names]
    function = sympy.lambdify(symbols, [r.subs(numbers) for r in whole.values()], modules="jax")

    def field(t: Any, y: Any, _args: Any) -> Any:
        found = function(*y, t)
        return jnp.stack([jnp.asarray(f, jnp.result_type(float)) for f in found])

    return field
