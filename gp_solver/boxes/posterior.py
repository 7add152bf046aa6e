"""The posterior of a solution on a box: what its residual leaves open.

The residual at fresh points is taken for white noise in the equation, of that size: the
coefficients of the projected equation then have variance ρ² |Ω| / N each, and the solution that of
L⁻¹ applied to them. For a resolved solution the bands are those of rounding; where the functions
cannot express the solution they widen with the residual.
"""

from __future__ import annotations

import numpy as np
import scipy.linalg
from jaxtyping import Float

from gp_solver.boxes.linear import Linearisation
from gp_solver.boxes.solve import BoxProblem, Solution
from gp_solver.boxes.system import System, Tensor, coordinates
from gp_solver.field import Basis, Field

NUMBERS = 2**21
"""numbers that the draws of one field may hold"""
FEWEST, MOST, COSTLY = 8, 64, 12
"""draws: at least, at most, and where each costs an iterative solution"""
ROUNDING = 1e-12
"""relative size of what rounding leaves in any case"""


def field(given: BoxProblem, solution: Solution, *, seed: int) -> Field:
    """Return the posterior of the solution of one field on a box."""
    system, check = solution.system, solution.check
    volume = float(np.prod([np.sum(axis.weights) for axis in system.axes]))
    unknowns = int(np.prod(system.shape))
    spread = np.hypot(check.absolute, _sampling(given)) * np.sqrt(volume / unknowns)
    draws = spread * _draws(solution, np.random.default_rng(seed))
    floor = (ROUNDING + 10 * check.conditions) * check.size
    bases = tuple(Basis(axis.features, axis.coefficients) for axis in system.axes)
    return Field(
        bases,
        solution.tensor[None],
        draws[:, None].astype(np.float32),
        np.zeros((1, 0)),
        np.zeros((len(draws), 1, 0), np.float32),
        floor,
    )


def without_draws(solution: Solution) -> Field:
    """Return a solution as a field of which only the mean is known."""
    bases = tuple(Basis(axis.features, axis.coefficients) for axis in solution.system.axes)
    empty = np.zeros((0, 1, *solution.tensor.shape), np.float32)
    none = np.zeros((0, 1, 0), np.float32)
    return Field(bases, solution.tensor[None], empty, np.zeros((1, 0)), none)


def _sampling(given: BoxProblem) -> float:
    """What is open about functions that are known on a grid only, in the equation's units."""
    squares = [
        (made.error * float(np.sqrt(np.mean(given.problem.sampled[name].values ** 2)))) ** 2
        for name, made in given.sampled.items()
    ]
    return float(np.sqrt(sum(squares)))


def _draws(solution: Solution, rng: np.random.Generator) -> Float[np.ndarray, "..."]:
    """L⁻¹ of standard normal coefficients, as coefficients of all functions [s, ...]."""
    system = solution.system
    unknowns = int(np.prod(system.shape))
    count = int(np.clip(NUMBERS // unknowns, FEWEST, MOST))
    if solution.operator is None and len(system.shape) > 1:
        count = min(count, COSTLY)
    rights = rng.standard_normal((count, *system.shape))
    if solution.operator is not None:
        found = np.stack([solution.operator.solve(right) for right in rights])
    else:
        found = _linearised(system, solution.tensor, rights)
    drawn = np.zeros((count, *solution.tensor.shape))
    for one, values in zip(drawn, found, strict=True):
        system.interior(one)[...] = values
    return drawn


def _linearised(system: System, tensor: Tensor, rights: Tensor) -> Tensor:
    """Solutions with the equation linearised at a solution, to a few digits."""
    x, sampled = coordinates(system.problem, system.nodes), system.samples(system.nodes)
    values = system.jet(tensor, [list(axis.table) for axis in system.axes])
    _, slopes = system.equation.linearised(values, x, sampled)
    grid = [len(n) for n in system.nodes]
    around = Linearisation(system, {n: s.reshape(grid) for n, s in slopes.items()})
    if len(grid) == 1:
        return scipy.linalg.solve(around.dense(), rights.T).T
    return np.stack([around.solve(right, tolerance=1e-2)[0] for right in rights])
