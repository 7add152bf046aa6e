"""Spaces of trial functions: products of the features along each axis, one head for each field."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from pinn.forward.axis import Axis
from sciml.jet import MultiIndex


@dataclass(frozen=True)
class Space:
    """Products of features: u_f(x) = Σ c[f, i, j, …] φ_i(x_1) χ_j(x_2) …

    Attributes
    ----------
    axes : features along each axis.
    fields : number of fields.
    """

    axes: tuple[Axis, ...]
    fields: int = 1

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the head: fields, then features along each axis."""
        return (self.fields, *(a.count for a in self.axes))

    @property
    def products(self) -> int:
        """Number of trial functions of one field."""
        return math.prod(self.shape[1:])

    @property
    def size(self) -> int:
        """Number of coefficients."""
        return math.prod(self.shape)

    def table(self, points: Float[np.ndarray, "n d"], order: MultiIndex) -> np.ndarray:
        """Return a derivative of every product at points [n, products]."""
        found = np.ones((len(points), 1))
        for axis, x, k in zip(self.axes, points.T, order, strict=True):
            here = axis.features(x, k)
            found = (found[:, :, None] * here[:, None, :]).reshape(len(points), -1)
        return found

    def values(
        self, head: Float[np.ndarray, "..."], points: Float[np.ndarray, "n d"], order: MultiIndex
    ) -> Float[np.ndarray, "n f"]:
        """Return a derivative of the fields at points, without a table."""
        parts = []
        for start in range(0, len(points), 4096):
            part = points[start : start + 4096]
            found = np.tensordot(self.axes[0].features(part[:, 0], order[0]), head, ((1,), (1,)))
            for axis, x, k in zip(self.axes[1:], part.T[1:], order[1:], strict=True):
                found = np.einsum("nfi...,ni->nf...", found, axis.features(x, k))
            parts.append(found)
        return np.concatenate(parts) if parts else np.zeros((0, self.fields))

    def tails(self, head: Float[np.ndarray, "..."]) -> list[float]:
        """Return, for each axis, what is lost if it had a fifth fewer features, relative."""
        total = max(float(np.linalg.norm(head)), np.finfo(float).tiny)
        found = []
        for a, axis in enumerate(self.axes):
            fewer = list(self.axes)
            fewer[a] = replace(axis, size=max(2, int(0.8 * axis.size)))
            kept = transferred(head, self.axes, fewer)
            lost = head - transferred(kept, fewer, self.axes)
            found.append(float(np.linalg.norm(lost)) / total)
        return found


def transferred(
    head: Float[np.ndarray, "..."], given: Sequence[Axis], wanted: Sequence[Axis]
) -> Float[np.ndarray, "..."]:
    """Return the head that stands for the same functions in the features of other axes."""
    for a, (old, new) in enumerate(zip(given, wanted, strict=True)):
        if old is new:
            continue
        x, share = new.nodes(2.0)
        root = np.sqrt(share)[:, None]
        change = np.linalg.lstsq(root * new.features(x), root * old.features(x), rcond=1e-13)[0]
        head = np.moveaxis(np.tensordot(change, head, ((1,), (a + 1,))), 0, a + 1)
    return head
