"""Gauss quadrature on intervals broken into panels, boxes, discs and triangles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, singledispatch
from typing import Any

import numpy as np
from jaxtyping import Float

from sciml.domain import Box, Disc, Triangle


@lru_cache
def gauss(n: int) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Return the n Gauss-Legendre nodes on [-1, 1] and their weights."""
    return np.polynomial.legendre.leggauss(n)


def panels(
    edges: Sequence[float] | Float[np.ndarray, " e"], degree: int
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Return composite Gauss nodes and weights, `degree` points between each pair of edges."""
    nodes, weights = gauss(degree)
    left, right = np.asarray(edges[:-1], float), np.asarray(edges[1:], float)
    half, middle = (right - left) / 2, (right + left) / 2
    return (
        (middle[:, None] + half[:, None] * nodes).ravel(),
        (half[:, None] * weights).ravel(),
    )


def graded_panels(
    edges: Sequence[float], singular: Mapping[float, float], degree: int
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Return composite Gauss nodes and weights for integrands singular at some of the edges.

    A panel with a singular end c is cut geometrically towards it (factor 1/6, five times), and
    the innermost piece is integrated in τ with |x - c| = size·τ^p (Davis & Rabinowitz, *Methods
    of Numerical Integration*, 1984, section 2.12).

    Parameters
    ----------
    singular : edge -> the power p. With p = 1 / (1 - α) the integrand |x - c|^(-α) becomes
        constant in τ.
    """
    tau, weight = panels([0.0, 1.0], degree)
    nodes, weights = [], []
    for left, right in zip(edges[:-1], edges[1:], strict=True):
        ends = [c for c in (left, right) if c in singular]
        if not ends:
            x, w = panels([left, right], degree)
            nodes.append(x)
            weights.append(w)
        for c in ends:
            side, p = (1.0 if c == left else -1.0), singular[c]
            cuts = (right - left) / len(ends) * 6.0 ** -np.arange(5.0, -1.0, -1.0)
            t, w = panels(cuts, degree)
            nodes.append(c + side * np.concatenate([cuts[0] * tau**p, t]))
            weights.append(np.concatenate([cuts[0] * p * tau ** (p - 1) * weight, w]))
    return np.concatenate(nodes), np.concatenate(weights)


@singledispatch
def quadrature(
    domain: Any, degree: int
) -> tuple[Float[np.ndarray, "n d"], Float[np.ndarray, " n"]]:
    """Return nodes [n, d] and weights [n] on a domain, about `degree` points per axis."""
    raise TypeError(f"no quadrature of degree {degree} for {type(domain).__name__}")


def _tensor(
    axes: Sequence[tuple[np.ndarray, np.ndarray]],
) -> tuple[Float[np.ndarray, "n d"], Float[np.ndarray, " n"]]:
    nodes = np.stack([g.ravel() for g in np.meshgrid(*[x for x, _ in axes], indexing="ij")], -1)
    weights = np.ones(())
    for _, w in axes:
        weights = np.multiply.outer(weights, w)
    return nodes, weights.ravel()


@quadrature.register
def _(domain: Box, degree: int) -> tuple[np.ndarray, np.ndarray]:
    return _tensor([panels([lo, hi], degree) for lo, hi in domain.bounding_box])


@quadrature.register
def _(domain: Disc, degree: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss in the radius (weight r), equally spaced in the angle: exact for polynomials."""
    r, wr = panels([0.0, domain.radius], (degree + 1) // 2 + 1)
    angles = 2 * np.pi * np.arange(2 * degree) / (2 * degree)
    unit = np.stack([np.cos(angles), np.sin(angles)], -1)
    nodes = np.array(domain.center) + r[:, None, None] * unit
    weights = np.broadcast_to((wr * r)[:, None] * (np.pi / degree), nodes.shape[:2])
    return nodes.reshape(-1, 2), weights.ravel()


@quadrature.register
def _(domain: Triangle, degree: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss on the square folded onto the triangle by Duffy's map (1982)."""
    points, weights = _tensor([panels([0.0, 1.0], degree)] * 2)
    u, v = points[:, 0], points[:, 1] * (1 - points[:, 0])
    a, b, c = (np.array(p) for p in domain.vertices)
    nodes = a + u[:, None] * (b - a) + v[:, None] * (c - a)
    area = abs(np.linalg.det(np.array([b - a, c - a])))
    return nodes, weights * (1 - points[:, 0]) * area
