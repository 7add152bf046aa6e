"""Gauss-Newton on a head: linear least squares, repeated until the residual falls no further."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from jaxtyping import Float

from pinn.forward.normal import Solver, normal_solver
from pinn.forward.rows import Group, Theta

FLAT = 0.5
"""a step that leaves more of the loss than this, with a matrix of before, asks for a new one"""


@dataclass(frozen=True)
class Found:
    """Where Gauss-Newton ended.

    Attributes
    ----------
    z : the head, flat.
    loss : root of the weighted sum of squares, relative to the size of what the residuals cancel.
    steps : linear systems solved.
    """

    z: Float[np.ndarray, " n"]
    loss: float
    steps: int


def truncated_solver(matrix: Float[np.ndarray, "r n"]) -> Solver:
    """Return r -> least-squares step of least length, by a rank-revealing factorisation."""
    q, upper, order = scipy.linalg.qr(matrix, mode="economic", pivoting=True, check_finite=False)
    diagonal = np.abs(np.diag(upper))
    rank = max(1, int(np.sum(diagonal > 1e-13 * diagonal[0])))

    def solve(r: np.ndarray) -> np.ndarray:
        found = np.zeros(matrix.shape[1])
        part = scipy.linalg.solve_triangular(upper[:rank, :rank], q[:, :rank].T @ r)
        found[order[:rank]] = -part
        return found

    return solve


def _solver(matrix: Float[np.ndarray, "r n"], truncate: bool) -> Solver:
    """The normal matrix, unless it may lack or does lack rank."""
    found = None if truncate else normal_solver(matrix)
    return found or truncated_solver(matrix)


def minimise(
    groups: Sequence[Group],
    start: Float[np.ndarray, " n"],
    theta: Theta,
    *,
    linear: bool = False,
    truncate: bool = False,
    steps: int = 30,
    target: float = 1e-13,
) -> Found:
    """Return the head that groups of rows determine.

    A matrix is used again while that still halves the residual; a step that does not lower the
    loss is halved up to six times.

    Parameters
    ----------
    start : head to start from.
    linear : whether the rows are affine, so that one matrix serves.
    truncate : whether the matrix may be rank-deficient.
    target : relative residual below which nothing is gained.
    """
    z, solver, weights = start, None, np.ones(len(groups))
    size, loss, done = 1.0, np.inf, 0
    while done < steps:
        if solver is None:
            parts = [g.at(z, theta) for g in groups]
            weights = np.array(
                [g.emphasis / _length(p[1]) for g, p in zip(groups, parts, strict=True)]
            )
            r = np.concatenate([w * p[0] for w, p in zip(weights, parts, strict=True)])
            matrix = np.concatenate([w * p[1] for w, p in zip(weights, parts, strict=True)])
            if not (np.all(np.isfinite(r)) and np.all(np.isfinite(matrix))):
                return Found(z, np.inf, done)
            sizes = [w * p[2] for w, p in zip(weights, parts, strict=True)]
            size = max(float(np.linalg.norm([*sizes, np.linalg.norm(r)])), np.finfo(float).tiny)
            loss = float(np.linalg.norm(r))
            solver, fresh = _solver(matrix, truncate), True
        step = solver(r)
        length, after, following = 1.0, np.inf, r
        for _ in range(7):
            moved = z + length * step
            following = _residuals(groups, weights, moved, theta)
            after = float(np.linalg.norm(following))
            if np.isfinite(after) and after < loss:
                break
            length /= 2
        done += 1
        if not (np.isfinite(after) and after < loss):
            if fresh:
                break
            solver = None
            continue
        z, r, gain, loss = moved, following, after / loss, after
        if loss < target * size:
            break
        if gain > FLAT:
            if (fresh and gain > 0.99) or (linear and gain > 0.8):
                break
            solver = solver if linear else None
        fresh = False
    return Found(z, loss / size, done)


def _length(matrix: np.ndarray) -> float:
    """Root of the sum of squares of the rows, whose shares add up to one for each component."""
    return max(float(np.linalg.norm(matrix)), np.finfo(float).tiny)


def _residuals(
    groups: Sequence[Group], weights: np.ndarray, z: np.ndarray, theta: Theta
) -> np.ndarray:
    return np.concatenate([w * g.residual(z, theta) for w, g in zip(weights, groups, strict=True)])
