"""How many features each axis needs: first from what the equation knows, then from the residual."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pinn.forward.block import Equations
from pinn.forward.embedding import Embedding
from pinn.forward.stretch import SMALLEST, enough, fitted

LINES = 4
"""random lines along each axis on which the data are looked at"""
SAMPLES = 2400
"""points along a line"""
NOTHING = 1e-10
"""size of data, relative to the largest, that is rounding"""


def from_data(
    equations: Equations, embeddings: Sequence[Embedding], tolerance: float = 1e-9
) -> list[int]:
    """Return sizes that represent the source and the conditions' data along each axis."""
    problem = equations.problem
    rng = np.random.default_rng([equations.seed, 5])
    bounds = np.array(problem.domain.bounding_box)
    found = [SMALLEST] * len(bounds)
    known = [_lines(equations, a, rng) for a in range(len(bounds))]
    largest = max((float(np.max(np.abs(v))) for lines in known for v in lines), default=0.0)
    for a, embedding in enumerate(embeddings):
        positions = np.linspace(float(bounds[a, 0]), float(bounds[a, 1]), SAMPLES)
        for values in known[a]:
            if np.all(np.isfinite(values)) and np.max(np.abs(values)) > NOTHING * largest:
                found[a] = max(found[a], enough(values, positions, embedding, tolerance))
    return found


def coordinates(
    equations: Equations, embeddings: Sequence[Embedding], axis: int, tolerance: float
) -> list[Embedding]:
    """Return coordinates, stretched where data on lines across an evolving axis need it."""
    rng = np.random.default_rng([equations.seed, 5])
    found = list(embeddings)
    for a, (lower, upper) in enumerate(equations.problem.domain.bounding_box):
        lines = [v for v in _lines(equations, a, rng) if np.all(np.isfinite(v)) and np.any(v)]
        if a == axis or not lines:
            continue
        values = np.concatenate([v / np.linalg.norm(v) for v in lines], axis=1)
        positions = np.linspace(lower, upper, SAMPLES)
        found[a] = fitted(values, positions, embeddings[a], tolerance)[0]
    return found


def _lines(equations: Equations, a: int, rng: np.random.Generator) -> list[np.ndarray]:
    """What each statement says of u = 0 on random lines along an axis [n, lines]."""
    problem = equations.problem
    bounds = np.array(problem.domain.bounding_box)
    found = []
    for i, statement in enumerate(equations.statements):
        lines = []
        for face in statement.faces or ("",):
            name, _, side = face.partition(":")
            fixed = name in problem.domain.axes
            if fixed and problem.domain.axes.index(name) == a:
                continue
            for _ in range(LINES):
                points = np.repeat(rng.uniform(*bounds.T)[None], SAMPLES, axis=0)
                points[:, a] = np.linspace(float(bounds[a, 0]), float(bounds[a, 1]), SAMPLES)
                if fixed:
                    b = problem.domain.axes.index(name)
                    points[:, b] = bounds[b, int(side == "upper")]
                zero = {n: np.zeros(SAMPLES) for n in statement.read}
                lines.append(equations.linearised[i](zero, points, equations.theta)[0])
        if lines:
            found.append(np.concatenate(lines, axis=1))
    return found
