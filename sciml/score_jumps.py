"""Scores of inferred rate matrices against the true one, where the process has one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sciml.jumps import JumpProcess
from sciml.method import Outcome

METRICS = ("rate_rmse", "coverage")
"""names of the metrics that compare rates with the truth"""


def score_jumps(problem: JumpProcess, outcome: Outcome) -> Outcome:
    """Return the outcome with ``truth`` in the value and the `METRICS`, where rates are known.

    ``rate_rmse`` is the root mean square error of the off-diagonal rates, ``coverage`` the part
    of them inside their intervals.
    """
    if problem.rates is None or "rates" not in outcome.value:
        return outcome
    off = ~np.eye(len(problem.states), dtype=bool)
    found, low, high = (
        np.asarray(outcome.value[k], float)[off] for k in ("rates", "lower", "upper")
    )
    truth = problem.rates[off]
    inside = (low <= truth * (1 + 1e-12)) & (truth <= high * (1 + 1e-12))
    metrics = {
        "rate_rmse": float(np.sqrt(np.mean((found - truth) ** 2))),
        "coverage": float(np.mean(inside)),
    }
    return replace(
        outcome,
        value={**outcome.value, "truth": problem.rates.tolist()},
        metrics={**outcome.metrics, **metrics},
    )
