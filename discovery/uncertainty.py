"""How sure a law is: Gauss-Newton intervals of its constants, and what is not determined."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy
from jaxtyping import Float
from scipy.stats import t as student

from discovery.ranking.target import Fit, Target, inverse_gram
from discovery.units import of_constants
from sciml import formula

LOOSE = 0.5
"""a constant whose relative standard deviation is above this is not determined"""

LEVEL = 0.95


def covariance(target: Target, fit: Fit) -> Float[np.ndarray, "p p"]:
    """Return the covariance of all fitted parameters, (JᵀJ)⁻¹ in units of the noise.

    Where the noise is not given it is taken from the residuals of each state, with the degrees of
    freedom that the fit has left.
    """
    if target.records.has_noise:
        return fit.covariance
    used = fit.jacobian.shape[1] * fit.counts / max(float(np.sum(fit.counts)), 1.0)
    free = np.maximum(fit.counts - used, 1.0)
    scale = np.sqrt(np.maximum(fit.rss, 1e-300) / free)
    return inverse_gram(fit.jacobian / scale[target.records.owners][:, None])


def constants(target: Target, fit: Fit) -> list[dict[str, Any]]:
    """Return every constant of a law: term, where it stands, value, sd, 95 % interval, unit.

    The unit is "1" of a pure number, and "" where those of the quantities do not determine it.
    """
    spread = np.sqrt(np.maximum(np.diag(covariance(target, fit)), 0.0))
    free = max(len(fit.residuals) - fit.jacobian.shape[1], 1)
    wide = float(student.ppf(0.5 + 0.5 * LEVEL, free))
    units = of_constants(target.problem, fit.law)
    found = []
    for index, (hidden, term) in enumerate(zip(target.problem.hidden, fit.law.terms, strict=True)):
        for i in fit.law.constants_of(index):
            value, sd = fit.law.values[i], float(spread[i])
            found.append(
                {
                    "term": hidden.name,
                    "name": fit.law.symbols[i].name.rstrip("_"),
                    "stands": _place(term, fit.law.symbols[i]),
                    "value": value,
                    "sd": sd,
                    "lower": value - wide * sd,
                    "upper": value + wide * sd,
                    "unit": units.get(fit.law.symbols[i].name, ""),
                }
            )
    return found


def _place(term: sympy.Expr, symbol: sympy.Symbol) -> str:
    """The summands in which a constant stands."""
    summands = [s for s in sympy.Add.make_args(term) if symbol in s.free_symbols]
    return str(sympy.Add(*summands)).replace("_", "") if summands else str(term)


def free_parameters(target: Target, fit: Fit) -> dict[str, dict[str, float]]:
    """Return the free parameters of the known part with their standard deviations."""
    spread = np.sqrt(np.maximum(np.diag(covariance(target, fit)), 0.0))
    at = fit.law.count
    return {
        name: {"value": value, "sd": float(spread[at + i])}
        for i, (name, value) in enumerate(zip(target.problem.free, fit.free, strict=True))
    }


def undetermined(target: Target, fit: Fit, listed: list[dict[str, Any]]) -> list[str]:
    """Return what the data do not determine, in words."""
    said = []
    for entry in listed:
        if entry["sd"] > LOOSE * abs(entry["value"]):
            said.append(
                f"Not identifiable: the constant {entry['name']} of {entry['term']} "
                f"({entry['stands']}) is {entry['value']:.3g} ± {entry['sd']:.2g}."
            )
    said += _in_the_span(target, fit)
    said += _saturation(target, fit)
    return said


def _in_the_span(target: Target, fit: Fit) -> list[str]:
    """Free parameters of the known part that a constant of the law can stand in for."""
    cov, at = covariance(target, fit), fit.law.count
    size = np.sqrt(np.maximum(np.diag(cov), 1e-300))
    said = []
    for i, name in enumerate(target.problem.free):
        row = cov[at + i, :at] / (size[at + i] * size[:at]) if at else np.zeros(0)
        if len(row) and np.max(np.abs(row)) > 0.995:
            j = int(np.argmax(np.abs(row)))
            said.append(
                f"Not identifiable: the parameter {name} of the known part and the constant "
                f"c{j} of the law stand in for each other; fix one of them."
            )
    return said


def _saturation(target: Target, fit: Fit) -> list[str]:
    """Inner constants of saturating terms that lie far outside what was measured."""
    said = []
    numbers = dict(zip(fit.law.symbols, fit.law.values, strict=True))
    for term in fit.law.terms:
        for power in term.atoms(sympy.Pow):
            if not (power.exp.is_number and power.exp < 0 and power.base.is_Add):
                continue
            inner = [s for s in power.base.args if s in numbers]
            states = [s.name for s in power.base.free_symbols if s.name in target.problem.states]
            if len(inner) == 1 and len(states) == 1:
                i = target.problem.states.index(states[0])
                largest = float(np.max(np.abs(target.records.of_state(i)), initial=0.0))
                reach = formula.compiled(power.base - inner[0], states)(largest)
                if abs(numbers[inner[0]]) > 5 * abs(float(reach)):
                    said.append(
                        f"The saturation of the law in {states[0]} lies outside the data: "
                        f"measure at {states[0]} above {largest:.3g}."
                    )
    return said
