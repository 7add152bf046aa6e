"""Chebyshev polynomials on an interval: nodes, transforms, quadrature, interpolation, derivatives.

Everything lives on [-1, 1] and on the Lobatto points x_i = −cos(π i / (n − 1)), ascending.
`differentiation` acts on values there; `Basis` spans the same polynomials by integrals, in which
derivatives of high order cost no digits however many points there are.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.fft
import scipy.sparse
from jaxtyping import Float


@lru_cache(maxsize=64)
def nodes(n: int) -> Float[np.ndarray, " n"]:
    """Return the n ≥ 2 Lobatto points, ascending, symmetric to the last bit."""
    return np.sin(np.pi * (2 * np.arange(n) - (n - 1)) / (2 * (n - 1)))


def clenshaw_curtis(n: int) -> Float[np.ndarray, " n"]:
    """Return the weights of the quadrature on the Lobatto points, exact to degree n − 1.

    C. W. Clenshaw and A. R. Curtis, Numer. Math. 2, 197 (1960); by a cosine transform.
    """
    moments = np.zeros(n)
    moments[::2] = 2 / (1 - np.arange(0, n, 2.0) ** 2)
    weights = scipy.fft.dct(moments, type=1) / (n - 1)
    weights[[0, -1]] /= 2
    return weights


def coefficients(values: Float[np.ndarray, "..."], axis: int = 0) -> Float[np.ndarray, "..."]:
    """Return the Chebyshev coefficients of the polynomial through values at the Lobatto points."""
    n = values.shape[axis]
    c = scipy.fft.dct(np.flip(values, axis), type=1, axis=axis) / (n - 1)
    ends: list[slice | list[int]] = [slice(None)] * values.ndim
    ends[axis] = [0, n - 1]
    c[tuple(ends)] /= 2
    return c


def length(values: Float[np.ndarray, "n m"], threshold: float) -> int:
    """Return how many leading coefficients it takes to leave out none above a threshold.

    The largest over the columns; n itself where the coefficients do not fall below it.
    """
    large = np.any(np.abs(coefficients(values)) > threshold, axis=1)
    return int(np.max(np.flatnonzero(large), initial=-1)) + 1


def interpolation(points: Float[np.ndarray, " p"], n: int) -> Float[np.ndarray, "p n"]:
    """Return the matrix from values at the n Lobatto points to values at other points.

    Barycentric formula: J.-P. Berrut and L. N. Trefethen, SIAM Review 46, 501 (2004).
    """
    weights = (-1.0) ** np.arange(n)
    weights[[0, -1]] /= 2
    offset = points[:, None] - nodes(n)
    rows, columns = np.nonzero(offset == 0)
    offset[rows] = 1.0
    matrix = weights / offset
    matrix[rows] = 0.0
    matrix[rows, columns] = 1.0
    return matrix / np.sum(matrix, axis=1, keepdims=True)


def differentiation(n: int, order: int = 1) -> Float[np.ndarray, "n n"]:
    """Return the matrix from values at the Lobatto points to values of a derivative there.

    Differences of nodes are products of sines, and every diagonal is the negative sum of its row
    (R. Baltensperger and M. R. Trummer, SIAM J. Sci. Comput. 24, 1465 (2003)); orders above the
    first by the recurrence of B. D. Welfert, SIAM J. Numer. Anal. 34, 1640 (1997).
    """
    angle = np.pi * (2 * np.arange(n) - (n - 1)) / (2 * (n - 1))
    half = 0.5 * angle
    differences = 2 * np.sin(half[:, None] - half) * np.cos(half[:, None] + half)
    np.fill_diagonal(differences, 1.0)
    weights = (-1.0) ** np.arange(n)
    weights[[0, -1]] /= 2
    ratio = weights / weights[:, None]
    d = np.eye(n)
    for m in range(1, order + 1):
        d = m / differences * (ratio * np.diag(d)[:, None] - d)
        np.fill_diagonal(d, 0.0)
        np.fill_diagonal(d, -np.sum(d, axis=1))
    return d


def vandermonde(points: Float[np.ndarray, " p"], n: int) -> Float[np.ndarray, "p n"]:
    """Return T_0 … T_{n−1} at points in [-1, 1], one column each."""
    return np.cos(np.arange(n) * np.arccos(np.clip(points, -1.0, 1.0))[:, None])


@lru_cache(maxsize=8)
def _at_nodes(n: int) -> Float[np.ndarray, "n n"]:
    """T_j at the Lobatto points: every value is one of 2(n − 1) cosines."""
    quarter = np.sin(np.pi * (n - 1 - 2 * np.arange(2 * n - 2)) / (2 * (n - 1)))
    turns = np.outer(np.arange(n - 1, -1, -1), np.arange(n)) % (2 * n - 2)
    return quarter[turns]


def integration(n: int) -> scipy.sparse.csr_array:
    """Return the matrix from n Chebyshev coefficients to n + 1 of an integral (its T_0 part 0)."""
    j = np.arange(n, dtype=float)
    up = 1 / (2 * (j + 1))
    up[0] = 1.0
    down = np.where(j >= 2, -1 / (2 * np.maximum(j - 1, 1)), 0.0)
    return scipy.sparse.diags_array([up, down[1:]], offsets=[-1, 1], shape=(n + 1, n)).tocsr()


def derivative(n: int) -> scipy.sparse.csr_array:
    """Return the matrix from n Chebyshev coefficients to those of the derivative."""
    i, j = np.indices((n, n))
    upper = (j > i) & ((j - i) % 2 == 1)
    return scipy.sparse.csr_array(np.where(upper, 2.0 * j, 0.0) / np.where(i == 0, 2.0, 1.0))


class Basis:
    """Polynomials of degree below n as T_0 … T_{q−1} and the q-fold integrals of T_0 … T_{n−q−1}.

    Collocation in this basis is the usual one with integration as its preconditioner: the q-th
    derivatives are Chebyshev polynomials, so that no entry grows with n (L. Greengard, SIAM J.
    Numer. Anal. 28, 1071 (1991); T. A. Driscoll, J. Comput. Phys. 229, 5980 (2010)).

    Parameters
    ----------
    n : number of functions, above q.
    order : q ≥ 0, the highest order of derivative that keeps all its digits.
    """

    def __init__(self, n: int, order: int) -> None:
        self.n, self.order = n, order
        self._series: dict[int, scipy.sparse.csr_array] = {}

    def series(self, k: int) -> scipy.sparse.csr_array:
        """Chebyshev coefficients [n, n] of the k-th derivative of each function (one a column)."""
        if k not in self._series:
            n, q = self.n, self.order
            if k > q:
                self._series[k] = (derivative(n) @ self.series(k - 1)).tocsr()
                return self._series[k]
            integrated = scipy.sparse.eye_array(n - q, format="csr")
            for m in range(q - k):
                integrated = integration(n - q + m) @ integrated
            low = np.eye(max(q, 1))[:, :q]
            for _ in range(k):
                low = derivative(max(q, 1)) @ low
            blocks = [_padded(scipy.sparse.csr_array(low), n), _padded(integrated, n)]
            self._series[k] = scipy.sparse.hstack(blocks, format="csr")
        return self._series[k]

    def at(self, points: Float[np.ndarray, " p"], k: int = 0) -> Float[np.ndarray, "p n"]:
        """Return the k-th derivative of every function at points."""
        return np.asarray(vandermonde(points, self.n) @ self.series(k))

    def at_nodes(self, k: int = 0) -> Float[np.ndarray, "n n"]:
        """Return the k-th derivative of every function at the Lobatto points."""
        return np.asarray(_at_nodes(self.n) @ self.series(k))


def _padded(matrix: scipy.sparse.csr_array, rows: int) -> scipy.sparse.csr_array:
    """A matrix with rows of zeros added below."""
    grown = scipy.sparse.csr_array(matrix)
    grown.resize((rows, matrix.shape[1]))
    return grown
