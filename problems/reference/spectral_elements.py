"""Bound states of any potential on a finite box, by spectral elements of high degree.

The box is cut at every point where V is not smooth; on each element ψ is a polynomial, written
in the two end values and integrated Legendre polynomials, whose slopes are orthonormal. In this
basis the kinetic matrix is the identity but for the end values, and the inverse eigenproblem
Mx = μ(K + V - σM)x, with σ below the lowest energy, has the wanted states as its largest
eigenvalues: round-off is then relative to *them*, not to the largest energy of the mesh.
V is integrated by Gauss points at twice the degree. Source: Karniadakis and Sherwin, *Spectral/hp
Element Methods* (2005), chapter 2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.polynomial.legendre import leggauss, legvander
from scipy.linalg import LinAlgError, cholesky, eigh

from problems.reference.bound_states import BoundStates
from sciml.errors import BadProblem

Vector = Float[np.ndarray, " n"]


def mesh(
    low: float,
    high: float,
    *,
    breaks: Sequence[float] | Float[np.ndarray, " b"] = (),
    singular: Sequence[float] | Float[np.ndarray, " s"] = (),
    size: float = math.inf,
    levels: int = 3,
    ratio: float = 0.1,
) -> Vector:
    """Return ends of elements on [low, high], ascending.

    Parameters
    ----------
    breaks : points that must be ends (jumps, deltas).
    singular : points that must be ends and towards which elements shrink geometrically,
        `levels` times by the factor `ratio`. An element of length h costs the digits of 1/h,
        so that more than a few levels lose more than they win.
    size : no element is longer than this.
    """
    points = np.unique([low, high, *(c for c in (*breaks, *singular) if low <= c <= high)])
    ends: list[float] = []
    for a, b in zip(points[:-1], points[1:], strict=True):
        panels = max(1, math.ceil((b - a) / size))
        panel = np.linspace(a, b, panels + 1)
        ends.extend(panel)
        first, last = panel[1] - a, b - panel[-2]
        both = 0.5 if panels == 1 and a in singular and b in singular else 1.0
        if a in singular:
            ends.extend(a + both * first * ratio**level for level in range(levels + 1))
        if b in singular:
            ends.extend(b - both * last * ratio**level for level in range(levels + 1))
    return np.unique(ends)


def _shape_functions(
    degree: int, xi: Vector
) -> tuple[Float[np.ndarray, "n m"], Float[np.ndarray, "n m"]]:
    """Values and slopes on [-1, 1]: the ends' hat functions, then integrated Legendre."""
    p = legvander(xi, degree)
    k = np.arange(1, degree)
    hats = np.stack([0.5 * (1 - xi), 0.5 * (1 + xi)], axis=1)
    bubbles = (p[:, 2:] - p[:, :-2]) / np.sqrt(2 * (2 * k + 1))
    hat_slopes = np.broadcast_to([-0.5, 0.5], hats.shape)
    bubble_slopes = np.sqrt(k + 0.5) * p[:, 1:-1]
    return np.hstack([hats, bubbles]), np.hstack([hat_slopes, bubble_slopes])


@dataclass(frozen=True)
class _Elements:
    """A mesh with its numbering: ψ at the inner ends first, then the bubbles of each element."""

    ends: Vector
    degree: int

    @property
    def count(self) -> int:
        return len(self.ends) - 1

    def columns(self, e: int) -> np.ndarray:
        """Global numbers of element e's shape functions; -1 at the walls, where ψ = 0."""
        inner = self.count - 1
        bubbles = inner + e * (self.degree - 1) + np.arange(self.degree - 1)
        left, right = e - 1, e if e < inner else -1
        return np.concatenate([[left, right], bubbles])

    @property
    def size(self) -> int:
        return self.count - 1 + self.count * (self.degree - 1)


def _rule(a: float, b: float, count: int, singular: Sequence[float]) -> tuple[Vector, Vector]:
    """Gauss points and weights on [a, b]; towards a singular end in the root of the distance."""
    nodes, weights = leggauss(count)
    if a not in singular and b not in singular:
        return a + 0.5 * (b - a) * (1 + nodes), 0.5 * (b - a) * weights
    nodes, weights = leggauss(2 * count)
    root = 0.5 * (1 + nodes)
    x = a + (b - a) * root**2 if a in singular else b - (b - a) * root**2
    return x, (b - a) * root * weights


