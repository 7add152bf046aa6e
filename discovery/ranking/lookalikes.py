"""Functions that look like one of the library, and that only good data tell from it.

That a law leads every other of the library says nothing of functions outside it: where one of these
in its place explains the data as well, the data do not tell which function it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sympy

from discovery.ranking.law import Law, constant
from discovery.ranking.refit import refit
from discovery.ranking.score import misfit
from discovery.ranking.target import Fit, Target

Shape = Callable[[sympy.Expr], sympy.Expr]

WAVES: Mapping[type, Mapping[str, Shape]] = {
    kind: {
        "a triangular wave": lambda z, kind=kind: sympy.pi / 4 * sympy.asin(kind(z)),  # type: ignore[misc]
        "a flattened wave": lambda z, kind=kind: 0.8 * sympy.atan(2 * kind(z)),  # type: ignore[misc]
    }
    for kind in (sympy.sin, sympy.cos)
}

LIKE: Mapping[type, Mapping[str, Shape]] = {
    **WAVES,
    sympy.tanh: {
        "an arctangent": lambda z: 2 * sympy.atan(sympy.pi * z / 2) / sympy.pi,
        "z/sqrt(1 + z^2)": lambda z: z / sympy.sqrt(1 + z**2),
    },
}
"""function -> what looks like it, of about its size"""


def unlike(target: Target, fit: Fit, margin: float) -> list[str]:
    """Return in words the functions of a law that the data do not tell from others.

    Parameters
    ----------
    margin : a misfit larger by this excludes a lookalike.
    """
    said = []
    for kind, others in LIKE.items():
        if not any(term.has(kind) for term in fit.law.terms):
            continue
        alike = [name for name, shape in others.items() if _fits(target, fit, kind, shape, margin)]
        if alike:
            said.append(
                f"The data do not tell {kind.__name__} from {' or '.join(alike)} in its place."
            )
    return said


def _fits(target: Target, fit: Fit, kind: type, shape: Shape, margin: float) -> bool:
    """Whether a law with another function, of free height and scale, is not excluded."""
    at = fit.law.count
    height, scale = constant(at), constant(at + 1)
    terms = tuple(term.replace(kind, lambda z: height * shape(scale * z)) for term in fit.law.terms)
    made = Law(terms, (*fit.law.values, 1.0, 1.0))
    other = refit(target, made, starts=fit.starts, free=fit.free, iterations=60, rtol=1e-8)
    if other is None:
        return False
    return float(misfit(target, other)) < float(misfit(target, fit)) + margin
