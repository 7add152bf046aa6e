"""What a problem is: frozen dataclasses that say *what* is to be solved, never *how*."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from sciml import jet
from sciml.bound_states import EigenProblem as EigenProblem
from sciml.conditions import Condition as Condition
from sciml.conditions import Observations as Observations
from sciml.conditions import Sampled as Sampled
from sciml.domain import Box, Domain
from sciml.errors import BadProblem
from sciml.hidden import HiddenTermProblem
from sciml.jumps import JumpProcess
from sciml.origin import Origin as Origin
from sciml.quantum import Condensate as Condensate
from sciml.quantum import QuantumDynamics as QuantumDynamics

BOUNDARY = "boundary"
"""the face that stands for the whole boundary"""


def _check_residual(problem: Problem) -> None:
    if len(inspect.signature(problem.residual).parameters) != 3:
        raise BadProblem(
            f"the residual of '{problem.name}' does not take three arguments.",
            "define it as residual(j, x, theta)",
        )


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A differential equation for one or several fields on a domain.

    Attributes
    ----------
    name : registered name.
    domain : where the equation holds.
    residual : (jet, x, theta) -> zero where the equation holds; written once for all methods.
    fields : names of the unknown functions.
    theta : physical parameters, name -> value.
    conditions : initial and boundary conditions.
    periodic : axes along which the solution repeats, with all its derivatives.
    sampled : functions known on a grid only, which the residual reads as ``theta[name]``.
    observations : measured values of the solution, or None.
    unknowns : names in `theta` that are to be inferred; their values there are first guesses.
    enrichment : functions (coordinates by axis name) -> values that the solution may contain
        beyond smooth ones, such as r^(2/3) sin(2φ/3) at a re-entrant corner.
    exact : points [n, d] -> field values [n, len(fields)], if a closed form is known.
    origin, citation : provenance, filled by the registry and by the author.
    """

    kind: ClassVar[str] = "equation"
    name: str
    domain: Domain
    residual: jet.Residual
    fields: tuple[str, ...] = ("u",)
    theta: Mapping[str, float] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()
    periodic: tuple[str, ...] = ()
    sampled: Mapping[str, Sampled] = field(default_factory=dict)
    observations: Observations | None = None
    unknowns: tuple[str, ...] = ()
    enrichment: tuple[Callable[[Mapping[str, Any]], Any], ...] = ()
    exact: Callable[[np.ndarray], np.ndarray] | None = None
    origin: Origin | None = None
    citation: str = ""

    def __post_init__(self) -> None:
        _check_residual(self)
        for face in (f for c in self.conditions for f in c.faces):
            axis, _, side = face.partition(":")
            of_box = isinstance(self.domain, Box) and axis in self.domain.axes
            if face != BOUNDARY and not (of_box and side in ("lower", "upper")):
                raise BadProblem(
                    f"'{face}' is no face of '{self.name}'.",
                    f"name '{BOUNDARY}', or on a box a face as axis:lower or axis:upper, "
                    f"axes {list(self.domain.axes)}",
                )
        self._check_names("periodic", self.periodic, self.domain.axes, "an axis")
        self._check_names("unknowns", self.unknowns, tuple(self.theta), "a parameter in theta")
        for name, grid in self.sampled.items():
            if grid.dimension != len(self.domain.axes):
                raise BadProblem(
                    f"'{name}' of '{self.name}' is sampled along {grid.dimension} axes.",
                    f"give one array of positions for each of {list(self.domain.axes)}",
                )
        if self.observations is not None:
            self.observations.check(self.name, self.domain.axes, self.fields)
        _ = self.derivatives

    def _check_names(
        self, what: str, names: tuple[str, ...], known: tuple[str, ...], kind: str
    ) -> None:
        for name in names:
            if name not in known:
                raise BadProblem(
                    f"{what} of '{self.name}' names '{name}', which is not {kind}.",
                    f"choose from {list(known)}",
                )

    @property
    def dimension(self) -> int:
        """Number of coordinates."""
        return len(self.domain.axes)

    @cached_property
    def derivatives(self) -> dict[str, tuple[str, jet.MultiIndex]]:
        """Derivatives that the residual reads: jet name -> (field, multi-index)."""
        return self.derivatives_of(self.residual)

    def derivatives_of(self, residual: jet.Residual) -> dict[str, tuple[str, jet.MultiIndex]]:
        """Derivatives that a residual on this problem's domain reads, such as a condition's."""
        middle = {
            axis: 0.5 * (max(lo, -1e3) + min(hi, 1e3))
            for axis, (lo, hi) in zip(self.domain.axes, self.domain.bounding_box, strict=True)
        }
        theta = {**self.theta, **dict.fromkeys(self.sampled, 1.0)}
        return jet.record(residual, self.fields, self.domain.axes, middle, theta)


AnyProblem = Problem | EigenProblem | QuantumDynamics | Condensate | HiddenTermProblem | JumpProcess
"""what can be solved, inferred or discovered"""
