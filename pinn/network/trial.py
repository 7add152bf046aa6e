"""The trial function: u(x) = G(x) + D(x) N(x), conditions met by G and D, N a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
from jaxtyping import Array, Float

from pinn.forward.statements import Statement
from pinn.network.hard import Hard
from pinn.network.inputs import Inputs
from sciml import jet
from sciml.nets import Network
from sciml.problem import Problem


@dataclass(frozen=True, eq=False)
class Trial:
    """Fields as functions of a network's parameters and a point.

    Attributes
    ----------
    problem : whose fields they are.
    network, inputs : N, and what it reads.
    hard : G and D of each field.
    """

    problem: Problem
    network: Network
    inputs: Inputs
    hard: Hard

    def __call__(self, params: Any, point: Float[Array, " d"]) -> Float[Array, " k"]:
        """Return the fields at a point."""
        free = self.network.apply(params, self.inputs(point))
        return self.hard.lift(point) + self.hard.factor(point) * free

    def jet(self, params: Any, statement: Statement, point: Float[Array, " d"]) -> jet.Jet:
        """Return what a statement reads at a point."""
        return jet.evaluate(lambda p: self(params, p), statement.read, self.problem.fields, point)

    def residual(
        self, params: Any, statement: Statement, theta: Any, point: Float[Array, " d"]
    ) -> Float[Array, " c"]:
        """Return a statement's residual at a point."""
        x = {axis: point[i] for i, axis in enumerate(self.problem.domain.axes)}
        values = dict(vars(self.jet(params, statement, point)))
        return statement.residual(values, x, theta)


def values(trial: Trial) -> Callable[[Any, Float[Array, "n d"]], Float[Array, "n k"]]:
    """Return a compiled (parameters, points) -> fields."""
    return jax.jit(jax.vmap(trial, (None, 0)))
