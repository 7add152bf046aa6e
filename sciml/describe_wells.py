"""What a state that moves, and a condensate, are in words: the well, and what is asked of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sciml.describe import exact

if TYPE_CHECKING:
    from sciml.problem import Condensate, QuantumDynamics


def well(problem: QuantumDynamics | Condensate) -> dict[str, Any]:
    """Return the well that a state moves in or a condensate fills, as data for JSON."""
    from sciml.problem import QuantumDynamics

    domain, origin = problem.well.domain, problem.well.origin
    data = {
        "well": problem.well.name,
        "well_parameters": {} if origin is None else dict(origin.parameters),
        "bounds": {a: list(b) for a, b in zip(domain.axes, domain.bounding_box, strict=True)},
        "duration": None,
        "interaction": None,
        "regions": {},
    }
    if isinstance(problem, QuantumDynamics):
        regions = {name: list(ends) for name, ends in problem.regions.items()}
        known = problem.exact is not None
        return {**data, "duration": problem.duration, "regions": regions, "exact": known}
    known = problem.chemical_potential is not None
    return {**data, "interaction": problem.interaction, "exact": known}


def contents(known: Mapping[str, Any]) -> Iterator[str]:
    """Give what `well` found, line by line."""
    given = ", ".join(f"{k}={exact(v)}" for k, v in known["well_parameters"].items())
    bounds = (f"{a} from {exact(lo)} to {exact(hi)}" for a, (lo, hi) in known["bounds"].items())
    yield f"well: {known['well']}({given}), {', '.join(bounds)}"
    if known["duration"] is not None:
        yield f"times: t from 0 to {exact(known['duration'])}"
    if known["interaction"] is not None:
        yield f"interaction: {exact(known['interaction'])}"
    for name, (low, high) in known["regions"].items():
        yield f"probability at the last time: {name}, from {exact(low)} to {exact(high)}"
    answer = "known, every result is scored against it" if known["exact"] else "not known"
    yield f"reference: {answer}"
