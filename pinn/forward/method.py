"""Method `pinn` on equations: last layers of random networks, trained by Gauss-Newton.

Hidden units are random sines of embedded coordinates (plain, repeating, or stretched where the
solution is steep), made orthonormal axis by axis; fields are linear in their products. Linear
equations are one least-squares problem, nonlinear ones a few (Gauss-Newton); evolutions are
followed window by window. The residual at points held out chooses scale, number and stretch of
the units, and says whether the answer is resolved.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float

from pinn.forward import solution, steady
from pinn.forward.block import Equations
from pinn.forward.block_task import block_task, sizes_of
from pinn.forward.checks import check
from pinn.forward.evolution import evolving
from pinn.forward.inference import InferenceTask, check_measured
from pinn.forward.march import Attempt, Course, limited
from pinn.forward.march_task import MarchTask
from pinn.forward.settings import Config
from pinn.forward.sizes import coordinates as coordinates_of
from pinn.forward.stretch import SMALLEST
from sciml.errors import BadConfig, BadProblem
from sciml.method import Method, Task
from sciml.problem import AnyProblem, Problem

MEASURED = 1e-4
"""smallest tolerance of solutions that are compared with measurements, if none is given"""
WINDOWS = 4
"""windows that are tried first, at least"""


def prepare(problem: AnyProblem, config: Config, seed: int) -> Task:
    """Return the task that solves an equation: in one block, or window by window."""
    assert isinstance(problem, Problem)
    equations = Equations(problem, seed)
    check(equations, config.limit(linear=True))
    if problem.unknowns:
        check_measured(problem)

        def forward(known: Equations, tolerance: float) -> Task:
            return forward_task(known, replace(config, tolerance=tolerance))

        return InferenceTask(equations, forward, config.tolerance or MEASURED)
    if problem.observations is not None:
        raise BadProblem(
            f"'{problem.name}' has observations, but nothing unknown to infer from them.",
            "name coefficients in `unknowns`, leave the observations out, or use method 'gp'",
        )
    return forward_task(equations, config)


def forward_task(equations: Equations, config: Config) -> Task:
    """Return the task that solves an equation whose coefficients are known."""
    first, along = sizes_of(equations), evolving(equations)
    if config.route == "march" and along is None:
        raise BadConfig(
            f"'{equations.problem.name}' has no axis to march along.",
            "leave `route` at 'auto', or give conditions at one end of an axis only",
        )
    if along is None or config.route == "block":
        return block_task(equations, config, first)
    driven = first[along[0]] > SMALLEST  # the source says how many features in time are enough
    small = equations.is_linear and driven and int(np.prod(first)) <= config.limit(linear=True)
    if small and config.route == "auto":
        return block_task(equations, config, first)
    return march_task(equations, config, first, *along)


def march_task(
    equations: Equations, config: Config, first: list[int], axis: int, order: int
) -> MarchTask:
    """Return the task that follows an evolution along an axis."""
    linear = equations.is_linear
    tolerance = config.reached(linear=linear, march=True)
    course = Course(equations, axis, order, tolerance, config.limit(linear=linear, march=True))
    start, end = equations.problem.domain.bounding_box[axis]
    length = (end - start) / max(WINDOWS, first[axis] // 6)
    sizes = [course.moments if a == axis else n for a, n in enumerate(first)]
    coordinates = steady.embeddings(equations)
    if int(np.prod(sizes)) * len(equations.problem.fields) > course.units:
        coordinates = coordinates_of(equations, coordinates, axis, tolerance)
    attempt = limited(course, Attempt(start, length, tuple(coordinates), tuple(sizes)))
    return MarchTask(course, attempt, config.steps)


def evaluate(
    problem: AnyProblem,  # noqa: ARG001 - part of every method's signature
    config: Config,  # noqa: ARG001
    params: Any,
    points: Float[np.ndarray, "n d"],
) -> Float[np.ndarray, "n k"]:
    """Return the fields at points."""
    return solution.values(params, points)


METHOD = Method(
    name="pinn",
    label="random network with a trained last layer, Gauss-Newton on the residual",
    kind="equation",
    config=Config,
    prepare=prepare,
    evaluate=evaluate,
    blas_threads=1,
)
