"""Terms that are missing from an equation, found from data, after arXiv 2212.04630.

The systems of that paper (Lotka-Volterra, apoptosis, Burgers) are registered problems; each makes
its own data, and its true term only scores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from figures.work import Work
from sciml import formula, registry
from sciml.hidden import HiddenTermProblem
from sciml.result import Result

TITLES = {
    "lotka_volterra": "Lotka-Volterra",
    "apoptosis_v1": "apoptosis $v_1$",
    "apoptosis_v2": "apoptosis $v_2$",
    "burgers_hidden": "Burgers",
    "fisher_kpp": "Fisher-KPP",
    "logistic": "logistic growth",
}
"""registered name of each system -> its name in print"""


SIGNS = (("t_end", "t ≤"), ("nu", "ν ="))
"""parameters that tell two cases of a system apart, and how they are shown"""
SYMBOLS = {"t ≤": r"t \leq ", "ν =": r"\nu="}
"""the same in mathematics"""
PLAIN = {"$": "", r"t \leq": "t ≤", r"\nu=": "ν = ", "v_1": "v₁", "v_2": "v₂"}
"""what titles have of mathematics, in letters"""


@dataclass(frozen=True)
class Along:
    """A system's true solution and hidden terms at times.

    Attributes
    ----------
    times : [n].
    states, terms : [n, s] and [n, m].
    """

    times: Float[np.ndarray, " n"]
    states: Float[np.ndarray, "n s"]
    terms: Float[np.ndarray, "n m"]


def search(work: Work, name: str, given: Mapping[str, Any], seed: int) -> Result:
    """Return what method `discover` finds for a registered system with these parameters."""
    return work.solve(name, "discover", seed=seed, **given)


def system(found: Result) -> HiddenTermProblem:
    """Return the system that was searched."""
    problem = found.built
    assert isinstance(problem, HiddenTermProblem)
    return problem


def terms_at(
    problem: HiddenTermProblem,
    expressions: Mapping[str, str],
    quantities: Mapping[str, Float[np.ndarray, " n"]],
) -> Float[np.ndarray, "n m"]:
    """Return hidden terms, given as formulas by name, where states and derivatives are known."""
    count = len(next(iter(quantities.values())))
    columns = []
    for hidden in problem.hidden:
        expression = formula.parse(expressions[hidden.name], hidden.inputs)
        values = formula.compiled(expression, hidden.inputs)(
            *(quantities[i] for i in hidden.inputs)
        )
        columns.append(np.broadcast_to(np.asarray(values, float), (count,)))
    return np.stack(columns, axis=1)


def true_along(name: str, given: Mapping[str, Any], times: int) -> Along:
    """Return the truth of a system of ordinary equations at equally spaced times of its data."""
    problem = registry.get(name, **{**given, "noise": 0.0, "points": times})
    assert isinstance(problem, HiddenTermProblem)
    assert problem.data is not None
    experiment = problem.data.experiments[0]
    states = experiment.values
    quantities = dict(zip(problem.states, states.T, strict=True))
    return Along(experiment.times, states, terms_at(problem, problem.truth, quantities))


def law_error(found: Result, true: Along) -> float:
    """Return how far the law that was found is from the truth on the true solution.

    The largest, over hidden terms, of the relative L2 distances.
    """
    problem = system(found)
    quantities = dict(zip(problem.states, true.states.T, strict=True))
    return worst(terms_at(problem, found.value["expressions"], quantities), true.terms)


def worst(terms: Float[np.ndarray, "n m"], true: Float[np.ndarray, "n m"]) -> float:
    """Return the largest relative L2 distance of a column."""
    return float(np.max(np.linalg.norm(terms - true, axis=0) / np.linalg.norm(true, axis=0)))


def key(name: str, given: Mapping[str, Any]) -> str:
    """Return what a system's numbers are filed under: its name, window and viscosity if given."""
    return ", ".join(
        [name, *(f"{sign} {given[what]:.2g}" for what, sign in SIGNS if what in given)]
    )


def title(name: str, given: Mapping[str, Any]) -> str:
    """Return the same in print."""
    shown = [f"${SYMBOLS[sign]}{given[what]:.2g}$" for what, sign in SIGNS if what in given]
    return ", ".join([TITLES[name], *shown])


def plain(text: str) -> str:
    """Return a title without the signs of mathematics, for Markdown."""
    for mathematics, letters in PLAIN.items():
        text = text.replace(mathematics, letters)
    return text


def listed(expressions: Mapping[str, str]) -> str:
    """Return laws as one line of Markdown."""
    return ", ".join(f"`{name} = {text}`" for name, text in expressions.items())


def is_right(found: Result) -> bool:
    """Return whether every law has the form of the truth."""
    return found.metrics.get("form") == 1.0


Cases = Sequence[tuple[str, Mapping[str, Any]]]
"""registered names of systems, each with its parameters"""
