"""Legendre polynomials integrated m times: a polynomial basis whose m-th derivative is orthonormal.

With L_k the Legendre polynomials, (2k + 1) L_k = L'_{k+1} - L'_{k-1} gives every repeated
integral as a difference of neighbours (Abramowitz & Stegun 8.5 and 22.7, with L_{-k-1} = L_k), so
that no digit is lost to differentiation: the m-th derivative is exact by construction. Working in
this basis turns a differential equation into a second-kind integral equation (L. Greengard, SIAM
J. Numer. Anal. 28, 1071 (1991)).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float


def values(t: Float[np.ndarray, " n"], degree: int) -> Float[np.ndarray, "k n"]:
    """Return L_0 ... L_degree at t in [-1, 1], one row a polynomial."""
    rows = np.empty((degree + 1, len(t)))
    rows[0] = 1.0
    if degree:
        rows[1] = t
    for k in range(1, degree):
        rows[k + 1] = ((2 * k + 1) * t * rows[k] - k * rows[k - 1]) / (k + 1)
    return rows


def derivatives(
    t: Float[np.ndarray, " n"], degree: int, highest: int
) -> list[Float[np.ndarray, "n k"]]:
    """Return L_k and its derivatives up to order `highest`, each [n, degree + 1]."""
    levels = [values(t, degree)]
    for _ in range(highest):
        below, rows = levels[-1], np.zeros((degree + 1, len(t)))
        for k in range(degree):
            rows[k + 1] = (rows[k - 1] if k else 0.0) + (2 * k + 1) * below[k]
        levels.append(rows)
    return [rows.T for rows in levels]


def integrated(
    t: Float[np.ndarray, " n"], degree: int, order: int, highest: int
) -> list[Float[np.ndarray, "n k"]]:
    """Return a basis of the polynomials up to `degree`, with derivatives 0 ... highest in t.

    Columns 0 ... order - 1 are L_0 ... L_{order-1}; column order + k has L_k as its derivative of
    that order. Each item has shape [n, degree + 1].
    """
    count = degree + 1 - order
    if count < 1:
        raise ValueError(f"degree {degree} is below the order {order}")
    ladder = _integrals(t, count, order)
    if highest > order:
        ladder += [d[:, :count] for d in derivatives(t, count, highest - order)[1:]]
    if not order:
        return ladder[: highest + 1]
    low = derivatives(t, order - 1, highest)
    return [np.hstack([low[j], ladder[j]]) for j in range(highest + 1)]


def _integrals(
    t: Float[np.ndarray, " n"], count: int, order: int
) -> list[Float[np.ndarray, "n count"]]:
    """L_0 ... L_{count-1} integrated `order`, `order` - 1, ..., 0 times."""
    plain = values(t, count + order)
    rows = np.vstack([plain[order - 1 :: -1], plain]) if order else plain  # indices -order, ...
    first, levels = -order, [plain[:count].T]
    for _ in range(order):
        k = first + 1 + np.arange(len(rows) - 2)
        rows, first = (rows[2:] - rows[:-2]) / (2 * k + 1)[:, None], first + 1
        levels.append(rows[-first : -first + count].T)
    return levels[::-1]
