"""Scores of laws against the truth, where the problem has one: the form, then the constants."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sciml import formula
from sciml.hidden import HiddenTermProblem
from sciml.method import Outcome

METRICS = ("form", "constant_error")
"""names of the metrics that compare laws with the truth"""


def score_hidden(problem: HiddenTermProblem, outcome: Outcome) -> Outcome:
    """Return the outcome with ``truth`` in the value, and the `METRICS`, where a truth is known.

    ``form`` is the part of the hidden terms whose formula is that of the truth up to constants;
    ``constant_error`` the largest relative error of a constant, where all forms are right.
    """
    found = outcome.value.get("expressions", {})
    if not problem.truth or set(found) != {h.name for h in problem.hidden}:
        return outcome
    right, errors = [], []
    for hidden in problem.hidden:
        if hidden.name not in problem.truth:
            continue
        names = list(hidden.inputs)
        truth = formula.form(formula.parse(problem.truth[hidden.name], names, "the truth"))
        guess = formula.form(formula.parse(found[hidden.name], names, "the law"))
        same = truth.skeleton == guess.skeleton
        right.append(same)
        if same:
            exact, value = np.array(truth.constants), np.array(guess.constants)
            errors.append(float(np.max(np.abs(value - exact) / np.abs(exact), initial=0.0)))
    metrics = {"form": float(np.mean(right))}
    if all(right):
        metrics["constant_error"] = max(errors)
    return replace(
        outcome,
        value={**outcome.value, "truth": dict(problem.truth)},
        metrics={**outcome.metrics, **metrics},
    )
