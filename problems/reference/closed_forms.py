"""Bound states that textbooks write down: oscillator, Pöschl-Teller, Morse, hydrogen, box, delta.

All in units where the operator is -t ψ″ + Vψ with t = `kinetic`. Sources: Flügge, *Practical
Quantum Mechanics* (1971); Olver et al., *NIST Handbook of Mathematical Functions* (2010),
chapter 18.
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float
from scipy.special import eval_gegenbauer, eval_genlaguerre, gammaln

from problems.reference.bound_states import BoundStates

Vector = Float[np.ndarray, " n"]


def infinite_well(k: int, length: float, kinetic: float) -> BoundStates:
    """Return the k lowest states on [0, length] between hard walls."""
    waves = np.arange(1, k + 1) * math.pi / length

    def psi(x: Vector) -> Float[np.ndarray, "n k"]:
        inside = (x >= 0) & (x <= length)
        return np.where(inside[:, None], math.sqrt(2 / length) * np.sin(np.outer(x, waves)), 0.0)

    return BoundStates(kinetic * waves**2, psi)


def delta_well(k: int, strength: float, kinetic: float) -> BoundStates:
    """Return the only bound state of V = -strength δ(x) (none for k = 0)."""
    kappa = np.full(min(k, 1), strength / (2 * kinetic))
    return BoundStates(
        -kinetic * kappa**2, lambda x: np.sqrt(kappa) * np.exp(-np.outer(np.abs(x), kappa))
    )


def harmonic(k: int, omega: float, kinetic: float) -> BoundStates:
    """Return the k lowest states of V = kinetic ω² x², by the recurrence of Hermite functions."""

    def psi(x: Vector) -> Float[np.ndarray, "n k"]:
        xi = math.sqrt(omega) * x
        before, now = np.zeros_like(xi), (omega / math.pi) ** 0.25 * np.exp(-0.5 * xi**2)
        columns = []
        for n in range(k):
            columns.append(now)
            following = math.sqrt(2 / (n + 1)) * xi * now - math.sqrt(n / (n + 1)) * before
            before, now = now, following
        return np.stack(columns, axis=1)

    return BoundStates(kinetic * omega * (2 * np.arange(k) + 1.0), psi)


def poschl_teller_count(order: float) -> int:
    """Return the number of bound states of V = -kinetic λ(λ+1) a² sech²(ax): n < λ."""
    return math.ceil(order)


def poschl_teller(k: int, order: float, a: float, kinetic: float) -> BoundStates:
    """Return the k lowest states of V = -kinetic λ(λ+1) a² sech²(ax), λ = order; all if fewer.

    ψ_n ∝ sech^μ(ax) C_n^(μ+½)(tanh ax) with μ = λ - n.
    """
    n = np.arange(min(k, poschl_teller_count(order)))
    mu = order - n
    alpha = mu + 0.5
    log_norm = (
        0.5 * math.log(math.pi)
        + gammaln(mu)
        + gammaln(2 * alpha + n)
        - gammaln(n + 1)
        - gammaln(alpha)
        - gammaln(2 * alpha)
    )

    def psi(x: Vector) -> Float[np.ndarray, "n k"]:
        ax = np.abs(a * x)[:, None]
        log_sech = math.log(2) - ax - np.log1p(np.exp(-2 * ax))
        polynomial = eval_gegenbauer(n, alpha, np.tanh(a * x)[:, None])
        return math.sqrt(a) * np.exp(mu * log_sech - 0.5 * log_norm) * polynomial

    return BoundStates(-kinetic * (a * mu) ** 2, psi)


def morse_count(depth: float, a: float, kinetic: float) -> int:
    """Return the number of bound states of V = depth (1 - e^(-ax))²: n < λ - ½."""
    return max(0, math.ceil(math.sqrt(depth / kinetic) / a - 0.5))


def morse(k: int, depth: float, a: float, kinetic: float) -> BoundStates:
    """Return the k lowest states of V = depth (1 - e^(-ax))², all if there are fewer.

    With λ = √(depth/kinetic)/a, z = 2λ e^(-ax) and s = λ - n - ½: ψ_n ∝ z^s e^(-z/2) L_n^(2s)(z).
    """
    n = np.arange(min(k, morse_count(depth, a, kinetic)))
    lam = math.sqrt(depth / kinetic) / a
    s = lam - n - 0.5
    log_norm = 0.5 * (np.log(2 * s * a) + gammaln(n + 1) - gammaln(2 * lam - n))

    def psi(x: Vector) -> Float[np.ndarray, "n k"]:
        log_z = math.log(2 * lam) - np.clip(a * x[:, None], -30.0, None)
        z = np.exp(log_z)
        return np.exp(log_norm + s * log_z - 0.5 * z) * eval_genlaguerre(n, 2 * s, z)

    return BoundStates(kinetic * a**2 * (n + 0.5) * (2 * lam - n - 0.5), psi)


def hydrogen(k: int, angular: int, charge: float, kinetic: float) -> BoundStates:
    """Return the k lowest radial states u = rR of V = kinetic (l(l+1)/r² - 2Z/r), l = angular.

    With n = l + 1, l + 2, … and ρ = 2Zr/n: u_n ∝ ρ^(l+1) e^(-ρ/2) L_(n-l-1)^(2l+1)(ρ).
    """
    n = angular + 1.0 + np.arange(k)
    log_norm = 0.5 * (math.log(charge) + gammaln(n - angular) - gammaln(n + angular + 1))

    def psi(r: Vector) -> Float[np.ndarray, "n k"]:
        rho = 2 * charge * np.maximum(r, 0.0)[:, None] / n
        laguerre = eval_genlaguerre(n - angular - 1, 2 * angular + 1, rho)
        return np.exp(log_norm - 0.5 * rho) / n * rho ** (angular + 1) * laguerre

    return BoundStates(-kinetic * (charge / n) ** 2, psi)
