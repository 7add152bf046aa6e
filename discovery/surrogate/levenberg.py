"""Levenberg-Marquardt for experiments that share a few parameters: dense blocks in arrow shape.

With own parameters x_e of every experiment and shared parameters y, the normal equations are
block-diagonal but for the rows and columns of y, and are solved by elimination of the x_e
(Schur complement). A step is damped by λ, the precision with which the
parameters are held where they are, and which follows how well the last step did what it promised
(Nielsen, IMM-REP-1999-05).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.linalg import LinAlgError, cho_factor, cho_solve, qr, solve_triangular
from scipy.linalg.blas import dsyrk

ATTEMPTS = 12
"""how often λ is raised, each time by twice the factor, before a step is given up"""


class Vector(NamedTuple):
    """Parameters, or something of their shape: own [e, n] and shared [k]."""

    own: Float[np.ndarray, "e n"]
    shared: Float[np.ndarray, " k"]


Linearised = Callable[[Vector], tuple[np.ndarray, np.ndarray]]
"""parameters -> residuals [e, m] and Jacobian in own and shared parameters [e, m, n + k]"""


@dataclass(frozen=True, eq=False)
class Normal:
    """The Hessian JᵀJ + A in blocks, and the gradient.

    Attributes
    ----------
    own : [e, n, n]; cross : [e, n, k]; shared : [k, k]; gradient : of half the loss.
    """

    own: Float[np.ndarray, "e n n"]
    cross: Float[np.ndarray, "e n k"]
    shared: Float[np.ndarray, "k k"]
    gradient: Vector

    def step(self, damping: float, frozen: bool = False) -> Vector:
        """Return the damped Newton step; with `frozen`, of the shared parameters alone.

        Raises
        ------
        LinAlgError : the matrix is not positive definite.
        """
        shared = _damped(self.shared, damping)
        right = -self.gradient.shared
        if frozen:
            return Vector(np.zeros(self.gradient.own.shape), _solved(shared, right[:, None])[:, 0])
        solved = []
        for block, cross, gradient in zip(self.own, self.cross, self.gradient.own, strict=True):
            found = _solved(_damped(block, damping), np.column_stack([cross, -gradient]))
            solved.append(found)
            shared = shared - cross.T @ found[:, :-1]
            right = right - cross.T @ found[:, -1]
        y = _solved(shared, right[:, None])[:, 0] if len(right) else right
        return Vector(np.stack([f[:, -1] - f[:, :-1] @ y for f in solved]), y)

    def promised(self, step: Vector, damping: float) -> float:
        """Return by how much a step would lower the loss if residuals were linear."""
        own = np.sum(step.own * (damping * step.own - self.gradient.own))
        shared = np.sum(step.shared * (damping * step.shared - self.gradient.shared))
        return float(own + shared)


def normal(
    residual: Float[np.ndarray, "e m"],
    jacobian: Float[np.ndarray, "e m p"],
    z: Vector,
    decay: Vector,
) -> Normal:
    """Return the Hessian and gradient of ‖r‖² + Σ decay z², halved."""
    count = z.own.shape[1]
    own, cross, slopes = [], [], []
    shared = np.diag(decay.shared)
    slope = decay.shared * z.shared
    for r, j, x, d in zip(residual, jacobian, z.own, decay.own, strict=True):
        gram = dsyrk(1.0, j.T, lower=1)
        gram = gram + np.tril(gram, -1).T
        gradient = j.T @ r
        block = gram[:count, :count].copy()
        block[np.diag_indices(count)] += d
        own.append(block)
        cross.append(gram[:count, count:])
        shared = shared + gram[count:, count:]
        slopes.append(gradient[:count] + d * x)
        slope = slope + gradient[count:]
    return Normal(np.stack(own), np.stack(cross), shared, Vector(np.stack(slopes), slope))


class Run(NamedTuple):
    """Where a descent ended: parameters, ‖r‖² + Σ decay z², λ, and the steps made."""

    z: Vector
    loss: float
    damping: float
    steps: int


def descend(
    linearised: Linearised,
    z: Vector,
    decay: Vector,
    *,
    damping: float,
    steps: int,
    tolerance: float = 1e-3,
    frozen: bool = False,
) -> Run:
    """Return where at most `steps` steps lead; ends when three in turn gain less than `tolerance`.

    Parameters
    ----------
    decay : precision of the prior on every parameter.
    damping : λ to begin with.
    frozen : whether the own parameters stay as they are.
    """
    r, jacobian = linearised(z)
    loss = _loss(r, z, decay)
    slow, made = 0, 0
    while made < steps and slow < 3:
        here = normal(r, jacobian, z, decay)
        raised, accepted = 2.0, False
        for _ in range(ATTEMPTS):
            try:
                step = here.step(damping, frozen)
                trial = Vector(z.own + step.own, z.shared + step.shared)
                r_new, jacobian_new = linearised(trial)
                new = _loss(r_new, trial, decay)
            except LinAlgError:
                new = np.inf
            if np.isfinite(new) and new < loss:
                accepted = True
                break
            damping, raised = damping * raised, 2 * raised
        made += 1
        if not accepted:
            break
        gain = (loss - new) / max(here.promised(step, damping), 1e-300)
        slow = slow + 1 if loss - new < tolerance * loss else 0
        z, loss, r, jacobian = trial, new, r_new, jacobian_new
        damping = max(damping * max(0.1, 1 - (2 * min(gain, 1.0) - 1) ** 3), 1e-9)
    return Run(z, loss, damping, made)


def _loss(r: np.ndarray, z: Vector, decay: Vector) -> float:
    prior = np.sum(decay.own * z.own**2) + np.sum(decay.shared * z.shared**2)
    return float(np.sum(r**2) + prior)


def _damped(matrix: np.ndarray, damping: float) -> np.ndarray:
    """The matrix with its diagonal raised by λ, and by the rounding of its largest element."""
    found = matrix.copy()
    largest = float(np.max(np.diag(matrix), initial=0.0))
    found[np.diag_indices_from(found)] += damping + 1e-16 * largest
    return found


def _solved(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    factor = cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)
    return np.asarray(cho_solve(factor, right, check_finite=False))


def covariance(jacobian: Float[np.ndarray, "e m p"], decay: Vector) -> Float[np.ndarray, "e p p"]:
    """Return the blocks of (JᵀJ + A)⁻¹ of own and shared parameters, one an experiment.

    By orthogonal factors of the Jacobian, never of its square: the equation's weight makes the
    Hessian's condition larger than double precision resolves.
    """
    count = decay.own.shape[1]
    own, rest = [], [np.diag(np.sqrt(decay.shared))]
    for j, d in zip(jacobian, decay.own, strict=True):
        prior = np.zeros((count, j.shape[1]))
        prior[:, :count] = np.diag(np.sqrt(d))
        factor = _triangle(np.concatenate([j, prior]))
        own.append(factor[:count])
        rest.append(factor[count:, count:])
    shared = _inverted(_triangle(np.concatenate(rest)))
    found = []
    for factor in own:
        inverse = _inverted(factor[:, :count])
        reach = -inverse @ factor[:, count:] @ shared
        root = np.block([[inverse, reach], [np.zeros((len(shared), count)), shared]])
        found.append(root @ root.T)
    return np.stack(found)


def _triangle(matrix: np.ndarray) -> np.ndarray:
    """The factor R of a QR decomposition."""
    return np.asarray(qr(matrix, mode="r", check_finite=False)[0][: matrix.shape[1]])


def _inverted(triangle: np.ndarray) -> np.ndarray:
    """The inverse of an upper triangular matrix."""
    return np.asarray(solve_triangular(triangle, np.eye(len(triangle)), check_finite=False))
