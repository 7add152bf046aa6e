"""Networks as pure functions over plain pytrees; flax builds them, nothing else sees flax."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
from flax.linen.initializers import normal, uniform, variance_scaling
from jaxtyping import Array, Float

Params = Any
"""pytree of arrays"""


@dataclass(frozen=True)
class Network:
    """A network split into its hidden layers and a linear head.

    Attributes
    ----------
    init : key -> parameters {"hidden": ..., "head": {"kernel": [w, k], "bias": [k]}}.
    hidden : (parameters, inputs [i]) -> last-layer features [w].
    apply : (parameters, inputs [i]) -> outputs [k].
    """

    init: Callable[[Array], Params]
    hidden: Callable[[Params, Float[Array, " i"]], Float[Array, " w"]]
    apply: Callable[[Params, Float[Array, " i"]], Float[Array, " k"]]


class _Hidden(nn.Module):
    """Dense tanh layers; the first with a chosen scale, so that its units turn inside [-1, 1]."""

    widths: Sequence[int]
    first_scale: float

    def _symmetric(self, key: Array, shape: Sequence[int], dtype: Any) -> Array:
        """Uniform in ±first_scale."""
        spread = uniform(2 * self.first_scale, dtype)
        return spread(key, shape, dtype) - self.first_scale

    @nn.compact
    def __call__(self, x: Array) -> Array:
        dtype = jnp.result_type(float)
        for i, width in enumerate(self.widths):
            if i == 0:
                kernel, bias = normal(self.first_scale, dtype), self._symmetric
            else:
                kernel = variance_scaling(1.0, "fan_in", "normal", dtype=dtype)
                bias = normal(0.5, dtype)
            layer = nn.Dense(
                width, kernel_init=kernel, bias_init=bias, dtype=dtype, param_dtype=dtype
            )
            x = jnp.tanh(layer(x))
        return x


def mlp(inputs: int, widths: Sequence[int], outputs: int, *, first_scale: float = 1.0) -> Network:
    """Return a tanh network with a linear head, in the precision that is active.

    First-layer weights are normal with standard deviation `first_scale` and biases uniform in
    ±`first_scale`; deeper layers have variance 1 / fan-in and biases of size one half; the head
    is drawn like a deeper layer.
    """
    body = _Hidden(tuple(widths), first_scale)

    def init(key: Array) -> Params:
        body_key, head_key = jax.random.split(key)
        head = jax.random.normal(head_key, (widths[-1], outputs)) / widths[-1] ** 0.5
        hidden_params = body.init(body_key, jnp.zeros(inputs))["params"]
        return {"hidden": hidden_params, "head": {"kernel": head, "bias": jnp.zeros(outputs)}}

    def hidden(params: Params, x: Array) -> Array:
        return jnp.asarray(body.apply({"params": params["hidden"]}, x))

    def apply(params: Params, x: Array) -> Array:
        return hidden(params, x) @ params["head"]["kernel"] + params["head"]["bias"]

    return Network(init, hidden, apply)
