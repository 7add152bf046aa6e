"""Settings of `network`: one set of defaults for every problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sciml.errors import BadConfig

ROUND = 50
"""Gauss-Newton steps between two choices of points, weights and emphasis"""


@dataclass(frozen=True)
class Config:
    """Settings of `network`.

    Attributes
    ----------
    width, depth : tanh units of a layer, and layers.
    embedding : what the first layer reads: the "plain" coordinates, random "fourier" features of
        them too, or "auto": those where the source or the data oscillate. Periodic axes are
        always read as waves.
    sampling : "adaptive" draws points where the residual is large, "uniform" anywhere, both anew
        for every step; "sobol" keeps one set of four times as many.
    points : points inside for every step.
    causal : whether early times are learned before later ones, along an axis of evolution.
    balance : emphasis of conditions that are not met exactly by construction, against the
        equation: "none", by "gradient norm" or by "NTK trace".
    tolerance : largest relative residual, at points held out, of a converged result (default:
        1e-3 for linear equations, 2e-3 for nonlinear ones).
    steps : limit of rounds, each of 50 Gauss-Newton steps.
    """

    width: int = 24
    depth: int = 3
    embedding: Literal["auto", "plain", "fourier"] = "auto"
    sampling: Literal["adaptive", "uniform", "sobol"] = "adaptive"
    points: int = 512
    causal: bool = False
    balance: Literal["none", "gradient norm", "NTK trace"] = "NTK trace"
    tolerance: float | None = None
    steps: int = 30

    def __post_init__(self) -> None:
        for name, least in (("width", 2), ("depth", 1), ("points", 8), ("steps", 1)):
            if getattr(self, name) < least:
                raise BadConfig(f"{name} is {getattr(self, name)}.", f"give {least} or more")
        if self.tolerance is not None and not (np.isfinite(self.tolerance) and self.tolerance > 0):
            raise BadConfig(f"tolerance is {self.tolerance}.", "give a positive number")

    def reached(self, *, linear: bool) -> float:
        """Return the tolerance of a kind of equation."""
        return self.tolerance or (1e-3 if linear else 2e-3)
