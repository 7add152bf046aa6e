"""How fast what is known oscillates along each axis: the source, and the data of conditions.

Data are looked at where they are given only, on their faces.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from pinn.forward.statements import Statement
from pinn.network.hard import faces
from sciml.domain import Box
from sciml.problem import Problem

SAMPLES = 2048
"""points along a line"""
LINES = 6
"""random lines along each axis, of every statement"""
WAVES = SAMPLES // 5
"""waves along a line up to which a spectrum is looked at: beyond it is that of rounding"""
ROUNDING = 1e-9
"""energy beyond `WAVES`, relative, of a line that is resolved"""
ENERGY = 0.99
"""share of the energy that a bandwidth holds"""


def densities(
    problem: Problem, statements: Sequence[Statement], theta: Any, seed: int
) -> Float[np.ndarray, "d w"]:
    """Return the share of each number of waves (0, 1, …) along each axis in what is known.

    The largest share over source and conditions, scaled to add up to 1; all at 0 waves where
    nothing varies. n waves along an axis are πn radians per half length.
    """
    axes, bounds = problem.domain.axes, np.array(problem.domain.bounding_box)
    rng = np.random.default_rng([seed, 7])
    found = np.zeros((len(axes), WAVES))
    for statement in statements:
        known = jax.jit(jax.vmap(lambda p, s=statement: _known(s, axes, p, theta)))
        where = [""] if not statement.faces else faces(problem, statement)
        for a in range(len(axes)):
            total = np.zeros(WAVES)
            for face in where:
                name, _, side = face.partition(":")
                if name == axes[a] or (face and not isinstance(problem.domain, Box)):
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
                        total += energies(column)
            if np.any(total):
                found[a] = np.maximum(found[a], total / np.sum(total))
    found[:, 0] = np.where(np.any(found, axis=1), found[:, 0], 1.0)
    return found / np.sum(found, axis=1, keepdims=True)


def bandwidth(density: Float[np.ndarray, " w"]) -> int:
    """Return how many waves hold most of the energy."""
    return int(np.searchsorted(np.cumsum(density), ENERGY))


def _known(statement: Statement, axes: tuple[str, ...], point: Array, theta: Any) -> Array:
    zero = dict.fromkeys(statement.read, jnp.zeros(()))
    return statement.residual(zero, {a: point[i] for i, a in enumerate(axes)}, theta)


def energies(values: Float[np.ndarray, " n"]) -> Float[np.ndarray, " w"]:
    """Return the energy of each number of waves along a line; zero where that is rounding.

    The straight line through the ends is taken off and a window is laid over the rest, so that
    ends that do not meet look smooth.
    """
    n = len(values)
    size = float(np.max(np.abs(values)))
    if not np.isfinite(size) or size == 0.0:
        return np.zeros(WAVES)
    straight = np.linspace(float(values[0]), float(values[-1]), n)
    energy = np.abs(np.fft.rfft((values - straight) * np.hanning(n))) ** 2
    resolved = np.sum(energy[WAVES:]) < ROUNDING * np.sum(energy) and np.sum(energy) > (
        1e-20 * (n * size) ** 2
    )
    return energy[:WAVES] if resolved else np.zeros(WAVES)
