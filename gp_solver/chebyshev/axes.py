"""Conditions built into the functions of each axis, and fast diagonalisation of what is left."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import scipy.linalg
from jaxtyping import Float, Int

from gp_solver.chebyshev.grid import Grid, Tensor, contract
from sciml.jet import MultiIndex

SINGULAR = 1e-10
"""reciprocal condition number below which a matrix is not inverted"""
INDEPENDENT = 1e8
"""condition number up to which eigenvectors serve as a basis"""


class NotReducible(Exception):
    """The conditions or the operator lack the structure that solving by axis needs."""


class NotSolved(Exception):
    """GMRES did not converge."""


class Axis:
    """The functions along one axis that meet its conditions with zero data.

    A few functions of low degree are expressed by the others through the conditions.

    Attributes
    ----------
    conditions : C [m, n], the conditions applied to values at the nodes.
    null : Z [n, n − m], coefficients of functions that meet the conditions with zero data.
    right : E [n, m], values at the nodes of functions with C E = 1.
    """

    def __init__(self, grid: Grid, axis: int) -> None:
        n, layers = grid.points[axis], grid.layers[axis]
        m, order = len(layers), grid.statement.orders[axis]
        self.conditions, applied = np.zeros((m, n)), np.zeros((m, n))
        for row, (_, side) in enumerate(layers):
            node = n - 1 if side.upper else 0
            for k, c in (side.functional or {}).items():
                self.conditions[row] += c * grid.derivative(axis, k)[node]
                applied[row] += c * grid.functions(axis, k)[node]
        self.null, self.right = np.eye(n), np.zeros((n, m))
        if m:
            _, _, ranked = scipy.linalg.qr(applied[:, : m + order + 1], pivoting=True)
            pivots = np.sort(ranked[:m])
            block = applied[:, pivots]
            if not np.linalg.cond(block) < 1 / SINGULAR:
                raise NotReducible
            rest = np.setdiff1d(np.arange(n), pivots)
            self.null = self.null[:, rest]
            self.null[pivots] = -np.linalg.solve(block, applied[:, rest])
            self.right = grid.functions(axis, 0)[:, pivots] @ np.linalg.inv(block)


class Reduced:
    """A grid whose unknowns are combinations of functions that meet the conditions."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.axes = [Axis(grid, a) for a in range(len(grid.points))]
        self.shape = tuple(len(k) for k in grid.kept)
        self._tables: dict[tuple[int, int], Tensor] = {}

    @cached_property
    def place(self) -> Int[np.ndarray, "d r"]:
        """Indices of the nodes that no condition takes."""
        return np.stack([g.ravel() for g in np.meshgrid(*self.grid.kept, indexing="ij")])

    def table(self, axis: int, k: int) -> Float[np.ndarray, "r r"]:
        """The k-th derivative of the functions along an axis at the nodes that are left."""
        if (axis, k) not in self._tables:
            whole = self.grid.functions(axis, k)[self.grid.kept[axis]]
            self._tables[axis, k] = whole @ self.axes[axis].null
        return self._tables[axis, k]

    def tables(self, order: MultiIndex) -> list[Tensor]:
        """The tables of a mixed derivative, one an axis."""
        return [self.table(a, k) for a, k in enumerate(order)]

    def jet(self, order: MultiIndex, values: Tensor) -> Tensor:
        """A derivative of a field, given by its values, at the nodes that are left."""
        return self.grid.jet(order, values, self.grid.kept)

    def extended(self, inner: Tensor) -> Tensor:
        """Values at all nodes of a field that meets the conditions with zero data."""
        return contract(self._extensions, inner)

    @cached_property
    def _extensions(self) -> list[Tensor]:
        return [self.grid.functions(a, 0) @ axis.null for a, axis in enumerate(self.axes)]

    def lifted(self, values: Tensor) -> Tensor:
        """The values changed by functions of low degree so that they meet the conditions.

        Axes follow one another; the one whose condition is listed first comes last and so holds
        at the corners if the data contradict each other there.
        """
        grid, u = self.grid, values.copy()
        for a in reversed(list(dict.fromkeys(side.axis for side in grid.statement.sides))):
            axis, layers = self.axes[a], grid.layers[a]
            data = np.stack([self._data(side.condition, a, side.upper) for _, side in layers])
            held = np.tensordot(axis.conditions, u, axes=(1, a))
            u += np.moveaxis(np.tensordot(axis.right, data - held, axes=(1, 0)), 0, a)
        return u

    def _data(self, condition: int, axis: int, upper: bool) -> Tensor:
        """The data of a condition at the nodes of its face."""
        grid = self.grid
        equation = grid.statement.conditions[condition]
        index = [np.arange(n) for n in grid.points]
        index[axis] = np.array([grid.points[axis] - 1 if upper else 0])
        place = np.stack([g.ravel() for g in np.meshgrid(*index, indexing="ij")])
        zero = dict.fromkeys(equation.names, np.zeros(place.shape[1]))
        shape = [n for a, n in enumerate(grid.points) if a != axis]
        return -equation.linearised(zero, grid.coordinates(place), {})[0].reshape(shape)


