"""What the first layer reads of a point: scaled coordinates, waves, random Fourier features.

Every axis is scaled to [−1, 1]; a periodic one is read as sines and cosines of whole waves, which
makes the network periodic with all its derivatives (S. Dong and N. Ni, arXiv 2007.07442). Random
Fourier features sin wξ, cos wξ let a network learn high frequencies (M. Tancik et al., arXiv
2006.10739); w is drawn, axis by axis, from the spectral density of what is known (as by A. Rahimi
and B. Recht, NIPS 2007, from that of a kernel).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from pinn.network.spectrum import bandwidth
from sciml.problem import Problem

FEATURES = 8
"""random frequencies along an axis"""
FEWEST = 3
"""waves along an axis up to which a tanh network needs no Fourier features"""


@dataclass(frozen=True, eq=False)
class Inputs:
    """A map from a point to the numbers that the first layer reads.

    Attributes
    ----------
    lower, upper : ends of each axis.
    waves : whole waves along each axis that is periodic, else 0.
    frequencies : random frequencies along the axes that are not, radians per unit of ξ.
    """

    lower: Float[np.ndarray, " d"]
    upper: Float[np.ndarray, " d"]
    waves: tuple[int, ...]
    frequencies: Float[np.ndarray, "m d"]

    @property
    def count(self) -> int:
        """How many numbers are read."""
        return sum(2 * w if w else 1 for w in self.waves) + 2 * len(self.frequencies)

    def __call__(self, point: Float[Array, " d"]) -> Float[Array, " i"]:
        """Return what the network reads of a point."""
        xi = 2 * (point - self.lower) / (self.upper - self.lower) - 1
        read = []
        for a, waves in enumerate(self.waves):
            angles = np.pi * np.arange(1, waves + 1) * xi[a]
            read += [jnp.sin(angles), jnp.cos(angles)] if waves else [xi[a : a + 1]]
        if len(self.frequencies):
            angles = jnp.asarray(self.frequencies) @ xi
            read += [jnp.sin(angles), jnp.cos(angles)]
        return jnp.concatenate(read)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return what is not in the problem: waves and frequencies."""
        return {"waves": np.array(self.waves), "frequencies": self.frequencies}


def inputs_of(problem: Problem, arrays: Mapping[str, Any]) -> Inputs:
    """Return the inputs that `Inputs.arrays` describes."""
    lower, upper = np.array(problem.domain.bounding_box).T
    waves = tuple(int(w) for w in np.asarray(arrays["waves"]))
    return Inputs(lower, upper, waves, np.asarray(arrays["frequencies"], float))


def chosen(
    problem: Problem, embedding: str, densities: Float[np.ndarray, "d w"], seed: int
) -> Inputs:
    """Return the inputs of a network.

    Parameters
    ----------
    embedding : "plain", "fourier" or "auto".
    densities : share of each number of waves along each axis in what is known.
    """
    periodic = [axis in problem.periodic for axis in problem.domain.axes]
    rng = np.random.default_rng([seed, 11])
    waves, rows = [], []
    for a, repeats in enumerate(periodic):
        widest = bandwidth(densities[a])
        waves.append(0 if not repeats else max(1, widest if embedding != "plain" else 1))
        wanted = embedding == "fourier" or (embedding == "auto" and widest > FEWEST)
        if wanted and not repeats:
            drawn = rng.choice(densities.shape[1], FEATURES, p=densities[a])
            along = np.pi * (drawn + rng.uniform(-0.5, 0.5, FEATURES))
            rows.append(along[:, None] * np.eye(len(periodic))[a])
    frequencies = np.concatenate(rows) if rows else np.zeros((0, len(periodic)))
    lower, upper = np.array(problem.domain.bounding_box).T
    return Inputs(lower, upper, tuple(waves), frequencies)
