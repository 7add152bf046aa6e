"""A finite box for a problem on the line, chosen by the WKB action of the forbidden regions.

A bound state of energy E decays beyond its outer turning point like exp(-A),
A(x) = ∫ sqrt((V - E) / kinetic) dx. Cutting where A = 20 changes E by about exp(-40). The energies
that this needs come from a coarse finite-element solution on boxes that double in size, so the
user gives no guess (Landau & Lifshitz, *Quantum Mechanics*, sections 46-47 for the action).
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from jaxtyping import Float

from sciml.domain import Box
from sciml.errors import BadProblem, NoBoundState
from sciml.precision import float64
from sciml.problem import EigenProblem

ACTION = 20.0
"""depth of the forbidden region kept on each open side"""


@dataclass(frozen=True)
class Coarse:
    """A coarse solution on a bounded interval: what the choice of box and coordinate needs.

    Attributes
    ----------
    x, potential : midpoints of the elements and V there.
    h : lengths of the elements.
    energies : the lowest coarse energies.
    noise : rounding error of these energies.
    centre : where the nodes are densest.
    """

    x: Float[np.ndarray, " n"]
    potential: Float[np.ndarray, " n"]
    h: Float[np.ndarray, " n"]
    energies: Float[np.ndarray, " k"]
    noise: float
    centre: float

    def actions(self, energy: float, kinetic: float) -> tuple[np.ndarray, np.ndarray]:
        """WKB action from each midpoint to the nearest turning point on its left and right.

        The first array grows from the outermost right turning point to the right end, the second
        from the outermost left turning point to the left end; both are zero elsewhere.
        """
        depth = self.potential - energy
        wall = np.sqrt(np.where(depth > self.noise, depth, 0.0) / kinetic) * self.h
        allowed = np.flatnonzero(depth < 0)
        middle = int(np.argmin(np.abs(self.x - self.centre)))
        first, final = (allowed[0], allowed[-1]) if len(allowed) else (middle, middle)
        right, left = np.zeros_like(wall), np.zeros_like(wall)
        right[final:] = np.cumsum(wall[final:])
        left[: first + 1] = np.cumsum(wall[: first + 1][::-1])[::-1]
        return right, left


def _sampled(problem: EigenProblem, x: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """V at x; on a line it may overflow far out, which counts as a wall.

    The points are padded to a power of two, so that the potential compiles for few shapes.
    """
    if problem.is_bounded:
        return problem.potential_at(x[:, None])
    padded = np.append(x, np.full(2 ** math.ceil(math.log2(len(x))) - len(x), x[-1]))
    with np.errstate(all="ignore"), float64():
        v = np.broadcast_to(np.asarray(problem.potential(padded), float), padded.shape)
    v = np.array(v[: len(x)])
    if np.any(np.isnan(v)) or np.any(v == -np.inf):
        where = x[np.isnan(v) | (v == -np.inf)][0]
        raise BadProblem(
            f"the potential of '{problem.name}' is NaN or -inf at x = {where:g}.",
            "write it so that it has a value everywhere, or give the box finite ends",
        )
    v[v == np.inf] = np.max(v, where=np.isfinite(v), initial=0.0)
    return v


def coarse_solution(
    problem: EigenProblem, lower: float, upper: float, centre: float, states: int
) -> Coarse:
    """Return linear finite elements with lumped mass on [lower, upper], nodes dense at `centre`.

    The potential is taken at midpoints, so that jumps and singular points may sit on nodes; a
    delta adds its strength to its node.
    """
    points = [*problem.jumps, *problem.singular, *(c for c, _ in problem.deltas)]
    t = np.sinh(8.0 * np.linspace(0.0, 1.0, 700)) / math.sinh(8.0)
    nodes = [centre - (centre - lower) * t, centre + (upper - centre) * t]
    nodes.append(np.linspace(lower, upper, 700))
    for left, right in itertools.pairwise(sorted({lower, upper, *points})):
        nodes.append(np.linspace(left, right, 60))
    grid = np.unique(np.concatenate(nodes))
    grid = grid[(grid >= lower) & (grid <= upper)]
    gaps = np.diff(grid) > 1e-9 * (upper - lower)
    keep = np.concatenate([[True], gaps]) | np.isin(grid, [upper, *points])
    grid = grid[keep]
    h = np.diff(grid)
    x = (grid[1:] + grid[:-1]) / 2
    v = _sampled(problem, x)
    mass = (h[1:] + h[:-1]) / 2
    diagonal = problem.kinetic * (1 / h[1:] + 1 / h[:-1]) + (v[1:] * h[1:] + v[:-1] * h[:-1]) / 2
    for c, strength in problem.deltas:
        diagonal[np.argmin(np.abs(grid - c)) - 1] += strength
    off = -problem.kinetic / h[1:-1] / np.sqrt(mass[1:] * mass[:-1])
    top = min(states, len(mass)) - 1
    energies = scipy.linalg.eigh_tridiagonal(
        diagonal / mass, off, eigvals_only=True, select="i", select_range=(0, top)
    )
    noise = 1e-14 * float(np.max(np.abs(diagonal / mass)))
    return Coarse(x, v, h, energies, noise, centre)


def _centre(problem: EigenProblem, lower: float, upper: float) -> float:
    """Where V is lowest, looked for on all scales; the middle of a strongest delta before that."""
    attractive = [(s, c) for c, s in problem.deltas if s < 0]
    if attractive:
        return min(attractive)[1]
    if math.isfinite(lower) and any(s == lower for s in problem.singular):
        return lower
    scales = np.logspace(-6, 6, 2000)
    origin = lower if math.isfinite(lower) else upper if math.isfinite(upper) else 0.0
    samples = [origin - scales, origin + scales]
    samples += [origin + r * np.linspace(-1, 1, 2001) for r in (1.0, 10.0, 100.0)]
    for c in (*problem.jumps, *problem.singular):
        samples += [c - scales, c + scales]
    x = np.unique(np.concatenate(samples))
    x = x[(x > lower) & (x < upper)]
    v = _sampled(problem, x)
    lowest = x[v <= v.min() + 1e-12 * (1 + abs(v.min()))]
    return float(lowest[np.argmin(np.abs(lowest - np.median(lowest)))])


def _grow(problem: EigenProblem, centre: float, states: int) -> tuple[Coarse, int]:
    """The coarse solution on a box grown until every state is deep in the forbidden regions.

    Each open side doubles until its own action suffices. Also returned: how many states are bound.
    """
    lower, upper = problem.domain.bounding_box[0]
    points = [*problem.jumps, *problem.singular, *(c for c, _ in problem.deltas)]
    span = max((abs(p - centre) for p in points), default=0.0) or 1e-3
    reach = [2 * span, 2 * span]
    most: list[bool] = []
    for _ in range(42):
        a = lower if math.isfinite(lower) else centre - reach[0]
        b = upper if math.isfinite(upper) else centre + reach[1]
        coarse = coarse_solution(problem, a, b, centre, states)
        actions = [coarse.actions(e, problem.kinetic) for e in coarse.energies]
        deep_left = [math.isfinite(lower) or left[0] >= ACTION for _, left in actions]
        deep_right = [math.isfinite(upper) or right[-1] >= ACTION for right, _ in actions]
        bound = [bool(left and right) for left, right in zip(deep_left, deep_right, strict=True)]
        most = max(most, bound, key=sum)
        if sum(bound) == states:
            break
        reach = [
            r if all(deep) else 2 * r
            for r, deep in zip(reach, (deep_left, deep_right), strict=True)
        ]
    return coarse, sum(most)


def truncated(problem: EigenProblem, states: int) -> tuple[Box, Coarse]:
    """Return a finite box that holds the lowest `states` bound states, and a coarse solution on it.

    A box that is finite already is returned as it is.

    Raises
    ------
    NoBoundState : fewer bound states exist below the continuum.
    BadProblem : the potential is NaN somewhere.
    """
    assert isinstance(problem.domain, Box)
    (axis,) = problem.domain.axes
    lower, upper = problem.domain.bounding_box[0]
    if problem.is_bounded:
        middle = (lower + upper) / 2
        return problem.domain, coarse_solution(problem, lower, upper, middle, states + 1)
    centre = _centre(problem, lower, upper)
    coarse, count = _grow(problem, centre, states)
    if count < states:
        raise NoBoundState(
            f"'{problem.name}' has {count or 'no'} bound state{'s' * (count > 1)} below the "
            f"continuum, and {states} {'was' if states == 1 else 'were'} asked for.",
            f"ask for states <= {count}" if count else "deepen or widen the well",
        )
    right, left = coarse.actions(coarse.energies[states - 1], problem.kinetic)
    if not math.isfinite(upper):
        upper = float(coarse.x[np.argmax(right >= ACTION)])
    if not math.isfinite(lower):
        lower = float(coarse.x[len(left) - 1 - np.argmax(left[::-1] >= ACTION)])
    return Box({axis: (lower, upper)}), coarse_solution(problem, lower, upper, centre, states + 1)
