"""What laws are compared by: misfit to the raw data, number of constants, length of the formula.

score = Σ_states N_s ln(RSS_s / N_s) + k ln N + 1.5 · complexity   (noise not known)
score = Σ (residual / sd)² + k ln N + 1.5 · complexity             (noise given)

The first two parts are the Bayesian information criterion (Schwarz, Ann. Stat. 6, 461 (1978)); the
last is a prior that prefers short formulas. Every summand beyond a term's first is charged for
having been chosen among many (Chen & Chen, Biometrika 95, 759 (2008)).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sympy
from jaxtyping import Float

from discovery.ranking.law import Law
from discovery.ranking.target import Fit, Target

PRICE = 1.5
"""charge for each node of a formula"""

SUMMAND = 4.0
"""charge for every summand of a hidden term beyond the first, and for every denominator: there are
many to choose from, and one of them always fits the noise a little"""

RESOLUTION = 1e-6
"""part of a state's spread below which misfits are not told apart: the integrator's own error"""

MARGIN = 6.0
"""laws that score within this of the best are not excluded by the data"""


UNUSUAL: Mapping[type, float] = {
    **dict.fromkeys((sympy.sin, sympy.cos, sympy.tan), 10.0),
    **dict.fromkeys((sympy.exp, sympy.log, sympy.tanh, sympy.sinh, sympy.cosh), 8.0),
    **dict.fromkeys((sympy.Abs, sympy.sign), 3.0),
}
"""evidence that a function must bring before it is believed where nobody has asked for it"""


def unusual(terms: Sequence[sympy.Expr]) -> float:
    """Return the charge for functions that nobody has asked for: of each kind once."""
    kinds = {f.func for term in terms for f in term.atoms(sympy.Function)}
    return float(sum(UNUSUAL.get(kind, 0.0) for kind in kinds))


def choices(term: sympy.Expr) -> int:
    """Return how often a term was chosen among many: summands beyond the first, denominators."""
    below = {p for p in term.atoms(sympy.Pow) if p.exp.is_number and p.exp < 0 and p.base.is_Add}
    return len(sympy.Add.make_args(sympy.expand(term))) - 1 + len(below)


def floors(target: Target) -> Float[np.ndarray, " s"]:
    """Return the smallest mean square misfit, in units of the noise, that is told from zero."""
    spread = np.where(target.positive, 1.0, target.records.spreads)
    return (RESOLUTION * spread / target.sigma) ** 2


def charge(target: Target, fit: Fit, only: int | None = None) -> float:
    """Return the price of a law: its constants, its length, and what it was chosen among.

    Parameters
    ----------
    only : number of the hidden term that is charged for; None for all, and the free parameters.
    """
    law = fit.law
    terms = law.terms if only is None else (law.terms[only],)
    count = fit.parameters if only is None else len(law.constants_of(only))
    price = count * np.log(float(np.sum(fit.counts))) + PRICE * Law(terms, ()).complexity
    price += SUMMAND * sum(map(choices, terms))
    return float(price + (0.0 if target.asked else unusual(terms)))


def misfit(target: Target, fit: Fit, left: Float[np.ndarray, " *b"] | None = None) -> Any:
    """Return what a score charges for residuals.

    Parameters
    ----------
    left : Σ (residual / sd)² of something else fitted to the same data, shared out between the
        states as the law's own is; None for the law's own.
    """
    ratio = np.asarray(1.0 if left is None else left / max(fit.chi2, 1e-300))
    if target.records.has_noise:
        return fit.chi2 * ratio
    seen = fit.counts > 0
    mean = fit.rss[seen] / fit.counts[seen] * ratio[..., None] + floors(target)[seen]
    return np.sum(fit.counts[seen] * np.log(mean), axis=-1)


def score(target: Target, fit: Fit) -> float:
    """Return the score of a fitted law: lower is better."""
    return float(misfit(target, fit)) + charge(target, fit)
