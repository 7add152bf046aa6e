"""Scores of inferred rate matrices against the data, and against the truth where it is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sciml.jumps import JumpProcess
from sciml.method import Outcome
from sciml.occupancy import seen

METRICS = ("rate_rmse", "coverage")
"""names of the metrics that compare rates with the truth"""


def score_jumps(problem: JumpProcess, outcome: Outcome) -> Outcome:
    """Return the outcome with the data's ``occupancy`` and, where rates are known, their scores.

    ``occupancy`` in the value: ``times`` since the first visit, ``parts`` of the ``subjects`` in
    each state, by ``visits``. With known rates also ``truth`` in the value, and the `METRICS`:
    ``rate_rmse`` is the root mean square error of the off-diagonal rates, ``coverage`` the part
    of them inside their intervals.
    """
    if "rates" not in outcome.value:
        return outcome
    if problem.data is not None:
        found = seen(problem.data, problem.absorbing)
        names = ("times", "parts", "subjects", "visits")
        told = {name: getattr(found, name).tolist() for name in names}
        outcome = replace(outcome, value={**outcome.value, "occupancy": told})
    if problem.rates is None:
        return outcome
    off = ~np.eye(len(problem.states), dtype=bool)
    rates, low, high = (
        np.asarray(outcome.value[k], float)[off] for k in ("rates", "lower", "upper")
    )
    truth = problem.rates[off]
    inside = (low <= truth * (1 + 1e-12)) & (truth <= high * (1 + 1e-12))
    metrics = {
        "rate_rmse": float(np.sqrt(np.mean((rates - truth) ** 2))),
        "coverage": float(np.mean(inside)),
    }
    return replace(
        outcome,
        value={**outcome.value, "truth": problem.rates.tolist()},
        metrics={**outcome.metrics, **metrics},
    )
