"""From a reference solver to the `energies` and `wavefunctions` that a problem carries."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypedDict

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from problems.reference import transfer_matrix
from problems.reference.bound_states import BoundStates
from problems.reference.layers import Layers
from sciml.domain import Box
from sciml.problem import EigenProblem

Values = Float[Array | np.ndarray, "*n"]
"""numpy or JAX array of any shape: what a potential takes and returns"""


class Known(TypedDict):
    """The two fields of an `EigenProblem` that hold its known answer."""

    energies: Callable[[int], np.ndarray]
    wavefunctions: Callable[[np.ndarray, int], np.ndarray]


def known(solve: Callable[[int], BoundStates]) -> Known:
    """Return `energies` and `wavefunctions` that call a reference solver once for each k.

    Both hold fewer than k states where fewer are bound.
    """
    solved = functools.lru_cache(maxsize=8)(solve)

    def energies(k: int) -> Float[np.ndarray, " k"]:
        return np.array(solved(k).energies)

    def wavefunctions(points: Float[np.ndarray, "n 1"], k: int) -> Float[np.ndarray, "n k"]:
        return solved(k).wavefunctions(np.asarray(points, float)[:, 0])

    return Known(energies=energies, wavefunctions=wavefunctions)


def layered(name: str, layers: Layers, *, states: int, citation: str) -> EigenProblem:
    """Return the problem of a potential of constant pieces, solved by the transfer matrix.

    The domain ends at the hard walls and is unbounded where V goes on; jumps are the breaks at
    which V changes. No more states are asked by default than are bound.
    """
    left, right = layers.outside
    values, breaks = list(layers.values), list(layers.breaks)
    low, high = breaks[0], breaks[-1]
    if not np.isinf(left):
        values, low = [left, *values], -np.inf
    else:
        breaks = breaks[1:]
    if not np.isinf(right):
        values, high = [*values, right], np.inf
    else:
        breaks = breaks[:-1]

    def potential(x: Values) -> Values:
        v = jnp.full_like(x, values[0])
        for start, value in zip(breaks, values[1:], strict=True):
            v = jnp.where(x > start, value, v)
        return v

    if not np.isinf(layers.continuum):
        states = min(states, max(1, transfer_matrix.count_below(layers, layers.continuum)))
    return EigenProblem(
        name=name,
        domain=Box({"x": (low, high)}),
        potential=potential,
        kinetic=layers.kinetic,
        states=states,
        jumps=tuple(c for c, v, w in zip(breaks, values[:-1], values[1:], strict=True) if v != w),
        deltas=layers.deltas,
        citation=citation,
        **known(lambda k: transfer_matrix.bound_states(layers, k)),
    )
