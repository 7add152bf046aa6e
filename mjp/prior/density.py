"""What is believed of the rates of existing links before any data, as a density.

The logarithms of the rates are normal about a common level μ with a common spread s, neither of
them known: μ uniform (so the unit of time does not matter), s on a grid,
    p(x) ∝ Σ_s w_s s^{1-m} exp(-Σ (x_l - mean x)² / 2 s²),   x_l = log q_l, m links
(A. Gelman et al., Bayesian Data Analysis, 3rd edition, section 5.4). Processes whose rates are all
alike and processes whose rates span decades both have density.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

SPREADS = np.geomspace(0.05, 2.5, 16)
"""standard deviations of log rates, each as probable as the next"""


def log_density(log_rates: Float[Array, "n n"], allowed: Bool[Array, "n n"]) -> Float[Array, ""]:
    """Return the log density of the log rates on the allowed links, up to a constant."""
    many = jnp.maximum(allowed.sum(), 1).astype(log_rates.dtype)
    x = jnp.where(allowed, log_rates, 0.0)
    apart = jnp.where(allowed, x - x.sum() / many, 0.0)
    spread = jnp.asarray(SPREADS, log_rates.dtype)
    each = (1 - many) * jnp.log(spread) - 0.5 * jnp.sum(apart**2) / spread**2
    return jax.nn.logsumexp(each)
