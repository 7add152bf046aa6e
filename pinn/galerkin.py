"""Rayleigh-Ritz: the weak-form eigenproblem of H = -kinetic ∇² + V in the span of given functions.

With S_ij = ∫ φ_i φ_j and H_ij = ∫ kinetic ∇φ_i·∇φ_j + V φ_i φ_j + Σ s φ_i(c) φ_j(c), the
eigenvalues of H a = E S a are upper bounds of the exact ones, in order (Courant-Fischer). The
span of a network's features is numerically rank-deficient, so S is replaced by the singular value
decomposition of the weighted samples, truncated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True)
class Samples:
    """Functions sampled at quadrature nodes, with the operator's data there.

    Attributes
    ----------
    weights, potential : quadrature weights and V at the nodes [n].
    value, gradient, laplacian : of the m functions, [n, m], [n, d, m], [n, m].
    at_deltas : values at the point interactions [p, m]; strengths [p].
    kinetic : coefficient of -∇².
    """

    weights: Float[np.ndarray, " n"]
    potential: Float[np.ndarray, " n"]
    value: Float[np.ndarray, "n m"]
    gradient: Float[np.ndarray, "n d m"]
    laplacian: Float[np.ndarray, "n m"]
    at_deltas: Float[np.ndarray, "p m"]
    strengths: Float[np.ndarray, " p"]
    kinetic: float

    def combine(self, coefficients: Float[np.ndarray, "m k"]) -> Samples:
        """The samples of k linear combinations of the functions."""
        return Samples(
            self.weights,
            self.potential,
            self.value @ coefficients,
            self.gradient @ coefficients,
            self.laplacian @ coefficients,
            self.at_deltas @ coefficients,
            self.strengths,
            self.kinetic,
        )

    def overlap(self) -> Float[np.ndarray, "m m"]:
        """S_ij = ∫ φ_i φ_j."""
        return self.value.T @ (self.weights[:, None] * self.value)

    def kinetic_matrix(self) -> Float[np.ndarray, "m m"]:
        """∫ kinetic ∇φ_i·∇φ_j."""
        n, d, m = self.gradient.shape
        scaled = (self.gradient * np.sqrt(self.weights)[:, None, None]).reshape(n * d, m)
        return self.kinetic * (scaled.T @ scaled)

    def potential_matrix(self) -> Float[np.ndarray, "m m"]:
        """∫ V φ_i φ_j and the point interactions."""
        smooth = self.value.T @ ((self.weights * self.potential)[:, None] * self.value)
        return smooth + self.at_deltas.T @ (self.strengths[:, None] * self.at_deltas)

    def residuals(self, energies: Float[np.ndarray, " m"]) -> Float[np.ndarray, "n m"]:
        """√w (H - E_j) φ_j at the nodes: columns of norm ‖(H - E_j) φ_j‖ (strong form)."""
        strong = -self.kinetic * self.laplacian + self.potential[:, None] * self.value
        return np.sqrt(self.weights)[:, None] * (strong - energies * self.value)


def orthonormal_span(
    samples: Samples, tolerances: tuple[float, ...]
) -> list[Float[np.ndarray, "m r"]]:
    """Return, for each tolerance, coefficients of an orthonormal basis of the functions' span.

    Directions with a singular value below the tolerance times the largest are left out.
    """
    _, sizes, directions = np.linalg.svd(
        np.sqrt(samples.weights)[:, None] * samples.value, full_matrices=False
    )
    ranks = [int((sizes > tolerance * sizes[0]).sum()) for tolerance in tolerances]
    return [directions[:rank].T / sizes[:rank] for rank in ranks]


def ritz_states(
    samples: Samples, basis: Float[np.ndarray, "m r"], states: int
) -> tuple[Float[np.ndarray, " k"], Float[np.ndarray, "m k"]]:
    """Return the lowest Ritz values and the coefficients of their states in the functions.

    `basis` must be orthonormal for the samples (see `orthonormal_span`).
    """
    trial = samples.combine(basis)
    hamiltonian = trial.kinetic_matrix() + trial.potential_matrix()
    energies, vectors = np.linalg.eigh((hamiltonian + hamiltonian.T) / 2)
    return energies[:states], basis @ vectors[:, :states]


def rotate_to_states(
    samples: Samples,
) -> tuple[Float[np.ndarray, " k"], Float[np.ndarray, "k k"]]:
    """Return Ritz values and coefficients within the span of a few independent functions."""
    overlap = samples.overlap()
    hamiltonian = samples.kinetic_matrix() + samples.potential_matrix()
    sizes, directions = np.linalg.eigh(overlap)
    whitening = directions / np.sqrt(sizes)
    inner = whitening.T @ hamiltonian @ whitening
    energies, vectors = np.linalg.eigh((inner + inner.T) / 2)
    return energies, whitening @ vectors
