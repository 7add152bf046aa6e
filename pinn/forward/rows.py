"""Rows of a least-squares problem: what statements say at points, linearised in the head.

Each group of rows is balanced: divided by the root mean square of its rows' lengths, so that an
equation with high derivatives does not drown the conditions, then multiplied by its emphasis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from pinn.forward.space import Space
from pinn.forward.statements import Linearised, Statement
from sciml.jet import MultiIndex

Theta = Mapping[str, Any]


@runtime_checkable
class Group(Protocol):
    """Rows that belong together."""

    @property
    def emphasis(self) -> float:
        """How strongly they count."""
        ...

    def at(self, z: np.ndarray, theta: Theta) -> tuple[np.ndarray, np.ndarray, float]:
        """Residuals [r], slopes in the unknowns [r, n], the size of what they cancel."""
        ...

    def residual(self, z: np.ndarray, theta: Theta) -> np.ndarray:
        """Residuals [r] alone."""
        ...


@dataclass(frozen=True, eq=False)
class StatementRows:
    """A statement at points.

    Attributes
    ----------
    statement, space : what is said, of which functions.
    points, shares : where, and how much each point counts.
    linear : the statement's compiled linearisation.
    emphasis : how strongly the rows count.
    fields : names of the fields.
    """

    statement: Statement
    space: Space
    points: Float[np.ndarray, "n d"]
    shares: Float[np.ndarray, " n"]
    linear: Linearised
    fields: tuple[str, ...]
    emphasis: float = 1.0

    def __post_init__(self) -> None:
        orders = {order for _, order in self.statement.read.values()}
        tables = {order: self.space.table(self.points, order) for order in orders}
        object.__setattr__(self, "_tables", tables)

    def _values(self, z: np.ndarray) -> dict[str, np.ndarray]:
        tables: Mapping[MultiIndex, np.ndarray] = self.__dict__["_tables"]
        head = z.reshape(self.space.fields, -1)
        return {
            name: tables[order] @ head[self.fields.index(field)]
            for name, (field, order) in self.statement.read.items()
        }

    def _linear(
        self, z: np.ndarray, theta: Theta
    ) -> tuple[np.ndarray, dict[str, np.ndarray], dict[str, np.ndarray]]:
        values = self._values(z)
        return *self.linear(values, self.points, theta), values

    def residual(self, z: np.ndarray, theta: Theta) -> np.ndarray:
        """Residuals, component by component."""
        return (self._linear(z, theta)[0] * np.sqrt(self.shares)[:, None]).T.ravel()

    def at(self, z: np.ndarray, theta: Theta) -> tuple[np.ndarray, np.ndarray, float]:
        """Residuals, slopes, size."""
        found, slopes, values = self._linear(z, theta)
        tables: Mapping[MultiIndex, np.ndarray] = self.__dict__["_tables"]
        n, c, m = len(self.points), self.statement.components, self.space.products
        matrix = np.zeros((c, n, self.space.size))
        root, size = np.sqrt(self.shares), 0.0
        for name, (field, order) in self.statement.read.items():
            f = self.fields.index(field)
            slope = slopes[name] * root[:, None]
            size += float(np.sum((slope * values[name][:, None]) ** 2))
            for k in range(c):
                if np.any(slope[:, k]):
                    matrix[k, :, f * m : (f + 1) * m] += slope[:, k : k + 1] * tables[order]
        weighted = (found * root[:, None]).T
        return weighted.ravel(), matrix.reshape(c * n, -1), size**0.5

    def judged(
        self, z: np.ndarray, theta: Theta, usual: Mapping[str, float] | None = None
    ) -> tuple[float, float]:
        """Return the root mean square residual, and that of the terms which it balances.

        `usual` gives the sizes that derivatives have inside, where that is more than here.
        """
        found, slopes, values = self._linear(z, theta)
        zero = {n: np.zeros(len(self.points)) for n in values}
        known = self.linear(zero, self.points, theta)[0]
        terms = sum(slopes[n] ** 2 * values[n][:, None] ** 2 for n in values)
        scale = float(np.sqrt(np.mean(terms + known**2)))
        for n, size in (usual or {}).items():
            scale = max(scale, size * float(np.sqrt(np.mean(slopes[n] ** 2))))
        return float(np.sqrt(np.mean(found**2))), scale

    def usual(self, z: np.ndarray) -> dict[str, float]:
        """Return the root mean square of what the statement reads."""
        return {n: float(np.sqrt(np.mean(v**2))) for n, v in self._values(z).items()}


@dataclass(frozen=True, eq=False)
class GivenRows:
    """Values that derivatives of single fields must have at points.

    Attributes
    ----------
    tables : (field's index, table [n, products], values [n]) of each.
    shares : how much each point counts.
    """

    tables: tuple[tuple[int, np.ndarray, np.ndarray], ...]
    shares: Float[np.ndarray, " n"]
    space: Space
    emphasis: float = 1.0

    def residual(self, z: np.ndarray, theta: Theta) -> np.ndarray:  # noqa: ARG002
        """Residuals."""
        head = z.reshape(self.space.fields, -1)
        root = np.sqrt(self.shares)
        return np.concatenate([root * (t @ head[f] - v) for f, t, v in self.tables])

    def at(self, z: np.ndarray, theta: Theta) -> tuple[np.ndarray, np.ndarray, float]:
        """Residuals, slopes, size."""
        m, root = self.space.products, np.sqrt(self.shares)[:, None]
        parts = []
        for f, table, _ in self.tables:
            part = np.zeros((len(table), self.space.size))
            part[:, f * m : (f + 1) * m] = root * table
            parts.append(part)
        size = sum(float(np.sum(self.shares * v**2)) for _, _, v in self.tables) ** 0.5
        return self.residual(z, theta), np.concatenate(parts), size
