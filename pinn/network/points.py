"""Where the equation is asked: chances of the points of a pool, and draws from it.

The pool is a Sobol sequence. Adaptive chances are p ∝ |r| / mean |r| + 1: half of the points
follow the residual, the rest are spread evenly (C. Wu et al., Comput. Methods Appl. Mech. Eng.
403, 115671 (2023), with k = c = 1).
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from sciml.domain import Domain
from sciml.sampling import interior_points

POOL = 1 << 16
"""points of the pool"""
CANDIDATES = 1 << 13
"""points of the pool that a round looks at"""
FIXED = 4
"""times as many points where they stay the same"""


def pool(domain: Domain, seed: int) -> Float[np.ndarray, "n d"]:
    """Return all points that may be drawn."""
    return interior_points(domain, POOL, seed=seed)


def candidates(
    pool: Float[np.ndarray, "n d"], round_number: int, seed: int
) -> Float[np.ndarray, "m d"]:
    """Return the points of the pool that a round looks at."""
    rng = np.random.default_rng([seed, 13, round_number])
    return pool[rng.choice(len(pool), min(CANDIDATES, len(pool)), replace=False)]


def evenly(sizes: Float[Array, " m"]) -> Float[Array, " m"]:
    """Return equal chances."""
    return jnp.full(len(sizes), 1 / len(sizes))


def adaptive(sizes: Float[Array, " m"]) -> Float[Array, " m"]:
    """Return chances that follow the size of the residual."""
    sizes = jnp.where(jnp.isfinite(sizes), sizes, 0.0)
    mean = jnp.mean(sizes)
    chances = jnp.where(mean > 0, sizes / jnp.where(mean > 0, mean, 1.0), 0.0) + 1.0
    return chances / jnp.sum(chances)


def drawn(
    key: Array, points: Float[Array, "m d"], chances: Float[Array, " m"], count: int
) -> tuple[Float[Array, "n d"], Array]:
    """Return points drawn by their chances, one in each of equal slices, and which they are.

    Systematic sampling: the chances are laid end to end, and one point is taken from every
    stretch of length 1 / count, so that the draw is spread as evenly as the chances allow.
    """
    places = (jnp.arange(count) + jax.random.uniform(key, (count,))) / count
    which = jnp.searchsorted(jnp.cumsum(chances), places * jnp.sum(chances))
    which = jnp.minimum(which, len(points) - 1)
    return points[which], which