def _assemble(
    elements: _Elements,
    potential: Callable[[Vector], Vector],
    kinetic: float,
    deltas: Sequence[tuple[float, float]],
    singular: Sequence[float],
) -> tuple[Float[np.ndarray, "m m"], Float[np.ndarray, "m m"]]:
    """Matrices of the Hamiltonian and of the inner product."""
    degree, size = elements.degree, elements.size
    xi, weights = leggauss(degree + 1)
    shape, slope = _shape_functions(degree, xi)
    stiffness = (slope.T * weights) @ slope
    stiffness[2:, :] = stiffness[:, 2:] = 0.0  # exact: bubbles' slopes are orthonormal
    stiffness[np.arange(2, degree + 1), np.arange(2, degree + 1)] = 1.0
    overlap = (shape.T * weights) @ shape
    hamiltonian, mass = np.zeros((size, size)), np.zeros((size, size))
    for e in range(elements.count):
        a, b = elements.ends[e], elements.ends[e + 1]
        x, w = _rule(a, b, 2 * degree, singular)
        v = np.broadcast_to(np.asarray(potential(x), float), x.shape)
        if not np.all(np.isfinite(v)):
            raise BadProblem(
                f"the potential is not finite between {a:g} and {b:g}.",
                "make its singular points ends of elements",
            )
        at_x = _shape_functions(degree, 2 * (x - a) / (b - a) - 1)[0]
        local = kinetic * stiffness * (2 / (b - a)) + (at_x.T * (w * v)) @ at_x
        columns = elements.columns(e)
        keep = np.flatnonzero(columns >= 0)
        place = np.ix_(columns[keep], columns[keep])
        hamiltonian[place] += local[np.ix_(keep, keep)]
        mass[place] += 0.5 * (b - a) * overlap[np.ix_(keep, keep)]
    for c, strength in deltas:
        where = int(np.argmin(np.abs(elements.ends - c))) - 1
        if elements.ends[where + 1] != c or not 0 <= where < elements.count - 1:
            raise BadProblem(
                f"the delta at {c} is not at an inner end of an element.",
                "pass its position in `breaks`",
            )
        hamiltonian[where, where] += strength
    return hamiltonian, mass


def bound_states(
    potential: Callable[[Vector], Vector],
    ends: Vector,
    k: int,
    *,
    kinetic: float = 1.0,
    deltas: Sequence[tuple[float, float]] = (),
    singular: Sequence[float] = (),
    degree: int = 24,
) -> BoundStates:
    """Return the k lowest states of -kinetic ψ″ + Vψ = Eψ with ψ = 0 at both ends of the mesh.

    Parameters
    ----------
    potential : positions [n] -> V [n], smooth inside each element.
    ends : ends of the elements (see `mesh`); every jump, delta and singular point is one.
    deltas : (position, strength) of each term s δ(x - c).
    singular : ends where V is infinite but integrable, at most like the distance^(-1/2) if all
        digits are to be right (grade the mesh towards them).
    degree : of the polynomials.

    Raises
    ------
    BadProblem : V is not finite at a quadrature point, a delta is not at an end of an element,
        or more states are asked for than the mesh holds.
    """
    elements = _Elements(np.asarray(ends, float), degree)
    if not 1 <= k < elements.size:
        raise BadProblem(
            f"{k} states were asked of a mesh that holds {elements.size}.",
            "ask for at least one and fewer than that, or refine the mesh",
        )
    hamiltonian, mass = _assemble(elements, potential, kinetic, deltas, singular)
    span = float(elements.ends[-1] - elements.ends[0])
    count = min(max(k, 4), elements.size)
    shift = _shift_below(hamiltonian, mass, kinetic * (math.pi / span) ** 2)
    rough = _lowest(hamiltonian, mass, shift, count)[0]
    shift = rough[0] - (rough[-1] - rough[0])
    energies, vectors = _lowest(hamiltonian, mass, shift, k)

    def wavefunctions(x: Vector) -> Float[np.ndarray, "n k"]:
        return _evaluate(elements, vectors, np.asarray(x, float))

    return BoundStates(energies, wavefunctions)


def _shift_below(
    hamiltonian: Float[np.ndarray, "m m"], mass: Float[np.ndarray, "m m"], unit: float
) -> float:
    """An energy below the lowest one, in distance comparable with its size or with `unit`."""
    shift = -unit
    while True:
        try:
            cholesky(hamiltonian - shift * mass)
        except LinAlgError:
            shift *= 8
        else:
            return 8 * shift


def _lowest(
    hamiltonian: Float[np.ndarray, "m m"], mass: Float[np.ndarray, "m m"], shift: float, k: int
) -> tuple[Vector, Float[np.ndarray, "m k"]]:
    """The k lowest energies and normalised vectors, by the inverse problem above a shift."""
    last = len(mass) - 1
    inverse, vectors = eigh(mass, hamiltonian - shift * mass, subset_by_index=[last - k + 1, last])
    return shift + 1 / inverse[::-1], vectors[:, ::-1] / np.sqrt(inverse[::-1])


def _evaluate(
    elements: _Elements, vectors: Float[np.ndarray, "m k"], x: Vector
) -> Float[np.ndarray, "n k"]:
    """ψ at any positions, zero outside the box."""
    ends = elements.ends
    psi = np.zeros((len(x), vectors.shape[1]))
    index = np.clip(np.searchsorted(ends, x, side="right") - 1, 0, elements.count - 1)
    inside = (x >= ends[0]) & (x <= ends[-1])
    for e in np.unique(index[inside]):
        here = np.flatnonzero(inside & (index == e))
        xi = 2 * (x[here] - ends[e]) / (ends[e + 1] - ends[e]) - 1
        columns = elements.columns(int(e))
        keep = columns >= 0
        psi[here] = _shape_functions(elements.degree, xi)[0][:, keep] @ vectors[columns[keep]]
    return psi
