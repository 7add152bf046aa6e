"""Where an experiment's unknowns live: the states themselves, or fields made discrete in space."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float, Int

from sciml.hidden import HiddenTermProblem
from sciml.records import Experiment


@runtime_checkable
class Space(Protocol):
    """The initial value problem of one experiment."""

    @property
    def size(self) -> int:
        """Number of unknowns of one solution."""
        ...

    @property
    def band(self) -> int | None:
        """Half-width of the band of their Jacobian; None where it is not banded."""
        ...

    @property
    def initial(self) -> int:
        """Number of parameters that describe the initial state."""
        ...

    @property
    def times(self) -> Float[np.ndarray, " m"]:
        """Ascending times, the first where the initial state stands, then those of the data."""
        ...

    @property
    def rows(self) -> Int[np.ndarray, " r"]:
        """Number of the time of each row of data."""
        ...

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

    @cached_property
    def _unique(self) -> tuple[np.ndarray, np.ndarray]:
        every = np.concatenate([[self.begin], self.experiment.times])
        return np.unique(every, return_inverse=True)

    @property
    def times(self) -> Float[np.ndarray, " m"]:
        """The beginning, and the data's times."""
        return self._unique[0]

    @property
    def rows(self) -> Int[np.ndarray, " r"]:
        """Number of the time of each row of data."""
        return self._unique[1][1:]

    @property
    def size(self) -> int:
        """Number of states."""
        return len(self.problem.states)

    @property
    def initial(self) -> int:
        """Number of states."""
        return len(self.problem.states)

    @property
    def band(self) -> int | None:
        """The states of one solution depend on one another only."""
        return self.size - 1

    @cached_property
    def positive(self) -> Bool[np.ndarray, " s"]:
        """Which states are positive."""
        return np.array([s in self.problem.positive for s in self.problem.states])

    def start(self, parameters: Float[np.ndarray, "b q"]) -> Float[np.ndarray, "b n"]:
        """Return the initial states; those of positive states are given by their logarithms."""
        return np.where(self.positive, np.exp(np.minimum(parameters, 300)), parameters)

    def parameters(self, start: Float[np.ndarray, " n"]) -> Float[np.ndarray, " q"]:
        """Return the parameters of an initial state."""
        return np.where(self.positive, np.log(np.maximum(start, 1e-300)), start)

    def tangent(self, parameters: Float[np.ndarray, " q"]) -> Float[np.ndarray, "n q"]:
        """Return the derivative of the initial states in their parameters."""
        return np.diag(np.where(self.positive, self.start(parameters[None])[0], 1.0))

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
        return path[self.rows if where is None else where]
