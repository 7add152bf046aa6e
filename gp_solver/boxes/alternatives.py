"""The different solutions of a nonlinear equation on a box, each as well resolved as it needs."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from gp_solver.boxes.branches import DISTINCT, search
from gp_solver.boxes.check import check
from gp_solver.boxes.newton import Iterate, newton
from gp_solver.boxes.resolution import Plan
from gp_solver.boxes.solve import (
    BoxProblem,
    Solution,
    first_plans,
    on_grid,
    prolonged,
    solve_level,
    widen,
)
from gp_solver.boxes.system import Tensor, lift

SEARCHED = 1e-5
"""relative size of data outside the tests up to which an axis serves a search"""
BRANCH = 1e-6
"""relative residual from which a branch is refined"""
ROUGH = 1e-3
"""relative residual up to which a branch is reported, with its residual"""
COMPARED = 64
"""positions along each axis at which branches are compared"""
REFINEMENTS, MOST_REFINED, EFFORT = 2, 12, 250
"""levels that are tried for a branch; branches that are refined: at most, times unknowns"""


def other_branches(given: BoxProblem, solution: Solution, *, seed: int) -> list[Solution]:
    """Return the different solutions of a nonlinear equation, the one of smallest norm first.

    The search is made with few functions, and what it finds is refined where it needs more.
    """
    coarse = _for_search(given, solution)
    first = Iterate(coarse.tensor, 0.0, True, 0)
    rng = np.random.default_rng(seed)
    grids = [np.sort(lo + (hi - lo) * rng.random(COMPARED)) for lo, hi in given.box]
    found: list[Solution] = []
    seen: list[Tensor] = []
    left = int(np.clip(EFFORT // math.prod(coarse.system.shape), 0, MOST_REFINED))
    for branch in search(coarse.system, first, lift(coarse.system), seed=seed):
        refined = solution
        if branch is not first:
            refined = _checked(replace(coarse, tensor=branch.tensor))
            if refined.check.residual > BRANCH and left > 0:
                refined, left = _refined(given, refined, solution), left - 1
        values = on_grid(refined, grids)
        size = float(np.linalg.norm(values))
        good = refined.check.residual <= max(ROUGH, 100 * solution.check.residual)
        if good and all(np.linalg.norm(values - v) > DISTINCT * size for v in seen):
            found.append(refined)
            seen.append(values)
    return found


def _checked(branch: Solution) -> Solution:
    """A branch with its conditions met to rounding, checked."""
    tensor = lift(branch.system, branch.tensor)
    return replace(branch, tensor=tensor, check=check(branch.system, tensor))


def _refined(given: BoxProblem, branch: Solution, like: Solution) -> Solution:
    """A branch with as many functions as the first solution has, or a few more."""
    plans: list[Plan] | None = like.plans
    best = branch
    for _ in range(REFINEMENTS):
        if plans is None:
            break
        tried = solve_level(given, plans, coarser=best, always=True)
        if tried.check.residual < best.check.residual:
            best = tried
        if best.check.residual <= BRANCH:
            break
        plans = widen(plans, tried.check, linear=False)
    return best


def _for_search(given: BoxProblem, solution: Solution) -> Solution:
    """A solution near the given one with as few functions as a search needs."""
    plans = first_plans(given, [p.frequencies for p in solution.plans], precision=SEARCHED)
    if math.prod(p.features.count for p in plans) > 0.6 * math.prod(solution.system.shape):
        return solution
    system = given.system(plans)
    found = newton(system, lift(system, prolonged(solution, system)))
    seen = check(system, found.tensor)
    if not (found.converged and seen.residual < 100 * SEARCHED):
        return solution
    return Solution(system, plans, found.tensor, seen)
