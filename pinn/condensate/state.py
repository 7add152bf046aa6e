"""A condensate with its error bar: energies, strong residual, and the bound on μ that it gives.

The error of a functional of a Galerkin solution is second order: with the adjoint z of μ, which
solves the transposed linearised system, δμ = -⟨r|z - z_h⟩, so that |δμ| is at most
‖r‖ ‖r_z‖ / gap, r and r_z the strong residuals of ψ and z, gap the lowest eigenvalue of L across ψ
(R. Becker and R. Rannacher, Acta Numerica 10, 1 (2001)). It is an estimate: gap is computed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from pinn import bounds
from pinn.condensate.newton import GroundState, System, bordered
from pinn.galerkin import Samples


@dataclass(frozen=True, eq=False)
class Condensed:
    """What is known of a condensate on one quadrature rule.

    Attributes
    ----------
    mu, bar : chemical potential, and the half-width of its error bar.
    kinetic, potential, interaction : parts of the energy, which is their sum.
    residual : ‖-kinetic ∇²ψ + Vψ + gψ³ - μψ‖.
    norm_error : |∫ψ² - 1|.
    psi : ψ at the nodes [n].
    """

    mu: float
    bar: float
    kinetic: float
    potential: float
    interaction: float
    residual: float
    norm_error: float
    psi: Float[np.ndarray, " n"]

    @property
    def energy(self) -> float:
        """Energy of a particle, by whose changes with the number of particles μ is defined."""
        return self.kinetic + self.potential + self.interaction

    @property
    def size(self) -> float:
        """What errors of μ are relative to: the sum of the parts' sizes."""
        return self.kinetic + abs(self.potential) + 2 * abs(self.interaction)


def adjoint(
    system: System, found: GroundState, interaction: float
) -> tuple[Float[np.ndarray, " r"], float, float]:
    """Return the adjoint z of μ, its multiplier, and the lowest eigenvalue of L across ψ."""
    a = found.coefficients
    linearised = system.linearised(a, found.mu, interaction)
    solved = np.linalg.solve(bordered(linearised, a), np.append(np.zeros(len(a)), 1.0))
    across = np.eye(len(a)) - np.outer(a, a)
    shift = np.abs(linearised).max() * len(a)
    levels = np.linalg.eigvalsh(across @ linearised @ across + shift * np.outer(a, a))
    return solved[:-1], float(solved[-1]), float(levels[0])


def condensed(
    samples: Samples,
    coefficients: Float[np.ndarray, "m r"],
    system: System,
    found: GroundState,
    interaction: float,
) -> Condensed:
    """Return a condensate's parts and bar on the rule of `samples`, functions [m] of the layer.

    `coefficients` are those of the basis in the layer's functions.
    """
    z, multiplier, gap = adjoint(system, found, interaction)
    trial = samples.combine(coefficients @ np.stack([found.coefficients, z], axis=1))
    psi, dual = trial.value.T
    weights = trial.weights
    norm = float(weights @ psi**2)
    kinetic = float(trial.kinetic_matrix()[0, 0]) / norm
    potential = float(trial.potential_matrix()[0, 0]) / norm
    quartic = interaction * float(weights @ psi**4) / norm
    mu = kinetic + potential + quartic
    linear = -trial.kinetic * trial.laplacian + trial.potential[:, None] * trial.value
    residual = linear[:, 0] + interaction * psi**3 - mu * psi
    dual_residual = linear[:, 1] + (3 * interaction * psi**2 - mu) * dual - multiplier * psi
    sizes = [float(np.sqrt(weights @ part**2)) for part in (residual, dual_residual)]
    size = kinetic + float(np.abs(trial.potential * weights) @ psi**2) + 2 * abs(quartic)
    bar = sizes[0] * sizes[1] / gap if gap > 0 else np.inf
    return Condensed(
        mu=mu,
        bar=float(bar + 4 * abs(mu - found.mu) + bounds.ROUNDING * size),
        kinetic=kinetic,
        potential=potential,
        interaction=0.5 * quartic,
        residual=sizes[0],
        norm_error=abs(norm - 1.0),
        psi=psi,
    )


@dataclass(frozen=True, eq=False)
class Solution:
    """What one random layer gave.

    Attributes
    ----------
    parameters : of the layer.
    coefficients : of ψ in the layer's functions [m].
    basis : coefficients of an orthonormal basis [m, r].
    system, found : the equation in that basis, and its ground state.
    condensed : parts and bar on the rule it was found with.
    top : highest level that the box was made for, in this basis.
    """

    parameters: dict[str, np.ndarray]
    coefficients: Float[np.ndarray, " m"]
    basis: Float[np.ndarray, "m r"]
    system: System
    found: GroundState
    condensed: Condensed
    top: float
