"""Functions in which the general solver seeks a solution: products along the axes of a box.

Along an axis stand polynomials, and carriers times polynomial envelopes (`gp_solver.features`),
orthonormal in L2. They are labelled by block and, within the polynomials, by octave of the degree:
each pair of labels is a component of the prior with a variance of its own. Of the products of
polynomials alone those of a Euclidean degree up to the largest are kept, which is what smooth
functions of several variables need (L. N. Trefethen, Proc. Am. Math. Soc. 145, 4837 (2017)).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from gp_solver.boxes.axis import DEPENDENT, gauss
from gp_solver.equation import SIZES
from gp_solver.features import Features
from gp_solver.field import Basis
from gp_solver.spectrum import bands, polynomial_degree
from sciml import jet
from sciml.jet import MultiIndex
from sciml.problem import Problem

LEVELS = (
    *((6, 2), (8, 3), (10, 4), (12, 5), (16, 6), (24, 8), (32, 10), (44, 12), (56, 14)),
    *((80, 20), (120, 24), (160, 28), (240, 34), (320, 40), (480, 40), (640, 40)),
)
"""degree of the polynomials and of the envelopes, level by level"""
CARRIER = 100
"""label of the first carrier"""


class Enrichment:
    """The enrichment functions of a problem, differentiated at points."""

    def __init__(self, problem: Problem) -> None:
        self.count = len(problem.enrichment)
        self._functions, self._axes = problem.enrichment, problem.domain.axes
        self._compiled: dict[MultiIndex, Any] = {}

    def at(self, points: Float[np.ndarray, "n d"], order: MultiIndex) -> Float[np.ndarray, "n e"]:
        """Return one derivative of all functions."""
        if not self.count:
            return np.zeros((len(points), 0))
        if order not in self._compiled:
            self._compiled[order] = jax.jit(jax.vmap(lambda p: self._derivative(p, order)))
        size = SIZES[0] if len(points) <= SIZES[0] else SIZES[1]
        short = -len(points) % size
        padded = np.concatenate([points, np.repeat(points[-1:], short, axis=0)])
        pieces = [self._compiled[order](p) for p in np.split(padded, len(padded) // size)]
        return np.concatenate([np.asarray(p) for p in pieces])[: len(points)]

    def _derivative(self, point: Float[Array, " d"], order: MultiIndex) -> Float[Array, " e"]:
        def stacked(p: Array) -> Array:
            x = dict(zip(self._axes, p, strict=True))
            return jnp.stack([jnp.asarray(f(x), float) for f in self._functions])[None]

        found: Array = jet.evaluate(stacked, {"e": ("e", order)}, ("e",), point).e
        return found


@dataclass(frozen=True, eq=False)
class Space:
    """Functions in which a solution is sought: products along axes, enrichment, parameters.

    Coefficients form one vector: for each field the products, then the enrichment functions;
    parameters come last.

    Attributes
    ----------
    problem : whose fields and unknowns these are.
    enrichment : its enrichment functions.
    bases : functions along each axis.
    labels : of each axis' functions.
    kept : which products there are [k_1, ..., k_d].
    """

    problem: Problem
    enrichment: Enrichment
    bases: tuple[Basis, ...]
    labels: tuple[Int[np.ndarray, " _"], ...]
    kept: Bool[np.ndarray, "..."]

    @cached_property
    def index(self) -> tuple[Int[np.ndarray, " p"], ...]:
        """The function along each axis of every product."""
        return np.nonzero(self.kept)

    @property
    def products(self) -> int:
        """Number of products."""
        return len(self.index[0])

    @property
    def size(self) -> int:
        """Coefficients of one field."""
        return self.products + self.enrichment.count

    @property
    def count(self) -> int:
        """All coefficients, and the parameters."""
        return self.size * len(self.problem.fields) + len(self.problem.unknowns)

    def columns(self, field: str) -> slice:
        """Where the coefficients of a field stand."""
        start = self.size * self.problem.fields.index(field)
        return slice(start, start + self.size)

    @property
    def parameters(self) -> dict[str, int]:
        """Where each unknown parameter stands."""
        first = self.size * len(self.problem.fields)
        return {name: first + i for i, name in enumerate(self.problem.unknowns)}

    @cached_property
    def components(self) -> Int[np.ndarray, " m"]:
        """Number of the prior's component of each coefficient; -1 for parameters."""
        pairs = np.stack([labels[i] for labels, i in zip(self.labels, self.index, strict=True)])
        _, group = np.unique(pairs, axis=1, return_inverse=True)
        one = np.concatenate(
            [group.ravel(), group.max() + 1 + np.arange(self.enrichment.count, dtype=int)]
        )
        every = [one + i * (one.max() + 1) for i in range(len(self.problem.fields))]
        return np.concatenate([*every, np.full(len(self.problem.unknowns), -1)])

    def tables(
        self, points: Float[np.ndarray, "n d"], highest: MultiIndex
    ) -> list[list[Float[np.ndarray, "n k"]]]:
        """Return derivatives 0, 1, ... of the functions of each axis at points."""
        return [
            [level @ basis.combinations for level in basis.features.at(points[:, a], highest[a])]
            for a, basis in enumerate(self.bases)
        ]

    def split(
        self, z: Float[np.ndarray, "*s m"], field: str
    ) -> tuple[Float[np.ndarray, "..."], Float[np.ndarray, "*s e"]]:
        """Return the coefficients of a field's products, as tensors, and of its enrichment."""
        mine = z[..., self.columns(field)]
        tensor = np.zeros((*z.shape[:-1], *self.kept.shape))
        tensor[..., self.kept] = mine[..., : self.products]
        return tensor, mine[..., self.products :]

    def values(
        self, z: Float[np.ndarray, " m"], points: Float[np.ndarray, "n d"]
    ) -> Float[np.ndarray, "n f"]:
        """Return the fields at points."""
        zero = (0,) * len(self.bases)
        tables, extra = self.tables(points, zero), self.enrichment.at(points, zero)
        columns = []
        for name in self.problem.fields:
            tensor, weights = self.split(z, name)
            part = np.tensordot(tables[0][0], tensor, axes=1)
            for table in tables[1:]:
                part = np.einsum("nk...,nk->n...", part, table[0])
            columns.append(part + extra @ weights)
        return np.stack(columns, axis=1)


