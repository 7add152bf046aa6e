"""The stream function of a driven cavity by Chebyshev collocation and Newton's method.

L. N. Trefethen, Spectral Methods in MATLAB (2000), chapters 6 and 14; the lid's regularised speed
is that of J. Shen, J. Comput. Phys. 95, 228 (1991).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from jaxtyping import Float
from scipy.interpolate import BarycentricInterpolator


def differentiation(n: int) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, "n n"]]:
    """Return Chebyshev points on [0, 1], ascending, and the matrix that differentiates there."""
    x = -np.cos(np.pi * np.arange(n) / (n - 1))
    c = np.where((np.arange(n) == 0) | (np.arange(n) == n - 1), 2.0, 1.0) * (-1.0) ** np.arange(n)
    apart = x[:, None] - x + np.eye(n)
    d = np.outer(c, 1 / c) / apart
    d -= np.diag(d.sum(axis=1))
    return 0.5 + 0.5 * x, 2 * d


@lru_cache(maxsize=4)
def stream_function(reynolds: float, n: int = 33) -> Float[np.ndarray, "n n"]:
    """Return ψ on the Chebyshev grid (x along the first axis), u = ψ_y = 16 x² (1 − x)² on top.

    The equation holds inside but one point; slopes on the four walls take the other rows.
    """
    x, d = differentiation(n)
    one = np.eye(n)
    powers = [np.linalg.matrix_power(d, k) for k in range(5)]
    dx, dy = np.kron(d, one), np.kron(one, d)
    laplace = np.kron(powers[2], one) + np.kron(one, powers[2])
    biharmonic = np.kron(powers[4], one) + 2 * np.kron(powers[2], powers[2])
    biharmonic += np.kron(one, powers[4])
    i, k = (m.ravel() for m in np.meshgrid(np.arange(n), np.arange(n), indexing="ij"))
    near = (i == 1) | (i == n - 2) | (k == 1) | (k == n - 2)
    wall = (i == 0) | (i == n - 1) | (k == 0) | (k == n - 1)
    inside = ~near & ~wall
    rows, right = np.zeros((n * n, n * n)), np.zeros(n * n)
    rows[wall] = np.eye(n * n)[wall]
    lid = 16 * x**2 * (1 - x) ** 2
    for a in range(n * n):
        if not near[a] or wall[a]:
            continue
        if k[a] in (1, n - 2):  # slope in y on the wall below or above
            rows[a] = dy[i[a] * n + (0 if k[a] == 1 else n - 1)]
            right[a] = lid[i[a]] if k[a] == n - 2 else 0.0
        else:
            rows[a] = dx[(0 if i[a] == 1 else n - 1) * n + k[a]]
    psi = np.zeros(n * n)
    for _ in range(30):
        u, v, turn = dy @ psi, -dx @ psi, laplace @ psi
        residual = rows @ psi - right
        flow = biharmonic @ psi / reynolds - u * (dx @ turn) - v * (dy @ turn)
        residual[inside] = flow[inside]
        matrix = rows.copy()
        slope = biharmonic / reynolds - u[:, None] * (dx @ laplace) - v[:, None] * (dy @ laplace)
        slope += -(dx @ turn)[:, None] * dy + (dy @ turn)[:, None] * dx
        matrix[inside] = slope[inside]
        step = np.linalg.solve(matrix, residual)
        psi = psi - step
        if np.max(np.abs(step)) < 1e-13:
            break
    return psi.reshape(n, n)


def at(points: Float[np.ndarray, "n 2"], reynolds: float, n: int = 33) -> Float[np.ndarray, "n 1"]:
    """Return ψ at points."""
    x, _ = differentiation(n)
    grid = stream_function(reynolds, n)
    weights = BarycentricInterpolator(x, np.eye(n))
    along = [np.asarray(weights(c)) for c in np.asarray(points, float).T]
    return np.einsum("pi,ij,pj->p", along[0], grid, along[1])[:, None]
