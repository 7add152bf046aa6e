"""Method `network`: a network all of whose layers are trained on an equation, by second order.

A tanh network behind an ansatz that meets values given on faces exactly; the rest is trained by
Gauss-Newton with momentum on points that follow the residual. The residual at points held out says
whether the answer is resolved.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from pinn.forward.block import Equations
from pinn.network import trial
from pinn.network.checks import check
from pinn.network.settings import Config
from pinn.network.setup import Setup, trial_from
from pinn.network.task import NetworkTask
from sciml.method import Method, Task
from sciml.precision import float64
from sciml.problem import AnyProblem, Problem

CHUNK = 1 << 14
"""points that are evaluated at once"""


def prepare(problem: AnyProblem, config: Config, seed: int) -> Task:
    """Return the task that trains a network on an equation."""
    assert isinstance(problem, Problem)
    equations = Equations(problem, seed)
    check(problem, equations.statements)
    return NetworkTask(Setup(equations, config))


def evaluate(
    problem: AnyProblem, config: Config, params: Any, points: Float[np.ndarray, "n d"]
) -> Float[np.ndarray, "n k"]:
    """Return the fields at points."""
    assert isinstance(problem, Problem)
    with float64():
        at = trial.values(trial_from(problem, config, params["inputs"]))
        parts = [
            np.asarray(at(params["network"], jnp.asarray(part)))
            for part in np.array_split(points, max(1, -(-len(points) // CHUNK)))
        ]
    return np.concatenate(parts)


METHOD = Method(
    name="network",
    label="tanh network, all layers trained by Gauss-Newton with momentum",
    kind="equation",
    config=Config,
    prepare=prepare,
    evaluate=evaluate,
    blas_threads=1,
)
"""`network` on equations"""
