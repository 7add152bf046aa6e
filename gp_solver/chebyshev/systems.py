"""The linear systems of a collocation grid: one dense matrix, or solved axis by axis."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.linalg
import scipy.sparse.linalg
from jaxtyping import Float

from gp_solver.chebyshev.axes import Modes, NotSolved, Reduced
from gp_solver.chebyshev.grid import Grid, Slopes, Tensor, contract

KRYLOV, RESTARTS = 80, 4
"""directions kept by GMRES, and how often it starts again"""
KRYLOV_TOLERANCE = 1e-7
"""residual that GMRES is asked for; Newton's steps do the rest"""
CHUNK = 512
"""rows of a dense matrix that are made at once"""

Solve = Callable[[Tensor], Tensor]
"""residual -> the change of the values that Newton's method subtracts"""


class Dense:
    """All rows and all coefficients in one matrix, factorised with pivoting."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.reciprocal = 1.0
        names = {n: r.equation.order(n) for r in grid.rows for n in r.equation.names}
        self.orders = names

    def start(self, guess: Tensor | None) -> Tensor:
        """The guess, or zero."""
        return np.zeros(self.grid.points) if guess is None else guess

    def linearise(self, values: Tensor) -> tuple[Tensor, list[Slopes]]:
        """Residual of every row, and its derivative in every jet value."""
        grid, residual, slopes = self.grid, np.empty(values.size), []
        jets = {n: grid.jet(o, values) for n, o in self.orders.items()}
        for rows in grid.rows:
            here = {n: jets[n][tuple(rows.place)] for n in rows.equation.names}
            x = grid.coordinates(rows.place)
            found: Slopes = {}
            if len(rows.numbers):
                residual[rows.numbers], found = rows.equation.linearised(here, x, {})
            slopes.append(found)
        return residual, slopes

    def linear(self, slopes: list[Slopes], change: Tensor) -> Tensor:
        """What a change of the values adds to the residual."""
        grid, added = self.grid, np.zeros(change.size)
        for rows, slope in zip(grid.rows, slopes, strict=True):
            for name, c in slope.items():
                jet = grid.jet(self.orders[name], change)
                added[rows.numbers] += c * jet[tuple(rows.place)]
        return added

    def solver(self, slopes: list[Slopes]) -> Solve:
        """Factorise the matrix, every row scaled to a largest entry of 1."""
        matrix = self.matrix(slopes)
        size = np.max(np.abs(matrix), axis=1)
        size[size == 0] = 1.0
        matrix /= size[:, None]
        norm = float(np.max(np.sum(np.abs(matrix), axis=1)))
        factor, pivots, _ = scipy.linalg.lapack.dgetrf(matrix.T, overwrite_a=True)
        rcond, _ = scipy.linalg.lapack.dgecon(factor, norm)
        self.reciprocal = float(rcond)
        functions = [self.grid.functions(a, 0) for a in range(len(self.grid.points))]

        def solve(residual: Tensor) -> Tensor:
            x, _ = scipy.linalg.lapack.dgetrs(factor, pivots, residual / size, trans=1)
            return contract(functions, x.reshape(self.grid.points))

        return solve

    def matrix(self, slopes: list[Slopes]) -> Float[np.ndarray, "n n"]:
        """The derivative of every row in every coefficient."""
        grid = self.grid
        count = int(np.prod(grid.points))
        matrix = np.zeros((count, count))
        for rows, slope in zip(grid.rows, slopes, strict=True):
            for start in range(0, len(rows.numbers), CHUNK):
                part = slice(start, start + CHUNK)
                block = np.zeros((len(rows.numbers[part]), count))
                for name, c in slope.items():
                    line = c[part, None]
                    for axis, k in enumerate(self.orders[name]):
                        table = grid.functions(axis, k)[rows.place[axis, part]]
                        line = (line[:, :, None] * table[:, None, :]).reshape(len(block), -1)
                    block += line
                matrix[rows.numbers[part]] = block
        return matrix


class ByAxis:
    """Fields that meet the conditions, for which only rows of the equation are left.

    Constant coefficients are solved by fast diagonalisation, others by GMRES with the mean
    coefficients so solved as preconditioner.
    """

    def __init__(self, grid: Grid) -> None:
        self.grid, self.reduced = grid, Reduced(grid)
        self.reciprocal = 1.0
        self.equation = grid.statement.equation
        self.constant = grid.statement.traits.constant
        self._direct: Modes | None = None

    def start(self, guess: Tensor | None) -> Tensor:
        """The guess (or zero), changed so that it meets the conditions."""
        return self.reduced.lifted(np.zeros(self.grid.points) if guess is None else guess)

    def linearise(self, values: Tensor) -> tuple[Tensor, list[Slopes]]:
        """Residual at the nodes that no condition takes, and its derivatives there."""
        reduced, names = self.reduced, self.equation.names
        jets = {n: reduced.jet(self.equation.order(n), values).ravel() for n in names}
        x = self.grid.coordinates(reduced.place)
        residual, slopes = self.equation.linearised(jets, x, {})
        shape = reduced.shape
        return residual.reshape(shape), [{n: s.reshape(shape) for n, s in slopes.items()}]

    def linear(self, slopes: list[Slopes], change: Tensor) -> Tensor:
        """What a change of the values adds to the residual."""
        order = self.equation.order
        terms = [c * self.reduced.jet(order(n), change) for n, c in slopes[0].items()]
        return np.sum(terms, axis=0)

    def solver(self, slopes: list[Slopes]) -> Solve:
        """Fast diagonalisation, or GMRES with it."""
        reduced, order = self.reduced, self.equation.order
        orders = {n: order(n) for n in slopes[0]}
        if self.constant:
            means = {n: float(np.mean(c)) for n, c in slopes[0].items()}
            if self._direct is None:
                self._direct = Modes(reduced, orders, means)
            modes = self._direct
            self.reciprocal = modes.reciprocal
            return lambda residual: reduced.extended(modes.solve(residual))
        scale = _leading(slopes[0], orders)
        scaled = {n: c / scale for n, c in slopes[0].items()}
        modes = Modes(reduced, orders, {n: float(np.mean(c)) for n, c in scaled.items()})

        def forward(flat: np.ndarray) -> np.ndarray:
            inner = modes.solve(flat.reshape(reduced.shape))
            terms = [c * contract(reduced.tables(orders[n]), inner) for n, c in scaled.items()]
            return np.sum(terms, axis=0).ravel()

        def solve(residual: Tensor) -> Tensor:
            right = (residual / scale).ravel()
            operator = scipy.sparse.linalg.LinearOperator((right.size,) * 2, forward, dtype=float)
            found, _ = scipy.sparse.linalg.gmres(
                operator, right, rtol=KRYLOV_TOLERANCE, atol=0.0, restart=KRYLOV, maxiter=RESTARTS
            )
            left = np.linalg.norm(forward(found) - right)
            if not left <= 1e-4 * np.linalg.norm(right):
                raise NotSolved
            return reduced.extended(modes.solve(found.reshape(reduced.shape)))

        return solve


def _leading(slopes: Slopes, orders: dict[str, tuple[int, ...]]) -> Tensor | float:
    """Size of the leading coefficients relative to their mean: rows are divided by it."""
    top = max(sum(o) for o in orders.values())
    sizes = np.sum([np.abs(slopes[n]) for n, o in orders.items() if sum(o) == top], axis=0)
    mean = float(np.mean(sizes))
    return sizes / mean if np.min(sizes) > 1e-6 * mean else 1.0
