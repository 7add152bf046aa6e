"""From a problem to everything that is fixed while its network is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import numpy as np
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float

from pinn.forward.block import Equations
from pinn.forward.evolution import evolving
from pinn.forward.statements import Statement
from pinn.network import hard, judge, points
from pinn.network.inputs import Inputs, chosen, inputs_of
from pinn.network.judge import Judge
from pinn.network.rows import Rows
from pinn.network.settings import Config
from pinn.network.spectrum import densities
from pinn.network.trial import Trial
from sciml.nets import mlp
from sciml.problem import Problem
from sciml.sampling import face_points, interior_points

FACE_POOL = 1024
"""points of each face from which those of a step are drawn"""
HELD_OUT = 77
"""added to the seed for points at which a result is judged"""


def trial_of(equations: Equations, config: Config, inputs: Inputs) -> Trial:
    """Return the trial function of a problem whose network reads these inputs."""
    problem = equations.problem
    network = mlp(inputs.count, (config.width,) * config.depth, len(problem.fields))
    built = hard.hard(problem, equations.statements, equations.theta)
    return Trial(problem, network, inputs, built)


def trial_from(problem: Problem, config: Config, arrays: Mapping[str, Any]) -> Trial:
    """Return the trial function of a result that was kept."""
    return trial_of(Equations(problem), config, inputs_of(problem, arrays))


@dataclass(frozen=True, eq=False)
class Setup:
    """A problem, the settings, and what follows from them.

    Attributes
    ----------
    equations, config : the problem understood, with its seed; the settings.
    """

    equations: Equations
    config: Config

    @property
    def problem(self) -> Problem:
        """The problem."""
        return self.equations.problem

    @property
    def seed(self) -> int:
        """Of everything random."""
        return self.equations.seed

    @cached_property
    def trial(self) -> Trial:
        """G + D N."""
        e = self.equations
        known = densities(e.problem, e.statements, e.theta, e.seed)
        return trial_of(e, self.config, chosen(e.problem, self.config.embedding, known, e.seed))

    @cached_property
    def first(self) -> tuple[Float[Array, " p"], Any]:
        """Flat parameters at the start, and how they are unravelled."""
        return ravel_pytree(jax.jit(self.trial.network.init)(jax.random.key(self.seed)))

    @cached_property
    def soft(self) -> list[tuple[Statement, str]]:
        """Conditions that are trained, each on one face."""
        met = self.trial.hard.met
        return [
            (statement, face)
            for i, statement in enumerate(self.equations.statements[1:], 1)
            for face in hard.faces(self.problem, statement)
            if (i, face) not in met
        ]

    @cached_property
    def rows(self) -> Rows:
        """The equation, then the conditions that are trained."""
        groups = (self.equations.statements[0], *(s for s, _ in self.soft))
        return Rows(self.trial, groups, self.equations.theta, self.first[1])

    @cached_property
    def pool(self) -> Float[np.ndarray, "n d"]:
        """Points inside that may be drawn."""
        return points.pool(self.problem.domain, self.seed)

    @cached_property
    def face_pools(self) -> tuple[Float[np.ndarray, "_ d"], ...]:
        """Points of each trained condition that may be drawn."""
        domain = self.problem.domain
        return tuple(
            face_points(domain, face, FACE_POOL, seed=self.seed)[0] for _, face in self.soft
        )

    @cached_property
    def judge(self) -> Judge:
        """Relative residuals at points held out: the equation, then the trained conditions."""
        domain, seed = self.problem.domain, self.seed + HELD_OUT
        inner = interior_points(domain, judge.CHECKED, seed=seed)
        held = [face_points(domain, f, judge.ON_FACE, seed=seed)[0] for _, f in self.soft]
        rows = self.rows
        return judge.judge(self.trial, rows.groups, rows.theta, rows.unravel, [inner, *held])

    @cached_property
    def time(self) -> tuple[int, float, float] | None:
        """The axis of evolution with its ends; None where there is none."""
        found = evolving(self.equations)
        if found is None:
            return None
        lower, upper = self.problem.domain.bounding_box[found[0]]
        return found[0], lower, upper
