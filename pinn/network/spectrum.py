"""How fast what is known oscillates along each axis: the source, and the data of conditions.

Data are looked at where they are given only, on their faces.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from pinn.forward.statements import Statement
from sciml.domain import Box
from sciml.problem import BOUNDARY, Problem

SAMPLES = 2048
"""points along a line"""
LINES = 6
"""random lines along each axis"""
ENERGY = 0.99
"""share of the energy of a line that its spectrum holds"""


def spectrum(
    problem: Problem, statements: Sequence[Statement], theta: Any, seed: int
) -> Float[np.ndarray, " d"]:
    """Return the frequency along each axis below which what is known has most of its energy.

    Radians per half length of the axis; 0 where nothing varies.
    """
    axes, bounds = problem.domain.axes, np.array(problem.domain.bounding_box)
    rng = np.random.default_rng([seed, 7])
    found = np.zeros(len(axes))
    for statement in statements:
        known = jax.jit(jax.vmap(lambda p, s=statement: _known(s, axes, p, theta)))
        for face in _faces(problem, statement):
            name, _, side = face.partition(":")
            for a in range(len(axes)):
                if name == axes[a]:
                    continue
                for _ in range(LINES):
                    points = np.repeat(rng.uniform(*bounds.T)[None], SAMPLES, axis=0)
                    points[:, a] = np.linspace(float(bounds[a, 0]), float(bounds[a, 1]), SAMPLES)
                    if name:
                        b = axes.index(name)
                        points[:, b] = bounds[b, int(side == "upper")]
                    inside = np.asarray(problem.domain.contains(points), bool)
                    values = np.asarray(known(jnp.asarray(points)))
                    for column in np.where(inside[:, None], values, 0.0).T:
                        found[a] = max(found[a], bandwidth(column))
    return found


def _faces(problem: Problem, statement: Statement) -> list[str]:
    """Faces of a box on which a statement holds; "" for the inside."""
    if not statement.faces:
        return [""]
    if not isinstance(problem.domain, Box):
        return []
    every = [f"{axis}:{side}" for axis in problem.domain.axes for side in ("lower", "upper")]
    return [f for face in statement.faces for f in (every if face == BOUNDARY else [face])]


def _known(statement: Statement, axes: tuple[str, ...], point: Any, theta: Any) -> Any:
    zero = dict.fromkeys(statement.read, jnp.zeros(()))
    return statement.residual(zero, {a: point[i] for i, a in enumerate(axes)}, theta)


def bandwidth(values: Float[np.ndarray, " n"]) -> float:
    """Return the frequency, radians per half length, below which a line has most of its energy.

    The straight line through the ends is taken off and a window is laid over the rest, so that
    ends that do not meet look smooth.
    """
    n = len(values)
    size = float(np.max(np.abs(values)))
    if not np.isfinite(size) or size == 0.0:
        return 0.0
    values = values / size
    rest = (values - np.linspace(values[0], values[-1], n)) * np.hanning(n)
    energy = np.abs(np.fft.rfft(rest)) ** 2
    total = float(np.sum(energy))
    if total < 1e-12 * n**2:
        return 0.0
    return float(np.pi * np.searchsorted(np.cumsum(energy), ENERGY * total))
