"""Solutions of an equation with a law in place, from any initial state."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.interpolate import RegularGridInterpolator

from discovery.ranking.dynamics import rates, whole
from discovery.ranking.law import Law
from discovery.ranking.simulate import Budget, Rate, solve
from sciml import formula
from sciml.hidden import HiddenTermProblem


def law_of(problem: HiddenTermProblem, params: Mapping[str, Any]) -> Law:
    """Return the law that a result's parameters hold."""
    values = tuple(float(v) for v in np.asarray(params["values"]).ravel())
    constants = [f"c{i}_" for i in range(len(values))]
    terms = tuple(
        formula.parse(text, [*hidden.inputs, *constants], f"the law of '{hidden.name}'")
        for text, hidden in zip(params["terms"], problem.hidden, strict=True)
    )
    return Law(terms, values)


def solution(
    problem: HiddenTermProblem,
    law: Law,
    start: Float[np.ndarray, "b s"],
    times: Float[np.ndarray, " m"],
    begin: float,
    *,
    params: Mapping[str, Any] | None = None,
    values: Float[np.ndarray, "b k"] | None = None,
    rtol: float = 1e-9,
) -> Float[np.ndarray, "m b s"]:
    """Return the states of an ordinary problem at any times, NaN where they blow up.

    Parameters
    ----------
    start : states at the time `begin`, one set a row.
    params : parameters that differ from the problem's.
    values : constants of the law, one set a row; None for the law's own.
    """
    own = {**problem.params, **(params or {})}
    constants = np.asarray(law.values, float)[None] if values is None else values
    rate_of = whole(rates(problem), law)

    def rate(t: float, y: np.ndarray) -> np.ndarray:
        quantities = own | {s: y[:, i : i + 1] for i, s in enumerate(problem.states)} | {"t": t}
        found = rate_of(quantities, constants)
        return np.hstack([np.broadcast_to(np.asarray(r, float), (len(y), 1)) for r in found])

    out = np.full((len(times), *start.shape), np.nan)
    size = 1e4 * max(float(np.max(np.abs(start))), 1.0)
    for side in (times >= begin, times < begin):
        if not side.any():
            continue
        order = np.argsort(np.abs(times[side] - begin), kind="stable")
        wanted = np.concatenate([[begin], times[side][order]])
        at, back = np.unique(np.abs(wanted - begin), return_inverse=True)
        sign = 1.0 if np.all(times[side] >= begin) else -1.0
        found = solve(
            partial(_directed, rate, begin, sign),
            start,
            at,
            bound=size,
            band=start.shape[1] - 1,
            rtol=rtol,
            atol=1e-12 * size,
            budget=Budget(200_000),
        )
        if found is not None:
            rows = np.empty((len(order), *start.shape))
            rows[order] = found[back[1:]]
            out[side] = rows
    return np.where(np.abs(out) > 0.99 * size, np.nan, out)


def _directed(rate: Rate, begin: float, sign: float, s: float, y: np.ndarray) -> np.ndarray:
    """The rate in s = ±(t − begin)."""
    return sign * rate(begin + sign * s, y)


def evaluate(
    problem: HiddenTermProblem,
    _settings: Any,
    params: Any,
    points: Float[np.ndarray, "n d"],
) -> Float[np.ndarray, "n s"]:
    """Return the states of the first experiment at points (t, x, …), by the best law."""
    if problem.space:
        axes = [np.asarray(a) for a in params["axes"]]
        read = RegularGridInterpolator(
            axes, np.asarray(params["table"]), method="cubic", bounds_error=False, fill_value=None
        )
        inside = [np.clip(points[:, i], a[0], a[-1]) for i, a in enumerate(axes)]
        return np.asarray(read(np.column_stack(inside)))
    free = dict(zip(problem.free, np.asarray(params["free"]).ravel().tolist(), strict=True))
    own = problem.data.experiments[0].params if problem.data is not None else {}
    start = np.asarray(params["starts"][0])[None]
    found = solution(
        problem,
        law_of(problem, params),
        start,
        points[:, 0],
        float(params["begins"][0]),
        params={**own, **free},
    )
    return found[:, 0]
