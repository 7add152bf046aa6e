"""Method `ritz` on a condensate."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float

from pinn.condensate.task import CondensateTask, Config, prepare
from pinn.outcome import predicted
from pinn.ritz import basis_of
from sciml.method import Method
from sciml.problem import AnyProblem, Condensate


def prepared(problem: AnyProblem, config: Config, seed: int) -> CondensateTask:
    """Return the ladder of boxes and layers for a condensate."""
    assert isinstance(problem, Condensate)
    return prepare(problem, config, seed)


def evaluate(
    problem: AnyProblem,
    config: Config,  # noqa: ARG001 - part of every method's signature
    params: dict[str, Any],
    points: Float[np.ndarray, "n d"],
) -> Float[np.ndarray, "n 1"]:
    """Return the normalised ψ ≥ 0 at points; zero outside the finite domain."""
    assert isinstance(problem, Condensate)
    return predicted(problem.well, params, points, basis_of, params["layer"])


METHOD = Method(
    name="ritz",
    label="Newton in the span of random network features, continued in the interaction",
    kind=Condensate.kind,
    config=Config,
    prepare=prepared,
    evaluate=evaluate,
    blas_threads=1,
)