class Modes:
    """The inverse of Σ_a L_a + c, L_a along axis a with constant coefficients.

    With A_a and R_a the values of L_a u and of u, and A_a⁻¹ R_a = W_a diag(μ_a) W_a⁻¹, every
    product of modes decouples: (Σ_a Π_{b≠a} μ_b + c Π_b μ_b) v = f (R. E. Lynch, J. R. Rice and
    D. H. Thomas, Numer. Math. 6, 185 (1964); D. B. Haidvogel and T. Zang, J. Comput. Phys. 30,
    167 (1979)). One axis may lack a basis of eigenvectors, as time does: there one small system
    is solved for each product of the other axes' modes.

    Raises
    ------
    NotReducible : mixed derivatives, or more than one axis without a basis of eigenvectors.
    """

    def __init__(
        self, reduced: Reduced, orders: Mapping[str, MultiIndex], coefficients: Mapping[str, float]
    ) -> None:
        along: list[dict[int, float]] = [{} for _ in reduced.axes]
        constant = 0.0
        for name, c in coefficients.items():
            axes = [a for a, k in enumerate(orders[name]) if k]
            if len(axes) > 1:
                raise NotReducible
            if axes:
                along[axes[0]][orders[name][axes[0]]] = c
            else:
                constant += c
        self.reduced, self.constant = reduced, constant
        self.left: list[np.ndarray] = []
        self.right: list[np.ndarray] = []
        self.roots: list[np.ndarray | None] = []
        self.defective: int | None = None
        for a, terms in enumerate(along):
            twin = self._twin(a, along)
            left, right, roots = self._diagonal(a, terms) if twin is None else self._of(twin)
            self.left.append(left)
            self.right.append(right)
            self.roots.append(roots)
        self.inverse, self.reciprocal = self._inverse()

    def _of(self, a: int) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        return self.left[a], self.right[a], self.roots[a]

    def _twin(self, a: int, along: list[dict[int, float]]) -> int | None:
        """An earlier axis along which everything is the same and eigenvectors are a basis."""
        table = self.reduced.table
        for b in range(a):
            if along[a] == along[b] and self.roots[b] is not None:
                pairs = [(table(a, k), table(b, k)) for k in (0, *along[a])]
                if all(np.array_equal(x, y) for x, y in pairs):
                    return b
        return None

    def _diagonal(
        self, a: int, terms: Mapping[int, float]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """(A W)⁻¹, W and μ along one axis; identities and None where W is no basis."""
        values = self.reduced.table(a, 0)
        applied = np.zeros_like(values)
        for k, c in terms.items():
            applied = applied + c * self.reduced.table(a, k)
        if not terms or not np.linalg.cond(applied, 1) < 1 / SINGULAR:
            raise NotReducible
        roots, vectors = _eigen(np.linalg.solve(applied, values))
        inverse = np.linalg.inv(applied @ vectors)
        if np.linalg.norm(inverse @ applied, 1) * np.linalg.norm(vectors, 1) < INDEPENDENT:
            return inverse, vectors, roots
        if self.defective is not None:
            raise NotReducible
        self.defective, self._applied, self._values = a, applied, values
        return np.eye(len(values)), np.eye(len(values)), None

    def _inverse(self) -> tuple[np.ndarray, float]:
        """What products of modes are multiplied by, and how far its terms cancel at worst."""
        product: np.ndarray = np.ones(())
        total: np.ndarray = np.zeros(())
        size: np.ndarray = np.zeros(())
        for mu in self.roots:
            if mu is not None:  # Π μ, Σ_a Π_{b≠a} μ_b and the sum of their sizes, axis by axis
                total = np.multiply.outer(total, mu) + product[..., None]
                size = np.multiply.outer(size, np.abs(mu)) + np.abs(product)[..., None]
                product = np.multiply.outer(product, mu)
        total = total + self.constant * product
        size = size + np.abs(self.constant * product)
        if self.defective is None:
            if np.any(total == 0):
                raise NotReducible
            return 1 / total, float(np.min(np.abs(total) / size))
        weights = product[..., None, None], total[..., None, None]
        return np.linalg.inv(weights[0] * self._applied + weights[1] * self._values), 1.0

    def solve(self, right: Tensor) -> Tensor:
        """Return the coefficients, in functions that meet the conditions, of L u = right."""
        hat = contract(self.left, right)
        if self.defective is None:
            hat = hat * self.inverse
        else:
            last = np.moveaxis(hat, self.defective, -1)[..., None]
            hat = np.moveaxis((self.inverse @ last)[..., 0], -1, self.defective)
        return np.real(contract(self.right, hat))


def _eigen(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues and eigenvectors; functions even and odd about the middle are kept apart."""
    even, odd = slice(0, None, 2), slice(1, None, 2)
    mixed = max(np.max(np.abs(matrix[even, odd])), np.max(np.abs(matrix[odd, even])))
    if mixed > 1e-13 * np.max(np.abs(matrix)):
        return scipy.linalg.eig(matrix)
    parts = [scipy.linalg.eig(np.ascontiguousarray(matrix[s, s])) for s in (even, odd)]
    if all(np.all(np.imag(roots) == 0) for roots, _ in parts):
        parts = [(np.real(roots), np.real(vectors)) for roots, vectors in parts]
    roots = np.concatenate([r for r, _ in parts])
    vectors = np.zeros(matrix.shape, parts[0][1].dtype)
    first = len(parts[0][0])
    vectors[even, :first], vectors[odd, first:] = parts[0][1], parts[1][1]
    return roots, vectors
