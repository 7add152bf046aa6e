"""A source that is known on a grid only, and whether the grid tells what it is between its points.

Samples can predict each other and still mislead: a wave too fast for equally spaced points has the
values of a slower one at all of them. Where the source is a formula, a look between the points
tells; its values there serve for that alone, the equation is solved with the samples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gp_solver.boxes.check import POINTS, left_over
from gp_solver.boxes.detection import frequencies
from gp_solver.boxes.system import coordinates
from gp_solver.equation import Equation, equation
from gp_solver.field import Field
from gp_solver.interpolant import Interpolant, interpolate, on_grid
from gp_solver.spectrum import enough, lobe
from sciml import jet
from sciml.conditions import Sampled
from sciml.problem import Problem

SOURCE = "sampled_source"
"""name under which a source that is known on a grid only is read"""
COARSE = 1e-6
"""relative error, at samples left out or between them, above which a grid is too coarse"""
WORSE = 10.0
"""factor by which the residual between samples may exceed the one with what they show"""


def source_on_grid(problem: Problem, points: int) -> Problem:
    """Return the problem with its source known at equally spaced points only.

    The source is minus the residual of u = 0; here it is evaluated on that grid and nowhere else.
    """
    axes = tuple(np.linspace(lo, hi, points) for lo, hi in problem.domain.bounding_box)
    whole, sampled = equation(problem), continuous(problem)
    values = whole.source(coordinates(problem, axes), on_grid(sampled, axes))
    source = Sampled(axes, values.reshape([points] * problem.dimension))
    zero = dict.fromkeys(whole.names, 0.0)
    residual = problem.residual

    def with_samples(j: Any, x: Mapping[str, Any], theta: Mapping[str, Any]) -> Any:
        return residual(j, x, theta) - residual(jet.Jet(zero), x, theta) - theta[SOURCE]

    return replace(problem, residual=with_samples, sampled={**problem.sampled, SOURCE: source})


def continuous(problem: Problem) -> dict[str, Interpolant]:
    """Return the functions of a problem that are known on a grid, made continuous, by name."""
    return {n: interpolate(s, problem.domain.bounding_box) for n, s in problem.sampled.items()}


def coarse(problem: Problem, sampled: Mapping[str, Interpolant]) -> list[str]:
    """Return a sentence on each sampled function whose samples do not predict each other."""
    doubts = []
    for name, made in sampled.items():
        if made.error > COARSE:
            counts = [len(x) for x in problem.sampled[name].axes]
            what = "the source" if name == SOURCE else f"'{name}'"
            doubts.append(
                f"The grid of {' x '.join(map(str, counts))} points is too coarse for {what}: a "
                f"point is predicted from the others to {made.error:.1e} only, relative; about "
                f"{' x '.join(str(2 * c) for c in counts)} would tell more."
            )
    return doubts


@dataclass(frozen=True, eq=False)
class Formula:
    """A source as the formula of which the solver gets samples only, for the verdict.

    Attributes
    ----------
    problem : with the formula.
    points : samples along each axis.
    sampled : the problem's other functions that are known on a grid, made continuous.
    tolerance : largest relative residual of a converged result.
    """

    problem: Problem
    points: int
    sampled: Mapping[str, Interpolant]
    tolerance: float

    def doubts(self, found: Field, residual: float) -> list[str]:
        """Return a sentence if a solution meets its equation worse between the samples.

        `residual` is the relative one with what the samples show.
        """
        whole = equation(self.problem)
        missed = self._missed(whole, found)
        if missed <= max(COARSE, self.tolerance, WORSE * residual):
            return []
        grid = " x ".join([str(self.points)] * self.problem.dimension)
        return [
            f"points={self.points} is too few for the source of '{self.problem.name}': with what "
            f"the {grid} points show of it the equation holds to {residual:.1e}, but between them "
            f"to {missed:.1e} only, relative, as where a wave is too fast for them. Try "
            f"points={self._telling(whole)}, or leave `points` out."
        ]

    def _missed(self, whole: Equation, found: Field) -> float:
        """Root mean square of the true residual on a random tensor grid, relative."""
        rng, count = np.random.default_rng(6), POINTS[self.problem.dimension]
        box = self.problem.domain.bounding_box
        grids = [lo + (hi - lo) * rng.random(count) for lo, hi in box]
        x = coordinates(self.problem, grids)
        points = np.stack(list(x.values()), axis=1)
        values = {n: found.values(points, whole.order(n))[:, 0] for n in whole.names}
        left, scale = left_over(whole, values, x, on_grid(self.sampled, grids))
        return float(np.sqrt(np.mean(left**2))) / scale

    def _telling(self, whole: Equation) -> int:
        """Points along each axis that tell the source's frequencies, or twice those there are."""
        seen = frequencies(self.problem, whole, (), self.sampled)
        lengths = [hi - lo for lo, hi in self.problem.domain.bounding_box]
        pairs = [(max(f), length) for f, length in zip(seen, lengths, strict=True) if f]
        most = max((enough(f + lobe(length), length) for f, length in pairs), default=0)
        return most if most > self.points else 2 * self.points
