"""One round of training: fifty steps on points drawn anew, compiled once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from pinn.network import points, spring, weights
from pinn.network.rows import Batch, Rows
from pinn.network.settings import ROUND, Config
from pinn.network.setup import Setup
from pinn.network.spring import Search
from sciml.parallel import shard

Round = Callable[..., Search]
"""(search, key, candidates [m, d], chances [m], emphasis [g], causal weights [b]) -> search"""


def face_count(config: Config) -> int:
    """Return how many points of a face each step uses."""
    return max(8, config.points // 8)


def draw(
    setup: Setup,
    key: Array,
    inner: Float[Array, "m d"],
    chances: Float[Array, " m"],
    emphasis: Float[Array, " g"],
    early: Float[Array, " b"],
) -> Batch:
    """Return the points and weights of one step, spread over the devices."""
    config = setup.config
    keys = jax.random.split(key, 1 + len(setup.soft))
    if config.sampling == "sobol":
        here = inner[: points.FIXED * config.points]
    else:
        here, _ = points.drawn(keys[0], inner, chances, config.points)
    batch = [(shard(here), emphasis[0] * early[weights.slices(scaled_times(setup, here))])]
    for g, faces in enumerate(setup.face_pools, 1):
        even = jnp.full(len(faces), 1 / len(faces))
        there, _ = points.drawn(
            keys[g], jnp.asarray(faces), even, min(face_count(config), len(faces))
        )
        batch.append((shard(there), jnp.full(len(there), emphasis[g])))
    return tuple(batch)


def scaled_times(setup: Setup, here: Float[Array, "n d"]) -> Float[Array, " n"]:
    """Return the time of points in [0, 1] (0 where nothing evolves)."""
    if setup.time is None:
        return jnp.zeros(len(here))
    axis, lower, upper = setup.time
    return (here[:, axis] - lower) / (upper - lower)


def compiled_round(setup: Setup) -> Round:
    """Return the compiled round of a setup."""
    rows = setup.rows

    @jax.jit
    def run(search: Search, key: Array, *drawn_from: Any) -> Search:
        def one(search: Search, key: Array) -> tuple[Search, None]:
            batch = draw(setup, key, *drawn_from)
            return spring.step(search, batch, rows.residual, rows.jacobian), None

        return jax.lax.scan(one, search, jax.random.split(key, ROUND))[0]

    return run


def compiled_emphasis(setup: Setup) -> Callable[[Array, Batch], Array]:
    """Return the compiled emphasis of each group for parameters and points."""
    rows, balance = setup.rows, setup.config.balance

    @jax.jit
    def emphasis(z: Float[Array, " p"], batch: Batch) -> Float[Array, " g"]:
        found = []
        for g, (here, _) in enumerate(batch):
            alone = Rows(rows.trial, (rows.groups[g],), rows.theta, rows.unravel)
            r, slopes = alone.jacobian(z, ((here, jnp.ones(len(here))),))
            found.append((slopes.T @ r, jnp.sum(slopes**2)))
        gradients, traces = (jnp.stack(part) for part in zip(*found, strict=True))
        if balance == "gradient norm":
            return weights.by_gradient(gradients)
        return weights.by_trace(traces)

    return emphasis
