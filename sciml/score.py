"""Scores of an answer against its problem's own reference; never used in solving."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float

from sciml import score_fields, score_hidden, score_jumps, score_quantum
from sciml.domain import Box
from sciml.hidden import HiddenTermProblem
from sciml.jumps import JumpProcess
from sciml.method import Outcome
from sciml.problem import AnyProblem, Condensate, EigenProblem, QuantumDynamics
from sciml.reference import ReferenceFailed, ask

METRICS = (
    *("energy_rel_error", "wavefunction_rel_error", "bounds_contain_reference"),
    *score_fields.METRICS,
    *score_hidden.METRICS,
    *score_jumps.METRICS,
    *score_quantum.METRICS,
)
"""names of the metrics that compare with a reference"""

TINY = np.finfo(float).tiny
GAUSS = np.polynomial.legendre.leggauss(4)
"""nodes and weights of the rule used on every cell of the plotting grid"""

Evaluate = Callable[[Float[np.ndarray, "n d"]], Float[np.ndarray, "n k"]]


def score(problem: AnyProblem, outcome: Outcome, evaluate: Evaluate) -> Outcome:
    """Return the outcome with errors against the problem's reference added, where it has one.

    Bound states get ``reference_energies`` and ``energy_errors`` (relative, per state) in the
    value, fields the array ``reference``, both the `METRICS` that apply. A reference that fails
    leaves a warning, never an exception.
    """
    try:
        if isinstance(problem, EigenProblem):
            return _score_states(problem, outcome, evaluate)
        if isinstance(problem, QuantumDynamics):
            return score_quantum.score_dynamics(problem, outcome, evaluate)
        if isinstance(problem, Condensate):
            return score_quantum.score_condensate(problem, outcome, evaluate)
        if isinstance(problem, HiddenTermProblem):
            return score_hidden.score_hidden(problem, outcome)
        if isinstance(problem, JumpProcess):
            return score_jumps.score_jumps(problem, outcome)
        return score_fields.score_fields(problem, outcome, evaluate)
    except ReferenceFailed as error:
        warning = f"The reference of '{problem.name}' failed, the answer is not scored ({error})."
        return replace(outcome, warnings=(*outcome.warnings, warning))


def _score_states(problem: EigenProblem, outcome: Outcome, evaluate: Evaluate) -> Outcome:
    """The outcome with errors of energies and wave functions."""
    if "energies" not in outcome.value:
        return outcome
    value, metrics = _energies(problem, outcome.value)
    metrics |= _wavefunctions(problem, outcome, evaluate)
    return replace(
        outcome, value={**outcome.value, **value}, metrics={**outcome.metrics, **metrics}
    )


def _energies(
    problem: EigenProblem, value: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, float]]:
    """Errors of the energies, and whether the error bars hold the reference."""
    if problem.energies is None:
        return {}, {}
    found = np.asarray(value["energies"], float)
    exact = ask(problem.energies, len(found))[: len(found)]
    found = found[: len(exact)]
    if not len(exact):
        return {}, {}
    errors = np.abs(found - exact) / np.maximum(np.abs(exact), TINY)
    metrics = {"energy_rel_error": float(np.max(errors))}
    if "lower_bounds" in value and "upper_bounds" in value:
        lower = np.asarray(value["lower_bounds"], float)[: len(exact)]
        upper = np.asarray(value["upper_bounds"], float)[: len(exact)]
        metrics["bounds_contain_reference"] = float(np.all((lower <= exact) & (exact <= upper)))
    return {"reference_energies": exact.tolist(), "energy_errors": errors.tolist()}, metrics


def _wavefunctions(problem: EigenProblem, outcome: Outcome, evaluate: Evaluate) -> dict[str, float]:
    """Worst relative L2 error of the states of a one-dimensional problem, up to sign.

    In two dimensions states may be degenerate and any rotation of them is right: not scored.
    """
    grid = outcome.arrays.get("x")
    one_dimensional = isinstance(problem.domain, Box) and problem.dimension == 1
    if problem.wavefunctions is None or grid is None or not one_dimensional:
        return {}
    kinks = [*problem.jumps, *problem.singular, *(c for c, _ in problem.deltas)]
    inside = [c for c in kinks if grid[0] < c < grid[-1]]
    x, w = quadrature(np.union1d(grid, inside))
    found = np.asarray(evaluate(x[:, None]))
    exact = ask(problem.wavefunctions, x[:, None], found.shape[1])
    states = min(found.shape[1], exact.shape[1])
    if not states:
        return {}
    found, exact = found[:, :states], exact[:, :states]
    signs = np.where(w @ (found * exact) < 0, -1.0, 1.0)
    errors = np.sqrt((w @ (signs * found - exact) ** 2) / (w @ exact**2))
    return {"wavefunction_rel_error": float(np.max(errors))}


def quadrature(
    edges: Float[np.ndarray, " m"],
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Return points and weights of a four-point Gauss rule on each cell between sorted edges."""
    half = 0.5 * np.diff(edges)[:, None]
    points = 0.5 * (edges[:-1] + edges[1:])[:, None] + half * GAUSS[0]
    return points.ravel(), (half * GAUSS[1]).ravel()
