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

FEWEST = 64
"""points for which a statement is compiled, at least"""

Linearised = Callable[..., tuple[np.ndarray, dict[str, np.ndarray]]]
"""(values [n] by name, points [n, d], θ) -> residuals [n, c], slopes [n, c] by name"""


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

    def linearised(self, axes: tuple[str, ...]) -> Linearised:
        """Return a compiled (values [n] by name, points [n, d], θ) -> residuals and slopes.

        Residuals are [n, c], slopes in values [n, c] by name. Points are filled up to a power of
        two, so that few numbers of them are compiled.
        """

        def at(values: Any, point: Array, theta: Any) -> tuple[Array, Any]:
            x = {a: point[i] for i, a in enumerate(axes)}
            return self.residual(values, x, theta), jax.jacfwd(self.residual)(values, x, theta)

        compiled = jax.jit(jax.vmap(at, (0, 0, None)))

        def linear(
            values: Mapping[str, np.ndarray], points: np.ndarray, theta: Mapping[str, Any]
        ) -> tuple[np.ndarray, dict[str, np.ndarray]]:
            count = len(points)
            more = max(FEWEST, 1 << (count - 1).bit_length()) - count
            filled = {k: np.concatenate([v, np.repeat(v[-1:], more)]) for k, v in values.items()}
            at_points = np.concatenate([points, np.repeat(points[-1:], more, axis=0)])
            found, slopes = compiled(filled, at_points, dict(theta))
            return np.asarray(found)[:count], {k: np.asarray(v)[:count] for k, v in slopes.items()}

        return linear


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


def is_linear(
    problem: Problem, found: list[Statement], linearised: list[Linearised], seed: int = 0
) -> bool:
    """Return whether every residual is affine in the jet, as far as random jets can tell."""
    rng = np.random.default_rng(seed)
    lower, upper = np.array(problem.domain.bounding_box).T
    theta = theta_arrays(problem)
    for statement, linear in zip(found, linearised, strict=True):
        points = lower + rng.random((8, len(lower))) * (upper - lower)
        slopes = []
        for _ in range(2):
            values = {name: rng.normal(size=8) for name in statement.read}
            slopes.append(linear(values, points, theta)[1])
        for name in statement.read:
            one, two = (s[name] for s in slopes)
            if not np.allclose(one, two, rtol=1e-9, atol=1e-9 * (1 + np.max(np.abs(one)))):
                return False
    return True


def theta_arrays(problem: Problem) -> dict[str, Float[Array, ""]]:
    """Return the parameters of a problem as arrays."""
    return {name: jnp.asarray(value, float) for name, value in problem.theta.items()}
