"""What rows are measured by: the size of a solution, of each row, and the noise of each group."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from gp_solver.scattered.regression import Block, block
from gp_solver.scattered.rows import OBSERVED, Linearised, Rows

TINY = np.finfo(float).tiny
FIRST = 0.1
"""unknown noise at first, relative to what is missing"""


def unit(
    rows: Rows, slopes: Mapping[str, Float[np.ndarray, " n"]], rates: Sequence[float]
) -> float:
    """Return the size of a group's terms for a solution of size one that varies at these rates."""
    total = 0.0
    for name, (_, order) in rows.group.statement.equation.derivatives.items():
        factor = math.prod(r**k for r, k in zip(rates, order, strict=True))
        total += factor * float(np.mean(np.abs(slopes[name])))
    return total


def scale(rows: Rows, found: Linearised, size: float) -> Float[np.ndarray, " n"]:
    """Return what each row's residual is compared with.

    That is the largest of its own terms, of the group's mean, and of what a solution of this size
    that hardly varies would make of it.
    """
    box = np.array(rows.space.problem.domain.bounding_box)
    least = size * unit(rows, found.slopes, (1 / (box[:, 1] - box[:, 0])).tolist())
    return np.maximum(max(float(np.mean(found.terms)), least, TINY), found.terms)


def first_size(
    rows: Sequence[Rows], z: Float[np.ndarray, " m"], frequencies: Sequence[Sequence[float]]
) -> float:
    """Return a guess of the solution's size: the least that equation and data speak of."""
    box = np.array(rows[0].space.problem.domain.bounding_box)
    turns = np.array([2 * math.pi * max(f, default=0.0) for f in frequencies])
    rates = (1 / (box[:, 1] - box[:, 0]) + turns).tolist()
    found = []
    for r in rows:
        at = r.at(z)
        if r.group.statement.name == OBSERVED:
            found.append(float(np.std(at.residual)))
        else:
            found.append(float(np.mean(np.abs(at.residual))) / (unit(r, at.slopes, rates) + TINY))
    least = 1e-12 * max(found)
    return min((size for size in found if size > least), default=1.0)


class Weighed:
    """Rows with their standard deviations: the model that is regressed.

    Parameters
    ----------
    z : coefficients about which the sizes of rows are taken.
    size : of the solution.
    exact : noise of exact rows, relative to their scale.
    noise : of groups in which it is unknown, as far as it was estimated.

    Attributes
    ----------
    coarseness : least noise of the groups that have any, relative to their scale; infinite if
        all are exact.
    """

    def __init__(
        self,
        rows: Sequence[Rows],
        z: Float[np.ndarray, " m"],
        *,
        size: float,
        exact: float,
        noise: Mapping[str, float],
    ) -> None:
        self._parts = []
        self.coarseness = math.inf
        for r in rows:
            at, stated = r.at(z), r.group.statement.noise
            scales = scale(r, at, size)
            if stated == 0.0:
                self._parts.append((r, scales, exact))
                continue
            spread = np.maximum(at.spread, TINY)
            guess = FIRST * float(np.sqrt(np.mean((at.residual / spread) ** 2)))
            sigma = max(noise.get(r.group.name, guess) if stated is None else stated, TINY)
            self._parts.append((r, spread, sigma))
            self.coarseness = min(self.coarseness, float(np.mean(sigma * spread / scales)))

    def blocks(self, z: Float[np.ndarray, " m"]) -> list[Block]:
        """Return the rows linearised about z; the targets are what is missing there."""
        made = []
        for r, spread, sigma in self._parts:
            at, known = r.at(z), r.group.statement.noise is not None
            matrix, target = r.matrix(at.slopes), -at.residual
            made.append(
                block(
                    r.group.name, matrix, target=target, spread=spread, noise=sigma, is_known=known
                )
            )
        return made

    def missing(self, z: Float[np.ndarray, " m"]) -> Float[np.ndarray, " n"]:
        """Return all targets at z over their standard deviations."""
        return np.concatenate([-r.at(z).residual / (s * sigma) for r, s, sigma in self._parts])

    def misfits(self, z: Float[np.ndarray, " m"]) -> dict[str, float]:
        """Return, of each group with noise, the root mean square of what is missing over its sd."""
        found = {}
        for r, spread, sigma in self._parts:
            if r.group.statement.noise != 0.0:
                missing = r.at(z).residual / (spread * sigma)
                found[r.group.name] = float(np.sqrt(np.mean(missing**2)))
        return found
