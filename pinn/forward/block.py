"""One block of space (and time): its rows, its solution, and how far the equation is met there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float

from pinn.forward import collocation
from pinn.forward.newton import Found, minimise
from pinn.forward.rows import Group, StatementRows
from pinn.forward.space import Space
from pinn.forward.statements import (
    Linearised,
    Statement,
    is_linear,
    statements,
    theta_arrays,
)
from sciml.domain import Box, Domain
from sciml.problem import Problem
from sciml.sampling import face_points, interior_points

CONDITIONS = 30.0
"""emphasis of a condition's rows against the equation's, both balanced"""
CHECKED = 600
"""points inside, held out, at which the equation is judged"""


@dataclass(frozen=True, eq=False)
class Equations:
    """A problem understood: its statements, compiled once.

    Attributes
    ----------
    problem : what is solved.
    seed : of everything random.
    """

    problem: Problem
    seed: int = 0

    @cached_property
    def statements(self) -> list[Statement]:
        """The equation, then the conditions."""
        return statements(self.problem)

    @cached_property
    def linearised(self) -> list[Linearised]:
        """Compiled linearisations, in the same order."""
        return [s.linearised(self.problem.domain.axes) for s in self.statements]

    @cached_property
    def is_linear(self) -> bool:
        """Whether a single linear solve is enough."""
        return is_linear(self.problem, self.statements, self.linearised, self.seed)

    @cached_property
    def theta(self) -> dict[str, Any]:
        """Parameters as arrays."""
        return dict(theta_arrays(self.problem))

    def rows(
        self, which: int, space: Space, points: np.ndarray, shares: np.ndarray
    ) -> StatementRows:
        """Return the rows of one statement at points."""
        return StatementRows(
            self.statements[which],
            space,
            points,
            shares,
            self.linearised[which],
            self.problem.fields,
            1.0 if which == 0 else CONDITIONS,
        )

    def groups(
        self, domain: Domain, space: Space, faces: Callable[[str], bool] = lambda _: True
    ) -> list[Group]:
        """Return the rows of the equation and of all conditions on chosen faces."""
        found: list[Group] = [self.rows(0, space, *collocation.inside(domain, space, self.seed))]
        for i, statement in enumerate(self.statements[1:], 1):
            for face in filter(faces, statement.faces):
                found.append(
                    self.rows(i, space, *collocation.on_face(domain, space, face, self.seed))
                )
        return found

    def judge(
        self,
        domain: Domain,
        space: Space,
        z: Float[np.ndarray, " n"],
        faces: Callable[[str], bool] = lambda _: True,
        count: int = CHECKED,
    ) -> float:
        """Return the largest relative residual of any statement, at points held out."""
        inner = interior_points(domain, count, seed=self.seed + 77)
        ones = np.ones(len(inner))
        worst = 0.0
        for i, statement in enumerate(self.statements):
            within = self.rows(i, space, inner, ones)
            usual = within.usual(z) if i else None
            for face in filter(faces, statement.faces) if i else ("",):
                points = face_points(domain, face, 67, seed=self.seed + 77)[0] if i else inner
                rows = self.rows(i, space, points, np.ones(len(points))) if i else within
                left, scale = rows.judged(z, self.theta, usual)
                if not np.isfinite(left):
                    return np.inf
                worst = max(worst, left / max(scale, np.finfo(float).tiny) if left else 0.0)
        return worst

    def solve(
        self, groups: Sequence[Group], start: Float[np.ndarray, " n"], *, truncate: bool = False
    ) -> Found:
        """Return the head that groups of rows determine."""
        return minimise(
            groups,
            start,
            self.theta,
            linear=self.is_linear,
            truncate=truncate or not isinstance(self.problem.domain, Box),
        )
