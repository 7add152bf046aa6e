"""A problem on a box in the coordinates of its axes: values on tensor grids, lift, projection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from gp_solver.boxes.axis import Axis
from gp_solver.boxes.faces import Face
from gp_solver.equation import Equation, Traits
from gp_solver.interpolant import Interpolant, on_grid
from sciml import kron
from sciml.jet import MultiIndex
from sciml.problem import Problem

Tensor = Float[np.ndarray, "..."]
Grids = Sequence[Float[np.ndarray, "_"]]


@dataclass(frozen=True, eq=False)
class System:
    """A problem and the functions in which its solution is sought.

    Attributes
    ----------
    problem : what is solved; one field on a finite box.
    equation, like : its residual, and whether that is linear, with constant coefficients.
    faces : the conditions, as functionals along one axis each.
    axes : the functions along each axis.
    sampled : the functions known on a grid only, made continuous.
    """

    problem: Problem
    equation: Equation
    like: Traits
    faces: tuple[Face, ...]
    axes: tuple[Axis, ...]
    sampled: Mapping[str, Interpolant]

    @property
    def shape(self) -> tuple[int, ...]:
        """Numbers of trials along the axes: the unknowns."""
        return tuple(axis.trials for axis in self.axes)

    @cached_property
    def nodes(self) -> list[np.ndarray]:
        """Gauss points along the axes."""
        return [axis.nodes for axis in self.axes]

    @cached_property
    def weighted_tests(self) -> list[np.ndarray]:
        """Tests times quadrature weights at the nodes, [q, n] along each axis."""
        return [axis.weights[:, None] * axis.tests for axis in self.axes]

    @cached_property
    def trials(self) -> list[list[Array]]:
        """Derivatives of the trials at the nodes, on the device: one list an axis."""
        return [[jnp.asarray(t[:, a.lifts :]) for t in a.table] for a in self.axes]

    def interior(self, tensor: Tensor) -> Tensor:
        """Return the coefficients of the trials among those of all functions (a view)."""
        return tensor[tuple(slice(axis.lifts, None) for axis in self.axes)]

    def project(self, samples: Tensor) -> Tensor:
        """Return ⟨tests, samples⟩ of a function known at the nodes."""
        return np.asarray(kron.apply_transposed(self.weighted_tests, samples))

    def source(self, grids: Grids) -> Tensor:
        """Return f, minus the residual of u = 0, on a tensor grid."""
        x = coordinates(self.problem, grids)
        found = self.equation.source(x, self.samples(grids))
        return found.reshape([len(g) for g in grids])

    def samples(self, grids: Grids) -> dict[str, np.ndarray]:
        """Return the sampled functions on a tensor grid, flat."""
        return on_grid(self.sampled, grids)

    def jet(
        self, tensor: Tensor, tables: Sequence[Sequence[np.ndarray]]
    ) -> dict[str, Float[np.ndarray, " n"]]:
        """Return the derivatives that the equation reads, flat, on the tables' tensor grid."""
        return {
            name: derivative(tensor, tables, self.equation.order(name)).ravel()
            for name in self.equation.names
        }


def highest_orders(equation: Equation) -> tuple[int, ...]:
    """Return the highest order of derivative along each axis."""
    orders = [equation.order(name) for name in equation.names]
    return tuple(max(o[a] for o in orders) for a in range(equation.problem.dimension))


def coordinates(problem: Problem, grids: Grids) -> dict[str, Float[np.ndarray, " n"]]:
    """Return the coordinates of a tensor grid's points, flat, by axis name."""
    mesh = np.meshgrid(*grids, indexing="ij")
    return {
        a: np.ascontiguousarray(m).ravel() for a, m in zip(problem.domain.axes, mesh, strict=True)
    }


def derivative(tensor: Tensor, tables: Sequence[Sequence[np.ndarray]], order: MultiIndex) -> Tensor:
    """Return one derivative of a field on a tensor grid."""
    return np.asarray(kron.apply([t[o] for t, o in zip(tables, order, strict=True)], tensor))


def lift(system: System, start: Tensor | None = None) -> Tensor:
    """Return coefficients of a field that meets every condition, built axis by axis.

    With a `start` (a solution whose conditions are met up to rounding), what it lacks is added.

    Along each axis the lifts take up what the conditions there still lack (a transfinite
    interpolation, W. J. Gordon and C. A. Hall, Numer. Math. 21, 109 (1973)).
    """
    shape = [axis.size for axis in system.axes]
    tensor = np.zeros(shape) if start is None else start.copy()
    for a, axis in enumerate(system.axes):
        mine = [face for face in system.faces if face.axis == a]
        for i, face in enumerate(mine):
            wanted = _fitted(system, face)
            row = face.functional.of(axis.features) @ axis.coefficients
            held = np.tensordot(row, tensor, axes=(0, a))
            missing = wanted - held
            index: list[slice | int] = [slice(None)] * len(system.axes)
            index[a] = i
            tensor[tuple(index)] += missing
    return tensor


def _fitted(system: System, face: Face) -> Tensor:
    """The data of a condition as coefficients along the other axes."""
    others = [axis for b, axis in enumerate(system.axes) if b != face.axis]
    samples = face_data(system, face, [axis.nodes for axis in others])
    for b, axis in enumerate(others):
        samples = np.moveaxis(axis.fit(np.moveaxis(samples, b, 0)), 0, b)
    return samples


def face_data(system: System, face: Face, others: Grids) -> Tensor:
    """Return the data of a condition on a tensor grid of the face's own axes."""
    grids = [*others[: face.axis], np.array([face.position]), *others[face.axis :]]
    x = coordinates(system.problem, grids)
    found = face.data(x, system.samples(grids))
    return found.reshape([len(g) for g in others])
