"""Direct solution of Σ_a S_a ⊗ (⊗_{b≠a} M_b) z = c: what constant coefficients on a box lead to.

In the coordinates of `gp_solver.boxes.axis` a self-adjoint axis has symmetric S and M with a common
orthogonal basis, and such axes are diagonalised. One axis that has none (time, convection) is
solved for each of the others' modes; two such axes in a plane form a Sylvester equation, solved by
Schur forms (R. H. Bartels and G. W. Stewart, Commun. ACM 15, 820 (1972)).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.linalg
from jaxtyping import Float

from sciml import kron

DIAGONAL = 1e-9
"""relative size of what is off the diagonal in a common basis"""
NULL = 1e-12
"""relative eigenvalue below which a mode is not determined at all"""
CRITICAL = 1e-9
"""relative eigenvalue below which a mode counts as resonant"""
REGULAR = 1e8
"""condition number up to which a matrix may be inverted"""


@dataclass(frozen=True, eq=False)
class Pencil:
    """S and M of one axis, and their eigenvalues in a common orthogonal basis if there is one.

    `sizes` are what |eigenvalues| of S would be if its terms did not cancel.
    """

    stiffness: Float[np.ndarray, "n n"]
    mass: Float[np.ndarray, "n n"]
    basis: Float[np.ndarray, "n n"] | None = None
    values: Float[np.ndarray, " n"] | None = None
    masses: Float[np.ndarray, " n"] | None = None
    sizes: Float[np.ndarray, " n"] | None = None


def pencil(
    stiffness: Float[np.ndarray, "n n"],
    mass: Float[np.ndarray, "n n"],
    *,
    leading: float = 1.0,
    lower: float = 0.0,
) -> Pencil:
    """Return the pencil of an axis, diagonalised where that is possible.

    `leading` and `lower` bound what S holds of the identity and of M before terms cancel.
    """
    if np.max(np.abs(mass - mass.T)) > DIAGONAL * np.max(np.abs(mass)):
        return Pencil(stiffness, mass)
    masses, basis = np.linalg.eigh(0.5 * (mass + mass.T))
    rotated = basis.T @ stiffness @ basis
    values = np.diag(rotated).copy()
    if np.max(np.abs(rotated - np.diag(values)), initial=0.0) > DIAGONAL * np.max(np.abs(rotated)):
        return Pencil(stiffness, mass)
    sizes = leading + lower * np.abs(masses)
    return Pencil(stiffness, mass, basis, values, masses, sizes)


@dataclass(frozen=True)
class Modes:
    """Which modes the operator does not determine: how many, and how close the next one is."""

    null: int = 0
    closest: float = 1.0


@dataclass(eq=False)
class Separable:
    """A factorised separable operator; `solve` may be called many times."""

    pencils: tuple[Pencil, ...]
    modes: Modes
    _parts: dict[str, Any] = field(default_factory=dict)

    def solve(self, right: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        """Return z for a right-hand side of the tensor's shape (null modes get zero)."""
        if "inverse" in self._parts:
            found = kron.diagonal_solve(self._parts["bases"], self._parts["inverse"], right)
            return np.asarray(found)
        if "sylvester" in self._parts:
            return _sylvester_solve(self._parts["sylvester"], np.asarray(right))
        return self._by_modes(np.asarray(right))

    def null_part(self, right: Float[np.ndarray, "..."]) -> float:
        """Return the size of a right-hand side in the null modes, which nothing can match."""
        if not self.modes.null:
            return 0.0
        rotated = np.asarray(kron.apply_transposed(self._parts["bases"], right))
        return float(np.linalg.norm(rotated[self._parts["inverse"] == 0.0]))

    def _by_modes(self, right: np.ndarray) -> np.ndarray:
        axis, bases = self._parts["axis"], self._parts["bases"]
        moved = np.moveaxis(right, axis, -1)
        shape = moved.shape
        if bases:
            moved = np.asarray(kron.apply_transposed([*bases, np.eye(shape[-1])], moved))
        flat = moved.reshape(-1, shape[-1])
        found = self._parts["inverse_modes"](flat).reshape(shape)
        if bases:
            found = np.asarray(kron.apply([*bases, np.eye(shape[-1])], found))
        return np.moveaxis(found, -1, axis)


def factorise(pencils: Sequence[Pencil]) -> Separable | None:
    """Return the factorised operator, or None if too many axes have no orthogonal basis."""
    pencils = tuple(pencils)
    bare = [a for a, p in enumerate(pencils) if p.basis is None]
    if not bare:
        return _diagonal(pencils)
    if len(bare) == 1:
        return _one_bare(pencils, bare[0])
    if len(pencils) == 2:
        return _sylvester(pencils)
    return None


def _diagonal(pencils: tuple[Pencil, ...]) -> Separable:
    values, masses = [p.values for p in pencils], [p.masses for p in pencils]
    total = np.asarray(kron.sums(values, masses))  # type: ignore[arg-type]
    size = np.asarray(
        kron.sums([p.sizes for p in pencils], [np.abs(m) for m in masses])  # type: ignore[arg-type,misc]
    )
    relative = np.abs(total) / np.where(size > 0, size, 1.0)
    null = relative <= NULL
    inverse = np.where(null, 0.0, 1.0 / np.where(null, 1.0, total))
    closest = float(np.min(relative[~null], initial=1.0))
    parts = {"bases": [p.basis for p in pencils], "inverse": inverse}
    return Separable(pencils, Modes(int(np.sum(null)), closest), parts)


