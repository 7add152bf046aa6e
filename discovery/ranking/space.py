"""Where an experiment's unknowns live: the states themselves, or fields made discrete in space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from jaxtyping import Float, Int

from sciml.hidden import HiddenTermProblem
from sciml.records import Experiment


class Space(Protocol):
    """The initial value problem of one experiment.

    Attributes
    ----------
    size : number of unknowns of one solution.
    band : half-width of the band of their Jacobian; None where it is not banded.
    initial : number of parameters that describe the initial state.
    times : ascending, the first where the initial state stands, then those of the data.
    """

    size: int
    band: int | None
    initial: int
    times: Float[np.ndarray, " m"]

    def start(self, parameters: Float[np.ndarray, "b q"]) -> Float[np.ndarray, "b n"]:
        """Return the initial unknowns."""
        ...

    def tangent(self, parameters: Float[np.ndarray, " q"]) -> Float[np.ndarray, "n q"]:
        """Return the derivative of the initial unknowns in their parameters."""
        ...

    def quantities(self, t: Any, y: Float[np.ndarray, "b n"]) -> dict[str, Any]:
        """Return states, derivatives and coordinates by name, each [b, points] or less."""
        ...

    def gather(self, rates: list[Any], t: Any, y: Float[np.ndarray, "b n"]) -> np.ndarray:
        """Return the time derivative of all unknowns [b, n] from the states' rates."""
        ...

    def spread(self, forcing: Float[np.ndarray, "b p j"], state: int) -> np.ndarray:
        """Return how a forcing of one state's rate acts on the unknowns, [b, n, j]."""
        ...

    def observe(
        self, path: Float[np.ndarray, "m ... n"], where: Int[np.ndarray, " r"] | None = None
    ) -> Float[np.ndarray, "r ... s"]:
        """Return the states at the data's points; `where` maps rows to times of the path."""
        ...


@dataclass(frozen=True, eq=False)
class Ordinary:
    """The states of an ordinary differential equation."""

    problem: HiddenTermProblem
    experiment: Experiment
    begin: float

    def __post_init__(self) -> None:
        times, rows = np.unique(
            np.concatenate([[self.begin], self.experiment.times]), return_inverse=True
        )
        count = len(self.problem.states)
        positive = np.array([s in self.problem.positive for s in self.problem.states])
        for name, value in (
            ("times", times),
            ("rows", rows[1:]),
            ("size", count),
            ("initial", count),
            ("band", count - 1),
            ("positive", positive),
        ):
            object.__setattr__(self, name, value)

    def start(self, parameters: Float[np.ndarray, "b q"]) -> Float[np.ndarray, "b n"]:
        """Return the initial states; those of positive states are given by their logarithms."""
        positive = self.positive  # type: ignore[attr-defined]
        return np.where(positive, np.exp(np.minimum(parameters, 300)), parameters)

    def parameters(self, start: Float[np.ndarray, " n"]) -> Float[np.ndarray, " q"]:
        """Return the parameters of an initial state."""
        positive = self.positive  # type: ignore[attr-defined]
        return np.where(positive, np.log(np.maximum(start, 1e-300)), start)

    def tangent(self, parameters: Float[np.ndarray, " q"]) -> Float[np.ndarray, "n q"]:
        """Return the derivative of the initial states in their parameters."""
        positive = self.positive  # type: ignore[attr-defined]
        return np.diag(np.where(positive, self.start(parameters[None])[0], 1.0))

    def quantities(self, t: Any, y: Float[np.ndarray, "b n"]) -> dict[str, Any]:
        """Return the states and the time, each [b, 1]."""
        found: dict[str, Any] = {s: y[:, i : i + 1] for i, s in enumerate(self.problem.states)}
        found["t"] = t
        return found

    def gather(self, rates: list[Any], t: Any, y: Float[np.ndarray, "b n"]) -> np.ndarray:  # noqa: ARG002
        """Return the rates side by side."""
        out = np.empty_like(y)
        for i, rate in enumerate(rates):
            out[:, i : i + 1] = rate
        return out

    def spread(self, forcing: Float[np.ndarray, "b p j"], state: int) -> np.ndarray:
        """Return a forcing of one state beside zeros for the others."""
        out = np.zeros((len(forcing), len(self.problem.states), forcing.shape[2]))
        out[:, state] = forcing[:, 0]
        return out

    def observe(
        self, path: Float[np.ndarray, "m ... n"], where: Int[np.ndarray, " r"] | None = None
    ) -> Float[np.ndarray, "r ... s"]:
        """Return the states at the data's times."""
        return path[self.rows if where is None else where]  # type: ignore[attr-defined]
