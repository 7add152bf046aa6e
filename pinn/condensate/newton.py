"""Newton's method for a condensate in an orthonormal basis, continued in the interaction.

With ψ = Σ a_i φ_i the unknowns (a, μ) solve
    H a + g ∫ψ³ φ - μ a = 0,    (1 - a·a) / 2 = 0,
whose Jacobian [[L, -a], [-aᵀ, 0]], L = H + 3g ∫ψ² φφᵀ - μ, is symmetric.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from sciml.errors import NoBoundState

ITERATIONS = 12
"""Newton steps for one interaction; more mean that the step in g was too large"""
ROUNDING = 1e-13
"""defect, relative to the Hamiltonian applied, at which Newton's steps are rounding"""
LEAST = 1e-4
"""part of the way in g below which a step is given up"""


@dataclass(frozen=True, eq=False)
class System:
    """The equation in a basis.

    Attributes
    ----------
    hamiltonian : kinetic and potential energy [r, r].
    basis : orthonormal functions at the nodes [n, r].
    weights : of the nodes [n].
    """

    hamiltonian: Float[np.ndarray, "r r"]
    basis: Float[np.ndarray, "n r"]
    weights: Float[np.ndarray, " n"]

    def linearised(
        self, a: Float[np.ndarray, " r"], mu: float, interaction: float
    ) -> Float[np.ndarray, "r r"]:
        """L = H + 3g ∫ψ² φφᵀ - μ."""
        density = self.weights * (self.basis @ a) ** 2
        mean_field = self.basis.T @ (density[:, None] * self.basis)
        return self.hamiltonian + 3 * interaction * mean_field - mu * np.eye(len(a))


@dataclass(frozen=True, eq=False)
class GroundState:
    """Coefficients a [r] with |a| = 1, and μ."""

    coefficients: Float[np.ndarray, " r"]
    mu: float


def bordered(
    linearised: Float[np.ndarray, "r r"], a: Float[np.ndarray, " r"]
) -> Float[np.ndarray, "q q"]:
    """Return the Jacobian of the system, q = r + 1."""
    side = -a[:, None]
    return np.block([[linearised, side], [side.T, np.zeros((1, 1))]])


def _newton(system: System, start: GroundState, interaction: float) -> GroundState | None:
    """The ground state near a start, or None if Newton's method does not settle there."""
    a, mu = start.coefficients, start.mu
    size = float(np.linalg.norm(system.hamiltonian @ a)) + abs(mu)
    before = np.inf
    for _ in range(ITERATIONS):
        density = system.weights * (system.basis @ a) ** 3
        cubic = system.basis.T @ density
        defect = np.append(
            system.hamiltonian @ a + interaction * cubic - mu * a, 0.5 * (1.0 - a @ a)
        )
        now = float(np.linalg.norm(defect))
        if not np.isfinite(now):
            return None
        if now <= ROUNDING * size or (now <= 1e3 * ROUNDING * size and now > 0.1 * before):
            return GroundState(a / np.linalg.norm(a), mu)
        step = np.linalg.solve(bordered(system.linearised(a, mu, interaction), a), defect)
        if np.linalg.norm(step[:-1]) > 0.5:
            return None
        a, mu, before = a - step[:-1], mu - float(step[-1]), now
    return None


def ground_state(system: System, interaction: float) -> GroundState:
    """Return the ground state at an interaction g, followed from the linear one at g = 0.

    Raises
    ------
    NoBoundState : the branch ends before g.
    """
    energies, vectors = np.linalg.eigh(system.hamiltonian)
    found = GroundState(vectors[:, 0], float(energies[0]))
    if interaction == 0.0:
        return found
    quartic = float(system.weights @ (system.basis @ found.coefficients) ** 4)
    gap = float(energies[1] - energies[0]) if len(energies) > 1 else abs(found.mu)
    reached, step = 0.0, min(1.0, gap / (abs(interaction) * quartic))
    while reached < 1.0:
        following = min(1.0, reached + step)
        further = _newton(system, found, following * interaction)
        if further is not None:
            found, reached, step = further, following, 2 * step
            continue
        step /= 2
        if step < LEAST:
            raise NoBoundState(
                f"no ground state was found beyond an interaction of {reached * interaction:.4g}.",
                "give an interaction nearer to 0: an attractive condensate in the plane collapses",
            )
    return found
