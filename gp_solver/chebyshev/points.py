"""How many points an axis needs: judged by the data before solving, by the solution after it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from gp_solver.chebyshev.grid import Grid, Statement, Tensor, contract
from gp_solver.equation import Equation
from problems.reference.chebyshev import coefficients, interpolation, length, nodes

TINY = float(np.finfo(float).tiny)
LINES = (0.137, 0.471, 0.883)
"""positions, as shares of an axis, of the lines along another one that are looked at"""
SAMPLES = (1025, 4097)
"""points of a line; the second number where the first does not resolve it"""
ROUGH = 1e-4
"""threshold for equations whose solution may be smoother than their source"""
FRESH = {1: 200, 2: 15, 3: 6}
"""points along each axis at which a residual is checked, by dimension"""
LEAST, UNKNOWN = 16, 64
"""fewest points, and those to start with where no number of samples resolves the data"""


def tails(values: Tensor) -> tuple[float, ...]:
    """Return the last Chebyshev coefficients along each axis, relative to the largest of all."""
    found = []
    for axis, n in enumerate(values.shape):
        size = np.abs(np.moveaxis(coefficients(values, axis), axis, 0)).reshape(n, -1)
        largest = max(float(np.max(size)), TINY)
        found.append(float(np.max(size[-max(3, n // 20) :])) / largest)
    return tuple(found)


def residual(statement: Statement, grid: Grid, values: Tensor) -> float:
    """Return the residual at fresh points relative to the largest term, each a root mean square."""
    equation, rng = statement.equation, np.random.default_rng(1)
    fresh = [np.sort(rng.uniform(-1, 1, FRESH[statement.dimension])) for _ in grid.points]
    maps = [interpolation(x, n) for x, n in zip(fresh, grid.points, strict=True)]
    jets = {n: contract(maps, grid.jet(equation.order(n), values)).ravel() for n in equation.names}
    box = statement.problem.domain.bounding_box
    at = [lo + 0.5 * (hi - lo) * (x + 1) for x, (lo, hi) in zip(fresh, box, strict=True)]
    mesh = [g.ravel() for g in np.meshgrid(*at, indexing="ij")]
    x = dict(zip(statement.problem.domain.axes, mesh, strict=True))
    left, slopes = equation.linearised(jets, x, {})
    source, _ = equation.linearised({n: 0 * v for n, v in jets.items()}, x, {})
    sizes = [rms(source), *(rms(slopes[n] * jets[n]) for n in jets)]
    return rms(left) / max(*sizes, TINY)


def rms(values: np.ndarray) -> float:
    """Return the root mean square of an array."""
    return float(np.sqrt(np.mean(np.square(values))))


def fitting(points: np.ndarray, most: int) -> np.ndarray:
    """Return fewer points along the longer axes, so that there are not more than `most` in all."""
    fewer = points.copy()
    while np.prod(fewer) > most:
        fewer[np.argmax(fewer)] = int(0.95 * np.max(fewer))
    return fewer


def needed(statement: Statement, tolerance: float) -> tuple[int, ...]:
    """Return the points along each axis at which source and data are resolved.

    To the tolerance if the coefficients are constant, for then the solution is no rougher;
    else roughly, since products of the solution may need more points than it does itself.
    """
    constant = statement.linear and statement.traits.constant
    threshold = tolerance if constant else ROUGH
    for samples in SAMPLES:
        lengths = _lengths(statement, samples, threshold)
        if max(lengths) < 0.95 * samples:
            break
    order = statement.orders
    layers = [sum(side.axis == a for side in statement.sides) for a in range(len(order))]
    return tuple(
        max(LEAST, int(1.06 * n) + q + m + 6) if n < 0.95 * samples else UNKNOWN
        for n, q, m in zip(lengths, order, layers, strict=True)
    )


def _lengths(statement: Statement, samples: int, threshold: float) -> list[int]:
    """How many coefficients along each axis are above the threshold, in source and data."""
    dimension, lengths = statement.dimension, [0] * statement.dimension
    data, largest = [], 0.0
    for side in statement.sides:
        equation = statement.conditions[side.condition]
        for axis in range(dimension):
            if axis != side.axis:
                g, _ = _on_lines(equation, axis, samples, (side.axis, float(side.upper)))
                data.append((axis, g))
                largest = max(largest, float(np.max(np.abs(g))))
        if dimension == 1:
            g, _ = _on_lines(equation, 0, 2, (0, float(side.upper)))
            largest = max(largest, float(np.max(np.abs(g))))
    for axis, g in data:
        lengths[axis] = max(lengths[axis], length(g, threshold * max(largest, 1e-300)))
    for axis in range(dimension):
        f, scale = _on_lines(statement.equation, axis, samples, None, largest)
        lengths[axis] = max(lengths[axis], length(f, threshold * max(scale, 1e-300)))
    return lengths


def _on_lines(
    equation: Equation,
    axis: int,
    samples: int,
    face: tuple[int, float] | None,
    size: float = 0.0,
) -> tuple[Float[np.ndarray, "n m"], float]:
    """The source of an equation on lines along an axis, and a scale of its terms.

    The scale is that of the source, or of the terms that a solution of this size makes.
    """
    names = equation.problem.domain.axes
    box = equation.problem.domain.bounding_box
    free = [a for a in range(len(box)) if a != axis and (face is None or a != face[0])]
    lines = len(LINES) if free else 1
    columns: dict[str, np.ndarray] = {}
    for a, (lower, upper) in enumerate(box):
        share = np.repeat(np.roll(LINES, a)[:lines, None], samples, axis=1)
        if a == axis:
            share = np.broadcast_to(0.5 * (1 + nodes(samples)), share.shape)
        if face is not None and a == face[0]:
            share = np.full(share.shape, face[1])
        columns[names[a]] = (lower + (upper - lower) * share).ravel()
    zero = dict.fromkeys(equation.names, np.zeros(lines * samples))
    f, slopes = equation.linearised(zero, columns, {})
    scale = max(float(np.max(np.abs(f))), _terms(equation, slopes, size))
    return f.reshape(lines, samples).T, scale


def _terms(equation: Equation, slopes: dict[str, np.ndarray], size: float) -> float:
    """Size of the terms that a solution of some size makes, if it varies once along every axis."""
    box: Sequence[tuple[float, float]] = equation.problem.domain.bounding_box
    terms = []
    for name, slope in slopes.items():
        powers = [
            (2 / (hi - lo)) ** k for (lo, hi), k in zip(box, equation.order(name), strict=True)
        ]
        terms.append(float(np.max(np.abs(slope))) * size * float(np.prod(powers)))
    return max(terms)
