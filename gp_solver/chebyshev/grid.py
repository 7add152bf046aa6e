"""The collocation grid of a problem on a box: nodes, functions, and which row is whose.

On the tensor grid of Lobatto points every node carries one equation. The first condition on a face
takes the nodes of that face, a further one the free layer of nodes nearest to either end (so that
two initial conditions leave the nodes inside to the equation, as two boundary conditions do); the
nodes that are left carry the differential equation. A node in two such layers belongs to the
condition that is listed first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from gp_solver.equation import Equation, Traits, equation, traits
from problems.reference.chebyshev import Basis, differentiation, interpolation, nodes
from sciml.jet import MultiIndex
from sciml.problem import BOUNDARY, Problem

Tensor = Float[np.ndarray, "..."]
Slopes = Mapping[str, Tensor]
"""derivative of a residual in every jet value, name -> one number a row"""

PROBES = 60
"""points of a face at which a condition is judged"""
SAME = 1e-12
"""relative difference below which two coefficients are equal"""


@dataclass(frozen=True, eq=False)
class Side:
    """One condition on one face: across axis `axis`, at its lower or upper end.

    `functional` is what it asks of functions along that axis, order of derivative -> coefficient;
    None where it is nonlinear, of varying coefficients or reads tangential derivatives.
    """

    axis: int
    upper: bool
    condition: int
    functional: Mapping[int, float] | None


@dataclass(frozen=True, eq=False)
class Statement:
    """A problem read for collocation.

    Attributes
    ----------
    problem : what is solved.
    equation, traits : its residual, and what that is like.
    conditions : the residual of each condition.
    sides : conditions by face, in the order listed.
    """

    problem: Problem
    equation: Equation
    traits: Traits
    conditions: tuple[Equation, ...]
    sides: tuple[Side, ...]

    @property
    def dimension(self) -> int:
        """Number of axes."""
        return len(self.problem.domain.axes)

    @cached_property
    def orders(self) -> tuple[int, ...]:
        """Highest order of derivative along each axis in the equation."""
        indices = [self.equation.order(n) for n in self.equation.names]
        return tuple(max((k[a] for k in indices), default=0) for a in range(self.dimension))

    @property
    def separable(self) -> bool:
        """Whether every condition asks the same of all lines across its face."""
        return all(side.functional is not None for side in self.sides)

    @property
    def linear(self) -> bool:
        """Whether the equation is linear, and every condition known to be."""
        return self.traits.linear and self.separable


def read(problem: Problem) -> Statement:
    """Return a problem on a box read for collocation.

    Raises
    ------
    BadProblem : the residual is not finite.
    """
    whole = equation(problem)
    conditions = tuple(equation(problem, c.residual) for c in problem.conditions)
    sides = []
    for index, condition in enumerate(problem.conditions):
        for axis, upper in _faces(problem, condition.faces):
            functional = _functional(conditions[index], axis, upper)
            sides.append(Side(axis, upper, index, functional))
    return Statement(problem, whole, traits(whole), conditions, tuple(sides))


def _faces(problem: Problem, named: Sequence[str]) -> list[tuple[int, bool]]:
    axes = problem.domain.axes
    every = [(a, upper) for a in range(len(axes)) for upper in (False, True)]
    found: list[tuple[int, bool]] = []
    for face in named:
        axis, _, side = face.partition(":")
        found += every if face == BOUNDARY else [(axes.index(axis), side == "upper")]
    return list(dict.fromkeys(found))


def _functional(condition: Equation, axis: int, upper: bool) -> dict[int, float] | None:
    """What a condition asks of functions along one axis, judged at random jets and points."""
    problem, rng = condition.problem, np.random.default_rng(0)
    box = np.array(problem.domain.bounding_box)
    points = box[:, 0] + (box[:, 1] - box[:, 0]) * rng.uniform(0.02, 0.98, (PROBES, len(box)))
    points[:, axis] = box[axis, int(upper)]
    x = dict(zip(problem.domain.axes, np.ascontiguousarray(points.T), strict=True))
    jets = [{n: s * rng.standard_normal(PROBES) for n in condition.names} for s in (0.0, 1.0, 3.0)]
    slopes = [condition.linearised(jet, x, {})[1] for jet in jets]
    found: dict[int, float] = {}
    for name in condition.names:
        values = np.stack([s[name] for s in slopes])
        order = condition.order(name)
        if np.ptp(values) > SAME * np.max(np.abs(values)) or sum(order) != order[axis]:
            return None
        found[order[axis]] = float(values[0, 0])
    return found


class Grid:
    """Lobatto points along each axis of a box.

    Residuals are taken from values at the nodes by differentiation matrices. Linear systems are
    solved for coefficients of integrals of Chebyshev polynomials (`Basis`), in which they are
    well conditioned; both describe the same polynomials.

    Parameters
    ----------
    statement : the problem.
    points : number of points along each axis.
    """

    def __init__(self, statement: Statement, points: Sequence[int]) -> None:
        self.statement = statement
        self.points = tuple(int(n) for n in points)
        box = statement.problem.domain.bounding_box
        centre = [0.5 * (lower + upper) for lower, upper in box]
        self.half = [0.5 * (upper - lower) for lower, upper in box]
        orders = statement.orders
        self.bases = [Basis(n, q) for n, q in zip(self.points, orders, strict=True)]
        self.x = [c + h * nodes(n) for c, h, n in zip(centre, self.half, points, strict=True)]
        for x, (lower, upper) in zip(self.x, box, strict=True):
            x[0], x[-1] = lower, upper
        self._functions: dict[tuple[int, int], Tensor] = {}
        self._derivatives: dict[tuple[int, int], Tensor] = {}

    def functions(self, axis: int, k: int) -> Float[np.ndarray, "n n"]:
        """The k-th derivative of every function along an axis, at the nodes."""
        if (axis, k) not in self._functions:
            scale = self.half[axis] ** -k
            self._functions[axis, k] = scale * self.bases[axis].at_nodes(k)
        return self._functions[axis, k]

    def derivative(self, axis: int, k: int) -> Float[np.ndarray, "n n"]:
        """The matrix from values along an axis to those of the k-th derivative."""
        if (axis, k) not in self._derivatives:
            scale = self.half[axis] ** -k
            self._derivatives[axis, k] = scale * differentiation(self.points[axis], k)
        return self._derivatives[axis, k]

    def jet(
        self, order: MultiIndex, values: Tensor, rows: Sequence[np.ndarray] | None = None
    ) -> Tensor:
        """A derivative of a field from its values, at the nodes or at `rows` of each axis."""
        matrices = [self.derivative(axis, k) if k else None for axis, k in enumerate(order)]
        if rows is None:
            return contract(matrices, values)
        kept = [r if m is None else slice(None) for m, r in zip(matrices, rows, strict=True)]
        for axis, index in enumerate(kept):
            values = values[(slice(None),) * axis + (index,)]
        return contract(
            [None if m is None else m[r] for m, r in zip(matrices, rows, strict=True)], values
        )

    @cached_property
    def layers(self) -> list[list[tuple[int, Side]]]:
        """For each axis, the layers of nodes that conditions take: (index, condition)."""
        taken: list[list[tuple[int, Side]]] = []
        for axis, n in enumerate(self.points):
            free = sorted(range(n), key=lambda i, n=n: min(i, n - 1 - i))  # type: ignore[misc]
            mine = [side for side in self.statement.sides if side.axis == axis]
            index: dict[Side, int] = {}
            for side in mine:
                face = n - 1 if side.upper else 0
                if face in free:
                    free.remove(face)
                    index[side] = face
            index |= {side: free.pop(0) for side in mine if side not in index}
            taken.append([(index[side], side) for side in mine])
        return taken

    @cached_property
    def kept(self) -> list[Int[np.ndarray, " k"]]:
        """For each axis, the nodes that no condition takes."""
        return [
            np.setdiff1d(np.arange(n), [i for i, _ in layer])
            for n, layer in zip(self.points, self.layers, strict=True)
        ]

    @cached_property
    def rows(self) -> list[Rows]:
        """Every row of the system: those of the equation, then those of each condition."""
        owner = np.full(self.points, -1)
        place = np.indices(self.points).reshape(len(self.points), -1)
        for side in self.statement.sides:
            axis = side.axis
            index = next(i for i, other in self.layers[axis] if other is side)
            here = (slice(None),) * axis + (slice(index, index + 1),)
            free = owner[here] < 0
            owner[here] = np.where(free, side.condition, owner[here])
            at = place[axis].reshape(self.points)
            at[here] = np.where(free, self.points[axis] - 1 if side.upper else 0, at[here])
        whole = [self.statement.equation, *self.statement.conditions]
        return [
            Rows(e, np.flatnonzero(owner.ravel() == i), place[:, owner.ravel() == i])
            for i, e in enumerate(whole, start=-1)
        ]

    def coordinates(self, place: Int[np.ndarray, "d r"]) -> dict[str, Float[np.ndarray, " r"]]:
        """Coordinates by axis name of nodes given by their indices."""
        axes = self.statement.problem.domain.axes
        return {a: x[i] for a, x, i in zip(axes, self.x, place, strict=True)}


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows that carry one residual: their numbers, and the node each is evaluated at."""

    equation: Equation
    numbers: Int[np.ndarray, " r"]
    place: Int[np.ndarray, "d r"]


