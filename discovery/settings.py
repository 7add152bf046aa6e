"""Settings of the search for laws."""

from __future__ import annotations

from dataclasses import dataclass

from sciml.errors import BadConfig

FUNCTIONS = ("exp", "log", "sin", "cos", "tanh", "abs", "sign", "sqrt")


@dataclass(frozen=True)
class Settings:
    """Settings of method `discover`.

    Attributes
    ----------
    operators : "auto" lets any function in that brings strong evidence; else names of functions
        separated by commas, beside sums, products and quotients ("none" for these alone).
    solution, hidden : widths of the networks; () for what suits the equation.
    collocation : collocation points an experiment; 0 for what suits the equation.
    symbolic : further candidates: "none", "operon", "pysr", or "auto" for PySR where Julia is.
    hall_of_fame : hall_of_fame.csv that PySR left, perhaps on another machine: its formulas become
        candidates. Of several hidden terms one file each, in order, separated by commas; "" for
        none.
    margin : laws that score within this of the best are not excluded.
    polish : whether constants are made as simple as the data allow.
    """

    operators: str = "auto"
    solution: tuple[int, ...] = ()
    hidden: tuple[int, ...] = ()
    collocation: int = 0
    symbolic: str = "auto"
    hall_of_fame: str = ""
    margin: float = 6.0
    polish: bool = True

    def __post_init__(self) -> None:
        for name in self.functions or ():
            if name not in FUNCTIONS:
                raise BadConfig(
                    f"operators names '{name}'.", f"choose from {', '.join(FUNCTIONS)}, or 'auto'"
                )
        if self.symbolic not in ("none", "operon", "pysr", "auto"):
            raise BadConfig(
                f"symbolic is '{self.symbolic}'.", "choose from 'none', 'operon', 'pysr', 'auto'"
            )
        if not self.margin > 0:
            raise BadConfig(f"margin is {self.margin}.", "give a positive number")

    @property
    def halls(self) -> tuple[str, ...]:
        """The files of halls of fame, one a hidden term; () for none."""
        return tuple(p.strip() for p in self.hall_of_fame.split(",")) if self.hall_of_fame else ()

    @property
    def functions(self) -> tuple[str, ...] | None:
        """The functions asked for by name; None where "auto" decides."""
        if self.operators == "auto":
            return None
        return tuple(n.strip() for n in self.operators.split(",") if n.strip() not in ("", "none"))
