"""Rows spread over eight devices give the solution that one gives."""

import os
import subprocess
import sys

import numpy as np
import pytest

from pinn.forward import normal
from sciml.precision import float64

SOLVE = """
import sys
import jax
import numpy as np
import sciml
from pinn.forward import normal

assert normal.spread() == (jax.device_count() > 1)
found = [
    sciml.solve(sciml.get("burgers", nu=0.2), "pinn", tolerance=1e-3),
    sciml.solve(sciml.get("gp_u2", length=1.0), "pinn"),
]
np.savez(sys.argv[1], *(f.arrays["u"] for f in found), [f.metrics["rel_l2"] for f in found])
"""


def solved(folder, devices):
    flags = f"--xla_force_host_platform_device_count={devices}"
    environment = {**os.environ, "XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"}
    path = folder / f"{devices}.npz"
    subprocess.run([sys.executable, "-c", SOLVE, str(path)], env=environment, check=True)
    with np.load(path) as file:
        return [file[name] for name in file.files]


def test_eight_devices_give_what_one_gives(tmp_path):
    one, eight = solved(tmp_path, 1), solved(tmp_path, 8)
    for a, b in zip(one[:-1], eight[:-1], strict=True):
        np.testing.assert_allclose(b, a, atol=1e-8 * np.max(np.abs(a)))
    assert np.all(eight[-1] < [1e-2, 1e-8])


@pytest.mark.parametrize("solver", ["_on_host", "_on_devices"])
def test_a_step_solves_the_least_squares_problem(solver):
    rng = np.random.default_rng(0)
    matrix, r = rng.normal(size=(70, 12)), rng.normal(size=70)
    with float64():
        step = getattr(normal, solver)(matrix)(r)
    np.testing.assert_allclose(step, -np.linalg.lstsq(matrix, r)[0], rtol=1e-9)


def test_a_matrix_that_does_not_factor_has_no_solver_on_devices():
    with float64():
        assert normal._on_devices(np.full((20, 3), np.nan)) is None
