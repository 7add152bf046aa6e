"""What an equation is, in words: where it holds, what it reads, what is known besides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sciml.cli import output

if TYPE_CHECKING:
    from sciml.hidden import HiddenTermProblem
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


def unfinished(problem: HiddenTermProblem) -> dict[str, Any]:
    """Return what is known of an equation with a term missing, as data for JSON."""
    data = problem.data
    times = [] if data is None else [t for e in data.experiments for t in (e.times[0], e.times[-1])]
    return {
        "states": list(problem.states),
        "rates": {state: _rate(problem, state) for state in problem.states},
        "constants": dict(problem.params),
        "free": list(problem.free),
        "hidden": [
            {"name": h.name, "adds_to": h.factors, "inputs": list(h.inputs)} for h in problem.hidden
        ],
        "bounds": {axis: list(bounds) for axis, bounds in problem.bounds.items()},
        "periodic": list(problem.periodic),
        "walls": {face: dict(kinds) for face, kinds in problem.walls.items()},
        "measured": None if data is None else data.count,
        "experiments": 0 if data is None else len(data.experiments),
        "times": [float(min(times)), float(max(times))] if times else None,
        "truth": dict(problem.truth),
    }


def _rate(problem: HiddenTermProblem, state: str) -> str:
    """The right-hand side of one state: its known part, and where a term is missing."""
    known = problem.known.get(state)
    text = "" if known is None else known if isinstance(known, str) else "a known function"
    for term in problem.hidden:
        factor = term.factors.get(state)
        if factor is None:
            continue
        sign = "-" if factor < 0 else "+" if text else ""
        size = "" if abs(factor) == 1 else f"{output.exact(abs(factor))}*"
        slot = f"{size}{term.name}({', '.join(term.inputs)})"
        text = f"{text} {sign} {slot}".strip() if text else f"{sign}{slot}"
    return text or "0"


def slots(known: Mapping[str, Any]) -> Iterator[str]:
    """Give what `unfinished` found, line by line."""
    for state, rate in known["rates"].items():
        yield f"{state}_t = {rate}" if known["bounds"] else f"{state}' = {rate}"
    for term in known["hidden"]:
        yield f"hidden: {term['name']}, a function of {', '.join(term['inputs'])}"
    if known["constants"]:
        values = (f"{name} = {output.exact(v)}" for name, v in known["constants"].items())
        yield f"constants: {', '.join(values)}"
    if known["free"]:
        yield f"to be inferred: {', '.join(known['free'])}"
    if known["bounds"]:
        bounds = (
            f"{a} from {_bound(lo)} to {_bound(hi)}" for a, (lo, hi) in known["bounds"].items()
        )
        yield f"space: {', '.join(bounds)}"
    if known["periodic"]:
        yield f"periodic along: {', '.join(known['periodic'])}"
    for face, kinds in known["walls"].items():
        held = {"value": "{} = 0", "flux": "no flux of {}"}
        yield f"at {face}: {', '.join(held[kind].format(s) for s, kind in kinds.items())}"
    if known["measured"] is None:
        yield "measured: nothing; `sciml discover FILE.csv --problem NAME` brings data"
    else:
        one = known["experiments"] == 1
        first, last = known["times"]
        yield (
            f"measured: {known['measured']} values in {known['experiments']} "
            f"experiment{'' if one else 's'}, t from {first:g} to {last:g}"
        )
    answer = "known, every result is scored against it" if known["truth"] else "not known"
    yield f"hidden law: {answer}"


def _bound(value: float) -> str:
    return output.exact(float(value))
