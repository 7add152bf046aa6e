"""What a residual is like: linear or not, with constant coefficients or not; and its values.

Nothing is declared. The residual of a problem or of one of its conditions is evaluated and
linearised at random jets and points: coefficients that do not change with the jet make it linear,
those that do not change with the point make them constant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from sciml import jet
from sciml.errors import BadProblem
from sciml.jet import MultiIndex
from sciml.problem import Problem

Values = Mapping[str, Float[np.ndarray, " n"]]
"""numbers by name (of a derivative, an axis or a sampled function), one for each point"""

SIZES = (256, 4096, 65536)
"""numbers of points that are evaluated at once: few shapes, few compilations"""
PROBES = 64
SAME = 1e-12
"""relative difference below which two coefficients are equal"""


@dataclass(frozen=True, eq=False)
class Equation:
    """A residual with the derivatives it reads, evaluated on arrays of points.

    Attributes
    ----------
    problem : whose fields, axes and parameters it reads.
    residual : the residual, of the problem or of a condition.
    derivatives : jet name -> (field, multi-index).
    """

    problem: Problem
    residual: jet.Residual
    derivatives: Mapping[str, tuple[str, MultiIndex]]

    @property
    def names(self) -> tuple[str, ...]:
        """Jet names that the residual reads."""
        return tuple(self.derivatives)

    def order(self, name: str) -> MultiIndex:
        """The multi-index of a derivative."""
        return self.derivatives[name][1]

    def _ordered(self, x: Mapping[str, Any]) -> dict[str, Any]:
        """The coordinates in the order of the domain's axes (JAX sorts dictionaries by key)."""
        return {axis: x[axis] for axis in self.problem.domain.axes}

    @cached_property
    def _value(self) -> Any:
        def one(values: Any, x: Any, sampled: Any, theta: Any) -> Any:
            found = self.residual(jet.Jet(values), self._ordered(x), {**theta, **sampled})
            return jnp.asarray(found, float)

        return jax.jit(jax.vmap(one, in_axes=(0, 0, 0, None)))

    @cached_property
    def _slope(self) -> Any:
        def one(values: Any, x: Any, sampled: Any, theta: Any) -> Any:
            return jet.linearise(self.residual, values, self._ordered(x), {**theta, **sampled})

        return jax.jit(jax.vmap(one, in_axes=(0, 0, 0, None)))

    def at(self, values: Values, x: Values, sampled: Values, theta: Any = None) -> np.ndarray:
        """Return the residual [n] at jet values [n] and points [n]."""
        theta = dict(self.problem.theta) if theta is None else theta
        if len(next(iter(x.values()))) <= SIZES[0]:  # compiled already, where linearity was seen
            return _chunked(self._slope, values, x, sampled, theta)[0]
        return _chunked(self._value, values, x, sampled, theta)

    def linearised(
        self, values: Values, x: Values, sampled: Values, theta: Any = None
    ) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Return the residual [n] and its derivative in every jet value, name -> [n]."""
        theta = dict(self.problem.theta) if theta is None else theta
        return _chunked(self._slope, values, x, sampled, theta)

    def source(self, x: Values, sampled: Values) -> np.ndarray:
        """Return f [n] where the residual is L u - f: minus the residual of u = 0."""
        zero = dict.fromkeys(self.names, np.zeros(len(next(iter(x.values())))))
        return -self.at(zero, x, sampled)


def equation(problem: Problem, residual: jet.Residual | None = None) -> Equation:
    """Return the equation of a problem, or of a residual on it such as a condition's."""
    residual = problem.residual if residual is None else residual
    return Equation(problem, residual, problem.derivatives_of(residual))


def _chunked(function: Any, values: Values, x: Values, sampled: Values, theta: Any) -> Any:
    """A vectorised function on any number of points, in pieces of the few allowed sizes."""
    count = len(next(iter(x.values())))
    size = next((s for s in SIZES if s >= count), SIZES[-1])
    arguments = {"values": dict(values), "x": dict(x), "sampled": dict(sampled)}
    pieces = []
    for start in range(0, count, size):
        part = jax.tree.map(lambda a, s=start: _padded(a[s : s + size], size), arguments)
        found = function(part["values"], part["x"], part["sampled"], theta)
        pieces.append(jax.tree.map(np.asarray, found))
    return jax.tree.map(lambda *parts: np.concatenate(parts)[:count], *pieces)


def _padded(array: np.ndarray, size: int) -> np.ndarray:
    missing = size - len(array)
    return np.concatenate([array, np.repeat(array[-1:], missing)]) if missing else array


@dataclass(frozen=True)
class Traits:
    """What an equation is like.

    Attributes
    ----------
    linear : the residual is affine in the jet.
    constant : its coefficients do not depend on the point (only meaningful if linear).
    coefficients : jet name -> mean coefficient over the box, at a zero jet.
    varies : jet name -> axes on which its coefficient depends (empty if constant).
    """

    linear: bool
    constant: bool
    coefficients: Mapping[str, float]
    varies: Mapping[str, tuple[str, ...]]


def traits(
    equation: Equation,
    sampled: Mapping[str, float] | None = None,
    *,
    face: tuple[int, float] | None = None,
) -> Traits:
    """Return what an equation is like, judged at random jets and points inside the box.

    With a `face`, (axis, position), the points lie on that face.

    Raises
    ------
    BadProblem : the residual is not finite there.
    """
    problem, rng = equation.problem, np.random.default_rng(0)
    axes = problem.domain.axes
    box = np.array(problem.domain.bounding_box)
    points = box[:, 0] + (box[:, 1] - box[:, 0]) * rng.uniform(0.02, 0.98, (PROBES, len(axes)))
    points = np.concatenate([points, *(_moved(points, i, box, rng) for i in range(len(axes)))])
    if face is not None:
        points[:, face[0]] = face[1]
    x = {a: np.ascontiguousarray(points[:, i]) for i, a in enumerate(axes)}
    known = {name: np.full(len(points), value) for name, value in (sampled or {}).items()}
    jets = [
        {n: scale * rng.standard_normal(len(points)) for n in equation.names}
        for scale in (0.0, 1.0, 3.0)
    ]
    found = [equation.linearised(values, x, known) for values in jets]
    for value, slopes in found:
        if not all(np.all(np.isfinite(v)) for v in (value, *slopes.values())):
            where = points[int(np.argmin(np.isfinite(value)))]
            raise BadProblem(
                f"the residual of '{problem.name}' is not finite at "
                f"{', '.join(f'{a} = {c:g}' for a, c in zip(axes, where, strict=True))}.",
                "check its source and coefficients: no NaN, no division by zero inside the box",
            )
    linear, varies = True, {}
    for name in equation.names:
        reference = found[0][1][name]
        size = max(np.max(np.abs(s[name])) for _, s in found) + np.finfo(float).tiny
        linear &= all(np.max(np.abs(s[name] - reference)) <= SAME * size for _, s in found[1:])
        groups = reference.reshape(1 + len(axes), PROBES)
        moved = np.max(np.abs(groups[1:] - groups[0]), axis=1) > SAME * size
        varies[name] = tuple(a for a, m in zip(axes, moved, strict=True) if m)
    means = {name: float(np.mean(found[0][1][name])) for name in equation.names}
    return Traits(linear, linear and not any(varies.values()), means, varies)


def _moved(points: np.ndarray, axis: int, box: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same points with one coordinate drawn anew."""
    moved = points.copy()
    lower, upper = box[axis]
    moved[:, axis] = lower + (upper - lower) * rng.uniform(0.02, 0.98, len(points))
    return moved
