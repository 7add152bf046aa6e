"""Settings of a surrogate, and the stages of its training."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One stage of the training.

    Attributes
    ----------
    progress : how far the tolerance of the equation has come, geometrically, from where its
        residual is no surprise (0) to the final one (1); None for the data alone.
    steps : largest number of Levenberg-Marquardt steps.
    frozen : whether the solutions stay as they are (gradient matching).
    evidence : whether noise and decay are chosen afterwards.
    """

    progress: float | None
    steps: int
    frozen: bool = False
    evidence: bool = False


ORDINARY = (
    Stage(None, 15),
    Stage(0.0, 10, frozen=True),
    Stage(0.0, 15),
    Stage(0.35, 15),
    Stage(0.7, 15),
    *(Stage(1.0, 12, evidence=True),) * 6,
)
FIELD = (
    Stage(None, 20),
    Stage(0.0, 10, frozen=True),
    Stage(0.0, 15),
    Stage(1.0, 20),
    *(Stage(1.0, 10, evidence=True),) * 5,
)
FINAL = {True: 1.0, False: 0.3}
"""with and without axes of space: the final tolerance, the standard deviation of the equation's
residual relative to that of the data, were all rows of the equation as many as those of the data"""


@dataclass(frozen=True)
class Settings:
    """Settings of the networks and their training.

    Attributes
    ----------
    solution : widths of the solution's network; () for 16-16, or 18-18-18 with axes of space.
    hidden : widths of a hidden term's network; () for 6-6, or 8-8 with axes of space.
    collocation : collocation points an experiment; 0 for 80, or 500 with axes of space.
    first_scale : slopes of the solution's first layer; 0 for 3, or 1.5 with axes of space
        (less where there are fewer than 20 rows).
    attempts : how often a fit that does not follow the data is begun again with another key.
    """

    solution: tuple[int, ...] = ()
    hidden: tuple[int, ...] = ()
    collocation: int = 0
    first_scale: float = 0.0
    attempts: int = 3

    def filled(self, in_space: bool) -> Settings:
        """Return the settings with what suits the equation where nothing is said."""
        return Settings(
            self.solution or ((18, 18, 18) if in_space else (16, 16)),
            self.hidden or ((8, 8) if in_space else (6, 6)),
            self.collocation or (500 if in_space else 80),
            self.first_scale or (1.5 if in_space else 3.0),
            self.attempts,
        )
