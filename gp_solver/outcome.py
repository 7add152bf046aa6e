"""From a posterior field to what the user gets: values, spectrum, samples for pictures, doubts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float

from gp_solver.enrichment import enrichment_at
from gp_solver.field import Field
from gp_solver.spectrum import detect
from sciml.method import Outcome
from sciml.problem import Problem
from sciml.status import Status

LABEL = "spectral-mixture Gaussian process, conditioned by linear algebra"
LINE_POINTS = (801, 3001)
"""samples of a solution on a line: at least, at most"""
PER_WAVE = 16
PLANE_POINTS, SPACE_POINTS = 90, 24
SPECTRAL_SAMPLES = 2048
VISIBLE = 1e-3
"""amplitude, relative to the strongest, from which a frequency is listed"""


def outcome(
    problem: Problem,
    field: Field,
    *,
    status: Status,
    metrics: Mapping[str, float],
    unknowns: int,
    warnings: Sequence[str] = (),
    value: Mapping[str, Any] | None = None,
    spectrum: Mapping[str, Any] | None = None,
    branches: Sequence[tuple[Field, Mapping[str, float]]] = (),
) -> Outcome:
    """Return the outcome of a posterior field; further solutions come as `branches`."""
    found = spectra(problem, field) if spectrum is None else spectrum
    return Outcome(
        status=status,
        value={
            "unknowns": unknowns,
            "spectrum": found,
            "branches": [dict(judged) for _, judged in branches],
            **(value or {}),
        },
        metrics=metrics,
        params=field.to_arrays(),
        arrays=samples(problem, field, found, [f for f, _ in branches]),
        warnings=tuple(warnings),
    )


def spectra(problem: Problem, field: Field) -> dict[str, dict[str, list[float]]]:
    """Return the frequencies in a solution along each axis, in cycles per unit, with weights.

    A weight is the mean square of the oscillation at a frequency, on a few lines inside; what is
    left over stands at frequency zero.
    """
    rng = np.random.default_rng(5)
    box = problem.domain.bounding_box
    found = {}
    for a, (lower, upper) in enumerate(box):
        grids = [lo + (hi - lo) * rng.uniform(0.1, 0.9, 4) for lo, hi in box]
        grids[a] = np.linspace(lower, upper, SPECTRAL_SAMPLES)
        mesh = np.meshgrid(*grids, indexing="ij")
        points = np.stack([m.ravel() for m in mesh], axis=1)
        values = _at(problem, field, points)[:, 0].reshape(mesh[0].shape)
        lines = np.moveaxis(values, a, -1).reshape(-1, SPECTRAL_SAMPLES)
        seen = detect(lines, upper - lower, tolerance=VISIBLE, most=16)
        weights = 0.5 * seen.amplitudes**2
        rest = max(float(np.mean(lines**2)) - float(np.sum(weights)), 0.0)
        keep = rest > VISIBLE**2 * float(np.sum(weights))
        found[problem.domain.axes[a]] = {
            "frequencies": [*([0.0] if keep else []), *seen.frequencies.tolist()],
            "weights": [*([rest] if keep else []), *weights.tolist()],
        }
    return found


def samples(
    problem: Problem, field: Field, spectrum: Mapping[str, Any], branches: Sequence[Field]
) -> dict[str, np.ndarray]:
    """Return the fields and their standard deviations on the grid of pictures."""
    box = problem.domain.bounding_box
    if problem.dimension == 1:
        highest = max(spectrum[problem.domain.axes[0]]["frequencies"], default=0.0)
        wanted = PER_WAVE * highest * (box[0][1] - box[0][0])
        count = int(np.clip(math.ceil(wanted), *LINE_POINTS))
        points = np.linspace(*box[0], count)[:, None]
        arrays = {"x": points[:, 0]}
    else:
        count = PLANE_POINTS if problem.dimension == 2 else SPACE_POINTS
        mesh = np.meshgrid(*(np.linspace(*ends, count) for ends in box), indexing="ij")
        points = np.stack([m.ravel() for m in mesh], axis=1)
        points = points[np.asarray(problem.domain.contains(points), bool)]
        arrays = {"points": points}
    arrays["u"] = _at(problem, field, points)
    given = enrichment_at(problem, points)
    arrays["sd"] = field.deviation(points, enrichment=given)
    if len(branches) > 1:
        arrays["branches"] = _together(branches, points)
    return arrays


def _together(branches: Sequence[Field], points: Float[np.ndarray, "n d"]) -> np.ndarray:
    """The first field of every branch at points [n, m]; those in the same functions at once."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for i, branch in enumerate(branches):
        groups.setdefault(tuple(id(b.combinations) for b in branch.bases), []).append(i)
    found = np.empty((len(points), len(branches)))
    for members in groups.values():
        stacked = np.concatenate([branches[i].mean[:1] for i in members])
        found[:, members] = replace(branches[members[0]], mean=stacked).values(points)
    return found


def _at(
    problem: Problem, field: Field, points: Float[np.ndarray, "n d"]
) -> Float[np.ndarray, "n f"]:
    given = enrichment_at(problem, points)
    return field.values(points, enrichment=given)
