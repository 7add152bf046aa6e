"""Scores of states that move, and of condensates, against the problem's own reference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from sciml.domain import Box
from sciml.method import Outcome
from sciml.quadrature import panels
from sciml.quantum import Condensate, QuantumDynamics
from sciml.reference import ReferenceFailed, ask
from sciml.score_fields import closed_form, score_fields

METRICS = ("mu_rel_error",)
"""names of the metrics that compare with a reference, beyond those of fields"""

PANELS, DEGREE = 40, 10
"""Gauss panels across a region, and the points of each"""

Evaluate = Callable[[Float[np.ndarray, "n d"]], Float[np.ndarray, "n k"]]


def score_dynamics(problem: QuantumDynamics, outcome: Outcome, evaluate: Evaluate) -> Outcome:
    """Return the outcome with errors of ψ over space and time, as of any fields, added.

    Each region's probability at the last time by the reference stands beside the one found,
    as ``reference_`` and its name.

    Raises
    ------
    ReferenceFailed : the reference failed.
    """
    if problem.exact is None or outcome.params is None:
        return outcome
    scored = score_fields(problem, outcome, evaluate)
    known = {}
    for name, (lower, upper) in problem.regions.items():
        low, high = problem.domain.bounding_box[1]
        ends = np.linspace(max(lower, low), min(upper, high), PANELS + 1)
        if name in scored.value and np.all(np.isfinite(ends)):
            known[f"reference_{name}"] = _probability(problem, ends)
    return replace(scored, value={**scored.value, **known})


def _probability(problem: QuantumDynamics, ends: Float[np.ndarray, " p"]) -> float:
    """∫|ψ|² at the last time by the reference, over panels between given ends."""
    x, weights = panels(ends, DEGREE)
    psi = closed_form(problem, np.stack([np.full_like(x, problem.duration), x], axis=1))
    return float(weights @ np.sum(psi**2, axis=1))


def score_condensate(problem: Condensate, outcome: Outcome, evaluate: Evaluate) -> Outcome:
    """Return the outcome with the errors of μ and ψ, relative, as ``mu_rel_error`` and ``rel_l2``.

    Raises
    ------
    ReferenceFailed : the reference failed.
    """
    if "chemical_potential" not in outcome.value:
        return outcome
    metrics, value = {}, {}
    if problem.chemical_potential is not None:
        mu = float(ask(problem.chemical_potential))
        error = abs(outcome.value["chemical_potential"] - mu) / max(abs(mu), np.finfo(float).tiny)
        value["reference_chemical_potential"] = mu
        metrics["mu_rel_error"] = float(error)
    grid = outcome.arrays.get("x")
    line = isinstance(problem.domain, Box) and problem.dimension == 1
    if problem.wavefunction is not None and grid is not None and line:
        exact = ask(problem.wavefunction, grid[:, None])
        if exact.shape != grid.shape or not np.all(np.isfinite(exact)):
            raise ReferenceFailed(f"its shape is {exact.shape}, or it is not finite")
        found = np.asarray(evaluate(grid[:, None]))[:, 0]
        metrics["rel_l2"] = float(np.linalg.norm(found - exact) / np.linalg.norm(exact))
    return replace(
        outcome, value={**outcome.value, **value}, metrics={**outcome.metrics, **metrics}
    )
