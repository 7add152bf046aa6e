"""Fields made discrete in space: the method of lines on one or two axes.

The initial field is a first guess plus a few smooth modes; walls about which nothing is said carry
the values of the guess.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from scipy.interpolate import CubicSpline

from discovery.ranking.stencils import Axis, Wall, graded, uniform
from sciml.hidden import HiddenTermProblem
from sciml.records import Experiment

Guess = Callable[[Float[np.ndarray, "n d"]], Float[np.ndarray, "n s"]]
"""points (t, x, …) -> states there"""

MODES = 10
"""smooth modes along an axis that correct the initial field, of one axis; 5 each of two"""


@dataclass(frozen=True, eq=False)
class Field:
    """Fields on a grid; the unknowns are ordered by node, then state.

    Attributes: see `discovery.ranking.space.Space`, and
    ----------
    axes : one an axis of space.
    nodes : positions [p, d].
    matrices : name of a derivative -> (state, one matrix an axis, None for no derivative).
    base, modes : initial field = base + modes · parameters, [n] and [n, q].
    walls : spline of the values at the given nodes, as (unknowns, spline), or None.
    index, weight : interpolation to the data's points [r, w].
    """

    problem: HiddenTermProblem
    axes: tuple[Axis, ...]
    nodes: Float[np.ndarray, "p d"]
    matrices: dict[str, tuple[int, tuple[np.ndarray | None, ...]]]
    base: Float[np.ndarray, " n"]
    modes: Float[np.ndarray, "n q"]
    held: Int[np.ndarray, " h"]
    walls: CubicSpline | None
    times: Float[np.ndarray, " m"]
    rows: Int[np.ndarray, " r"]
    index: Int[np.ndarray, "r w"]
    weight: Float[np.ndarray, "r w"]
    size: int
    initial: int
    band: int | None

    def start(self, parameters: Float[np.ndarray, "b q"]) -> Float[np.ndarray, "b n"]:
        """Return the initial fields."""
        return self.base + parameters @ self.modes.T

    def tangent(self, parameters: Float[np.ndarray, " q"]) -> Float[np.ndarray, "n q"]:  # noqa: ARG002
        """Return the modes."""
        return self.modes

    def quantities(self, t: Any, y: Float[np.ndarray, "b n"]) -> dict[str, Any]:
        """Return the states, their derivatives and the coordinates, each [b, p]."""
        states = len(self.problem.states)
        by_state = np.moveaxis(y.reshape(len(y), -1, states), 2, 0)
        found: dict[str, Any] = {"t": t}
        for i, name in enumerate(self.problem.space):
            found[name] = self.nodes[:, i]
        for i, state in enumerate(self.problem.states):
            found[state] = by_state[i]
        shape = tuple(len(a.nodes) for a in self.axes)
        for name, (i, factors) in self.matrices.items():
            values = by_state[i]
            if len(factors) == 1:
                found[name] = values @ factors[0].T  # type: ignore[union-attr]
                continue
            grid = values.reshape(len(y), *shape)
            if factors[0] is not None:
                grid = np.matmul(factors[0], grid)
            if factors[1] is not None:
                grid = np.matmul(grid, factors[1].T)
            found[name] = grid.reshape(len(y), -1)
        return found

    def gather(self, rates: list[Any], t: Any, y: Float[np.ndarray, "b n"]) -> np.ndarray:
        """Return the rates of all unknowns; at given walls those of the guess."""
        states = len(self.problem.states)
        out = np.empty((len(y), len(self.nodes), states))
        for i, rate in enumerate(rates):
            out[:, :, i] = rate
        flat = out.reshape(y.shape)
        if len(self.held):
            flat[:, self.held] = 0.0
            if self.walls is not None and np.ndim(t) == 0:
                flat[:, self.held] = self.walls(t, 1)
        return flat

    def spread(self, forcing: Float[np.ndarray, "b p j"], state: int) -> np.ndarray:
        """Return a forcing of one state's rate at every node, zero where values are given."""
        states = len(self.problem.states)
        out = np.zeros((forcing.shape[0], self.size, forcing.shape[2]))
        out[:, state::states] = forcing
        out[:, self.held] = 0.0
        return out

    def observe(
        self, path: Float[np.ndarray, "m ... n"], where: Int[np.ndarray, " r"] | None = None
    ) -> Float[np.ndarray, "r ... s"]:
        """Return the states at the data's points by local interpolation."""
        states = len(self.problem.states)
        rows = self.rows if where is None else where
        fields = path.reshape(*path.shape[:-1], len(self.nodes), states)
        out = np.zeros((len(rows), *fields.shape[1:-2], states))
        for w in range(self.index.shape[1]):
            weight = self.weight[:, w].reshape(-1, *(1,) * (out.ndim - 1))
            if out.ndim == 3:
                out += weight * fields[rows, :, self.index[:, w]]
            else:
                out += weight * fields[rows, self.index[:, w]]
        return out


