"""Settings of method `mjp`."""

from __future__ import annotations

from dataclasses import dataclass

from sciml.errors import BadConfig

REFINE = ("auto", "none", "ml", "map", "mcmc")
NOISE = ("auto", "none", "uniform")


@dataclass(frozen=True)
class Settings:
    """How rates are inferred.

    Attributes
    ----------
    refine : "none" keeps the network's answer; "ml" maximises the exact likelihood from it, "map"
        the likelihood times a prior density of the rates on the links that the network finds
        likely, "mcmc" samples that posterior. "auto" is "ml" where the network expects an error
        below `plenty` or cannot serve, the mean of the network's answer and of "map" below
        `fair`, and "none" elsewhere.
    noise : wrong labels: "none", "uniform" (flips of unknown rate), or "auto": the network says,
        and the likelihood's maximum believes it where it gains as much as that asks for.
    level : probability of the intervals.
    plenty, fair : relative errors of the rates that the network expects, below which "auto" goes
        on (chosen on processes of the network's own prior).
    draws : of the posterior, for what is computed from the rates.
    """

    refine: str = "auto"
    noise: str = "auto"
    level: float = 0.9
    plenty: float = 0.03
    fair: float = 0.2
    draws: int = 400

    def __post_init__(self) -> None:
        for name, value, known in (
            ("refine", self.refine, REFINE),
            ("noise", self.noise, NOISE),
        ):
            if value not in known:
                raise BadConfig(f"{name} is '{value}'.", f"choose from {list(known)}")
        if not 0 < self.level < 1:
            raise BadConfig(f"level is {self.level}.", "give a probability such as 0.9")
        if self.draws < 20:
            raise BadConfig(f"draws is {self.draws}.", "give 20 or more")
