"""Bound states of a Schrödinger operator: the well that all quantum problems are about."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float

from sciml import jet
from sciml.domain import Box, Domain
from sciml.errors import BadProblem
from sciml.origin import Origin
from sciml.precision import float64


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
