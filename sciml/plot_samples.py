"""What the pictures of an equation's solution are made of: its samples, and fresh ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from sciml.errors import BadData, SciMLError
from sciml.precision import float64
from sciml.problem import AnyProblem, Problem
from sciml.reference import ReferenceFailed
from sciml.score_fields import closed_form, plotted_points

if TYPE_CHECKING:
    from sciml.result import Result

SMOOTH = 1e-7
"""change between two samples, relative to the range, below which it is rounding"""
AXES = ("x", "y", "z")
"""names of the axes where the problem cannot be rebuilt"""

Lines = Mapping[str, tuple[Float[np.ndarray, " q"], Float[np.ndarray, " q"]]]
"""axis -> frequencies in cycles per unit, ascending, and their positive weights"""


@dataclass(frozen=True, eq=False)
class Samples:
    """The sampled fields of a result, checked, and the way to more of them.

    Attributes
    ----------
    axes, fields : names of the coordinates and of the fields.
    points, u : positions [n, d] and fields there [n, k].
    reference, deviation : closed form and standard deviation there, or None (where all are zero).
    branches : the first field of every solution that was found [n, m], or None if only one was.
    spectrum : what the method learned, by axis.
    problem : the definition, or None where it cannot be rebuilt.
    result : whose samples these are.
    """

    axes: tuple[str, ...]
    fields: tuple[str, ...]
    points: Float[np.ndarray, "n d"]
    u: Float[np.ndarray, "n k"]
    reference: Float[np.ndarray, "n k"] | None
    deviation: Float[np.ndarray, "n k"] | None
    branches: Float[np.ndarray, "n m"] | None
    spectrum: Lines
    problem: Problem | None
    result: Result

    @property
    def bounds(self) -> Float[np.ndarray, "d 2"]:
        """(lower, upper) of the domain along each axis, else of the samples."""
        if self.problem is not None:
            known = np.asarray(self.problem.domain.bounding_box, float)
            if np.all(np.isfinite(known)):
                return known
        return np.stack([self.points.min(axis=0), self.points.max(axis=0)], axis=1)

    def fresh(
        self, points: Float[np.ndarray, "m d"], *, reference: bool = True
    ) -> tuple[Float[np.ndarray, "m k"], Float[np.ndarray, "m k"] | None] | None:
        """Return fields and, with `reference`, the closed form at other points, as far as known.

        None where the result cannot predict.
        """
        try:
            u = self.result.predict(points)
        except SciMLError:
            return None
        known = self.problem is not None and self.problem.exact is not None
        if not (reference and known and self.reference is not None and self.problem):
            return u, None
        try:
            with float64():
                return u, closed_form(self.problem, points)
        except ReferenceFailed:
            return u, None


def gather(result: Result, problem: AnyProblem | None) -> Samples:
    """Return the samples of a result whose arrays hold fields ``u``.

    Raises
    ------
    BadData : fields that are not finite or do not fit their points.
    """
    points, u = plotted_points(result.arrays), np.asarray(result.arrays["u"], float)
    fits = points is not None and u.ndim == 2 and len(points) == len(u) > 1 and u.shape[1] > 0
    if points is None or not (fits and np.all(np.isfinite(u)) and np.all(np.isfinite(points))):
        raise BadData(
            f"this result ({result.status.name}) holds no finite fields to draw.",
            result.status.advice if not result.status.ok else "draw its history: draw_history",
        )
    known = problem if isinstance(problem, Problem) else None
    axes = AXES if known is None else known.domain.axes
    count = u.shape[1]
    fields = ("u",) if count == 1 else tuple(f"u{i + 1}" for i in range(count))
    branches, deviation = _optional(result, "branches", None), _optional(result, "sd", u.shape)
    return Samples(
        axes=axes[: points.shape[1]],
        fields=fields if known is None else known.fields,
        points=points,
        u=u,
        reference=_optional(result, "reference", u.shape),
        deviation=deviation if deviation is not None and np.any(deviation > 0) else None,
        branches=branches if branches is not None and branches.shape[1] > 1 else None,
        spectrum=_spectrum(result),
        problem=known,
        result=result,
    )


def _optional(
    result: Result, name: str, shape: tuple[int, ...] | None
) -> Float[np.ndarray, "n k"] | None:
    """An array of the result [n, k], or None if it is absent, not finite or of another shape."""
    if name not in result.arrays:
        return None
    array = np.asarray(result.arrays[name], float)
    fits = array.ndim == 2 if shape is None else array.shape == shape
    return array if fits and np.all(np.isfinite(array)) else None


def _spectrum(result: Result) -> Lines:
    """The learned spectrum of every axis that has one, zero weights left out."""
    found = {}
    for axis, lines in (result.value.get("spectrum") or {}).items():
        frequencies = np.asarray(lines["frequencies"], float)
        weights = np.asarray(lines["weights"], float)
        seen = np.isfinite(weights) & (weights > 0)
        order = np.argsort(frequencies[seen], kind="stable")
        if np.any(seen):
            found[axis] = (frequencies[seen][order], weights[seen][order])
    return found


def turns(u: Float[np.ndarray, "n k"], scale: float = 0.0) -> int:
    """Return how often samples along a line turn from rising to falling or back (worst column).

    Changes below rounding of `scale`, or of the column's own range if that is larger, are no turns.
    """
    worst = 0
    for column in u.T:
        steps = np.diff(column)
        steps = steps[np.abs(steps) > SMOOTH * (max(np.ptp(column), scale) or 1.0)]
        worst = max(worst, int(np.sum(np.diff(np.sign(steps)) != 0)))
    return worst


def math(name: str) -> str:
    """Return a name as it stands in a label: one letter in italics."""
    return f"${name}$" if len(name) == 1 else name
