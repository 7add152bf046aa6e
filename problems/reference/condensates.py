"""Ground states of the Gross-Pitaevskii equation by Newton on spectral elements.

-t ψ″ + Vψ + gψ³ = μψ, ∫ψ² = 1, ψ = 0 at both ends. On each element ψ is the polynomial through
its Gauss-Lobatto points, which are also the quadrature points: mass, V and ψ³ are diagonal.
The branch is followed from the linear ground state at g = 0. Source: Karniadakis and Sherwin,
*Spectral/hp Element Methods* (2005), chapter 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.interpolate
import scipy.linalg
from jaxtyping import Float
from numpy.polynomial import legendre

from problems.reference.spectral_elements import mesh
from sciml.bound_states import EigenProblem
from sciml.errors import NoBoundState

Vector = Float[np.ndarray, " n"]

DEGREE, ELEMENTS = 16, 40
"""degree of the polynomials, and elements across the box"""
HAIR = 1e-12
"""part of an element by which its ends are moved inwards where V is asked, off the jumps"""
ITERATIONS = 12
SETTLED = 1e-7
"""norm of a Newton step after which the next one would be rounding: they shrink quadratically"""


@dataclass(frozen=True, eq=False)
class Condensed:
    """A ground state: μ, and ψ ≥ 0 at nodes of elements.

    Attributes
    ----------
    mu : chemical potential, in the units of V.
    ends : of the elements [e + 1].
    psi : at the Lobatto points of each element [e, DEGREE + 1].
    """

    mu: float
    ends: Vector
    psi: Float[np.ndarray, "e p"]

    def wavefunction(self, points: Float[np.ndarray, "m 1"]) -> Float[np.ndarray, " m"]:
        """ψ at any positions, zero outside the box."""
        x, nodes = points[:, 0], lobatto(DEGREE)[0]
        index = np.clip(np.searchsorted(self.ends, x, side="right") - 1, 0, len(self.psi) - 1)
        inside = (x >= self.ends[0]) & (x <= self.ends[-1])
        found = np.zeros(len(x))
        for e in np.unique(index[inside]):
            here = np.flatnonzero(inside & (index == e))
            left, right = self.ends[e], self.ends[e + 1]
            curve = scipy.interpolate.BarycentricInterpolator(nodes, self.psi[e])
            found[here] = curve(2 * (x[here] - left) / (right - left) - 1)
        return found


def lobatto(degree: int) -> tuple[Vector, Vector, Float[np.ndarray, "n n"]]:
    """Return the Gauss-Lobatto points on [-1, 1], their weights, and the derivative matrix."""
    last = np.eye(degree + 1)[degree]
    inner = legendre.legroots(legendre.legder(last))
    for _ in range(2):  # Newton: roots of a companion matrix lack the last digits
        slope, curve = legendre.legder(last), legendre.legder(last, 2)
        inner = inner - legendre.legval(inner, slope) / legendre.legval(inner, curve)
    x = np.concatenate([[-1.0], np.sort(inner), [1.0]])
    peak = legendre.legval(x, last)
    weights = 2 / (degree * (degree + 1) * peak**2)
    gap = x[:, None] - x + np.eye(degree + 1)
    matrix = peak[:, None] / peak / gap
    np.fill_diagonal(matrix, 0.0)
    np.fill_diagonal(matrix, -matrix.sum(axis=1))
    return x, weights, matrix


def ground_state(
    well: EigenProblem, interaction: float, lower: float, upper: float, *, size: float = np.inf
) -> Condensed:
    """Return the ground state on [lower, upper] of a well without singular points.

    No element is longer than `size`.

    Raises
    ------
    NoBoundState : the branch ends before that interaction.
    """
    breaks = (*well.jumps, *(c for c, _ in well.deltas))
    longest = min(size, (upper - lower) / ELEMENTS)
    ends = mesh(lower, upper, breaks=breaks, size=longest)
    nodes, weights, matrix = lobatto(DEGREE)
    count, half = len(ends) - 1, 0.5 * np.diff(ends)
    x = ends[:-1, None] + half[:, None] * (1 + np.clip(nodes, HAIR - 1, 1 - HAIR))
    v = well.potential_at(x.reshape(-1, 1)).reshape(x.shape)
    place = DEGREE * np.arange(count)[:, None] + np.arange(DEGREE + 1)
    total = DEGREE * count + 1
    stiffness, mass, potential = np.zeros((total, total)), np.zeros(total), np.zeros(total)
    local = well.kinetic * (matrix.T * weights) @ matrix
    for e in range(count):
        stiffness[np.ix_(place[e], place[e])] += local / half[e]
        mass[place[e]] += half[e] * weights
        potential[place[e]] += half[e] * weights * v[e]
    for c, strength in well.deltas:
        potential[DEGREE * int(np.argmin(np.abs(ends - c)))] += strength
    linear = (stiffness + np.diag(potential))[1:-1, 1:-1]
    root = np.sqrt(mass[1:-1])
    scaled, vectors = scipy.linalg.eigh(linear / np.outer(root, root), subset_by_index=[0, 1])
    psi = np.abs(vectors[:, 0]) / root
    step = float(scaled[1] - scaled[0]) / abs((interaction or 1.0) * (mass[1:-1] @ psi**4))
    psi, mu = _followed(linear, mass[1:-1], psi, float(scaled[0]), interaction, min(1.0, step))
    whole = np.concatenate([[0.0], psi, [0.0]])[place]
    slopes = whole @ matrix.T / half[:, None]
    kinetic = well.kinetic * float(np.sum(half[:, None] * weights * slopes**2))
    rest = float(np.sum(half[:, None] * weights * (v * whole**2 + interaction * whole**4)))
    points = sum(s * whole[int(np.argmin(np.abs(ends[:-1] - c))), 0] ** 2 for c, s in well.deltas)
    return Condensed(kinetic + rest + float(points), ends, whole)


def _followed(
    linear: Float[np.ndarray, "n n"],
    mass: Vector,
    psi: Vector,
    mu: float,
    interaction: float,
    step: float,
) -> tuple[Vector, float]:
    """The ground state at an interaction, from the linear one, by steps that double or halve."""
    reached = 0.0
    while reached < 1.0:
        following = min(1.0, reached + step)
        found = _newton(linear, mass, psi, mu, following * interaction)
        if found is not None:
            (psi, mu), reached, step = found, following, 2 * step
            continue
        step /= 2
        if step < 1e-4:
            raise NoBoundState("the branch ends.", "give an interaction nearer to 0")
    return psi, mu


def _newton(
    linear: Float[np.ndarray, "n n"], mass: Vector, psi: Vector, mu: float, interaction: float
) -> tuple[Vector, float] | None:
    """ψ and μ near a start; None where the steps do not become small."""
    for _ in range(ITERATIONS):
        defect = linear @ psi + mass * (interaction * psi**3 - mu * psi)
        jacobian = linear + np.diag(mass * (3 * interaction * psi**2 - mu))
        side = -(mass * psi)[:, None]
        whole = np.block([[jacobian, side], [side.T, np.zeros((1, 1))]])
        right = np.append(defect, 0.5 * (1 - mass @ psi**2))
        step = np.linalg.solve(whole, right)
        size = float(np.sqrt(mass @ step[:-1] ** 2))
        if not size < 0.5:
            return None
        psi, mu = psi - step[:-1], mu - float(step[-1])
        if size < SETTLED:
            return psi / np.sqrt(mass @ psi**2), mu
    return None
