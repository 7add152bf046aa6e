"""Functions that a solution may contain beyond smooth ones: corner singularities, layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from sciml.jet import MultiIndex
from sciml.problem import Problem


def enrichment_at(
    problem: Problem, points: Float[np.ndarray, "n d"], order: MultiIndex | None = None
) -> Float[np.ndarray, "n e"] | None:
    """Return one derivative of a problem's enrichment functions at points, None if it has none.

    Without an `order` their values.
    """
    if not problem.enrichment:
        return None
    axes = problem.domain.axes

    def stacked(point: Float[Array, " d"]) -> Float[Array, " e"]:
        x = dict(zip(axes, point, strict=True))
        return jnp.stack([jnp.asarray(f(x), float) for f in problem.enrichment])

    function: Callable[[Any], Any] = stacked
    for axis, count in enumerate(order or ()):
        for _ in range(count):
            function = _along(function, axis)
    return np.asarray(jax.vmap(function)(jnp.asarray(points)))


def _along(function: Callable[[Any], Any], axis: int) -> Callable[[Any], Any]:
    def derivative(point: Any) -> Any:
        return jax.jvp(function, (point,), (jnp.zeros_like(point).at[axis].set(1.0),))[1]

    return derivative
