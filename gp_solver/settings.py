"""Settings of method `gp`: one set of defaults for every problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sciml.errors import BadConfig


@dataclass(frozen=True)
class Config:
    """Settings of `gp`.

    Attributes
    ----------
    tolerance : largest relative residual, at fresh points, of a converged result.
    frequencies : how carriers are found: "detect" looks at the source and the conditions' data,
        "ard" selects from an uninformed grid of frequencies (1-D), "none" uses polynomials only.
    points : the source is known at so many equally spaced points along each axis only
        (default: it is evaluated wherever that helps). On a line this implies "ard"; elsewhere
        the result is checked between the points too, and not converged if they were too few.
    components, frequency_max : the grid of "ard": how many frequencies from 0 to the largest that
        may be in the solution, in cycles per unit. Where the points cannot tell such frequencies
        apart the bands hold all of them.
    branches : whether to look for further solutions of a nonlinear equation.
    steps : how often the functions may be made richer.
    """

    tolerance: float = 1e-8
    frequencies: Literal["detect", "ard", "none"] = "detect"
    points: int | None = None
    components: int = 30
    frequency_max: float = 20.0
    branches: bool = True
    steps: int = 8

    def __post_init__(self) -> None:
        if not (np.isfinite(self.tolerance) and self.tolerance > 0):
            raise BadConfig(f"tolerance is {self.tolerance}.", "give a positive number")
        if self.points is not None and self.points < 6:
            raise BadConfig(f"points is {self.points}.", "give at least 6 points an axis")
        if not 2 <= self.components <= 400:
            raise BadConfig(f"components is {self.components}.", "give a number from 2 to 400")
        if not (np.isfinite(self.frequency_max) and self.frequency_max > 0):
            raise BadConfig(
                f"frequency_max is {self.frequency_max}.", "give cycles per unit, above 0"
            )
        if self.steps < 1:
            raise BadConfig(f"steps is {self.steps}.", "give 1 or more")
