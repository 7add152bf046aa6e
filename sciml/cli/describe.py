"""What an equation is, in words: where it holds, what it reads, what is known besides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sciml.cli import output

if TYPE_CHECKING:
    from sciml.problem import Problem


def equation(problem: Problem) -> dict[str, Any]:
    """Return an equation's domain, derivatives, conditions and data, as data for JSON."""
    domain = problem.domain
    measured = problem.observations
    return {
        "domain": type(domain).__name__,
        "bounds": {a: list(b) for a, b in zip(domain.axes, domain.bounding_box, strict=True)},
        "periodic": list(problem.periodic),
        "fields": list(problem.fields),
        "derivatives": list(problem.derivatives),
        "conditions": [
            {
                "faces": list(condition.faces),
                "derivatives": list(problem.derivatives_of(condition.residual)),
                "noise": condition.noise,
            }
            for condition in problem.conditions
        ],
        "sampled": list(problem.sampled),
        "observations": None if measured is None else len(measured.values),
        "unknowns": list(problem.unknowns),
        "exact": problem.exact is not None,
    }


def lines(known: Mapping[str, Any]) -> Iterator[str]:
    """Give what `equation` found, line by line."""
    bounds = (f"{a} from {_bound(lo)} to {_bound(hi)}" for a, (lo, hi) in known["bounds"].items())
    yield f"domain: {known['domain']}, {', '.join(bounds)}"
    if known["periodic"]:
        yield f"periodic along: {', '.join(known['periodic'])}"
    yield f"fields: {', '.join(known['fields'])}"
    yield f"the equation reads: {', '.join(known['derivatives'])}"
    if known["conditions"]:
        yield "conditions:"
    for condition in known["conditions"]:
        noise = f", noise {condition['noise']:g}" if condition["noise"] else ""
        read = ", ".join(condition["derivatives"])
        yield f"  on {', '.join(condition['faces'])}: reads {read}{noise}"
    if known["sampled"]:
        yield f"known on a grid only: {', '.join(known['sampled'])}"
    if known["observations"] is not None:
        yield f"observations: {known['observations']}"
    if known["unknowns"]:
        yield f"to be inferred: {', '.join(known['unknowns'])}"
    answer = "known, every result is scored against it" if known["exact"] else "not known"
    yield f"exact solution: {answer}"


def _bound(value: float) -> str:
    return output.exact(float(value))
