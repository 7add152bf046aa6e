"""The prior density of log rates against numerical integration."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from scipy.integrate import quad
from scipy.special import logsumexp
from scipy.stats import norm

from mjp.prior.density import SPREADS, log_density

ALLOWED = np.array([[0, 1, 1], [0, 0, 1], [1, 0, 0]], bool)


def by_quadrature(x: np.ndarray) -> float:
    def one(spread: float) -> float:
        at_mean = norm.logpdf(x, x.mean(), spread).sum()
        reach = 12 * spread
        level, _ = quad(
            lambda mu: np.exp(norm.logpdf(x, mu, spread).sum() - at_mean),
            x.mean() - reach,
            x.mean() + reach,
        )
        return float(np.log(level) + at_mean)

    return float(logsumexp([one(s) for s in SPREADS]))


def test_the_level_is_integrated_out() -> None:
    one, other = np.array([0.1, -0.4, 1.0, 0.3]), np.array([2.0, -2.0, 1.0, 0.0])
    exact = by_quadrature(one) - by_quadrature(other)
    tables = []
    for x in (one, other):
        table = np.full((3, 3), 7.0)
        table[ALLOWED] = x
        tables.append(float(log_density(jnp.array(table, jnp.float32), ALLOWED)))
    np.testing.assert_allclose(tables[0] - tables[1], exact, rtol=1e-4)


def test_the_unit_of_time_does_not_matter() -> None:
    table = jnp.array(np.random.default_rng(0).normal(size=(3, 3)), jnp.float32)
    np.testing.assert_allclose(
        log_density(table, ALLOWED), log_density(table + 3.0, ALLOWED), rtol=1e-5
    )
