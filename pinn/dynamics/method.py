"""Method `ritz` on a state that moves."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float

from pinn.dynamics.outcome import evaluated
from pinn.dynamics.task import Config, DynamicsTask, prepare
from sciml.method import Method
from sciml.problem import AnyProblem, QuantumDynamics


def prepared(problem: AnyProblem, config: Config, seed: int) -> DynamicsTask:
    """Return the ladder of bases for a state that moves."""
    assert isinstance(problem, QuantumDynamics)
    return prepare(problem, config, seed)


def evaluate(
    problem: AnyProblem,
    config: Config,  # noqa: ARG001 - part of every method's signature
    params: dict[str, Any],
    points: Float[np.ndarray, "n 2"],
) -> Float[np.ndarray, "n 2"]:
    """Return (Re ψ, Im ψ) at points (t, x); zero outside the finite domain."""
    assert isinstance(problem, QuantumDynamics)
    return evaluated(problem, params, points)


METHOD = Method(
    name="ritz",
    label="Galerkin in the Ritz basis of random network features, exact in time",
    kind=QuantumDynamics.kind,
    config=Config,
    prepare=prepared,
    evaluate=evaluate,
    blas_threads=1,
)
