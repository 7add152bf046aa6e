"""Method `gp`: spectral-mixture Gaussian processes, conditioned on an equation and its data.

The prior is a sum of carriers, each with a smooth envelope, and of a smooth part without carrier;
the frequencies come from the data (`gp_solver.boxes.detection`), from closed-form sparsity on an
uninformed grid (`gp_solver.sparse.ard`), or not at all. What follows is linear algebra: directly on
boxes (`gp_solver.boxes.solve`), as Bayesian regression elsewhere (`gp_solver.scattered.solve`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float

from gp_solver import field as fields
from gp_solver import outcome, route
from gp_solver.enrichment import enrichment_at
from gp_solver.settings import Config
from sciml.method import Method, Posterior, Task
from sciml.problem import AnyProblem, Problem


def prepare(problem: AnyProblem, config: Config, seed: int) -> Task:
    """Return the task that solves an equation: directly on a box, or by regression."""
    assert isinstance(problem, Problem)
    return route.task(problem, config, seed)


def evaluate(
    problem: AnyProblem,
    config: Config,  # noqa: ARG001 - part of every method's signature
    params: Any,
    points: Float[np.ndarray, "n d"],
) -> Float[np.ndarray, "n k"]:
    """Return the posterior mean of the fields at points."""
    assert isinstance(problem, Problem)
    given = enrichment_at(problem, points)
    return fields.from_arrays(params).values(points, enrichment=given)


def derivative(
    problem: AnyProblem,
    config: Config,  # noqa: ARG001
    params: Any,
    points: Float[np.ndarray, "n d"],
    name: str,
) -> Float[np.ndarray, " n"]:
    """Return one derivative of the posterior mean, named as in a residual ("u_xx")."""
    assert isinstance(problem, Problem)
    unknown, _, letters = name.partition("_")
    order = tuple(letters.count(axis) for axis in problem.domain.axes)
    given = enrichment_at(problem, points, order)
    found = fields.from_arrays(params).values(points, order, enrichment=given)
    return found[:, problem.fields.index(unknown)]


def deviation(
    problem: AnyProblem,
    config: Config,  # noqa: ARG001
    params: Any,
    points: Float[np.ndarray, "n d"],
) -> Float[np.ndarray, "n k"]:
    """Return the posterior standard deviation of the fields at points."""
    assert isinstance(problem, Problem)
    given = enrichment_at(problem, points)
    return fields.from_arrays(params).deviation(points, enrichment=given)


def sample(
    problem: AnyProblem,
    config: Config,  # noqa: ARG001
    params: Any,
    points: Float[np.ndarray, "n d"],
    count: int,
    seed: int,
) -> Float[np.ndarray, "c n k"]:
    """Return samples of the posterior at points."""
    assert isinstance(problem, Problem)
    given = enrichment_at(problem, points)
    return fields.from_arrays(params).sample(points, count, seed, enrichment=given)


METHOD = Method(
    name="gp",
    label=outcome.LABEL,
    kind="equation",
    config=Config,
    prepare=prepare,
    evaluate=evaluate,
    posterior=Posterior(derivative, deviation, sample),
    blas_threads=1,
)
