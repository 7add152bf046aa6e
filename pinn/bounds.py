"""Error bars of energies from strong residuals: Lehmann-Maehly bounds, Weinstein's where none hold.

Ritz values bound energies from above. From below, let ψ_1…ψ_m be Ritz states with residuals
r_i = (H - E_i) ψ_i, R_ij = ⟨r_i|r_j⟩, and let ρ lie between E_m and the exact E_{m+1}. Then the
eigenvalues of
    ρ - [ (ρ - E) + (ρ - E)^(-1/2) R (ρ - E)^(-1/2) ],   E = diag(E_1…E_m),
are lower bounds of the m lowest exact energies (Lehmann 1949, Maehly 1952; for m = 1 this is
Temple's E - ‖r‖²/(ρ - E)). A cluster of close levels is bounded as a whole. The best m is taken.
As ρ we use E_{m+1} - ‖r_{m+1}‖, itself computed, so the bars are estimates and no proof.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

ROUNDING = 4e-12
"""allowance for rounding, relative to the kinetic and potential energy of the state"""


def lower_bounds(
    energies: Float[np.ndarray, " k"],
    residuals: Float[np.ndarray, "n k"],
    *,
    beyond: tuple[float, float] | None = None,
) -> Float[np.ndarray, " k"]:
    """Return lower bounds of the exact energies, one for each Ritz state.

    Parameters
    ----------
    energies : Ritz values, ascending.
    residuals : √w (H - E_j) ψ_j at quadrature nodes, so that columns have the residual norm.
    beyond : Ritz value and residual norm of the next state, where it is not among the k.
    """
    gram = residuals.T @ residuals
    norms = np.sqrt(np.diag(gram))
    bounds = energies - norms
    levels = [*zip(energies[1:], norms[1:], strict=True), *([beyond] if beyond else [])]
    for m, (level, norm) in enumerate(levels, start=1):
        rho = level - norm
        gap = rho - energies[:m]
        if np.min(gap) <= np.max(norms[:m]):
            continue
        scale = 1.0 / np.sqrt(gap)
        pencil = np.diag(gap) + scale[:, None] * gram[:m, :m] * scale
        lehmann = rho - np.linalg.eigvalsh((pencil + pencil.T) / 2)[::-1]
        bounds[:m] = np.maximum(bounds[:m], lehmann)
    return np.minimum(bounds, energies)