def _one_bare(pencils: tuple[Pencil, ...], axis: int) -> Separable:
    """For each mode of the other axes, (p S + q M) z = c along the bare one.

    With a complex Schur form K = S⁻¹M = Q T Qᴴ, found once, each mode costs a triangular solution.
    """
    others = [p for a, p in enumerate(pencils) if a != axis]
    stiffness, mass = pencils[axis].stiffness, pencils[axis].mass
    if not others:
        factors = scipy.linalg.lu_factor(stiffness)
        closest = _reciprocal_condition(stiffness, factors)
        parts = {
            "axis": 0,
            "bases": [],
            "inverse_modes": lambda flat: scipy.linalg.lu_solve(factors, flat.T).T,
        }
        return Separable(pencils, Modes(0, closest), parts)
    masses, values = [p.masses for p in others], [p.values for p in others]
    outer = np.asarray(kron.outer(masses)).ravel()  # type: ignore[arg-type]
    shift = np.asarray(kron.sums(values, masses)).ravel() / outer  # type: ignore[arg-type]
    extra = _regular_shift(stiffness, mass)
    factors = scipy.linalg.lu_factor(stiffness + extra * mass)
    triangle, rotation = scipy.linalg.schur(
        scipy.linalg.lu_solve(factors, mass).astype(complex), output="complex"
    )

    def solve(flat: np.ndarray) -> np.ndarray:
        right = scipy.linalg.lu_solve(factors, (flat / outer[:, None]).T)
        found = _triangular(triangle, shift - extra, rotation.conj().T @ right)
        return np.ascontiguousarray((rotation @ found).real.T)

    parts = {"axis": axis, "bases": [p.basis for p in others], "inverse_modes": solve}
    return Separable(pencils, Modes(), parts)


def _triangular(
    triangle: np.ndarray, shifts: Float[np.ndarray, " m"], right: np.ndarray
) -> np.ndarray:
    """(1 + shift T) y = right for every column's own shift, T upper triangular; right [n, m]."""
    found = np.empty_like(right)
    for i in range(len(triangle) - 1, -1, -1):
        later = triangle[i, i + 1 :] @ found[i + 1 :]
        found[i] = (right[i] - shifts * later) / (1 + shifts * triangle[i, i])
    return found


def _regular_shift(stiffness: np.ndarray, mass: np.ndarray) -> float:
    """A τ for which S + τ M can be inverted, zero if S itself can."""
    ratio = np.linalg.norm(stiffness) / np.linalg.norm(mass)
    choices = [t * ratio for t in (0.0, 0.01, -0.01, 0.1)]
    regular = [t for t in choices if np.linalg.cond(stiffness + t * mass) < REGULAR]
    return float(regular[0] if regular else choices[1])


def _reciprocal_condition(matrix: Float[np.ndarray, "n n"], factors: Any) -> float:
    """LAPACK's estimate of 1 / cond₁ from LU factors."""
    norm = float(np.linalg.norm(matrix, 1))
    return float(scipy.linalg.lapack.dgecon(factors[0], norm, norm="1")[0])


def _sylvester(pencils: tuple[Pencil, ...]) -> Separable:
    """S₁ Z M₂ᵀ + M₁ Z S₂ᵀ = C as K₁ Z + Z K₂ᵀ = S₁⁻¹ C S₂⁻ᵀ with K = S⁻¹ M.

    S₁ + τ M₁ and S₂ - τ M₂ give the same equation; τ is chosen so that both can be inverted.
    """
    first, second = pencils
    ratio = np.linalg.norm(first.stiffness, 2) / np.linalg.norm(first.mass, 2)
    shifts = [t * ratio for t in (0.0, 0.1, -0.1, 1.0, -1.0)]
    worst = [
        max(
            np.linalg.cond(first.stiffness + t * first.mass),
            np.linalg.cond(second.stiffness - t * second.mass),
        )
        for t in shifts
    ]
    best = shifts[int(np.argmin(worst))]
    left = scipy.linalg.lu_factor(first.stiffness + best * first.mass)
    right = scipy.linalg.lu_factor(second.stiffness - best * second.mass)
    schur_left = scipy.linalg.schur(scipy.linalg.lu_solve(left, first.mass))
    schur_right = scipy.linalg.schur(scipy.linalg.lu_solve(right, second.mass))
    parts = {"sylvester": (left, right, schur_left, schur_right)}
    return Separable(pencils, Modes(0, float(1.0 / min(worst))), parts)


def _sylvester_solve(parts: tuple[Any, ...], right: np.ndarray) -> np.ndarray:
    left_lu, right_lu, (r, u), (s, v) = parts
    scaled = scipy.linalg.lu_solve(left_lu, right)
    scaled = scipy.linalg.lu_solve(right_lu, scaled.T).T
    rotated = u.T @ scaled @ v
    found, scale, _ = scipy.linalg.lapack.dtrsyl(r, s, rotated, tranb="T")
    return u @ (found / scale) @ v.T
