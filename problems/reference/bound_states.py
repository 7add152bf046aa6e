"""What a reference solver returns: energies, and normalised wave functions anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True)
class BoundStates:
    """Bound states of a one-dimensional Schrödinger operator, lowest first.

    Attributes
    ----------
    energies : [k], in the units of the potential.
    wavefunctions : positions [n] -> ψ [n, k], each with ∫ψ² = 1; the sign is arbitrary.
    """

    energies: Float[np.ndarray, " k"]
    wavefunctions: Callable[[Float[np.ndarray, " n"]], Float[np.ndarray, "n k"]]
