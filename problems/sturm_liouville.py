"""Sturm-Liouville problems in Schrödinger's form: −ψ″ + V ψ = E ψ (Liouville's transformation)."""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from scipy.special import mathieu_b, mathieu_sem

from problems.parameters import positive
from sciml.domain import Box
from sciml.problem import EigenProblem
from sciml.registry import register

DLMF = "NIST Digital Library of Mathematical Functions, chapter 28"


@register("mathieu", aliases=("sturm_liouville",), tags=("sturm-liouville", "1d", "closed-form"))
def mathieu(q: float = 5.0, kinetic: float = 1.0) -> EigenProblem:
    """Mathieu's equation as a Sturm-Liouville problem: −t ψ″ + 2tq cos 2x ψ = E ψ, t = kinetic.

    On [0, π], ψ = 0 at both ends; E_n = t b_n(q) and ψ_n = se_n(x, q), Mathieu's odd functions.

    Parameters
    ----------
    q : strength > 0.
    kinetic : t > 0, coefficient of −ψ″.

    Good values
    -----------
    q 0.1 to 50, kinetic 1 (or ½, in atomic units).

    Reference
    ---------
    NIST Digital Library of Mathematical Functions, chapter 28.
    """
    positive("mathieu", q=q, kinetic=kinetic)

    def wavefunctions(points: Float[np.ndarray, "n 1"], k: int) -> Float[np.ndarray, "n k"]:
        degrees = np.degrees(points[:, 0])
        found = [mathieu_sem(n, q, degrees)[0] for n in range(1, k + 1)]
        return np.stack(found, axis=1) * math.sqrt(2 / math.pi)

    return EigenProblem(
        name="mathieu",
        domain=Box({"x": (0.0, math.pi)}),
        potential=lambda x: 2 * kinetic * q * jnp.cos(2 * x),
        kinetic=kinetic,
        states=5,
        energies=lambda k: kinetic * np.array([mathieu_b(n, q) for n in range(1, k + 1)]),
        wavefunctions=wavefunctions,
        citation=DLMF,
    )