def space(problem: Problem, enrichment: Enrichment, features: Sequence[Features]) -> Space:
    """Return the products of these features along the axes, made orthonormal block by block."""
    built = [_orthonormal(f) for f in features]
    bases, labels = tuple(b for b, _ in built), tuple(label for _, label in built)
    degrees = [
        np.arange(len(label)) / max(f.degree, 1) for f, label in zip(features, labels, strict=True)
    ]
    square = np.array(sum(d**2 for d in np.meshgrid(*degrees, indexing="ij")))
    kept = (square <= 1.0 + 1e-9) | any(f.carriers for f in features)
    return Space(problem, enrichment, bases, labels, kept)


def _orthonormal(features: Features) -> tuple[Basis, Int[np.ndarray, " k"]]:
    """Combinations orthonormal in L2, each block's own as far as it adds to those before."""
    nodes, weights = gauss(features.resolution, features.lower, features.upper)
    matrix = np.sqrt(weights)[:, None] * features.at(nodes, 0)[0]
    count = features.polynomials
    kept = np.eye(features.count)[:, :count]
    labels = [np.floor(np.log2(np.arange(count) + 1)).astype(int)]
    for number, block in enumerate(features.blocks[1:]):
        waves = np.eye(features.count)[:, block]
        for attempt in range(2):
            waves = waves - kept @ ((matrix @ kept).T @ (matrix @ waves))
            image = matrix @ waves
            size = np.linalg.norm(image, axis=0) if attempt == 0 else np.ones(waves.shape[1])
            _, sizes, right = np.linalg.svd(image / size, full_matrices=False)
            rank = int(np.sum(sizes > DEPENDENT * sizes[0]))
            waves = (waves / size) @ (right[:rank].T / sizes[:rank])
        kept = np.hstack([kept, waves])
        labels.append(np.full(waves.shape[1], CARRIER + number))
    return Basis(features, kept), np.concatenate(labels)


def level_features(
    ends: tuple[float, float], frequencies: Sequence[float], level: int, *, loose: bool = False
) -> Features:
    """Return the functions along an axis at a level: carriers, or polynomials if those are fewer.

    Blocks are kept apart, so that no digits are lost; where the data are noisy they may come close
    (`loose`), and fewer functions do.
    """
    degree, envelope = LEVELS[level]
    length = ends[1] - ends[0]
    if loose:
        turns = [math.pi * length * f for f in frequencies]
        chosen = tuple(f for f, m in zip(frequencies, turns, strict=True) if m > degree - 2)
        return Features(*ends, 0, degree, chosen, (envelope // 2 + 1,) * len(chosen))
    made = bands(np.array(frequencies), length, degree=degree, envelope=envelope)
    reach = polynomial_degree(max(frequencies), length) if len(frequencies) else 0
    plain = max(degree, made.degree, reach + degree // 4 if reach else 0)
    if made.carriers and made.count <= plain:
        return Features(*ends, 0, made.degree, made.carriers, made.envelopes)
    return Features(*ends, 0, plain)


def carried(z: Float[np.ndarray, " m"], old: Space, new: Space) -> Float[np.ndarray, " k"]:
    """Return the coefficients in new functions of a solution in old ones (projected in L2)."""
    maps = []
    for before, after in zip(old.bases, new.bases, strict=True):
        finest = max(before.features, after.features, key=lambda f: f.resolution)
        nodes, weights = gauss(finest.resolution, finest.lower, finest.upper)
        maps.append(after.at(nodes, 0).T @ (weights[:, None] * before.at(nodes, 0)))
    found = np.zeros(new.count)
    for name in new.problem.fields:
        tensor, extra = old.split(z, name)
        for a, matrix in enumerate(maps):
            tensor = np.moveaxis(np.tensordot(matrix, tensor, axes=(1, a)), 0, a)
        found[new.columns(name)] = np.concatenate([tensor[new.kept], extra])
    for name, column in new.parameters.items():
        found[column] = z[old.parameters[name]]
    return found
