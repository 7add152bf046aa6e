"""Trial states of a network: the boundary factor times its outputs, or times its last layer."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array

from pinn.ansatz import Ansatz
from pinn.setting import Sampler, sampler
from sciml import nets


@lru_cache(maxsize=32)
def network_of(ansatz: Ansatz, width: int, depth: int, states: int) -> nets.Network:
    """Return the network of a setting: features in, one output a state."""
    return nets.mlp(ansatz.inputs, (width,) * depth, states)


@lru_cache(maxsize=32)
def trial_sampler(ansatz: Ansatz, network: nets.Network) -> Sampler:
    """Return the sampler of the trial states ψ = factor · network(features)."""
    return sampler(lambda params, x: ansatz.factor(x) * network.apply(params, ansatz.features(x)))


@lru_cache(maxsize=32)
def span_sampler(ansatz: Ansatz, network: nets.Network) -> Sampler:
    """Return the sampler of factor · [last-layer features, 1]."""

    def basis(params: Any, x: Array) -> Array:
        return ansatz.factor(x) * jnp.append(network.hidden(params, ansatz.features(x)), 1.0)

    return sampler(basis)
