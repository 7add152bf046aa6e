"""The last layer of a linear equation, by least squares: its residual is affine in the head."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import scipy.linalg
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Bool, Float

from pinn.network.rows import Batch, Rows

TRUNCATION = 1e-12
"""singular values, relative to the largest, below which directions of the head are left alone"""


def in_head(unravel: Callable[[Array], Any], size: int) -> Bool[np.ndarray, " p"]:
    """Return which flat parameters belong to the last layer."""
    params = unravel(jnp.zeros(size))
    head = jax.tree.map(jnp.ones_like, params["head"])
    return np.asarray(ravel_pytree({**params, "head": head})[0]) > 0.5


def fitted(
    rows: Rows, z: Float[np.ndarray, " p"], batch: Batch, head: Bool[np.ndarray, " p"]
) -> Float[np.ndarray, " p"]:
    """Return the parameters with the head that minimises the residual on a batch."""
    r, slopes = rows.jacobian(jnp.asarray(z), batch)
    step = scipy.linalg.lstsq(np.asarray(slopes)[:, head], -np.asarray(r), cond=TRUNCATION)[0]
    found = np.array(z)
    found[head] += step
    return found
