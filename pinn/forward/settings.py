"""Settings of `pinn` on equations: one set of defaults for every problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sciml.errors import BadConfig


@dataclass(frozen=True)
class Config:
    """Settings of `pinn` on equations.

    Attributes
    ----------
    route : "auto" marches evolutions window by window where one block would be large, and solves
        all else in one "block"; "march" and "block" insist.
    tolerance : largest relative residual, at points held out, of a converged result (default: 1e-8
        for linear equations, 1e-4 for nonlinear ones).
    units : largest number of coefficients of a block or window.
    steps : limit of levels or windows tried.
    """

    route: Literal["auto", "block", "march"] = "auto"
    tolerance: float | None = None
    units: int = 2800
    steps: int = 1000

    def __post_init__(self) -> None:
        if self.tolerance is not None and not (np.isfinite(self.tolerance) and self.tolerance > 0):
            raise BadConfig(f"tolerance is {self.tolerance}.", "give a positive number")
        if self.units < 16:
            raise BadConfig(f"units is {self.units}.", "give at least 16 coefficients")
        if self.steps < 1:
            raise BadConfig(f"steps is {self.steps}.", "give 1 or more")

    def reached(self, *, linear: bool) -> float:
        """Return the tolerance of a linear or a nonlinear equation."""
        return self.tolerance or (1e-8 if linear else 1e-4)
