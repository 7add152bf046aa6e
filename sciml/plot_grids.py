"""Fields on rectangular grids in a plane: of the samples, or fresh ones where those would mislead.

Ninety samples along an axis cannot show a hundred periods: drawn as they are they would show a
pattern that is not there. Such a solution is asked for anew in a small window.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from sciml import plot_samples
from sciml.domain import Box, Domain
from sciml.plot_samples import Samples

COARSE = 8
"""samples a period below which a window is drawn instead of the whole"""
SHOWN = 5
"""periods in a window"""
SIDE = 241
"""fresh samples along each side of a plane"""
PROBE = 3001
"""fresh samples along each line on which oscillations are counted"""
LINES = (0.2360679775, 0.6180339887, 0.8541019662)
"""where those lines lie, as fractions of the other axes: multiples of the golden section, so that
they are nodes of no wave"""
SPARSE = 20
"""how many times more places a grid may have than there are samples on it"""

Bounds = Float[np.ndarray, "d 2"]


@dataclass(frozen=True, eq=False)
class Plane:
    """One field on a rectangular grid of a plane.

    Attributes
    ----------
    x, y : positions along the horizontal and the vertical axis.
    values : the field [len(y), len(x)], NaN outside the domain.
    """

    x: Float[np.ndarray, " n"]
    y: Float[np.ndarray, " m"]
    values: Float[np.ndarray, "m n"]


def sampled(
    points: Float[np.ndarray, "n d"], values: Float[np.ndarray, " n"], across: tuple[int, int]
) -> Plane | None:
    """Return samples as the plane of two axes (horizontal, vertical) nearest to the middle.

    None where the samples lie on no grid.
    """
    for normal in set(range(points.shape[1])) - set(across):
        levels = np.unique(points[:, normal])
        near = (
            points[:, normal] == levels[np.argmin(np.abs(levels - 0.5 * (levels[0] + levels[-1])))]
        )
        points, values = points[near], values[near]
    x, i = np.unique(points[:, across[0]], return_inverse=True)
    y, j = np.unique(points[:, across[1]], return_inverse=True)
    if len(x) < 2 or len(y) < 2 or len(x) * len(y) > SPARSE * len(points):
        return None
    field = np.full((len(y), len(x)), np.nan)
    field[j, i] = values
    return Plane(x, y, field)


def positions(
    window: Bounds, across: tuple[int, int]
) -> tuple[Float[np.ndarray, " s"], Float[np.ndarray, " s"], Float[np.ndarray, "m d"]]:
    """Return a plane's two lines of positions, and its points, row after row of the vertical."""
    x, y = (np.linspace(window[i, 0], window[i, 1], SIDE) for i in across)
    points = np.tile(window.mean(axis=1), (SIDE * SIDE, 1))
    points[:, across[0]] = np.tile(x, SIDE)
    points[:, across[1]] = np.repeat(y, SIDE)
    return x, y, points


def fresh(
    samples: Samples, window: Bounds, across: tuple[int, int], *, reference: bool = True
) -> tuple[list[Plane], list[Plane] | None] | None:
    """Return the fields, and with `reference` their |errors|, in a window's middle plane.

    None where the result cannot predict, or the plane misses the domain.
    """
    x, y, points = positions(window, across)
    inside = np.ones(len(points), bool)
    if samples.problem is not None:
        inside = np.asarray(samples.problem.domain.contains(points), bool)
    found = None
    if np.any(inside):
        found = samples.fresh(points[inside], reference=reference)
    if found is None:
        return None
    u, exact = found

    def planes(columns: Float[np.ndarray, "m k"]) -> list[Plane]:
        grids = np.full((len(columns.T), len(points)), np.nan)
        grids[:, inside] = columns.T
        return [Plane(x, y, grid.reshape(len(y), len(x))) for grid in grids]

    return planes(u), None if exact is None else planes(np.abs(u - exact))


def periods(samples: Samples) -> Float[np.ndarray, " d"]:
    """Return how many periods the fields have along each axis: the most on a few lines.

    Zero along every axis where the result cannot predict.
    """
    bounds, scale = samples.bounds, float(np.ptp(samples.u))
    lines = []
    for axis, (low, high) in enumerate(bounds):
        for part in LINES:
            line = np.tile(bounds[:, 0] + part * np.diff(bounds).ravel(), (PROBE, 1))
            line[:, axis] = np.linspace(low, high, PROBE)
            lines.append(line)
    inside = np.ones(len(lines) * PROBE, bool)
    if samples.problem is not None:
        inside = np.asarray(samples.problem.domain.contains(np.concatenate(lines)), bool)
    most = np.zeros(len(bounds))
    found = None
    if np.any(inside):  # all at once, for one compilation at the most
        found = samples.fresh(np.concatenate(lines)[inside], reference=False)
    if found is None:
        return most
    seen = inside.reshape(len(lines), PROBE)
    ends = np.cumsum(seen.sum(axis=1))[:-1]
    for i, u in enumerate(np.split(found[0], ends)):
        if len(u) > 2:
            waves = 0.5 * plot_samples.turns(u, scale) * PROBE / len(u)
            most[i // len(LINES)] = max(most[i // len(LINES)], waves)
    return most


def window(samples: Samples) -> Bounds:
    """Return the part of the bounding box that is drawn: all of it, or a few periods each way.

    An axis with fewer than `COARSE` of `SIDE` samples a period is cut to `SHOWN` periods, about
    the middle of a box, or where most of the window lies inside another domain.
    """
    bounds = samples.bounds
    waves = periods(samples)
    cut = waves * COARSE > SIDE
    if not np.any(cut):
        return bounds
    length = np.diff(bounds).ravel()
    half = 0.5 * np.where(cut, length * SHOWN / np.maximum(waves, SHOWN), length)
    middle = bounds.mean(axis=1)
    domain = None if samples.problem is None else samples.problem.domain
    if domain is not None and not isinstance(domain, Box):
        middle = _roomiest(domain, samples.points, half)
    middle = np.clip(middle, bounds[:, 0] + half, bounds[:, 1] - half)
    return np.stack([middle - half, middle + half], axis=1)


def _roomiest(
    domain: Domain, points: Float[np.ndarray, "n d"], half: Float[np.ndarray, " d"]
) -> Float[np.ndarray, " d"]:
    """Of some samples, the one around which most of a window lies inside the domain."""
    some = points[:: max(1, len(points) // 60)]
    corners = np.stack(np.meshgrid(*[np.linspace(-1, 1, 5)] * len(half)), -1).reshape(-1, len(half))
    inside = [np.mean(domain.contains(middle + corners * half)) for middle in some]
    return some[int(np.argmax(inside))]
