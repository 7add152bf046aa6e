"""Functions that look like one of the library, and that only good data tell from it.

That a law leads every other of the library says nothing of functions outside it: where one of these
in its place explains the data as well, the data do not tell which function it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sympy

from discovery.ranking.law import Law
from discovery.ranking.refit import refit
from discovery.ranking.score import misfit
from discovery.ranking.target import Fit, Target

Shape = Callable[[sympy.Expr], sympy.Expr]

LIKE: Mapping[type, Mapping[str, Shape]] = {
    sympy.tanh: {
        "an arctangent": lambda z: 2 * sympy.atan(sympy.pi * z / 2) / sympy.pi,
        "z/sqrt(1 + z^2)": lambda z: z / sympy.sqrt(1 + z**2),
    }
}
"""function -> what looks like it, of the same slope at 0 and the same ends"""


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
    terms = tuple(term.replace(kind, shape) for term in fit.law.terms)
    other = refit(target, Law(terms, fit.law.values), starts=fit.starts, free=fit.free)
    return other is not None and float(misfit(target, other)) < float(misfit(target, fit)) + margin
