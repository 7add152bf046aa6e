"""Method `gp`: spectral-mixture Gaussian processes, conditioned on an equation and its data.

The prior is a sum of carriers, each with a smooth envelope, and of a smooth part without carrier;
the frequencies come from the data (`gp_solver.detection`), from closed-form sparsity on an
uninformed grid (`gp_solver.ard`), or not at all. What follows is linear algebra: directly on boxes
(`gp_solver.boxsolve`), as Bayesian regression elsewhere (`gp_solver.general`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from gp_solver import field as fields
from gp_solver import outcome, route
from gp_solver.enrichment import enrichment_at
from sciml.errors import BadConfig
from sciml.method import Method, Posterior, Task
from sciml.problem import AnyProblem, Problem


@dataclass(frozen=True)
class Config:
    """Settings of `gp`.

    Attributes
    ----------
    tolerance : largest relative residual, at fresh points, of a converged result.
    frequencies : how carriers are found: "detect" looks at the source and the conditions' data,
        "ard" selects from an uninformed grid of frequencies (1-D), "none" uses polynomials only.
    points : the source is known at so many equally spaced points along each axis only
        (default: it is evaluated wherever that helps).
    components, frequency_max : the grid of "ard": how many frequencies from 0 to the largest, in
        cycles per unit.
    branches : whether to look for further solutions of a nonlinear equation.
    steps : how often the functions may be made richer.
    """

    tolerance: float = 1e-8
    frequencies: Literal["detect", "ard", "none"] = "detect"
    points: int | None = None
    components: int = 30
    frequency_max: float = 20.0
    branches: bool = True
    steps: int = 8

    def __post_init__(self) -> None:
        if not (np.isfinite(self.tolerance) and self.tolerance > 0):
            raise BadConfig(f"tolerance is {self.tolerance}.", "give a positive number")
        if self.points is not None and self.points < 6:
            raise BadConfig(f"points is {self.points}.", "give at least 6 points an axis")
        if not 2 <= self.components <= 400:
            raise BadConfig(f"components is {self.components}.", "give a number from 2 to 400")
        if not (np.isfinite(self.frequency_max) and self.frequency_max > 0):
            raise BadConfig(
                f"frequency_max is {self.frequency_max}.", "give cycles per unit, above 0"
            )
        if self.steps < 1:
            raise BadConfig(f"steps is {self.steps}.", "give 1 or more")


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
    given = enrichment_at(problem, points, (0,) * problem.dimension)
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
    given = enrichment_at(problem, points, (0,) * problem.dimension)
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
    given = enrichment_at(problem, points, (0,) * problem.dimension)
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
