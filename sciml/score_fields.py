"""Scores of an equation's solution against the problem's own closed form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from sciml.domain import Domain
from sciml.method import Outcome
from sciml.problem import Problem, QuantumDynamics
from sciml.reference import ReferenceFailed, ask

METRICS = ("rel_l2", "max_error", "coverage")
"""names of the metrics that compare a solution with its closed form"""

GRID = {1: 300, 2: 300, 3: 40}
"""points along each axis of the uniform test grid, by dimension (on a line and in a plane those
of Fang et al., arXiv 2311.04465)"""

CHUNK = 10_000
"""points at which a closed form is asked at once: some need long rows of memory for each"""

LEVEL = 1.96
"""half-width of a 95 % band in standard deviations"""

Evaluate = Callable[[Float[np.ndarray, "n d"]], Float[np.ndarray, "n k"]]


def score_fields(
    problem: Problem | QuantumDynamics, outcome: Outcome, evaluate: Evaluate
) -> Outcome:
    """Return the outcome with the `METRICS` that apply, and array ``reference``, added.

    ``rel_l2`` is ‖u − exact‖₂/‖exact‖₂ over all fields on a uniform test grid (`uniform_points`),
    ``max_error`` the largest deviation there relative to max|exact|, ``coverage`` the fraction
    of the plotted points whose 95 % band holds the closed form. ``reference`` [n, k] is the
    closed form at the plotted points.

    Raises
    ------
    ReferenceFailed : the closed form failed.
    """
    if problem.exact is None or outcome.params is None:
        return outcome
    metrics: dict[str, float] = {}
    points = uniform_points(problem.domain)
    if points is not None:
        exact = closed_form(problem, points)
        found = np.asarray(evaluate(points), float)
        metrics |= _errors(found, exact)
    arrays = dict(outcome.arrays)
    plotted = plotted_points(arrays)
    if plotted is not None and "u" in arrays:
        arrays["reference"] = closed_form(problem, plotted)
        if "sd" in arrays:
            metrics["coverage"] = _coverage(arrays)
    return replace(outcome, metrics={**outcome.metrics, **metrics}, arrays=arrays)


def plotted_points(arrays: Mapping[str, np.ndarray]) -> Float[np.ndarray, "n d"] | None:
    """Return the positions of an outcome's sampled fields, or None where it has none."""
    if "points" in arrays:
        return np.asarray(arrays["points"], float)
    return np.asarray(arrays["x"], float)[:, None] if "x" in arrays else None


def uniform_points(domain: Domain) -> Float[np.ndarray, "n d"] | None:
    """Return the test grid of a domain: the points inside of a uniform grid on its bounding box.

    None where there is no such grid: on an unbounded domain, and beyond three dimensions.
    """
    bounds = np.asarray(domain.bounding_box, float)
    if len(bounds) not in GRID or not np.all(np.isfinite(bounds)):
        return None
    lines = [np.linspace(lo, hi, GRID[len(bounds)]) for lo, hi in bounds]
    grid = np.stack([g.ravel() for g in np.meshgrid(*lines, indexing="ij")], axis=1)
    inside = grid[np.asarray(domain.contains(grid), bool)]
    return inside if len(inside) else None


def closed_form(
    problem: Problem | QuantumDynamics, points: Float[np.ndarray, "n d"]
) -> Float[np.ndarray, "n k"]:
    """Return a problem's closed form at points.

    Raises
    ------
    ReferenceFailed : it raised an exception, has another shape than [n, k], or is not finite.
    """
    assert problem.exact is not None
    parts = []
    for start in range(0, len(points), CHUNK):
        part = points[start : start + CHUNK]
        values = ask(problem.exact, part)
        wanted = (len(part), len(problem.fields))
        if values.shape != wanted:
            raise ReferenceFailed(f"its shape is {values.shape}, not {wanted}")
        if not np.all(np.isfinite(values)):
            bad = part[np.argmin(np.all(np.isfinite(values), axis=1))]
            place = zip(problem.domain.axes, bad, strict=True)
            raise ReferenceFailed(f"not finite at {', '.join(f'{a} = {c:g}' for a, c in place)}")
        parts.append(values)
    return np.concatenate(parts) if parts else np.zeros((0, len(problem.fields)))


def _errors(found: Float[np.ndarray, "n k"], exact: Float[np.ndarray, "n k"]) -> dict[str, float]:
    """Errors relative to the closed form; absolute ones where that is zero everywhere."""
    with np.errstate(all="ignore"):
        error = found - exact
        return {
            "rel_l2": float(np.linalg.norm(error) / (np.linalg.norm(exact) or 1.0)),
            "max_error": float(np.max(np.abs(error)) / (np.max(np.abs(exact)) or 1.0)),
        }


def _coverage(arrays: Mapping[str, np.ndarray]) -> float:
    """Fraction of the plotted values whose 95 % band holds the closed form."""
    with np.errstate(all="ignore"):
        error = np.abs(arrays["u"] - arrays["reference"])
        return float(np.mean(error <= LEVEL * arrays["sd"]))
