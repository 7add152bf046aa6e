"""Kronecker products by axis against the product itself; the same on one device and on eight."""

import os
import subprocess
import sys
from functools import reduce

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sciml import kron, parallel
from sciml.precision import float64

SIZES = st.lists(st.integers(1, 3), min_size=1, max_size=3)


@pytest.fixture(autouse=True, scope="module")
def double():
    with float64():
        yield


def dense(factors):
    return reduce(np.kron, factors)


def drawn(rows, columns, seed):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal((n, k)) for n, k in zip(rows, columns, strict=False)], rng


@settings(max_examples=8, deadline=None)
@given(rows=SIZES, seed=st.integers(0, 99))
def test_apply_is_the_product(rows, seed):
    columns = rows[::-1]
    factors, rng = drawn(rows, columns, seed)
    right, left = rng.standard_normal(columns), rng.standard_normal(rows)
    found = kron.apply(factors, right)
    assert found.shape == tuple(rows)
    np.testing.assert_allclose(found.ravel(), dense(factors) @ right.ravel(), rtol=0, atol=1e-12)
    back = kron.apply_transposed(factors, left)
    assert back.shape == tuple(columns)
    np.testing.assert_allclose(back.ravel(), dense(factors).T @ left.ravel(), rtol=0, atol=1e-12)


@settings(max_examples=8, deadline=None)
@given(sizes=SIZES, seed=st.integers(0, 99))
def test_fast_diagonalisation_solves(sizes, seed):
    matrices, rng = drawn(sizes, sizes, seed)
    pairs = [np.linalg.eigh(a @ a.T + np.eye(len(a))) for a in matrices]
    masses = [np.eye(n) for n in sizes]
    values, bases = [w for w, _ in pairs], [v for _, v in pairs]
    total = kron.sums(values, [np.ones(n) for n in sizes])
    assert total.shape == tuple(sizes)
    whole = sum(
        dense([a @ a.T + np.eye(len(a)) if b == i else masses[b] for b, a in enumerate(matrices)])
        for i in range(len(sizes))
    )
    np.testing.assert_allclose(np.sort(total.ravel()), np.linalg.eigvalsh(whole), rtol=1e-11)
    right = rng.standard_normal(sizes)
    found = kron.diagonal_solve(bases, 1 / total, right)
    np.testing.assert_allclose(whole @ found.ravel(), right.ravel(), rtol=0, atol=1e-11)


@settings(max_examples=8, deadline=None)
@given(sizes=SIZES, seed=st.integers(0, 99))
def test_outer_sums_and_logdet(sizes, seed):
    matrices, rng = drawn(sizes, sizes, seed)
    matrices = [a + 5 * np.eye(len(a)) for a in matrices]
    found = kron.logdet(matrices)
    np.testing.assert_allclose(found, np.linalg.slogdet(dense(matrices))[1], rtol=1e-12, atol=1e-12)
    vectors = [rng.standard_normal(n) for n in sizes]
    np.testing.assert_allclose(kron.outer(vectors).ravel(), dense(vectors), rtol=1e-14)
    masses = [1 + rng.random(n) for n in sizes]
    wanted = sum(
        dense([vectors[b] if b == a else masses[b] for b in range(len(sizes))])
        for a in range(len(sizes))
    )
    np.testing.assert_allclose(kron.sums(vectors, masses).ravel(), wanted, rtol=0, atol=1e-13)


def test_jit_vmap_and_grad():
    (factors, rng) = drawn((3, 4), (2, 5), 0)
    batch = rng.standard_normal((6, 2, 5))
    each = jnp.stack([kron.apply(factors, b) for b in batch])
    np.testing.assert_allclose(jax.vmap(lambda b: kron.apply(factors, b))(batch), each, rtol=1e-13)
    np.testing.assert_allclose(jax.jit(kron.apply)(factors, batch[0]), each[0], rtol=1e-13)

    def energy(u):
        return 0.5 * jnp.sum(kron.apply(factors, u) ** 2)

    a = dense(factors)
    slope = jax.grad(energy)(jnp.asarray(batch[0]))
    np.testing.assert_allclose(slope.ravel(), a.T @ a @ batch[0].ravel(), rtol=1e-12)
    square = [f @ f.T + np.eye(len(f)) for f in factors]
    slopes = jax.grad(kron.logdet)([jnp.asarray(s) for s in square])
    np.testing.assert_allclose(slopes[0], 4 * np.linalg.inv(square[0]), rtol=1e-11, atol=1e-12)
    bases = [np.linalg.eigh(s)[1] for s in square]

    def solved(inverse):
        return jnp.sum(kron.diagonal_solve(bases, inverse, jnp.ones((3, 4))))

    rotated = kron.apply_transposed(bases, np.ones((3, 4)))
    np.testing.assert_allclose(jax.grad(solved)(jnp.ones((3, 4))), rotated**2, rtol=1e-12)


def test_one_device_keeps_arrays_as_they_are():
    tensor = jnp.ones((4, 3))
    assert parallel.mesh().axis_names == ("points",)
    assert parallel.mesh("rows").axis_names == ("rows",)
    if jax.device_count() == 1:
        assert parallel.shard(tensor) is tensor


SHARDED = """
import jax, numpy as np
jax.config.update("jax_enable_x64", True)
from jax.sharding import AxisType
from sciml import kron, parallel

assert jax.device_count() == 8
mesh = parallel.mesh()
assert mesh.shape == {"points": 8} and mesh.axis_types == (AxisType.Auto,)
rng = np.random.default_rng(0)
sizes = (16, 5, 24)
bases = [np.linalg.qr(rng.standard_normal((n, n)))[0] for n in sizes]
inverse, tensor = 1 / (1 + rng.random(sizes)), rng.standard_normal(sizes)
host = jax.numpy.asarray(tensor)
assert parallel.shard(host, 1) is host  # 5 is no multiple of 8
for axis in (0, 2):
    spread = parallel.shard(host, axis)
    shapes = {s.data.shape for s in spread.addressable_shards}
    assert shapes == {tuple(n // 8 if a == axis else n for a, n in enumerate(sizes))}, shapes
    weights = parallel.shard(jax.numpy.asarray(inverse), axis)
    for found, wanted in (
        (kron.apply(bases, spread), kron.apply(bases, host)),
        (kron.apply_transposed(bases, spread), kron.apply_transposed(bases, host)),
        (kron.diagonal_solve(bases, weights, spread), kron.diagonal_solve(bases, inverse, host)),
    ):
        assert len(found.sharding.device_set) == 8
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-13)
print("agree")
"""


def test_sharded_equals_single_device():
    environment = {
        **os.environ,
        "XLA_FLAGS": "--xla_force_host_platform_device_count=8",
        "JAX_PLATFORMS": "cpu",
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SHARDED],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "agree"
