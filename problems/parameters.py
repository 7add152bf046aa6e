"""Checks of problems' parameters: each error names the parameter and the mend."""

from __future__ import annotations

import math

from sciml import registry
from sciml.bound_states import EigenProblem
from sciml.errors import BadProblem


def positive(problem: str, **values: float) -> None:
    """Raise BadProblem for the first value that is not a positive, finite number."""
    for parameter, value in values.items():
        if not (math.isfinite(value) and value > 0):
            raise BadProblem(
                f"parameter '{parameter}' of '{problem}' is {value}.", "give a positive number"
            )


def not_negative(problem: str, **values: float) -> None:
    """Raise BadProblem for the first value that is negative or not finite."""
    for parameter, value in values.items():
        if not (math.isfinite(value) and value >= 0):
            raise BadProblem(
                f"parameter '{parameter}' of '{problem}' is {value}.",
                "give a number that is not negative",
            )


def at_least(problem: str, low: int, **values: int) -> None:
    """Raise BadProblem for the first value below `low`."""
    for parameter, value in values.items():
        if value < low:
            raise BadProblem(
                f"parameter '{parameter}' of '{problem}' is {value}.", f"give {low} or more"
            )


def fits(problem: str, inner: str, size: float, outer: str, room: float) -> None:
    """Raise BadProblem unless parameter `inner` of this size is smaller than its room."""
    if not size < room:
        raise BadProblem(
            f"parameter '{inner}' of '{problem}' is {size}, "
            f"but '{outer}' leaves room for less than {room}.",
            f"make '{inner}' smaller or '{outer}' larger",
        )


def filled(well: str, kinetic: float) -> EigenProblem:
    """Return a registered well by its name, at its defaults, for a state or condensate in it.

    Raises
    ------
    BadProblem : it is no registered well; files of the user's are not executed.
    """
    found = None
    if ".py" not in well and "kinetic" in registry.entry(well).parameters:
        found = registry.get(well, kinetic=kinetic)
    if not isinstance(found, EigenProblem):
        raise BadProblem(
            f"'{well}' is no registered well.",
            "name one of `sciml problems --tag schrodinger`; for a well of your own write the "
            "problem in Python",
        )
    return found
