"""What a solution has to meet: equation and conditions, each a residual of jets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from sciml import jet
from sciml.errors import BadProblem
from sciml.problem import Problem


@dataclass(frozen=True, eq=False)
class Statement:
    """A residual of one or several components, and the derivatives it reads.

    Attributes
    ----------
    name : "equation", "condition 1".
    residual : (values by jet name, coordinates, parameters) -> components [c].
    read : jet name -> (field, multi-index).
    components : c.
    faces : where it holds, if that is on the boundary.
    """

    name: str
    residual: Callable[[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]], Array]
    read: Mapping[str, tuple[str, jet.MultiIndex]]
    components: int
    faces: tuple[str, ...] = ()

    def linearised(self, axes: tuple[str, ...]) -> Callable[..., tuple[Array, Any]]:
        """Return a compiled (values [n] by name, points [n, d], θ) -> residuals and slopes.

        Residuals are [n, c], slopes in values [n, c] by name.
        """

        def at(values: Any, point: Array, theta: Any) -> tuple[Array, Any]:
            x = {a: point[i] for i, a in enumerate(axes)}
            return self.residual(values, x, theta), jax.jacfwd(self.residual)(values, x, theta)

        return jax.jit(jax.vmap(at, (0, 0, None)))


def statements(problem: Problem) -> list[Statement]:
    """Return the equation and the conditions of a problem.

    Raises
    ------
    BadProblem : a field that the residual never uses, a condition that does not read the solution.
    """
    equation = _statement(problem, problem.residual, "equation", ())
    used = {field for field, _ in equation.read.values()}
    for field in problem.fields:
        if field not in used:
            raise BadProblem(
                f"the residual of '{problem.name}' never uses the field '{field}'.",
                f"take '{field}' out of fields, or add its equation",
            )
    found = [equation]
    for i, condition in enumerate(problem.conditions):
        made = _statement(problem, condition.residual, f"condition {i + 1}", condition.faces)
        if not made.read:
            raise BadProblem(
                f"a condition of '{problem.name}' on {list(condition.faces)} does not read the "
                "solution.",
                "write it on the jet, for example lambda j, x, theta: j.u - 1.0",
            )
        found.append(made)
    return found


def _statement(
    problem: Problem, residual: jet.Residual, name: str, faces: tuple[str, ...]
) -> Statement:
    def flat(values: Any, x: Any, theta: Any) -> Array:
        j = values if not isinstance(values, Mapping) else jet.Jet(values)
        leaves = jax.tree.leaves(residual(j, x, theta))
        return jnp.concatenate([jnp.ravel(jnp.asarray(leaf, float)) for leaf in leaves])

    box = zip(problem.domain.axes, problem.domain.bounding_box, strict=True)
    x = {axis: 0.5 * (lower + upper) for axis, (lower, upper) in box}
    read = jet.record(flat, problem.fields, problem.domain.axes, x, problem.theta)
    ones = dict.fromkeys(read, 1.0)
    count = jax.eval_shape(flat, ones, x, dict(problem.theta)).shape[0]
    return Statement(name, flat, read, count, faces)


def is_linear(problem: Problem, found: list[Statement], seed: int = 0) -> bool:
    """Return whether every residual is affine in the jet, as far as random jets can tell."""
    rng = np.random.default_rng(seed)
    lower, upper = np.array(problem.domain.bounding_box).T
    theta = {n: jnp.asarray(v, float) for n, v in problem.theta.items()}
    for statement in found:
        points = jnp.asarray(lower + rng.random((8, len(lower))) * (upper - lower))
        at = statement.linearised(problem.domain.axes)
        slopes = []
        for _ in range(2):
            values = {name: jnp.asarray(rng.normal(size=8)) for name in statement.read}
            slopes.append(at(values, points, theta)[1])
        for name in statement.read:
            one, two = (np.asarray(s[name]) for s in slopes)
            if not np.allclose(one, two, rtol=1e-9, atol=1e-9 * (1 + np.max(np.abs(one)))):
                return False
    return True


def theta_arrays(problem: Problem) -> dict[str, Float[Array, ""]]:
    """Return the parameters of a problem as arrays."""
    return {name: jnp.asarray(value, float) for name, value in problem.theta.items()}
