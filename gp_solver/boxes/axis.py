"""One axis of a box: functions that meet the boundary conditions, and the tests that go with them.

The functions along an axis are split in two. The first c *lift* the c conditions: lift i has
condition i equal to one, the others zero. The rest, the *trials*, meet all conditions with zero.
Trial k has (∂^m - σ) of it equal to test k, and the tests are orthonormal in L2: in these
coordinates the leading derivative is the identity and every lower one is compact, which is why
hundreds of functions lose no digits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
import scipy.linalg
from jaxtyping import Float
from scipy.special import roots_legendre

from gp_solver.features import Features

DEPENDENT = 1e-12
"""relative size below which a function counts as a combination of others"""
DETERMINED = 1e3
"""condition number below which m conditions fix the polynomials of degree below m"""


@dataclass(frozen=True)
class Functional:
    """A linear condition along one axis: Σ coefficient · u^(order)(point) over its terms."""

    terms: tuple[tuple[float, int, float], ...]
    """(point, order, coefficient)"""

    def of(self, features: Features) -> Float[np.ndarray, " r"]:
        """Its value on every function."""
        highest = max(order for _, order, _ in self.terms)
        points = np.array([point for point, _, _ in self.terms])
        levels = features.at(points, highest)
        return sum(c * levels[j][i] for i, (_, j, c) in enumerate(self.terms))


@dataclass(frozen=True, eq=False)
class Axis:
    """Functions along one axis, tabulated at Gauss points.

    Attributes
    ----------
    features : the functions that are combined.
    coefficients : lifts, then trials, as combinations of the features [r, c + n].
    lifts : c, the number of conditions.
    shift : σ.
    nodes, weights : Gauss rule [q].
    table : derivatives 0, 1, ... of all functions at the nodes, each [q, c + n].
    tests : orthonormal tests at the nodes [q, n].
    """

    features: Features
    coefficients: Float[np.ndarray, "r k"]
    lifts: int
    shift: float
    nodes: Float[np.ndarray, " q"]
    weights: Float[np.ndarray, " q"]
    table: tuple[Float[np.ndarray, "q k"], ...]
    tests: Float[np.ndarray, "q n"]
    _known: dict[int, Float[np.ndarray, "n k"]] = field(default_factory=dict, repr=False)

    @property
    def trials(self) -> int:
        """n, the number of trials and of tests."""
        return self.coefficients.shape[1] - self.lifts

    @property
    def size(self) -> int:
        """Lifts and trials together."""
        return self.coefficients.shape[1]

    def at(self, x: Float[np.ndarray, " n"], highest: int = 0) -> list[Float[np.ndarray, "n k"]]:
        """Return lifts and trials and their derivatives at points of the axis."""
        return [level @ self.coefficients for level in self.features.at(x, highest)]

    def tests_at(self, x: Float[np.ndarray, " n"]) -> Float[np.ndarray, "n k"]:
        """Return the tests at points of the axis."""
        return self._leading(x) @ self.coefficients[:, self.lifts :]

    def _leading(self, x: Float[np.ndarray, " n"]) -> Float[np.ndarray, "n r"]:
        """∂^m - σ of the features at points of the axis."""
        levels = self.features.at(x, self.features.order)
        top = levels[self.features.order]
        return top - self.shift * levels[0] if self.shift else top

    def operator(
        self, order: int, coefficient: Float[np.ndarray, " q"] | float = 1.0
    ) -> Float[np.ndarray, "n k"]:
        """Return ⟨test, coefficient · ∂^order function⟩ for all functions."""
        if np.ndim(coefficient):
            return self.tests.T @ ((self.weights * coefficient)[:, None] * self.table[order])
        if order not in self._known:
            self._known[order] = self.tests.T @ (self.weights[:, None] * self.table[order])
        return coefficient * self._known[order]

    def fit(self, samples: Float[np.ndarray, "q ..."]) -> Float[np.ndarray, "k ..."]:
        """Return the coefficients of functions known at the nodes (least squares)."""
        flat = samples.reshape(len(samples), -1)
        root, size, q, r = self._factors
        found = np.zeros((self.size, flat.shape[1]))
        for _ in range(2):  # the second pass repairs what the first lost to rounding
            rest = root * (flat - self.table[0] @ found)
            found += scipy.linalg.solve_triangular(r, q.T @ rest) / size[:, None]
        return found.reshape(-1, *samples.shape[1:])

    @cached_property
    def _factors(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        root = np.sqrt(self.weights)[:, None]
        size = np.linalg.norm(root * self.table[0], axis=0)
        q, r = np.linalg.qr(root * self.table[0] / size)
        return root, size, q, r

    @cached_property
    def finer(self) -> tuple[np.ndarray, np.ndarray]:
        """Nodes and weights of a finer Gauss rule that shares none of the nodes."""
        count = math.ceil(1.3 * len(self.nodes)) + 7
        return gauss(count, self.features.lower, self.features.upper)

    @cached_property
    def _finer_leading(self) -> Float[np.ndarray, "q r"]:
        return self._leading(self.finer[0])

    def unresolved(self, lines: Float[np.ndarray, "q m"]) -> float:
        """Return the size of what lines of a function, at the finer nodes, have outside the tests.

        The size is a root mean square. For so few lines the tests need not be tabulated: they are
        applied as combinations of features.
        """
        weights, leading = self.finer[1][:, None], self._finer_leading
        combined = self.coefficients[:, self.lifts :]
        held = combined @ (combined.T @ (leading.T @ (weights * lines)))
        mean = np.sum(weights * (lines - leading @ held) ** 2) / (np.sum(weights) * lines.shape[1])
        return math.sqrt(float(mean))


def build(
    features: Features, conditions: Sequence[Functional], *, highest: int, points: int | None = None
) -> Axis:
    """Return the axis of these features under conditions, with derivatives up to `highest`.

    Raises
    ------
    numpy.linalg.LinAlgError : the conditions depend on each other.
    """
    nodes, weights = gauss(points or features.resolution, features.lower, features.upper)
    levels = features.at(nodes, max(highest, features.order))
    span = _orthonormal(features, levels[features.order], weights)
    rows = np.array([c.of(features) for c in conditions]).reshape(len(conditions), features.count)
    lifts = _lifts(features, rows)
    trials, shift = _trials(features, levels, weights, span, rows)
    coefficients = np.hstack([lifts, trials])
    if _is_plain(features, shift):
        m = features.order
        table = tuple(
            np.hstack([level @ lifts, level[:, m:] + level[:, :m] @ trials[:m]]) for level in levels
        )
    else:
        table = tuple(level @ coefficients for level in levels)
    tests = (table[features.order] - shift * table[0])[:, len(conditions) :]
    return Axis(features, coefficients, len(conditions), shift, nodes, weights, table, tests)


def gauss(
    count: int, lower: float, upper: float
) -> tuple[Float[np.ndarray, " q"], Float[np.ndarray, " q"]]:
    """Return Gauss-Legendre nodes and weights on an interval (fast for thousands of nodes)."""
    t, w = _legendre_rule(count)
    half = 0.5 * (upper - lower)
    return 0.5 * (lower + upper) + half * t, half * w


@lru_cache(maxsize=64)
def _legendre_rule(count: int) -> tuple[np.ndarray, np.ndarray]:
    return roots_legendre(count)


def _orthonormal(
    features: Features, leading: Float[np.ndarray, "q r"], weights: Float[np.ndarray, " q"]
) -> Float[np.ndarray, "r s"]:
    """Combinations of the features whose m-th derivatives are orthonormal, low degrees first.

    The first m polynomials, whose derivative is zero, stay as they are. Carriers are made
    orthogonal to the polynomials, and combinations that add nothing are dropped.
    """
    kept = np.eye(features.count)[:, : features.polynomials]
    if not features.carriers:
        return kept
    matrix = np.sqrt(weights)[:, None] * leading
    fixed = slice(features.order, features.polynomials)
    waves = np.zeros((features.count, features.count - features.polynomials))
    waves[features.polynomials :] = np.eye(waves.shape[1])
    for attempt in range(2):
        waves[fixed] -= matrix[:, fixed].T @ (matrix @ waves)
        left = matrix @ waves
        size = np.linalg.norm(left, axis=0) if attempt == 0 else np.ones(waves.shape[1])
        _, sizes, right = np.linalg.svd(left / size, full_matrices=False)
        count = int(np.sum(sizes > DEPENDENT * sizes[0]))
        waves = (waves / size) @ (right[:count].T / sizes[:count])
    return np.hstack([kept, waves])


def _lifts(features: Features, rows: Float[np.ndarray, "c r"]) -> Float[np.ndarray, "r c"]:
    """One low-degree polynomial for each condition, equal to one in it and zero in the others."""
    count = len(rows)
    lifts = np.zeros((features.count, count))
    if not count:
        return lifts
    low = rows[:, : min(max(features.order, count) + 3, features.polynomials)]
    if np.linalg.matrix_rank(low, tol=1e-10 * np.max(np.abs(low))) < count:
        raise np.linalg.LinAlgError("dependent conditions")
    size = features.length ** np.arange(low.shape[1]) * 4.0 ** np.arange(low.shape[1])
    weighted = low / size
    lifts[: low.shape[1]] = np.linalg.pinv(weighted, rcond=1e-14) / size[:, None]
    return lifts


def _trials(
    features: Features,
    levels: list[np.ndarray],
    weights: Float[np.ndarray, " q"],
    span: Float[np.ndarray, "r s"],
    rows: Float[np.ndarray, "c r"],
) -> tuple[Float[np.ndarray, "r n"], float]:
    """Combinations that meet the conditions with zero, their ∂^m - σ orthonormal, and σ."""
    size = np.linalg.norm(rows @ span, axis=1, keepdims=True) + np.finfo(float).tiny
    values, m, count = rows @ span / size, features.order, len(rows)
    if count == m and (m == 0 or np.linalg.cond(values[:, :m]) < DETERMINED):
        free, shift = span[:, m:], 0.0
        if m:
            free = free - span[:, :m] @ np.linalg.solve(values[:, :m], values[:, m:])
    else:
        free = span @ scipy.linalg.null_space(values, rcond=1e-13) if count else span
        shift = _shift(features)
    if _is_plain(features, shift):
        return free, shift
    for _ in range(2):  # the second repairs the first
        image = np.sqrt(weights)[:, None] * ((levels[m] - shift * levels[0]) @ free)
        triangle = np.linalg.qr(image, mode="r")
        free = scipy.linalg.solve_triangular(triangle, free.T, trans="T").T
    return free, shift


def _is_plain(features: Features, shift: float) -> bool:
    """Whether ∂^m of the trials is Legendre polynomials, orthonormal as they are.

    Trial k is then the polynomial m + k and a combination of the first m.
    """
    return not features.carriers and shift == 0.0


def _shift(features: Features) -> float:
    """A σ for which ∂^m - σ has no kernel under conditions that leave constants free."""
    sign = -((-1.0) ** (features.order // 2)) if features.order % 2 == 0 else -1.0
    return sign * (math.pi / features.length) ** features.order if features.order else 0.0
