from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from mjp.counts import count
from mjp.prior.counting import counts
from mjp.prior.designs import Design, Shape
from mjp.prior.process import labels, process
from sciml.visits import from_paths

SHAPE = Shape(4, 4, 2, 3, 9)


@pytest.fixture(scope="module")
def paths():
    drawn, design = jax.jit(partial(process, shape=SHAPE))(jax.random.key(3))
    gaps = jax.random.uniform(jax.random.key(1), design.gaps.shape, minval=0.1, maxval=2.0)
    design = Design(gaps, jnp.array([[9, 5, 2], [1, 7, 9]]))
    reported, seen = jax.jit(partial(labels, shape=SHAPE))(jax.random.key(4), drawn, design)
    return reported, seen, design


def test_counts_of_visits_are_those_of_training(paths):
    reported, seen, design = paths
    trained = jax.jit(partial(counts, shape=SHAPE))(reported, seen, design)
    times = np.concatenate([np.zeros((2, 1)), np.cumsum(design.gaps, -1)], -1)
    flat = []
    for g in range(2):
        for k in range(3):
            kept = np.asarray(seen[g, k]) > 0
            flat.append((times[g][kept], np.asarray(reported[g, k])[kept]))
    found = count(from_paths(flat, "abcd"))
    for name in found._fields:
        np.testing.assert_allclose(
            getattr(found, name), getattr(trained, name), rtol=2e-3, atol=2e-3, err_msg=name
        )


def test_counts_do_not_depend_on_the_unit_of_time_or_the_order_of_paths():
    rng = np.random.default_rng(0)
    made = [(np.sort(rng.uniform(0, 9, 7)), rng.integers(0, 3, 7)) for _ in range(5)]
    one = count(from_paths(made, "abc"))
    two = count(from_paths([(t * 365.25, s) for t, s in made[::-1]], "abc"))
    for name in set(one._fields) - {"scale"}:
        np.testing.assert_allclose(getattr(one, name), getattr(two, name), rtol=1e-5, atol=1e-5)
    assert two.scale == pytest.approx(365.25 * one.scale, rel=1e-6)
