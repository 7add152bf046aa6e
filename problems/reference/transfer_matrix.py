"""Bound states of piecewise-constant potentials, exact but for round-off.

On a piece where V is constant, -t ψ″ + Vψ = Eψ is solved by sines or by exponentials, so a
solution is carried across the pieces without any discretisation. What is carried is Prüfer's
angle Θ (tan Θ = ψ/ψ′, plus π at every node): its value at the right end grows with E and passes
a multiple of π, counted from the angle of the decaying tail, at each eigenvalue. The n-th state
is therefore bracketed by its own number and none can be missed, however close two of them lie.
Source: Prüfer's oscillation theorem, e.g. Zettl, *Sturm-Liouville Theory* (2005), chapter 4.
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float
from scipy.optimize import brentq

from problems.reference.bound_states import BoundStates
from problems.reference.layer_states import wavefunctions
from problems.reference.layers import Layers


def _advance(
    nodes: int, psi: float, slope: float, q: float, length: float
) -> tuple[int, float, float]:
    """Carry (nodes, ψ >= 0, ψ′) over a piece with ψ″ = -qψ; scaled, so that nothing overflows."""
    if q > 0:
        k = math.sqrt(q)
        size = math.hypot(psi, slope / k)
        turns, angle = divmod(math.atan2(k * psi, slope) % math.pi + k * length, math.pi)
        return nodes + int(turns), size * math.sin(angle), size * k * math.cos(angle)
    if q == 0:
        end, end_slope = psi + slope * length, slope
    else:
        kappa = math.sqrt(-q)
        decay = math.exp(-2 * kappa * length)
        grow, fall = 0.5 * (psi + slope / kappa), 0.5 * (psi - slope / kappa) * decay
        end, end_slope = grow + fall, kappa * (grow - fall)
    if end < 0 or (end == 0 and end_slope < 0):
        return nodes + 1, -end, -end_slope
    return nodes, end, end_slope


def _mismatch(layers: Layers, energy: float) -> float:
    """Prüfer's angle at the right end minus that of the right tail; π n at state n = 0, 1, …"""
    ends, values, strengths = layers.pieces()
    left, right = layers.outside
    if math.isinf(left):
        psi, slope = 0.0, 1.0
    else:
        psi, slope = 1.0, math.sqrt(max(left - energy, 0.0) / layers.kinetic)
    nodes = 0
    for j, value in enumerate(values):
        slope += strengths[j] / layers.kinetic * psi
        q = (energy - value) / layers.kinetic
        nodes, psi, slope = _advance(nodes, psi, slope, q, ends[j + 1] - ends[j])
        size = math.hypot(psi, slope)
        psi, slope = psi / size, slope / size
    unit = 1.0 / (ends[-1] - ends[0])
    tail = math.pi
    if not math.isinf(right):
        tail = math.atan2(unit, -math.sqrt(max(right - energy, 0.0) / layers.kinetic))
    return nodes * math.pi + math.atan2(unit * psi, slope) - tail


def count_below(layers: Layers, energy: float) -> int:
    """Return the number of bound states with an energy below `energy` (at most the continuum's)."""
    return max(0, math.ceil(_mismatch(layers, min(energy, layers.continuum)) / math.pi))


def energies(layers: Layers, k: int) -> Float[np.ndarray, " k"]:
    """Return the k lowest energies, or all bound ones if there are fewer; relative error 1e-14.

    States closer than round-off come out as equal numbers, each once.
    """
    low = layers.floor
    span = layers.breaks[-1] - layers.breaks[0]
    if math.isinf(layers.continuum):
        step = layers.kinetic * (math.pi * k / span) ** 2
        high = max(layers.values) + step
        while count_below(layers, high) < k:
            high, step = high + step, 2 * step
    else:
        high = layers.continuum
        k = min(k, count_below(layers, high))
    found: list[float] = []
    for n in range(k):
        target = n * math.pi
        a = found[-1] if found and _mismatch(layers, found[-1]) <= target else low
        found.append(_root(layers, target, a, high))
    return np.sort(found)


def _root(layers: Layers, target: float, low: float, high: float) -> float:
    """The energy in [low, high] at which the mismatch reaches `target`."""
    f_low, f_high = (_mismatch(layers, e) - target for e in (low, high))
    if f_low >= 0 or f_high <= 0:
        return low if f_low >= 0 else high
    tolerance = 4 * np.finfo(float).eps
    return float(
        brentq(
            lambda e: _mismatch(layers, e) - target,
            low,
            high,
            xtol=1e-300,
            rtol=tolerance,
            maxiter=2000,
        )
    )


def bound_states(layers: Layers, k: int) -> BoundStates:
    """Return the k lowest bound states (fewer where fewer exist) with their wave functions."""
    found = energies(layers, k)
    return BoundStates(found, wavefunctions(layers, found))
