"""The posterior of a level as a field with draws, as wide as what was left over says."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from gp_solver.field import Field
from gp_solver.scattered.given import Given
from gp_solver.scattered.level import Level
from gp_solver.scattered.points import fresh
from gp_solver.scattered.regression import Posterior, Prior, posterior, under

DRAWS, PILOTS, PROBES = 128, 8, 200
"""draws; draws that show how wide the posterior is, and points at which they do"""
AMPLE = 1e3
"""width of a draw's coefficients relative to its values, at most"""
ROUNDING, ROUNDED = 1e-14, 1e-13
"""relative size of what rounding leaves of a solution, and of a row, in any case"""
TINY = np.finfo(float).tiny


def bands(found: Given, level: Level, *, seed: int) -> tuple[Field, Float[np.ndarray, " p"]]:
    """Return the posterior of the fields, and the standard deviations of the parameters.

    The residual at fresh points is taken for noise of that size in exact data. Noise that was
    estimated makes the posterior one of Student, whose deviations are larger.
    """
    known, widening = _final(found, level, seed), _widening(level)
    boundary = [v for name, v in level.left.items() if not name.startswith("equation")]
    floor = (ROUNDING + max(boundary, default=0.0)) * level.size
    field = _field(level, widening * known.draws(DRAWS, seed), floor)
    return field, widening * known.deviations(len(level.space.parameters))


def _final(found: Given, level: Level, seed: int) -> Posterior:
    """The posterior with exact data as exact as they were met, under a prior that is not too wide.

    Outside of the domain, and where functions nearly cancel, coefficients are as wide as the prior:
    in single precision draws of them would drown what is inside. A prior that is far wider than
    the solution's own deviations does as well.
    """
    known, points = level.posterior, fresh(found.problem, PROBES, seed=1)
    met = max(level.worst, ROUNDED) / level.exact if not found.is_noisy else 1.0
    if found.is_noisy and level.worst > level.exact:
        factors = {name: max(left / level.exact, 1.0) for name, left in level.left.items()}
        blocks = [replace(b, noise=b.noise * factors.get(b.name, 1.0)) for b in level.blocks]
        known = posterior(blocks, Prior(level.prior.mean - level.z, level.prior.variance))
    pilots = [level.space.values(draw, points) for draw in known.draws(PILOTS, seed)]
    spread = float(np.median(np.abs(pilots)))
    spread *= met if spread < level.size else 1.0  # what is open stays as wide as the prior
    variance = level.prior.variance.copy()
    free = slice(0, len(variance) - len(level.space.parameters))
    ample = (AMPLE * spread) ** 2 * found.volume
    variance[free] = np.minimum(variance[free], max(ample, TINY))
    rescaled = replace(known, data=known.data / met)
    return under(rescaled, Prior(np.zeros(len(variance)), variance))


def _widening(level: Level) -> float:
    """Deviation of Student's distribution, due to estimated noise, over the normal one's."""
    freedom = max(min(level.freedom.values(), default=math.inf), 3.0)
    return math.sqrt(freedom / (freedom - 2)) if math.isfinite(freedom) else 1.0


def _field(level: Level, draws: Float[np.ndarray, "s m"], floor: float) -> Field:
    """The posterior as coefficients of products of functions along the axes."""
    space = level.space
    means = [space.split(level.z, name) for name in space.problem.fields]
    spreads = [space.split(draws, name) for name in space.problem.fields]
    return Field(
        space.bases,
        np.stack([tensor for tensor, _ in means]),
        np.stack([tensor for tensor, _ in spreads], axis=1).astype(np.float32),
        np.stack([extra for _, extra in means]),
        np.stack([extra for _, extra in spreads], axis=1).astype(np.float32),
        floor,
    )
