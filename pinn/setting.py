"""What all three methods share: the finite problem, its ansatz, and sampled trial functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from pinn import interfaces
from pinn.ansatz import Ansatz, as_decay, derivatives
from pinn.coarse import Coarse
from pinn.coordinate import Coordinate, fit_coordinate
from pinn.galerkin import Samples
from pinn.plane import truncated_plane
from pinn.refine import panel_edges
from pinn.truncate import truncated
from sciml.errors import BadConfig, BadProblem
from sciml.problem import AnyProblem, EigenProblem

CHUNK = 512
"""points a compiled call works on: one shape for every number of points"""


@dataclass(frozen=True)
class Setting:
    """A problem made finite, with the number of states and the form they take.

    Attributes
    ----------
    problem, states : what is asked.
    ansatz : the form of trial states on the finite domain.
    turns : radians by which the highest state turns along an axis, about.
    warnings : what the user should know about the choices made.
    coarse : a finite-element solution, against which states are counted (1-D; else None).
    """

    problem: EigenProblem
    states: int
    ansatz: Ansatz
    turns: float
    warnings: tuple[str, ...] = ()
    coarse: Coarse | None = None


def setting(problem: AnyProblem, states: int | None) -> Setting:
    """Return the finite setting of an eigenproblem for a number of states (None: its default).

    Raises
    ------
    BadConfig : states < 1.
    NoBoundState : fewer bound states exist.
    BadProblem : the potential is not finite in the box.
    """
    assert isinstance(problem, EigenProblem)
    count = problem.states if states is None else states
    if count < 1:
        raise BadConfig(f"states is {count}.", "ask for at least one state")
    if problem.dimension > 2:
        raise BadProblem(
            f"'{problem.name}' has {problem.dimension} dimensions.",
            "bound states are computed in one and two dimensions",
        )
    if problem.dimension == 1:
        box, coarse = truncated(problem, count)
        rough = interfaces.find(problem, *box.bounding_box[0])
        singular = tuple(c for c, _ in rough.singular)
        panels = panel_edges(problem, coarse, rough.breaks, singular)
        coordinate, turns = fit_coordinate(coarse, problem.kinetic, panels)
        ansatz = Ansatz(box, (coordinate,), rough, panels=panels)
        return Setting(problem, count, ansatz, float(turns), rough.undeclared, coarse)
    if problem.is_bounded:
        plain = tuple(Coordinate(lo, hi) for lo, hi in problem.domain.bounding_box)
        return Setting(problem, count, Ansatz(problem.domain, plain), 2 * count**0.5)
    plane, precision, centre = truncated_plane(problem, count)
    plain = tuple(Coordinate(lo, hi) for lo, hi in plane.bounding_box)
    decay = as_decay(precision, centre)
    return Setting(problem, count, Ansatz(plane, plain, decay=decay), 2 * count**0.5)


def without_decay(given: Setting) -> Setting:
    """Return the same setting with the plain boundary factor."""
    return replace(given, ansatz=replace(given.ansatz, decay=None))


Sampler = Callable[[Any, Float[np.ndarray, "n d"]], tuple[np.ndarray, np.ndarray, np.ndarray]]
"""(parameters, points) -> values [n, m], gradients [n, d, m], Laplacians [n, m]"""


def sampler(basis: Callable[[Any, Array], Array]) -> Sampler:
    """Return a compiled sampler of functions ``basis(parameters, point [d]) -> [m]``."""

    @jax.jit
    def sample(parameters: Any, points: Array) -> tuple[Array, Array, Array]:
        return jax.vmap(lambda x: derivatives(lambda y: basis(parameters, y), x))(points)

    def chunked(
        parameters: Any, points: Float[np.ndarray, "n d"]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        count = len(points)
        padded = np.concatenate([points, np.repeat(points[-1:], -count % CHUNK, axis=0)])
        parts = [
            sample(parameters, jnp.asarray(padded[i : i + CHUNK]))
            for i in range(0, len(padded), CHUNK)
        ]
        value, gradient, laplacian = (
            np.concatenate([np.asarray(part[i]) for part in parts])[:count] for i in range(3)
        )
        return value, gradient, laplacian

    return chunked


def samples_at(
    given: Setting,
    sample: Sampler,
    parameters: Any,
    points: Float[np.ndarray, "n d"],
    weights: Float[np.ndarray, " n"],
) -> Samples:
    """Return a sampler's functions with the operator's data at quadrature nodes."""
    value, gradient, laplacian = sample(parameters, points)
    deltas = given.ansatz.interfaces.deltas
    if deltas:
        at_deltas = sample(parameters, np.array([[c] for c, _ in deltas]))[0]
    else:
        at_deltas = np.zeros((0, value.shape[1]))
    return Samples(
        weights=weights,
        potential=given.problem.potential_at(points),
        value=value,
        gradient=gradient,
        laplacian=laplacian,
        at_deltas=at_deltas,
        strengths=np.array([s for _, s in deltas]),
        kinetic=given.problem.kinetic,
    )
