"""A coarse finite-element solution on the line: what the choice of box and coordinate needs.

The potential is first scanned on many more points than the elements have nodes; the points where
it changes enough to matter to a state become nodes, so that a narrow well is seen wherever it is.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from jaxtyping import Float

from sciml.errors import BadProblem
from sciml.problem import EigenProblem

SCAN = 2**15
"""points on which the potential of a finite interval is scanned"""
PICKED = 3000
"""most nodes that are taken over from a scan"""


@dataclass(frozen=True)
class Coarse:
    """A coarse solution on a bounded interval.

    Attributes
    ----------
    x, potential : midpoints of the elements and V there.
    h : lengths of the elements.
    energies : the lowest coarse energies.
    noise : rounding error of these energies.
    centre : where the nodes are densest.
    attractive : positions of attractive deltas, which hold states as wells do.
    """

    x: Float[np.ndarray, " n"]
    potential: Float[np.ndarray, " n"]
    h: Float[np.ndarray, " n"]
    energies: Float[np.ndarray, " k"]
    noise: float
    centre: float
    attractive: tuple[float, ...] = ()

    def actions(
        self, energy: float, kinetic: float
    ) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
        """WKB action from each midpoint to the outermost turning point on either side.

        The first array grows from the outermost right turning point to the right end, the second
        from the outermost left turning point to the left end; both are zero elsewhere.
        """
        depth = self.potential - energy
        wall = np.sqrt(np.where(depth > self.noise, depth, 0.0) / kinetic) * self.h
        holds = depth < 0
        for c in self.attractive:
            holds[np.argmin(np.abs(self.x - c))] = True
        allowed = np.flatnonzero(holds)
        right, left = np.zeros_like(wall), np.zeros_like(wall)
        if not len(allowed):  # below all of V: an energy at the edge of the continuum, in rounding
            return right, left
        first, final = allowed[0], allowed[-1]
        right[final:] = np.cumsum(wall[final:])
        left[: first + 1] = np.cumsum(wall[: first + 1][::-1])[::-1]
        return right, left


def rough_points(problem: EigenProblem) -> tuple[float, ...]:
    """Return all declared points of a one-dimensional problem: jumps, singular points, deltas."""
    return (*problem.jumps, *problem.singular, *(c for c, _ in problem.deltas))


def sampled(problem: EigenProblem, x: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """Return V at x; on an open domain it may overflow far out, which counts as a wall.

    Raises
    ------
    BadProblem : V is NaN or -inf somewhere, or infinite in a finite box.
    """
    if problem.is_bounded:
        return problem.potential_at(x[:, None])
    v = np.array(problem.potential_at(x[:, None], finite=False))
    if np.any(np.isnan(v)) or np.any(v == -np.inf):
        where = x[np.isnan(v) | (v == -np.inf)][0]
        raise BadProblem(
            f"the potential of '{problem.name}' is NaN or -inf at x = {where:g}.",
            "write it so that it has a value everywhere, or give the box finite ends",
        )
    v[v == np.inf] = np.max(v, where=np.isfinite(v), initial=0.0)
    return v


@dataclass(frozen=True)
class Scan:
    """V at many points, ascending."""

    x: Float[np.ndarray, " n"]
    potential: Float[np.ndarray, " n"]

    def picked(self, lower: float, upper: float, kinetic: float) -> Float[np.ndarray, " p"]:
        """Points of [lower, upper] next to which V changes enough to matter to a state.

        A change ΔV over the length h matters where h² ΔV / kinetic is not small. Where there are
        too many such points, those of lowest V are taken.
        """
        inside = (self.x >= lower) & (self.x <= upper)
        x, v = self.x[inside], self.potential[inside]
        if len(x) < 2:
            return x
        with np.errstate(over="ignore"):
            matters = np.diff(x) ** 2 * np.abs(np.diff(v)) > 1e-2 * kinetic
        near = np.append(matters, False) | np.append(False, matters)
        chosen = np.flatnonzero(near)
        return x[chosen[np.argsort(v[chosen], kind="stable")[:PICKED]]]


def natural_length(
    distance: Float[np.ndarray, " n"], v: Float[np.ndarray, " n"], kinetic: float
) -> float:
    """Return the length ℓ over which V first matters, ℓ² (max V - min V) = kinetic; inf if none.

    `distance` of each value of V is from where states are expected.
    """
    order = np.argsort(distance)
    r, v = distance[order], v[order]
    with np.errstate(over="ignore", invalid="ignore"):
        variation = np.maximum.accumulate(v) - np.minimum.accumulate(v)
        matters = np.flatnonzero(r**2 * variation >= kinetic)
    return float(r[matters[0]]) if len(matters) else math.inf


def scan(problem: EigenProblem, x: Float[np.ndarray, " n"]) -> Scan:
    """Return V at the given points, in ascending order and off the declared rough points."""
    lower, upper = problem.domain.bounding_box[0]
    x = np.unique(x)
    x = x[(x > lower) & (x < upper) & ~np.isin(x, rough_points(problem))]
    return Scan(x, sampled(problem, x))


def scan_interval(problem: EigenProblem, lower: float, upper: float) -> Scan:
    """Return V at the midpoints of equal parts of a finite interval."""
    return scan(problem, lower + (upper - lower) * (np.arange(SCAN) + 0.5) / SCAN)


def _nodes(
    problem: EigenProblem, lower: float, upper: float, centre: float, known: tuple[Scan, ...]
) -> Float[np.ndarray, " n"]:
    """Nodes of the elements on [lower, upper]: rough points, dense at `centre`, and scanned."""
    points = [c for c in rough_points(problem) if lower < c < upper]
    t = np.sinh(8.0 * np.linspace(0.0, 1.0, 700)) / math.sinh(8.0)
    nodes = [centre - (centre - lower) * t, centre + (upper - centre) * t]
    nodes.append(np.linspace(lower, upper, 700))
    for left, right in itertools.pairwise(sorted({lower, upper, *points})):
        nodes.append(np.linspace(left, right, 60))
    nodes += [found.picked(lower, upper, problem.kinetic) for found in known]
    grid = np.unique(np.concatenate(nodes))
    grid = grid[(grid >= lower) & (grid <= upper)]
    fixed = np.isin(grid, [lower, upper, *points])
    close = 1e-6 * (upper - lower)  # closer nodes only cost digits
    after = np.concatenate([[True], np.diff(grid) > close])
    before = np.concatenate([np.diff(grid) > close, [True]])
    crowds = np.concatenate([[False], fixed[:-1] & ~after[1:]])
    crowds |= np.concatenate([fixed[1:] & ~before[:-1], [False]])
    return grid[fixed | (after & ~crowds)]


def coarse_solution(
    problem: EigenProblem,
    lower: float,
    upper: float,
    centre: float,
    states: int,
    *,
    known: tuple[Scan, ...] = (),
) -> Coarse:
    """Return linear finite elements with lumped mass on [lower, upper], nodes dense at `centre`.

    The potential is taken at midpoints, so that jumps and singular points may sit on nodes; a
    delta adds its strength to its node. `known` are scans from which nodes are picked.
    """
    grid = _nodes(problem, lower, upper, centre, known)
    h = np.diff(grid)
    x = (grid[1:] + grid[:-1]) / 2
    v = sampled(problem, x)
    mass = (h[1:] + h[:-1]) / 2
    diagonal = problem.kinetic * (1 / h[1:] + 1 / h[:-1]) + (v[1:] * h[1:] + v[:-1] * h[:-1]) / 2
    for c, strength in problem.deltas:
        if lower < c < upper:
            diagonal[np.argmin(np.abs(grid[1:-1] - c))] += strength
    off = -problem.kinetic / h[1:-1] / np.sqrt(mass[1:] * mass[:-1])
    top = min(states, len(mass)) - 1
    energies = scipy.linalg.eigh_tridiagonal(
        diagonal / mass, off, eigvals_only=True, select="i", select_range=(0, top)
    )
    noise = 1e-14 * float(np.max(np.abs(diagonal / mass))) + 1e-12 * float(np.max(np.abs(energies)))
    attractive = tuple(c for c, s in problem.deltas if s < 0 and lower < c < upper)
    return Coarse(x, v, h, energies, noise, centre, attractive)
