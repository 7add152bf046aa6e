"""The posterior of a field: mean and draws as coefficients of products of functions along the axes.

Every route of the solver ends here. The draws are deviations from the mean, d_1 ... d_S, whose
covariance Σ d dᵀ / S is that of the posterior; a new sample is the mean plus Σ ξ_s d_s / √S with
standard normal ξ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from gp_solver.features import Features
from sciml.jet import MultiIndex

CHUNK = 2**22
"""numbers that a table of scattered points may hold at once"""


@dataclass(frozen=True, eq=False)
class Basis:
    """Functions along one axis: combinations [r, k] of features."""

    features: Features
    combinations: Float[np.ndarray, "r k"]

    def at(self, x: Float[np.ndarray, " n"], order: int) -> Float[np.ndarray, "n k"]:
        """Return the derivatives of this order at points."""
        return self.features.at(x, order)[order] @ self.combinations


@dataclass(frozen=True, eq=False)
class Field:
    """Mean and draws of one or several fields on a box, or on a domain inside it.

    Attributes
    ----------
    bases : functions along each axis.
    mean : coefficients [fields, k_1, ..., k_d].
    draws : deviations from the mean [draws, fields, k_1, ..., k_d].
    extra : coefficients of the enrichment functions [fields, e].
    extra_draws : deviations of those [draws, fields, e].
    floor : standard deviation that is added everywhere, for rounding.
    """

    bases: tuple[Basis, ...]
    mean: Float[np.ndarray, "..."]
    draws: Float[np.ndarray, "..."]
    extra: Float[np.ndarray, "f e"]
    extra_draws: Float[np.ndarray, "s f e"]
    floor: float = 0.0

    def values(
        self,
        points: Float[np.ndarray, "n d"],
        order: MultiIndex | None = None,
        *,
        enrichment: Float[np.ndarray, "n e"] | None = None,
    ) -> Float[np.ndarray, "n f"]:
        """Return one derivative of the mean at points (the values themselves by default).

        `enrichment` holds the same derivative of the enrichment functions at the points.
        """
        order = (0,) * len(self.bases) if order is None else order
        found = _evaluated(self.bases, self.mean, points, order)
        return found.T if enrichment is None else found.T + enrichment @ self.extra.T

    def deviations(
        self,
        points: Float[np.ndarray, "n d"],
        *,
        enrichment: Float[np.ndarray, "n e"] | None = None,
    ) -> Float[np.ndarray, "s n f"]:
        """Return the draws' deviations from the mean at points."""
        zero = (0,) * len(self.bases)
        stacked = self.draws.reshape(-1, *self.draws.shape[2:])
        found = _evaluated(self.bases, stacked.astype(float), points, zero)
        shaped = found.reshape(*self.draws.shape[:2], len(points)).transpose(0, 2, 1)
        if enrichment is None:
            return shaped
        return shaped + np.einsum("ne,sfe->snf", enrichment, self.extra_draws)

    def deviation(self, points: Float[np.ndarray, "n d"], **given: Any) -> Float[np.ndarray, "n f"]:
        """Return standard deviations at points."""
        draws = self.deviations(points, **given)
        if not len(draws):
            return np.full(draws.shape[1:], self.floor)
        return np.sqrt(np.mean(draws**2, axis=0) + self.floor**2)

    def sample(
        self, points: Float[np.ndarray, "n d"], count: int, seed: int, **given: Any
    ) -> Float[np.ndarray, "c n f"]:
        """Return samples of the posterior at points."""
        draws = self.deviations(points, **given)
        rng = np.random.default_rng(seed)
        weights = rng.standard_normal((count, len(draws)))
        spread = np.tensordot(weights, draws, axes=1) / np.sqrt(max(len(draws), 1))
        rounding = self.floor * rng.standard_normal((count, 1, 1))
        return self.values(points, **given)[None] + spread + rounding

    def to_arrays(self) -> dict[str, Any]:
        """Return the field as a pytree of arrays."""
        return {
            "mean": self.mean,
            "draws": self.draws.astype(np.float32),
            "extra": self.extra,
            "extra_draws": self.extra_draws,
            "floor": np.array(self.floor),
            "bases": {str(i): _basis_arrays(basis) for i, basis in enumerate(self.bases)},
        }


