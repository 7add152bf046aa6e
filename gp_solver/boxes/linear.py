"""Linear equations on a box: directly where they separate, by preconditioned GMRES elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import numpy as np
import scipy.linalg
from jaxtyping import Float
from scipy.sparse.linalg import LinearOperator, gmres

from gp_solver.boxes.separable import Modes, Separable, factorise, pencil
from gp_solver.boxes.system import System, Tensor, coordinates
from sciml import kron

DENSE = 3000
"""unknowns up to which a system in several dimensions may be solved densely if GMRES stalls"""
RESTART, CYCLES = 80, 4
REFINEMENTS = 1


@dataclass(frozen=True)
class Term:
    """One term of a separable operator: an axis, its order there, a coefficient at its nodes."""

    axis: int
    order: int
    coefficient: Float[np.ndarray, " q"] | float


def separable_terms(system: System) -> list[Term] | None:
    """Return the terms of a linear operator, or None if one mixes axes."""
    varying = {name for name, on in system.like.varies.items() if on}
    terms = []
    for name, mean in system.like.coefficients.items():
        order, on = system.equation.order(name), system.like.varies[name]
        involved = {a for a, o in enumerate(order) if o}
        involved |= {system.problem.domain.axes.index(axis) for axis in on}
        if len(involved) > 1:
            return None
        axis = involved.pop() if involved else 0
        coefficient = _along(system, name, axis) if name in varying else mean
        terms.append(Term(axis, order[axis], coefficient))
    return terms


def _along(system: System, name: str, axis: int) -> Float[np.ndarray, " q"]:
    """A coefficient at the nodes of one axis, the other coordinates in the middle."""
    grids = [np.array([0.5 * (a.features.lower + a.features.upper)]) for a in system.axes]
    grids[axis] = system.axes[axis].nodes
    x = coordinates(system.problem, grids)
    zero = {n: np.zeros(len(grids[axis])) for n in system.equation.names}
    return system.equation.linearised(zero, x, system.samples(grids))[1][name]


def factorised(system: System, terms: list[Term]) -> Separable | None:
    """Return the factorised operator of separable terms, or None if it cannot be."""
    stiff = [np.zeros((axis.trials, axis.trials)) for axis in system.axes]
    for term in terms:
        axis = system.axes[term.axis]
        stiff[term.axis] += axis.operator(term.order, term.coefficient)[:, axis.lifts :]
    pencils = []
    for a, axis in enumerate(system.axes):
        top = [t for t in terms if t.axis == a and t.order == axis.features.order]
        plain = [t for t in terms if t.axis == a and t.order == 0]
        leading = sum(float(np.max(np.abs(t.coefficient))) for t in top)
        lower = sum(float(np.max(np.abs(t.coefficient))) for t in plain)
        mass = axis.operator(0)[:, axis.lifts :]
        lower += leading * abs(axis.shift)
        pencils.append(pencil(stiff[a], mass, leading=leading, lower=lower))
    return factorise(pencils)


@dataclass(frozen=True, eq=False)
class Solved:
    """Coefficients of a solution, and what the operator said about itself."""

    tensor: Tensor
    modes: Modes
    inconsistent: float
    """relative size of the data that no solution can meet (singular operators)"""


def solve_direct(system: System, lifted: Tensor, terms: list[Term], operator: Separable) -> Solved:
    """Return the solution of a separable linear equation that meets the lifted conditions."""
    source = system.project(system.source(system.nodes))
    right = source - _applied(system, terms, lifted, lifts=True)
    found = operator.solve(right)
    for _ in range(REFINEMENTS):
        found = found + operator.solve(right - _applied(system, terms, found, lifts=False))
    tensor = lifted.copy()
    system.interior(tensor)[...] += found
    missed = operator.null_part(right) / (float(np.linalg.norm(right)) or 1.0)
    return Solved(tensor, operator.modes, missed)


def _applied(system: System, terms: list[Term], tensor: Tensor, *, lifts: bool) -> Tensor:
    """The separable operator on a field, projected on the tests."""
    first = [0 if lifts else axis.lifts for axis in system.axes]
    masses = [axis.operator(0)[:, f:] for axis, f in zip(system.axes, first, strict=True)]
    total = np.zeros(system.shape)
    for a, axis in enumerate(system.axes):
        mine = [t for t in terms if t.axis == a]
        if mine:
            along = sum(axis.operator(t.order, t.coefficient)[:, first[a] :] for t in mine)
            factors = [along if b == a else m for b, m in enumerate(masses)]
            total += np.asarray(kron.apply(factors, tensor))
    return total


@dataclass(eq=False)
class Linearisation:
    """The derivative of a projected residual: its action, and solutions with it.

    Attributes
    ----------
    system : the functions.
    slopes : coefficient of each derivative at the nodes, jet name -> tensor.
    """

    system: System
    slopes: Mapping[str, Tensor]
    preconditioner: Separable | None = None

    def __post_init__(self) -> None:
        if len(self.system.axes) > 1 and self.preconditioner is None:
            self.preconditioner = self._mean()

    def _mean(self) -> Separable | None:
        """The separable operator with the mean coefficients of what derives along one axis."""
        terms = []
        for name, slope in self.slopes.items():
            order = self.system.equation.order(name)
            along = [a for a, o in enumerate(order) if o]
            if len(along) <= 1:
                axis = along[0] if along else 0
                terms.append(Term(axis, order[axis], float(np.mean(slope))))
        return factorised(self.system, terms)

    def apply(self, tensor: Tensor) -> Tensor:
        """Return the derivative of the projected residual along a field of trials."""
        orders = tuple(self.system.equation.order(n) for n in self.slopes)
        system, slopes = self.system, list(self.slopes.values())
        return np.asarray(_apply(orders, system.trials, system.weighted_tests, slopes, tensor))

    def dense(self) -> Float[np.ndarray, "n n"]:
        """Return the matrix [N, N] of `apply`, for one or two axes."""
        tests, total = self.system.weighted_tests, np.zeros(())
        for name, slope in self.slopes.items():
            order = self.system.equation.order(name)
            trials = [np.asarray(t[o]) for t, o in zip(self.system.trials, order, strict=True)]
            if len(trials) == 1:
                constant = np.ptp(slope) <= 1e-14 * np.max(np.abs(slope))
                axis = self.system.axes[0]
                coefficient = float(slope[0]) if constant else slope
                total = total + axis.operator(order[0], coefficient)[:, axis.lifts :]
                continue
            (n, m), pairs = (
                self.system.shape,
                [
                    np.einsum("qi,qk->qik", w, t).reshape(len(w), -1)
                    for w, t in zip(tests, trials, strict=True)
                ],
            )
            block = (pairs[0].T @ slope @ pairs[1]).reshape(n, n, m, m)
            total = total + block.transpose(0, 2, 1, 3).reshape(n * m, n * m)
        return total

    def solve(self, right: Tensor, *, tolerance: float = 1e-10) -> tuple[Tensor, bool]:
        """Return the trials' coefficients for a right-hand side, and whether they were found."""
        count, dimension = right.size, right.ndim
        if dimension == 1:
            return scipy.linalg.solve(self.dense(), right), True
        found, reached = right, np.inf
        if self.preconditioner is not None:
            found, reached = self._krylov(right, tolerance)
        if reached > 1e3 * tolerance and dimension == 2 and count <= DENSE:
            flat = scipy.linalg.solve(self.dense(), right.ravel())
            return flat.reshape(right.shape), True
        return found, reached <= 1e3 * tolerance

    def _krylov(self, right: Tensor, tolerance: float) -> tuple[Tensor, float]:
        """GMRES on the operator preconditioned from the left by the mean one."""
        assert self.preconditioner is not None
        precondition, shape = self.preconditioner.solve, right.shape
        start = precondition(right)
        size = float(np.linalg.norm(start)) or 1.0

        def act(vector: np.ndarray) -> np.ndarray:
            return np.array(precondition(self.apply(vector.reshape(shape)))).ravel()

        operator = LinearOperator((right.size, right.size), matvec=act, dtype=float)
        found, _ = gmres(
            operator, start.ravel() / size, rtol=tolerance, restart=RESTART, maxiter=CYCLES
        )
        left = np.linalg.norm(act(found) - start.ravel() / size)
        return (size * found).reshape(shape), float(left)


@partial(jax.jit, static_argnums=0)
def _apply(orders: Any, trials: Any, tests: Any, slopes: Any, tensor: Any) -> Any:
    total = sum(
        slope * kron.apply([t[o] for t, o in zip(trials, order, strict=True)], tensor)
        for order, slope in zip(orders, slopes, strict=True)
    )
    return kron.apply_transposed(tests, total)
