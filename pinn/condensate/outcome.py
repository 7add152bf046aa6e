"""From a condensate to what the user gets: μ with its bar, the parts of its energy, checks."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from pinn.ansatz import sample_points
from pinn.condensate.state import Condensed, Solution, condensed
from pinn.outcome import PLOT_POINTS, check_samples, sampled_arrays
from pinn.setting import Sampler, Setting
from sciml.domain import Box
from sciml.method import Outcome
from sciml.quantum import Condensate
from sciml.status import Status

NEGATIVE = 1e-6
"""depth of a negative ψ, relative to its peak, from which it has a node"""


def outcome(
    problem: Condensate,
    given: Setting,
    sample: Sampler,
    solution: Solution,
    *,
    count: int,
    tolerance: float,
    status: Status,
) -> Outcome:
    """Return the outcome of one layer's condensate, evaluated on a fresh quadrature rule.

    A status of CONVERGED is kept only if the error bar of μ, relative to the sizes of its parts,
    is no wider than `tolerance`, and ψ has no node.
    """
    g = problem.interaction
    fine, points = check_samples(given, sample, solution.parameters, count)
    known = condensed(fine, solution.basis, solution.system, solution.found, g)
    sign = 1.0 if float(fine.weights @ known.psi) >= 0 else -1.0
    coefficients = sign * solution.coefficients[:, None]
    grid = sample_points(given.ansatz.domain, PLOT_POINTS[given.ansatz.dimension])
    psi = sample(solution.parameters, grid)[0] @ coefficients
    width = known.bar / known.size
    warnings = [*given.warnings]
    if not width <= tolerance:
        warnings.append(
            f"The error bar of μ is {width:.1e} wide, relative; the tolerance is {tolerance:.0e}. "
            "ψ may be narrower than the layer resolves, or V rougher than declared."
        )
    elif np.min(psi) < -NEGATIVE * np.max(psi):
        warnings.append("ψ changes its sign: this is an excited state, not the ground state.")
    if status is Status.CONVERGED and len(warnings) > len(given.warnings):
        status = Status.UNRESOLVED
    metrics = {
        "residual": known.residual,
        "norm_error": known.norm_error,
        "relative_bar": width,
    }
    if _is_smooth(given):
        metrics["virial"] = _virial(problem, known, points, fine.weights)
    return Outcome(
        status=status,
        value={
            "chemical_potential": known.mu,
            "error_bar": known.bar,
            "energy": known.energy,
            "kinetic_energy": known.kinetic,
            "potential_energy": known.potential,
            "interaction_energy": known.interaction,
            **_moments(given, points, fine.weights * known.psi**2),
        },
        metrics=metrics,
        params={
            "layer": solution.parameters,
            "coefficients": coefficients,
            "ansatz": given.ansatz.to_arrays(),
        },
        arrays=sampled_arrays(given, grid, psi),
        warnings=tuple(warnings),
    )


def _moments(
    given: Setting, points: Float[np.ndarray, "n d"], density: Float[np.ndarray, " n"]
) -> dict[str, Any]:
    """Mean position and mean square along each axis."""
    found = {}
    for i, axis in enumerate(given.problem.domain.axes):
        found[f"mean_{axis}"] = float(density @ points[:, i])
        found[f"mean_{axis}2"] = float(density @ points[:, i] ** 2)
    return found


def _is_smooth(given: Setting) -> bool:
    """Whether space is without walls and V without rough points: the virial theorem's ground."""
    domain = given.problem.domain
    open_ended = isinstance(domain, Box) and bool(np.all(np.isinf(domain.bounding_box)))
    return open_ended and not given.ansatz.interfaces.breaks


def _virial(
    problem: Condensate,
    known: Condensed,
    points: Float[np.ndarray, "n d"],
    weights: Float[np.ndarray, " n"],
) -> float:
    """|2T - ⟨x·∇V⟩ + d I|, relative to the sum of the three sizes; zero for an exact state.

    T and I are the kinetic and the interaction energy in d dimensions; it follows from scaling ψ.
    """
    columns = tuple(jnp.asarray(column) for column in points.T)
    _, slope = jax.jvp(problem.well.potential, columns, columns)
    force = float((weights * known.psi**2) @ np.asarray(slope, float))
    parts = (2 * known.kinetic, -force, points.shape[1] * known.interaction)
    return abs(sum(parts)) / sum(map(abs, parts))