def from_arrays(arrays: Mapping[str, Any]) -> Field:
    """Return the field that `Field.to_arrays` wrote."""
    bases = [_basis_of(arrays["bases"][str(i)]) for i in range(len(arrays["bases"]))]
    return Field(
        tuple(bases),
        np.asarray(arrays["mean"]),
        np.asarray(arrays["draws"]),
        np.asarray(arrays["extra"]),
        np.asarray(arrays["extra_draws"]),
        float(arrays["floor"]),
    )


def _basis_arrays(basis: Basis) -> dict[str, np.ndarray]:
    f = basis.features
    return {
        "ends": np.array([f.lower, f.upper]),
        "sizes": np.array([f.order, f.degree]),
        "carriers": np.array(f.carriers, float),
        "envelopes": np.array(f.envelopes, int),
        "combinations": basis.combinations,
    }


def _basis_of(arrays: Mapping[str, Any]) -> Basis:
    lower, upper = (float(v) for v in arrays["ends"])
    order, degree = (int(v) for v in arrays["sizes"])
    carriers = tuple(float(v) for v in np.asarray(arrays["carriers"]).ravel())
    envelopes = tuple(int(v) for v in np.asarray(arrays["envelopes"]).ravel())
    features = Features(lower, upper, order, degree, carriers, envelopes)
    return Basis(features, np.asarray(arrays["combinations"]))


def _evaluated(
    bases: Sequence[Basis],
    stacked: Float[np.ndarray, "..."],
    points: Float[np.ndarray, "n d"],
    order: MultiIndex,
) -> Float[np.ndarray, "m n"]:
    """m tensors of coefficients [m, k_1, ..., k_d] as functions at points.

    Coordinates that repeat, as on a tensor grid, are evaluated once.
    """
    grids, places = [], []
    for a in range(points.shape[1]):
        unique, where = np.unique(points[:, a], return_inverse=True)
        grids.append(unique)
        places.append(where.ravel())
    tables = []
    for a, (basis, grid) in enumerate(zip(bases, grids, strict=True)):
        few = stacked.size < len(grid) * stacked.shape[a + 1]
        if few and not basis.features.carriers:
            # cheaper than to combine the table; carriers, ill conditioned, would lose a digit
            tables.append(basis.features.at(grid, order[a])[order[a]])
            combined = np.tensordot(basis.combinations, stacked, axes=(1, a + 1))
            stacked = np.moveaxis(combined, 0, a + 1)
        else:
            tables.append(basis.at(grid, order[a]))
    if np.prod([len(g) for g in grids]) <= 4 * len(points) + 1:
        for a, table in enumerate(tables):
            stacked = np.moveaxis(np.tensordot(table, stacked, axes=(1, a + 1)), 0, a + 1)
        index: tuple[Any, ...] = (slice(None), *places)
        return stacked[index]
    return _scattered(tables, places, stacked)


def _scattered(
    tables: list[np.ndarray], places: list[np.ndarray], stacked: Float[np.ndarray, "..."]
) -> Float[np.ndarray, "m n"]:
    """The same for points on no grid, in pieces: contract the last axes point by point."""
    count, m = len(places[0]), len(stacked)
    partial = np.moveaxis(np.tensordot(tables[0], stacked, axes=(1, 1)), 0, 1)
    found = np.empty((m, count))
    step = max(1, CHUNK // max(1, partial[:, 0].size))
    for start in range(0, count, step):
        piece = slice(start, start + step)
        values = partial[:, places[0][piece]]
        for table, place in zip(tables[1:], places[1:], strict=True):
            values = np.einsum("mnk...,nk->mn...", values, table[place[piece]])
        found[:, piece] = values
    return found


Enrichment = Callable[[Mapping[str, Any]], Any]
"""coordinates by axis name -> values of a function that the solution may contain"""
