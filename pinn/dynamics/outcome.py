"""From a packet in two Ritz bases to what the user gets: its course, its error, its pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Complex, Float

from pinn.dynamics.packet import Half, distance_of, times_of
from pinn.dynamics.wave import Wave
from pinn.outcome import predicted
from pinn.ritz import basis_of
from pinn.setting import Setting
from sciml.method import Outcome
from sciml.quadrature import panels
from sciml.quantum import QuantumDynamics
from sciml.status import Status

GRID = (121, 181)
"""times and positions of the sampled fields"""
REGION = 60
"""Gauss panels across a region"""

Course = dict[str, Float[np.ndarray, " t"]]


def outcome(
    problem: QuantumDynamics,
    given: Setting,
    halves: tuple[Half, Half],
    *,
    tolerance: float,
    status: Status,
) -> Outcome:
    """Return the outcome of a packet in the first of two bases; the second one checks it.

    A status of CONVERGED is kept only if the part of ψ(0) outside the basis and the largest
    distance of the two packets over time add up to no more than `tolerance`.
    """
    first = halves[0]
    times = times_of(problem)
    amplitudes = first.wave.at(times)
    course = _course(problem, given, first, amplitudes)
    outside, distance = max(half.outside for half in halves), distance_of(problem, *halves)
    estimate = outside + distance
    if status is Status.CONVERGED and not estimate <= tolerance:
        status = Status.UNRESOLVED
    last = {name: float(course[name][-1]) for name in problem.regions}
    drift = float(np.max(np.abs(course["energy"] - course["energy"][0])))
    params = {
        "layer": first.solution.parameters,
        "coefficients": first.solution.coefficients[:, : given.states],
        "ansatz": given.ansatz.to_arrays(),
        "energies": first.wave.energies,
        "real": first.wave.amplitudes.real,
        "imaginary": first.wave.amplitudes.imag,
    }
    grid = _grid(problem, given)
    return Outcome(
        status=status,
        value={
            "energy": float(course["energy"][0]),
            "states": given.states,
            **last,
            "course": {"t": times, **course},
        },
        metrics={
            "norm_defect": float(np.max(np.abs(course["norm"] - 1.0))),
            "energy_drift": drift,
            "outside": outside,
            "error_estimate": estimate,
            "residual": _residual(first, amplitudes),
        },
        params=params,
        arrays={"points": grid, "u": evaluated(problem, params, grid)},
        warnings=(*given.warnings, *_doubts(given, outside, distance, tolerance)),
    )


def evaluated(
    problem: QuantumDynamics, params: dict[str, Any], points: Float[np.ndarray, "n 2"]
) -> Float[np.ndarray, "n 2"]:
    """Return (Re ψ, Im ψ) at points (t, x) from an outcome's params; zero outside the box."""
    wave = Wave(params["real"] + 1j * params["imaginary"], params["energies"])

    def basis(x: Float[np.ndarray, " n"]) -> Float[np.ndarray, "n k"]:
        return predicted(problem.well, params, x[:, None], basis_of, params["layer"])

    psi = wave.sampled(points, basis)
    return np.stack([psi.real, psi.imag], axis=1)


def _residual(half: Half, amplitudes: Complex[np.ndarray, "t k"]) -> float:
    """Largest norm, over time, of i ψ_t - H ψ = -Σ c_n(t) (H - E_n) φ_n, in the strong form."""
    strong = half.trial.residuals(half.wave.energies)
    gram = strong.T @ strong
    squared = np.einsum("ti,ij,tj->t", amplitudes.conj(), gram, amplitudes).real
    return float(np.sqrt(max(np.max(squared), 0.0)))


def _course(
    problem: QuantumDynamics,
    given: Setting,
    half: Half,
    amplitudes: Complex[np.ndarray, "t k"],
) -> Course:
    """Norm, energy, mean position and the probability of each region at all times."""

    def mean(matrix: Float[np.ndarray, "k k"]) -> Float[np.ndarray, " t"]:
        return np.einsum("ti,ij,tj->t", amplitudes.conj(), matrix, amplitudes).real

    trial = half.trial
    weighted = (trial.weights * half.points[:, 0])[:, None] * trial.value
    course = {
        "norm": mean(trial.overlap()),
        "energy": mean(trial.kinetic_matrix() + trial.potential_matrix()),
        "mean_x": mean(trial.value.T @ weighted),
    }
    low, high = given.ansatz.domain.bounding_box[0]
    for name, (lower, upper) in problem.regions.items():
        a, b = max(lower, low), min(upper, high)
        inner = [c for c in given.ansatz.interfaces.breaks if a < c < b]
        if not a < b:
            course[name] = np.zeros(len(amplitudes))
            continue
        x, w = panels(np.union1d(np.linspace(a, b, REGION + 1), inner), 16)
        values = half.sample(half.solution.parameters, x[:, None])[0]
        states = values @ half.solution.coefficients[:, : given.states]
        course[name] = mean(states.T @ (w[:, None] * states))
    return course


def _grid(problem: QuantumDynamics, given: Setting) -> Float[np.ndarray, "n 2"]:
    """Times and positions of the sampled fields: the domain, an open side cut at the box."""
    (start, end), line = problem.domain.bounding_box
    (box,) = given.ansatz.domain.bounding_box
    low, high = (b if np.isinf(a) else a for a, b in zip(line, box, strict=True))
    t, x = np.linspace(start, end, GRID[0]), np.linspace(low, high, GRID[1])
    return np.stack([g.ravel() for g in np.meshgrid(t, x, indexing="ij")], axis=1)


def _doubts(given: Setting, outside: float, distance: float, tolerance: float) -> list[str]:
    """Sentences on the part outside the basis and on two layers that differ."""
    found = []
    if outside > tolerance:
        found.append(
            f"A part of ψ(0) of norm {outside:.1e} lies outside the {given.states} states: give "
            "more states, or walls to a well that binds too few."
        )
    if distance > tolerance:
        found.append(
            f"Two random layers give packets that come to differ by {distance:.1e}: V may be "
            "rougher than declared, or need more width."
        )
    return found
