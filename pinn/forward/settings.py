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
        for linear equations in one block, 1e-6 for those that are marched, 1e-4 for nonlinear
        ones).
    units : largest number of coefficients of a block or window (default: 4600 for
        linear equations on a box, which are solved once or twice, 2000 for windows of nonlinear
        ones, else 2800).
    steps : limit of levels or windows tried.
    """

    route: Literal["auto", "block", "march"] = "auto"
    tolerance: float | None = None
    units: int | None = None
    steps: int = 1000

    def __post_init__(self) -> None:
        if self.tolerance is not None and not (np.isfinite(self.tolerance) and self.tolerance > 0):
            raise BadConfig(f"tolerance is {self.tolerance}.", "give a positive number")
        if self.units is not None and self.units < 16:
            raise BadConfig(f"units is {self.units}.", "give at least 16 coefficients")
        if self.steps < 1:
            raise BadConfig(f"steps is {self.steps}.", "give 1 or more")

    def reached(self, *, linear: bool, march: bool = False) -> float:
        """Return the tolerance of a kind of equation."""
        return self.tolerance or ((1e-6 if march else 1e-8) if linear else 1e-4)

    def limit(self, *, linear: bool, march: bool = False, box: bool = True) -> int:
        """Return the largest number of coefficients."""
        usual = 2000 if march and not linear else 2800
        return self.units or (4600 if linear and box and not march else usual)
