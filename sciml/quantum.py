"""What else a well is asked for: how a state moves in it, and the condensate that fills it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Complex, Float

from sciml.bound_states import EigenProblem
from sciml.domain import Box, Domain
from sciml.errors import BadProblem
from sciml.origin import Origin
from sciml.precision import float64


@dataclass(frozen=True, kw_only=True)
class QuantumDynamics:
    """A state that moves in a well: i ψ_t = -kinetic ψ_xx + V ψ + Σ s_j δ(x - c_j) ψ.

    ψ vanishes at the walls of the well, or at infinity. The fields are u = Re ψ and v = Im ψ.

    Attributes
    ----------
    name : registered name.
    well : the operator, on a line; V does not depend on time.
    initial : positions [n] -> ψ at t = 0 [n], real or complex; it is normalised by the method.
    duration : the last time, in units of 1/energy; the first is 0.
    window : (lower, upper) part of an unbounded axis that is drawn and scored; None: all of it.
    regions : name -> (lower, upper): where the probability at the last time is reported.
    exact : points (t, x) [n, 2] -> (Re ψ, Im ψ) [n, 2], if known (used to score, never to solve).
    origin, citation : provenance, filled by the registry and by the author.

    Raises
    ------
    BadProblem : a well in a plane, an axis that is named t, a duration that is not positive, a
        window or region that is empty or lies outside the well.
    """

    kind: ClassVar[str] = "quantum dynamics"
    fields: ClassVar[tuple[str, ...]] = ("u", "v")
    name: str
    well: EigenProblem
    initial: Callable[[np.ndarray], Any]
    duration: float
    window: tuple[float, float] | None = None
    regions: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    exact: Callable[[np.ndarray], np.ndarray] | None = None
    origin: Origin | None = None
    citation: str = ""

    def __post_init__(self) -> None:
        if self.well.dimension != 1:
            raise BadProblem(
                f"the well of '{self.name}' has {self.well.dimension} dimensions.",
                "give a well on a line",
            )
        if self.well.domain.axes == ("t",):
            raise BadProblem(
                f"the axis of the well of '{self.name}' is named t.", "name it x: t is the time"
            )
        if not (math.isfinite(self.duration) and self.duration > 0):
            raise BadProblem(
                f"the duration of '{self.name}' is {self.duration}.", "give a positive number"
            )
        intervals = dict(self.regions) | ({"window": self.window} if self.window else {})
        lower, upper = self.well.domain.bounding_box[0]
        for what, (a, b) in intervals.items():
            if not max(a, lower) < min(b, upper):
                raise BadProblem(
                    f"'{what}' of '{self.name}' runs from {a} to {b}, the well from {lower} to "
                    f"{upper}.",
                    "give lower < upper inside the well",
                )

    @property
    def dimension(self) -> int:
        """Two coordinates, the time and the position."""
        return 2

    @property
    def domain(self) -> Box:
        """Times from 0 to the duration, positions in the window (all of the well without one)."""
        (axis,) = self.well.domain.axes
        line = self.well.domain.bounding_box[0] if self.window is None else self.window
        return Box({"t": (0.0, self.duration), axis: line})

    def initial_at(self, x: Float[np.ndarray, " n"]) -> Complex[np.ndarray, " n"]:
        """ψ at t = 0, as it is given.

        Raises
        ------
        BadProblem : it fails on arrays, has the wrong shape, or is not finite.
        """
        try:
            with float64(), np.errstate(all="ignore"):
                psi = np.asarray(self.initial(np.asarray(x, float)))
        except Exception as error:
            raise BadProblem(
                f"the initial state of '{self.name}' fails on an array: {error}".splitlines()[0],
                "write it with numpy or jax.numpy on whole arrays",
            ) from error
        if psi.dtype.kind not in "fiubc" or psi.shape != np.shape(x):
            raise BadProblem(
                f"the initial state of '{self.name}' maps {np.shape(x)} to {psi.dtype} "
                f"{psi.shape}.",
                "return one real or complex number per point",
            )
        if not np.all(np.isfinite(psi)):
            where = float(np.asarray(x)[np.argmin(np.isfinite(psi))])
            raise BadProblem(
                f"the initial state of '{self.name}' is not finite at {where:g}.",
                "keep it finite everywhere in the well",
            )
        return psi.astype(complex)


@dataclass(frozen=True, kw_only=True)
class Condensate:
    """Ground state of the Gross-Pitaevskii equation in a well, ∫|ψ|² = 1.

    -kinetic ∇²ψ + V ψ + Σ s_j δ(x - c_j) ψ + g |ψ|² ψ = μ ψ.

    Attributes
    ----------
    name : registered name.
    well : V, the coefficient of -∇² and the domain.
    interaction : g, in units of energy times length (area in the plane); repulsive where positive.
    chemical_potential : () -> μ, if known (used to score, never to solve).
    wavefunction : points [n, d] -> exact ψ ≥ 0 [n], if known (scoring only).
    origin, citation : provenance, filled by the registry and by the author.

    Raises
    ------
    BadProblem : g is not finite.
    """

    kind: ClassVar[str] = "condensate"
    fields: ClassVar[tuple[str, ...]] = ("u",)
    name: str
    well: EigenProblem
    interaction: float
    chemical_potential: Callable[[], float] | None = None
    wavefunction: Callable[[np.ndarray], np.ndarray] | None = None
    origin: Origin | None = None
    citation: str = ""

    def __post_init__(self) -> None:
        if not math.isfinite(self.interaction):
            raise BadProblem(
                f"the interaction of '{self.name}' is {self.interaction}.", "give a finite number"
            )

    @property
    def dimension(self) -> int:
        """Number of coordinates."""
        return self.well.dimension

    @property
    def domain(self) -> Domain:
        """The domain of the well."""
        return self.well.domain