def contract(matrices: Sequence[np.ndarray | None], tensor: np.ndarray) -> np.ndarray:
    """Return (M_1 ⊗ … ⊗ M_d) applied to a tensor, one matrix an axis; None leaves an axis as is."""
    for axis, matrix in enumerate(matrices):
        if matrix is None:
            continue
        shape = tensor.shape
        if axis == len(shape) - 1:
            tensor = tensor.reshape(-1, shape[-1]) @ matrix.T
        else:
            tensor = matrix @ tensor.reshape(*shape[: axis + 1], -1)
        tensor = tensor.reshape(*shape[:axis], len(matrix), *shape[axis + 1 :])
    return tensor


def interpolated(values: Tensor, at: Float[np.ndarray, "p d"]) -> Float[np.ndarray, " p"]:
    """Return the polynomial through values at the nodes, at points of [-1, 1]^d.

    Points on few lines along each axis, such as those of a grid, cost least.
    """
    lines = [np.unique(c, return_inverse=True) for c in at.T]
    matrices = [interpolation(c, n) for (c, _), n in zip(lines, values.shape, strict=True)]
    if np.prod([len(c) for c, _ in lines]) <= 4 * len(at):  # points of a grid
        return contract(matrices, values)[tuple(i for _, i in lines)]
    rows = (matrices[0] @ values.reshape(len(values), -1))[lines[0][1]]
    for matrix, (_, index) in zip(matrices[1:], lines[1:], strict=True):
        rows = np.einsum("pj,pjk->pk", matrix[index], rows.reshape(len(at), matrix.shape[1], -1))
    return rows[:, 0]
