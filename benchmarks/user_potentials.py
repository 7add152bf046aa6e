"""Potentials as users write them in a file of their own, each with an independent reference.

The references are spectral elements on meshes that end at every rough point and are graded
towards singular ones; the methods never see them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from problems.reference import spectral_elements
from sciml import Box, EigenProblem, register

Line = Callable[[Any], Any]
STATES = 4


def _energies(
    potential: Line,
    box: tuple[float, float],
    *,
    size: float,
    breaks: Sequence[float] = (),
    singular: Sequence[float] = (),
    deltas: Sequence[tuple[float, float]] = (),
) -> Callable[[int], Float[np.ndarray, " k"]]:
    """Exact energies by spectral elements on elements of at most the given size."""

    def energies(k: int) -> Float[np.ndarray, " k"]:
        points = (*breaks, *(c for c, _ in deltas))
        ends = spectral_elements.mesh(*box, breaks=points, singular=singular, size=size)
        solved = spectral_elements.bound_states(
            lambda x: np.asarray(potential(x), float), ends, k, singular=singular, deltas=deltas
        )
        return np.asarray(solved.energies)

    return energies


def _boxed(
    name: str,
    potential: Line,
    box: tuple[float, float],
    *,
    jumps: tuple[float, ...] = (),
    singular: tuple[float, ...] = (),
    declared: bool = True,
) -> EigenProblem:
    """A problem in a hard box whose reference breaks its mesh at all rough points."""
    size = (box[1] - box[0]) / 8
    return EigenProblem(
        name=name,
        domain=Box({"x": box}),
        potential=potential,
        states=STATES,
        jumps=jumps if declared else (),
        singular=singular if declared else (),
        energies=_energies(potential, box, size=size, breaks=jumps, singular=singular),
    )


def _stairs(x: Array) -> Array:
    return jnp.where(x > 0.3, 20.0, 0.0) + jnp.where(x > 0.7, 40.0, 0.0) + 5.0 * x


@register("stairs")
def stairs() -> EigenProblem:
    """Two declared steps on a tilted floor in a hard box."""
    return _boxed("stairs", _stairs, (0.0, 1.0), jumps=(0.3, 0.7))


@register("stairs_undeclared")
def stairs_undeclared() -> EigenProblem:
    """The same steps, not declared: they must be found or warned of."""
    return _boxed("stairs_undeclared", _stairs, (0.0, 1.0), jumps=(0.3, 0.7), declared=False)


@register("asymmetric")
def asymmetric() -> EigenProblem:
    """A lopsided double well on the line."""

    def potential(x: Array) -> Array:
        return 0.5 * x**4 - 4.0 * x**2 + 1.5 * x

    return EigenProblem(
        name="asymmetric",
        domain=Box({"x": (-math.inf, math.inf)}),
        potential=potential,
        states=STATES,
        energies=_energies(potential, (-7.0, 7.0), size=0.5),
    )


@register("inverse_root")
def inverse_root(strength: float = 6.0, centre: float = 0.4) -> EigenProblem:
    """Attractive and singular, but integrable: -s |x - c|^(-1/2)."""

    def potential(x: Array) -> Array:
        return -strength / jnp.sqrt(jnp.abs(x - centre))

    return _boxed("inverse_root", potential, (0.0, 1.0), singular=(centre,))


@register("repulsive_root")
def repulsive_root() -> EigenProblem:
    """Repulsive and singular, but integrable: +8 |x - c|^(-1/2)."""

    def potential(x: Array) -> Array:
        return 8.0 / jnp.sqrt(jnp.abs(x - 0.55))

    return _boxed("repulsive_root", potential, (0.0, 1.0), singular=(0.55,))


@register("logarithm")
def logarithm() -> EigenProblem:
    """A logarithmic well, 10 log |x - c|, in a hard box."""

    def potential(x: Array) -> Array:
        return 10.0 * jnp.log(jnp.abs(x - 0.3))

    return _boxed("logarithm", potential, (-1.0, 1.0), singular=(0.3,))


@register("near_degenerate")
def near_degenerate() -> EigenProblem:
    """A smooth double well whose lowest pair is split by parts in 1e7."""

    def potential(x: Array) -> Array:
        return 40.0 * ((x / 1.8) ** 2 - 1.0) ** 2

    return EigenProblem(
        name="near_degenerate",
        domain=Box({"x": (-math.inf, math.inf)}),
        potential=potential,
        states=STATES,
        energies=_energies(potential, (-4.5, 4.5), size=0.3),
    )


@register("smooth_step")
def smooth_step() -> EigenProblem:
    """A steep but smooth step, 1/50 of the box wide, in a hard box."""

    def potential(x: Array) -> Array:
        return 30.0 * (1.0 + jnp.tanh((x - 0.45) / 0.02))

    return EigenProblem(
        name="smooth_step",
        domain=Box({"x": (0.0, 1.0)}),
        potential=potential,
        states=STATES,
        energies=_energies(potential, (0.0, 1.0), size=0.02),
    )


@register("tilted_delta")
def tilted_delta() -> EigenProblem:
    """The problem that `sciml new` writes: a tilted floor, a step up and a thin barrier."""

    def potential(x: Array) -> Array:
        return 2.0 * x + jnp.where(x > 0.5, 30.0, 0.0)

    box, deltas = (-1.5, 1.5), ((-0.5, 5.0),)
    return EigenProblem(
        name="tilted_delta",
        domain=Box({"x": box}),
        potential=potential,
        states=STATES,
        jumps=(0.5,),
        deltas=deltas,
        energies=_energies(potential, box, size=0.25, breaks=(0.5,), deltas=deltas),
    )


NAMES = (
    "stairs",
    "stairs_undeclared",
    "asymmetric",
    "inverse_root",
    "repulsive_root",
    "logarithm",
    "near_degenerate",
    "smooth_step",
    "tilted_delta",
)
