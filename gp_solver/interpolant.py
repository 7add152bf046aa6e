"""A function known on a grid, made continuous: least squares in carriers and polynomials.

How many of them is decided on the grid alone, by the error of predicting each point from the
others. On equally spaced points polynomials are only safe up to a degree of about twice the root
of their number, so that high frequencies are left to carriers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from gp_solver.features import Features
from gp_solver.spectrum import bands, detect
from sciml import kron
from sciml.conditions import Sampled

DEGREES = (6, 10, 16, 24, 32, 40, 56, 80, 120, 180, 260, 400)
ENVELOPES = (2, 4, 6, 8, 12, 16, 24)
LINES = 16
"""lines of a grid that are looked at to choose the functions along an axis"""


@dataclass(frozen=True, eq=False)
class Interpolant:
    """A continuous function that stands for samples.

    Attributes
    ----------
    features : functions along each axis.
    coefficients : tensor of their products' coefficients.
    error : root mean square error of predicting a sample from the others, relative.
    """

    features: tuple[Features, ...]
    coefficients: Float[np.ndarray, "..."]
    error: float

    def on_grid(self, grids: Sequence[Float[np.ndarray, "_"]]) -> Float[np.ndarray, "..."]:
        """Return its values on a tensor grid."""
        tables = [f.at(g, 0)[0] for f, g in zip(self.features, grids, strict=True)]
        return np.asarray(kron.apply(tables, self.coefficients))


def on_grid(
    sampled: Mapping[str, Interpolant], grids: Sequence[Float[np.ndarray, " _"]]
) -> dict[str, Float[np.ndarray, " n"]]:
    """Return sampled functions on a tensor grid, flat, by name."""
    return {name: f.on_grid(grids).ravel() for name, f in sampled.items()}


def interpolate(sampled: Sampled, box: Sequence[tuple[float, float]]) -> Interpolant:
    """Return the interpolant of samples on a box that may reach beyond them."""
    chosen, inverses, worst = [], [], 0.0
    for a, (x, (lower, upper)) in enumerate(zip(sampled.axes, box, strict=True)):
        lines = _lines(np.moveaxis(sampled.values, a, 0))
        features, inverse, error = _choose(x, lines, min(lower, x[0]), max(upper, x[-1]))
        chosen.append(features)
        inverses.append(inverse)
        worst = max(worst, error)
    coefficients = np.asarray(kron.apply(inverses, sampled.values))
    return Interpolant(tuple(chosen), coefficients, worst)


def _lines(moved: Float[np.ndarray, "n ..."]) -> Float[np.ndarray, "n m"]:
    flat = moved.reshape(len(moved), -1)
    if flat.shape[1] <= LINES:
        return flat
    chosen = np.random.default_rng(0).choice(flat.shape[1], LINES, replace=False)
    return flat[:, chosen]


def _choose(
    x: Float[np.ndarray, " n"], lines: Float[np.ndarray, "n m"], lower: float, upper: float
) -> tuple[Features, Float[np.ndarray, "r n"], float]:
    """The features along one axis that predict left-out points best, and their pseudo-inverse."""
    size = math.sqrt(np.mean(lines**2)) or 1.0
    best: tuple[float, Features, np.ndarray] | None = None
    for features in _candidates(x, lines, lower, upper):
        matrix = features.at(x, 0)[0]
        scale = np.linalg.norm(matrix, axis=0)
        left, sizes, right = np.linalg.svd(matrix / scale, full_matrices=False)
        kept = sizes > 1e-13 * sizes[0]
        left = left[:, kept]
        leverage = np.minimum(np.sum(left**2, axis=1), 1 - 1e-9)
        missed = (lines - left @ (left.T @ lines)) / (1 - leverage)[:, None]
        error = math.sqrt(np.mean(missed**2)) / size
        inverse = (right[kept].T / sizes[kept]) @ left.T / scale[:, None]
        if best is None or error < 0.5 * best[0]:
            best = (error, features, inverse)
    assert best is not None
    return best[1], best[2], best[0]


def _candidates(
    x: Float[np.ndarray, " n"], lines: Float[np.ndarray, "n m"], lower: float, upper: float
) -> list[Features]:
    count, step = len(x), np.diff(x)
    uniform = np.max(np.abs(step - step.mean())) < 1e-6 * step.mean()
    safe = 2.2 * math.sqrt(count) if uniform else 0.6 * count
    found = [Features(lower, upper, 0, d) for d in DEGREES if d <= max(safe, 6) and d < 0.8 * count]
    if uniform and count >= 16:
        lines_found = detect(lines.T, float(x[-1] - x[0]), tolerance=1e-7)
        for degree in [d for d in DEGREES if d <= safe]:
            for envelope in ENVELOPES:
                found += _with_carriers(lines_found.frequencies, degree, envelope, lower, upper)
    fitting = [f for f in found if f.count <= 0.7 * count]
    return fitting or [Features(lower, upper, 0, max(1, min(count - 2, 6)))]


def _with_carriers(
    frequencies: Float[np.ndarray, " q"], degree: int, envelope: int, lower: float, upper: float
) -> list[Features]:
    """Features with carriers, the polynomials' degree left as it is."""
    kept = frequencies[math.pi * (upper - lower) * frequencies > degree + 2.0]
    made = bands(kept, upper - lower, degree=degree, envelope=envelope)
    if not made.carriers or made.degree > degree:
        return []
    return [Features(lower, upper, 0, degree, made.carriers, made.envelopes)]
