"""Networks: shapes, determinism, precision, and that the head is linear."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sciml.nets import mlp
from sciml.precision import float64


@pytest.fixture
def network():
    return mlp(2, (16, 8), 3, first_scale=4.0)


def test_apply_is_the_head_of_hidden(network):
    with float64():
        params = network.init(jax.random.key(0))
        x = jnp.array([0.3, -0.2])
        features = network.hidden(params, x)
        assert features.shape == (8,)
        assert features.dtype == jnp.float64
        head = params["head"]
        np.testing.assert_allclose(
            network.apply(params, x), features @ head["kernel"] + head["bias"], rtol=1e-14
        )
        twice = {**params, "head": jax.tree.map(lambda a: 2 * a, head)}
        np.testing.assert_allclose(network.apply(twice, x), 2 * network.apply(params, x))


def test_same_key_same_network(network):
    first, second, other = (network.init(jax.random.key(k)) for k in (1, 1, 2))
    assert all(jax.tree.leaves(jax.tree.map(lambda a, b: bool(jnp.all(a == b)), first, second)))
    assert not jnp.array_equal(first["head"]["kernel"], other["head"]["kernel"])


def test_first_layer_turns_inside_the_unit_interval():
    with float64():
        params = mlp(1, (4000,), 1, first_scale=5.0).init(jax.random.key(0))
        layer = next(iter(params["hidden"].values()))
        assert abs(float(jnp.std(layer["kernel"])) - 5.0) < 0.3
        assert float(jnp.max(jnp.abs(layer["bias"]))) <= 5.0
        assert abs(float(jnp.mean(layer["bias"]))) < 0.3
        turning = -layer["bias"] / layer["kernel"][0]
        assert float(jnp.mean(jnp.abs(turning) < 1.0)) > 0.4


def test_gradient_in_the_parameters(network):
    with float64():
        params = network.init(jax.random.key(0))
        x = jnp.array([0.3, -0.2])
        slope = jax.grad(lambda p: network.apply(p, x)[0])(params)
        ahead = {**params, "head": {**params["head"], "bias": jnp.array([1e-3, 0.0, 0.0])}}
        change = network.apply(ahead, x)[0] - network.apply(params, x)[0]
        np.testing.assert_allclose(change, 1e-3 * slope["head"]["bias"][0], rtol=1e-10)
