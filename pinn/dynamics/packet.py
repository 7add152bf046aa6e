"""The initial state in the Ritz basis of one random layer: its amplitudes, and what is outside."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from pinn.dynamics.wave import Wave
from pinn.galerkin import Samples
from pinn.outcome import check_samples
from pinn.ritz import Solution
from pinn.setting import Sampler, Setting
from sciml.errors import BadProblem
from sciml.quadrature import panels
from sciml.quantum import QuantumDynamics

TIMES = 201
"""times at which norm, energy and error are looked at"""
BEYOND = 200
"""Gauss panels on each side of the box where the initial state is looked for"""


@dataclass(frozen=True, eq=False)
class Half:
    """A packet in the Ritz basis of one random layer, the half of a comparison of two.

    Attributes
    ----------
    sample, solution : the layer and its Ritz states.
    points, trial : quadrature nodes [n, 1], and the k states sampled there.
    wave : the part of the initial state inside the basis, the whole made ∫|ψ|² = 1.
    outside : norm of the part outside: √∫|ψ - Σ c_n φ_n|².
    """

    sample: Sampler
    solution: Solution
    points: Float[np.ndarray, "n 1"]
    trial: Samples
    wave: Wave
    outside: float


def packet_in(
    problem: QuantumDynamics, given: Setting, sample: Sampler, solution: Solution, count: int
) -> Half:
    """Return a problem's initial state in a layer's Ritz basis, on a fresh quadrature rule.

    Raises
    ------
    BadProblem : the initial state vanishes, or is not finite.
    """
    samples, points = check_samples(given, sample, solution.parameters, count)
    trial = samples.combine(solution.coefficients[:, : given.states])
    weights = trial.weights
    psi = problem.initial_at(points[:, 0])
    beyond = _norm_beyond(problem, given)
    total = float(weights @ np.abs(psi) ** 2) + beyond
    if not total > 0:
        raise BadProblem(
            f"the initial state of '{problem.name}' is zero.", "give a state that is not zero"
        )
    psi = psi / math.sqrt(total)
    amplitudes = trial.value.T @ (weights * psi)
    left = psi - trial.value @ amplitudes
    outside = math.sqrt(float(weights @ np.abs(left) ** 2) + beyond / total)
    wave = Wave(amplitudes, solution.energies[: given.states])
    return Half(sample, solution, points, trial, wave, outside)


def times_of(problem: QuantumDynamics) -> Float[np.ndarray, " t"]:
    """Return the times at which a packet is looked at."""
    return np.linspace(0.0, problem.duration, TIMES)


def distance_of(problem: QuantumDynamics, first: Half, second: Half) -> float:
    """Return the largest norm, over time, of the difference of two packets on the same nodes."""
    times = times_of(problem)
    one, other = (half.wave.at(times) @ half.trial.value.T for half in (first, second))
    return float(np.sqrt(np.max(np.abs(one - other) ** 2 @ first.trial.weights)))


def _norm_beyond(problem: QuantumDynamics, given: Setting) -> float:
    """∫|ψ|² of the initial state over one more box on each open side of the box."""
    ((lower, upper),) = problem.well.domain.bounding_box
    ((a, b),) = given.ansatz.domain.bounding_box
    total = 0.0
    for low, high in ((max(lower, 2 * a - b), a), (b, min(upper, 2 * b - a))):
        if low < high:
            x, w = panels(np.linspace(low, high, BEYOND + 1), 8)
            total += float(w @ np.abs(problem.initial_at(x)) ** 2)
    return total
