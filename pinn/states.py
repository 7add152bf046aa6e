"""What is reported of bound states: energies with bars, expectation values, nodes, signs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from pinn.bounds import ROUNDING, lower_bounds
from pinn.galerkin import Samples


@dataclass(frozen=True)
class Report:
    """Quantities of k states, all evaluated on one quadrature rule.

    Attributes
    ----------
    energies, lower, upper : Ritz values and the ends of their error bars [k].
    residuals : strong residual norms ‖(H - E)ψ‖ [k].
    noise : size below which a value of ψ means nothing, relative to its peak [k].
    separation : distance of each energy from the nearest other computed one [k].
    norm_error : largest |⟨ψ_i|ψ_j⟩ - δ_ij|.
    moments : name -> expectation values [k].
    """

    energies: Float[np.ndarray, " k"]
    lower: Float[np.ndarray, " k"]
    upper: Float[np.ndarray, " k"]
    residuals: Float[np.ndarray, " k"]
    noise: Float[np.ndarray, " k"]
    separation: Float[np.ndarray, " k"]
    norm_error: float
    moments: dict[str, Float[np.ndarray, " k"]]


def report(
    samples: Samples,
    points: Float[np.ndarray, "n d"],
    axes: tuple[str, ...],
    energies: Float[np.ndarray, " j"],
    states: int,
    *,
    beyond: tuple[float, float] | None = None,
) -> Report:
    """Return energies with error bars and expectation values of the first k of j ≥ k states.

    The states beyond the k-th only serve to separate the levels. The samples should stem from
    another quadrature rule than the one the states were found with: the difference between the
    two rules' energies widens the bars.
    """
    overlap = samples.overlap()
    norms = np.sqrt(np.diag(overlap))
    kinetic = np.diag(samples.kinetic_matrix()) / norms**2
    potential = np.diag(samples.potential_matrix()) / norms**2
    quotient = kinetic + potential
    density = samples.weights[:, None] * (samples.value / norms) ** 2
    size = kinetic + np.abs(samples.potential) @ density
    residuals = samples.residuals(quotient) / norms
    allowance = ROUNDING * size + 4 * np.abs(quotient - energies)
    moments = {}
    for i, axis in enumerate(axes):
        moments[f"mean_{axis}"] = points[:, i] @ density
        moments[f"mean_{axis}2"] = points[:, i] ** 2 @ density
    moments["mean_p2"] = kinetic / samples.kinetic
    lower = lower_bounds(quotient, residuals, beyond=beyond) - allowance
    strengths = np.linalg.norm(residuals, axis=0)
    noise = np.clip(strengths / size, 1e-9, 1e-2)
    return Report(
        energies=quotient[:states],
        lower=lower[:states],
        upper=(quotient + allowance)[:states],
        residuals=strengths[:states],
        noise=noise[:states],
        separation=_separation(quotient)[:states],
        norm_error=float(np.max(np.abs(overlap - np.eye(len(overlap)))[:states, :states])),
        moments={name: values[:states] for name, values in moments.items()},
    )


def _separation(energies: Float[np.ndarray, " j"]) -> Float[np.ndarray, " j"]:
    """Distance of each energy from the nearest other one; infinite for a single one."""
    distance = np.abs(energies[:, None] - energies[None])
    np.fill_diagonal(distance, np.inf)
    return distance.min(axis=1)


def sign_convention(psi: Float[np.ndarray, "n k"]) -> Float[np.ndarray, " k"]:
    """Return ±1 for each state such that its first lobe is positive.

    The first lobe is where |ψ| first passes half its maximum, in the order of the sample points.
    """
    size = np.abs(psi)
    first = np.argmax(size >= 0.5 * size.max(axis=0), axis=0)
    return np.where(psi[first, np.arange(psi.shape[1])] < 0, -1.0, 1.0)


def count_nodes(psi: Float[np.ndarray, "n k"], noise: Float[np.ndarray, " k"]) -> list[int]:
    """Return how often each state on a line changes sign.

    Values below the state's `noise`, relative to its peak, are skipped.
    """
    counts = []
    for column, floor in zip(psi.T, noise, strict=True):
        signs = np.sign(column[np.abs(column) > floor * np.max(np.abs(column))])
        counts.append(int(np.sum(signs[1:] != signs[:-1])))
    return counts
