"""Measurements: their rows, and how sure inferred parameters are.

The equation is met to a thousand times the weight of the data, so that parameters are those for
which its solution fits best; their covariance is s² (JᵀJ)⁻¹ restricted to them, J the weighted
Jacobian of all rows at the solution and s the standard deviation of a weighted datum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from jaxtyping import Float

from pinn.forward.rows import GivenRows, Group, Theta
from pinn.forward.space import Space
from sciml.problem import Problem

DATA = 1e-3
"""emphasis of measurements against the equation"""


@dataclass(frozen=True)
class Inferred:
    """What measurements say of parameters.

    Attributes
    ----------
    values, deviations : by name, in order of the problem's unknowns.
    noise : standard deviation of the measurements, given or estimated.
    """

    values: Float[np.ndarray, " p"]
    deviations: Float[np.ndarray, " p"]
    noise: float


def observed(problem: Problem, space: Space) -> list[Group]:
    """Return the rows of a problem's measurements, or none."""
    seen = problem.observations
    if seen is None:
        return []
    table = space.table(seen.points, (0,) * len(problem.domain.axes))
    share = np.full(len(seen.values), 1 / len(seen.values))
    which = problem.fields.index(seen.field)
    tables = ((which, table, seen.values),)
    return [GivenRows(tables, share, space, len(problem.unknowns), DATA)]


def inferred(
    problem: Problem, groups: Sequence[Group], z: Float[np.ndarray, " n"], theta: Theta
) -> Inferred:
    """Return the unknowns with standard deviations; the measurements are the last group."""
    count = len(problem.unknowns)
    parts = [g.at(z, theta) for g in groups]
    weights = [g.emphasis / np.linalg.norm(p[1]) for g, p in zip(groups, parts, strict=True)]
    matrix = np.concatenate([w * p[1] for w, p in zip(weights, parts, strict=True)])
    upper = scipy.linalg.qr(matrix, mode="r", check_finite=False)[0]
    block = upper[: matrix.shape[1], : matrix.shape[1]][-count:, -count:]
    inverse = np.linalg.pinv(block)
    seen = problem.observations
    assert seen is not None
    left = parts[-1][0] * np.sqrt(len(seen.values))
    estimated = float(np.linalg.norm(left) / np.sqrt(max(1, len(left) - count)))
    noise = estimated if seen.noise is None else seen.noise
    scale = weights[-1] * noise / np.sqrt(len(seen.values))
    deviations = scale * np.sqrt(np.sum(inverse**2, axis=1))
    return Inferred(z[-count:], deviations, noise)