def field(
    problem: HiddenTermProblem,
    experiment: Experiment,
    begin: float,
    guess: Guess,
    *,
    nodes: int | None = None,
) -> Field:
    """Return the discrete fields of one experiment, about a first guess of the solution.

    Parameters
    ----------
    nodes : nodes along an axis; None for 97 on one axis, 25 on two.
    """
    space = problem.space
    count = nodes or (97 if len(space) == 1 else 25)
    times, rows = np.unique(np.concatenate([[begin], experiment.times]), return_inverse=True)
    axes = tuple(_axis(problem, name, count, guess, times) for name in space)
    if len(axes) == 1 and axes[0].walls[0] == "periodic":
        order = _folded(len(axes[0].nodes))
    else:
        order = np.arange(int(np.prod([len(a.nodes) for a in axes])))
    mesh = np.stack(np.meshgrid(*(a.nodes for a in axes), indexing="ij"), -1)
    positions = mesh.reshape(-1, len(space))[order]
    place = np.argsort(order)
    index, weight = _interpolation(axes, experiment.points[:, 1:], place)
    states = len(problem.states)
    base = np.array(
        guess(np.column_stack([np.full(len(positions), begin), positions])).ravel()
    ).copy()
    held, walls = _held(problem, positions, guess, times)
    zero = [i for i in held if _vanishes(problem, positions[i // states], i % states)]
    base[zero] = 0.0
    modes = _modes(problem, positions)
    modes[held] = 0.0
    reach = max(a.width for a in axes) + (1 if problem.order > 2 else 0)
    folded = 2 if axes[0].walls[0] == "periodic" else 1
    band = (reach * folded + 1) * states if len(axes) == 1 else None
    return Field(
        problem,
        axes,
        positions,
        _matrices(problem, axes, order),
        base,
        modes,
        held,
        walls,
        times,
        rows[1:],
        index,
        weight,
        len(base),
        modes.shape[1],
        band,
    )


def _wall(problem: HiddenTermProblem, axis: str, side: str) -> Wall:
    if axis in problem.periodic:
        return "periodic"
    kinds = set(problem.walls.get(f"{axis}:{side}", {}).values())
    if kinds == {"flux"} and len(problem.walls[f"{axis}:{side}"]) == len(problem.states):
        return "flux"
    return "value" if "value" in kinds else "data"


def _axis(
    problem: HiddenTermProblem, name: str, count: int, guess: Guess, times: np.ndarray
) -> Axis:
    """Nodes along one axis: equally spaced, or crowded where the guess is steep (one axis)."""
    lower, upper = problem.bounds[name]
    walls = (_wall(problem, name, "lower"), _wall(problem, name, "upper"))
    if len(problem.space) > 1 or walls[0] == "periodic":
        return uniform(lower, upper, count, walls)
    x = np.linspace(lower, upper, 401)
    steepness = np.zeros(len(x))
    for t in np.linspace(times[0], times[-1], 9):
        u = guess(np.column_stack([np.full(len(x), t), x]))
        slope = np.abs(np.gradient(u, x, axis=0)) * (upper - lower) / np.maximum(np.ptp(u), 1e-300)
        steepness = np.maximum(steepness, slope.max(axis=1))
    return graded(lower, upper, count, walls, 0.3 * steepness)


def _folded(count: int) -> np.ndarray:
    """Order 0, n-1, 1, n-2, …: neighbours on a ring stay near."""
    order = np.empty(count, int)
    order[::2] = np.arange((count + 1) // 2)
    order[1::2] = np.arange(count - 1, (count + 1) // 2 - 1, -1)
    return order


def _matrices(
    problem: HiddenTermProblem, axes: tuple[Axis, ...], order: np.ndarray
) -> dict[str, tuple[int, tuple[np.ndarray | None, ...]]]:
    found = {}
    for name, (state, orders) in problem.derivatives.items():
        factors: list[np.ndarray | None] = []
        for axis, count in zip(axes, orders, strict=True):
            factors.append(axis.matrix(count) if count else None)
        if len(axes) == 1:
            factors = [factors[0][np.ix_(order, order)]]  # type: ignore[index]
        found[name] = (problem.states.index(state), tuple(factors))
    return found


def _vanishes(problem: HiddenTermProblem, position: np.ndarray, state: int) -> bool:
    return any(
        problem.walls.get(face, {}).get(problem.states[state]) == "value"
        for face in _faces(problem, position)
    )


def _faces(problem: HiddenTermProblem, position: np.ndarray) -> list[str]:
    found = []
    for i, axis in enumerate(problem.space):
        lower, upper = problem.bounds[axis]
        if axis not in problem.periodic:
            if position[i] <= lower:
                found.append(f"{axis}:lower")
            if position[i] >= upper:
                found.append(f"{axis}:upper")
    return found


def _held(
    problem: HiddenTermProblem, positions: np.ndarray, guess: Guess, times: np.ndarray
) -> tuple[np.ndarray, CubicSpline | None]:
    """Unknowns whose values are given at the walls, and the spline of those in time."""
    states = len(problem.states)
    held = []
    for p, position in enumerate(positions):
        for face in _faces(problem, position):
            for s, state in enumerate(problem.states):
                if problem.walls.get(face, {}).get(state) != "flux":
                    held.append(p * states + s)
    unknowns = np.unique(np.array(held, int))
    if not len(unknowns):
        return unknowns, None
    at = np.linspace(times[0], times[-1], 65)
    values = np.empty((len(at), len(unknowns)))
    for i, t in enumerate(at):
        known = guess(np.column_stack([np.full(len(positions), t), positions])).ravel().copy()
        values[i] = known[unknowns]
    for j, u in enumerate(unknowns):
        if _vanishes(problem, positions[u // states], u % states):
            values[:, j] = 0.0
    return unknowns, CubicSpline(at, values) if np.any(values) else None


def _modes(problem: HiddenTermProblem, positions: np.ndarray) -> np.ndarray:
    """Cosines, or waves along a periodic axis, for every state: [n, q]."""
    many = MODES if len(problem.space) == 1 else MODES // 2
    columns = np.ones((len(positions), 1))
    for i, axis in enumerate(problem.space):
        lower, upper = problem.bounds[axis]
        phase = np.pi * (positions[:, i] - lower) / (upper - lower)
        own = [np.ones(len(positions))]
        for k in range(1, many):
            if axis in problem.periodic:
                m = (k + 1) // 2
                own.append(np.cos(2 * m * phase) if k % 2 else np.sin(2 * m * phase))
            else:
                own.append(np.cos(k * phase))
        columns = (columns[:, :, None] * np.stack(own, 1)[:, None, :]).reshape(len(positions), -1)
    states = len(problem.states)
    return np.kron(columns, np.eye(states))


def _interpolation(
    axes: tuple[Axis, ...], points: Float[np.ndarray, "r d"], place: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights that give a field at points, from four nodes an axis."""
    indices, factors = [], []
    for i, axis in enumerate(axes):
        at = points[:, i]
        if axis.walls[0] == "periodic":
            at = axis.nodes[0] + np.mod(at - axis.nodes[0], axis.length)
        found = [axis.stencil(float(z), 0, 4) for z in at]
        indices.append(np.stack([f[0] for f in found]))
        factors.append(np.stack([f[1] for f in found]))
    if len(axes) == 1:
        return place[indices[0]], factors[0]
    columns = len(axes[1].nodes)
    index = indices[0][:, :, None] * columns + indices[1][:, None, :]
    weight = factors[0][:, :, None] * factors[1][:, None, :]
    return place[index.reshape(len(points), -1)], weight.reshape(len(points), -1)
