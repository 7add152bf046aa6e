"""The form every trial state has: boundary factor × network of features of the point.

The features are the mapped coordinates, each in [-1, 1], and one interface feature a rough
point: the simplest function with the kink that ψ must have there. With z the mapped coordinate
relative to the point and z₊ = max(z, 0),
  a jump of V             leaves ψ in C¹ with a jump of ψ'':    z₊²
  a kink of V             leaves ψ in C² with a jump of ψ‴:     z₊³
  a delta                 makes ψ' jump:                        |z|
  V ~ |x - c|^(-α)        gives ψ ~ |x - c|^(2 - α):            z₊^(2-α) and (-z)₊^(2-α)
  V ~ log|x - c|          gives ψ ~ (x - c)² log|x - c|:        z₊² log z₊ and (-z)₊² log (-z)₊
A smooth network of these features is smooth elsewhere and exactly as rough there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from pinn.coordinate import Coordinate
from pinn.interfaces import Interfaces
from sciml.domain import Box, Domain

Decay = tuple[tuple[tuple[float, ...], ...], tuple[float, ...]]
"""rows of a precision matrix, and a centre"""


def as_decay(precision: Float[np.ndarray, "d d"], centre: Float[np.ndarray, " d"]) -> Decay:
    """Return a precision matrix and a centre in the hashable form an ansatz holds."""
    return tuple(tuple(map(float, row)) for row in precision), tuple(map(float, centre))


@dataclass(frozen=True)
class Ansatz:
    """Boundary factor, coordinates and interface features of one problem on a finite domain.

    Equal ansätze are interchangeable and hash alike, so that compiled functions are shared.

    Attributes
    ----------
    domain : the (finite) computational domain.
    coordinates : the map of each axis to [-1, 1].
    interfaces : rough points of the potential (1-D).
    decay : precision matrix Λ [d, d] and centre c [d] of a factor exp(-(x-c)ᵀΛ(x-c)/2) that
        carries the decay of states in an unbounded plane; None elsewhere.
    panels : further ends of quadrature panels, where V needs them (1-D).
    """

    domain: Domain
    coordinates: tuple[Coordinate, ...]
    interfaces: Interfaces = Interfaces()
    decay: Decay | None = None
    panels: tuple[float, ...] = ()

    @property
    def dimension(self) -> int:
        """Number of coordinates."""
        return len(self.coordinates)

    @property
    def inputs(self) -> int:
        """Number of features."""
        rough = self.interfaces
        single = len(rough.jumps) + len(rough.kinks) + len(rough.deltas)
        return self.dimension + single + 2 * len(rough.powers)

    def features(self, x: Float[Array, " d"]) -> Float[Array, " inputs"]:
        """Features of one point, each of order one."""
        mapped = [c(x[i]) for i, c in enumerate(self.coordinates)]
        rough, extra = self.interfaces, []

        def relative(point: float) -> Array:
            return mapped[0] - self.coordinates[0](point)

        extra += [jnp.maximum(relative(c), 0.0) ** 2 for c in rough.jumps]
        extra += [jnp.maximum(relative(c), 0.0) ** 3 for c in rough.kinks]
        extra += [jnp.abs(relative(c)) for c, _ in rough.deltas]
        for c, exponent in rough.powers:
            for side in (relative(c), -relative(c)):
                inside = jnp.where(side > 0, side, 1.0)
                logarithm = jnp.log(inside) if exponent == 2.0 else 1.0
                extra.append(jnp.where(side > 0, inside**exponent * logarithm, 0.0))
        return jnp.stack([*mapped, *extra])

    def factor(self, x: Float[Array, " d"]) -> Float[Array, ""]:
        """The boundary factor: zero on the boundary, positive inside."""
        if self.dimension == 1:
            z = self.coordinates[0](x[0])
            lower, upper = self.interfaces.end_powers
            return _power(1.0 + z, lower) * _power(1.0 - z, upper)
        value = self.domain.boundary_factor(x)
        if self.decay is not None:
            precision, centre = (jnp.array(part) for part in self.decay)
            value = value * jnp.exp(-0.5 * (x - centre) @ (precision @ (x - centre)))
        return value

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Everything that `from_arrays` needs to rebuild this ansatz on the same problem."""
        rough = self.interfaces
        arrays = {
            "coordinates": [[c.lower, c.upper, c.centre, c.width] for c in self.coordinates],
            "jumps": rough.jumps,
            "kinks": rough.kinks,
            "deltas": np.reshape(rough.deltas, (-1, 2)),
            "powers": np.reshape(rough.powers, (-1, 2)),
            "singular": np.reshape(rough.singular, (-1, 2)),
            "end_powers": rough.end_powers,
            "panels": self.panels,
        }
        if self.decay is not None:
            arrays |= {"precision": self.decay[0], "centre": self.decay[1]}
        return {name: np.asarray(value, float) for name, value in arrays.items()}


def _power(base: Array, exponent: float) -> Array:
    return base ** int(exponent) if float(exponent).is_integer() else base**exponent


def from_arrays(domain: Domain, arrays: Mapping[str, np.ndarray]) -> Ansatz:
    """Return the ansatz that `Ansatz.to_arrays` described, for a problem's (maybe open) domain."""
    coordinates = tuple(Coordinate(*map(float, row)) for row in arrays["coordinates"])
    if isinstance(domain, Box):
        ends = [(c.lower, c.upper) for c in coordinates]
        domain = Box(dict(zip(domain.axes, ends, strict=True)))
    lower, upper = map(float, arrays["end_powers"])
    rough = Interfaces(
        jumps=tuple(map(float, arrays["jumps"])),
        kinks=tuple(map(float, arrays["kinks"])),
        deltas=tuple((float(c), float(s)) for c, s in arrays["deltas"]),
        powers=tuple((float(c), float(p)) for c, p in arrays["powers"]),
        singular=tuple((float(c), float(a)) for c, a in arrays["singular"]),
        end_powers=(lower, upper),
    )
    decay = as_decay(arrays["precision"], arrays["centre"]) if "precision" in arrays else None
    panels = tuple(map(float, arrays["panels"]))
    return Ansatz(domain, coordinates, rough, decay, panels)


def derivatives(
    basis: Callable[[Array], Array], x: Float[Array, " d"]
) -> tuple[Float[Array, " m"], Float[Array, "d m"], Float[Array, " m"]]:
    """Return value, gradient and Laplacian of a vector-valued function at one point."""
    gradient, curvatures = [], []
    for i in range(len(x)):
        direction = jnp.zeros_like(x).at[i].set(1.0)

        def slope(y: Array, direction: Array = direction) -> tuple[Array, Array]:
            return jax.jvp(basis, (y,), (direction,))

        (value, first), (_, second) = jax.jvp(slope, (x,), (direction,))
        gradient.append(first)
        curvatures.append(second)
    return value, jnp.stack(gradient), jnp.sum(jnp.stack(curvatures), axis=0)


def sample_points(domain: Domain, count: int) -> Float[np.ndarray, "n d"]:
    """Return points for plots: `count` equally spaced in 1-D, a square grid's inside in 2-D."""
    per_axis = count if len(domain.axes) == 1 else math.isqrt(count)
    lines = [np.linspace(lo, hi, per_axis) for lo, hi in domain.bounding_box]
    grid = np.stack([g.ravel() for g in np.meshgrid(*lines, indexing="ij")], -1)
    return grid[domain.contains(grid)]
