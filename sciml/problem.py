"""What a problem is: frozen dataclasses that say *what* is to be solved, never *how*."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float

from sciml import jet
from sciml.conditions import Condition as Condition
from sciml.conditions import Observations as Observations
from sciml.conditions import Sampled as Sampled
from sciml.domain import Box, Domain
from sciml.errors import BadProblem
from sciml.hidden import HiddenTermProblem
from sciml.jumps import JumpProcess
from sciml.origin import Origin as Origin
from sciml.precision import float64

BOUNDARY = "boundary"
"""the face that stands for the whole boundary"""


def _check_residual(problem: Problem | EigenProblem) -> None:
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


@dataclass(frozen=True, kw_only=True)
class EigenProblem:
    """Bound states of a Schrödinger operator: -kinetic ∇²ψ + V ψ + Σ s_j δ(x - c_j) ψ = E ψ.

    ψ vanishes on the boundary of the domain, or at infinity along an unbounded axis.

    Attributes
    ----------
    name : registered name.
    domain : Box (finite or not), Disc or Triangle.
    potential : V of one array per axis (all of one shape) -> array of that shape, in units of E.
    kinetic : coefficient of -∇² (1 in the convention -ψ'' + Vψ = Eψ; 1/2 in atomic units).
    states : how many states are computed when the user names no number.
    jumps : points where V jumps (1-D).
    singular : points where V is infinite but integrable, such as |x - c|^(-1/2) (1-D).
    deltas : (position c, strength s) of each point interaction s δ(x - c) (1-D).
    energies : k -> the k lowest exact energies, if known (used to score, never to solve).
    wavefunctions : (points [n, d], k) -> exact normalised ψ [n, k], if known (scoring only).
    origin, citation : provenance, filled by the registry and by the author.

    Raises
    ------
    BadProblem : a jump, singular point or delta outside the domain, or on an axis of a
        domain that is not one-dimensional; a kinetic coefficient that is not positive.
    """

    kind: ClassVar[str] = "eigenproblem"
    fields: ClassVar[tuple[str, ...]] = ("u",)
    name: str
    domain: Domain
    potential: Callable[..., Any]
    kinetic: float = 1.0
    states: int = 3
    jumps: tuple[float, ...] = ()
    singular: tuple[float, ...] = ()
    deltas: tuple[tuple[float, float], ...] = ()
    energies: Callable[[int], np.ndarray] | None = None
    wavefunctions: Callable[[np.ndarray, int], np.ndarray] | None = None
    origin: Origin | None = None
    citation: str = ""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.kinetic) and self.kinetic > 0):
            raise BadProblem(
                f"kinetic of '{self.name}' is {self.kinetic}.", "give a positive number"
            )
        for what, points in (
            ("jump", self.jumps),
            ("singular point", self.singular),
            ("delta", [c for c, _ in self.deltas]),
        ):
            self._check_inside(what, points)

    def _check_inside(self, what: str, points: Any) -> None:
        if len(points) and self.dimension != 1:
            raise BadProblem(
                f"'{self.name}' declares a {what} in {self.dimension} dimensions.",
                f"a {what} can be declared on one-dimensional problems only",
            )
        lo, hi = self.domain.bounding_box[0]
        for c in points:
            inside = lo <= c <= hi if what == "singular point" else lo < c < hi
            if not inside:
                raise BadProblem(
                    f"the {what} of '{self.name}' at {c} lies outside the box [{lo}, {hi}].",
                    f"move the {what} inside the box, or widen the box",
                )

    @property
    def dimension(self) -> int:
        """Number of coordinates."""
        return len(self.domain.axes)

    @property
    def is_bounded(self) -> bool:
        """Whether the domain is finite."""
        return not isinstance(self.domain, Box) or self.domain.is_bounded

    @property
    def laplacian_names(self) -> tuple[str, ...]:
        """Jet names of the pure second derivatives."""
        return tuple(f"u_{axis}{axis}" for axis in self.domain.axes)

    def residual(self, j: Any, x: Mapping[str, Any], theta: Mapping[str, Any]) -> Any:
        """(H - E) ψ on a jet, away from point interactions; theta holds the energy "E".

        A "V" in theta stands for the potential's value at x where it is already known.
        """
        v = theta["V"] if "V" in theta else self.potential(*(x[a] for a in self.domain.axes))
        laplacian = sum(getattr(j, name) for name in self.laplacian_names)
        return -self.kinetic * laplacian + (v - theta["E"]) * j.u

    @cached_property
    def derivatives(self) -> dict[str, tuple[str, jet.MultiIndex]]:
        """Derivatives that the residual reads: jet name -> (field, multi-index)."""
        middle = dict.fromkeys(self.domain.axes, 0.5)
        theta = {"E": 1.0, "V": 1.0}
        return jet.record(self.residual, self.fields, self.domain.axes, middle, theta)

    def potential_at(
        self, points: Float[np.ndarray, "n d"], *, finite: bool = True
    ) -> Float[np.ndarray, " n"]:
        """V at given points, as a float64 array.

        Raises
        ------
        BadProblem : the potential fails on arrays, has the wrong shape, or (with `finite`) is
            not finite.
        """
        points = np.asarray(points, float)
        count = len(points)
        padding = 2 ** max(6, (count - 1).bit_length()) - count  # few shapes, few compilations
        padded = np.concatenate([points, np.repeat(points[-1:], padding, axis=0)])
        columns = [np.ascontiguousarray(c) for c in padded.T]
        try:
            with float64(), np.errstate(all="ignore"):
                v = np.asarray(self.potential(*columns))
        except Exception as error:
            raise BadProblem(
                f"the potential of '{self.name}' fails on an array: {error}".splitlines()[0],
                "write it with jax.numpy on whole arrays (jnp.where instead of if)",
            ) from error
        if v.dtype.kind not in "fiub":
            raise BadProblem(
                f"the potential of '{self.name}' returns {v.dtype}.",
                "return real numbers",
            )
        if v.shape not in ((), columns[0].shape):
            raise BadProblem(
                f"the potential of '{self.name}' maps {columns[0].shape} to {v.shape}.",
                "return one value per point",
            )
        v = np.broadcast_to(v.astype(float), columns[0].shape)[:count]
        if finite and not np.all(np.isfinite(v)):
            where = points[np.argmin(np.isfinite(v))]
            raise BadProblem(
                f"the potential of '{self.name}' is {v[np.argmin(np.isfinite(v))]} at "
                f"{', '.join(f'{a} = {c:g}' for a, c in zip(self.domain.axes, where, strict=True))}"
                ", inside the box.",
                "keep V finite there, end the box before that point, or declare the point "
                "in `singular` if V is integrable",
            )
        return v


AnyProblem = Problem | EigenProblem | HiddenTermProblem | JumpProcess
