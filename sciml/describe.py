"""What an equation is, in words: where it holds, what it reads, what is known besides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sciml.hidden import HiddenTermProblem
    from sciml.jumps import JumpProcess
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
        size = "" if abs(factor) == 1 else f"{exact(abs(factor))}*"
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
        values = (f"{name} = {exact(v)}" for name, v in known["constants"].items())
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


def network(process: JumpProcess) -> dict[str, Any]:
    """Return the states and rates of a jump process, and what was seen, as data for JSON."""
    data = process.data
    absent = ~process.allowed if process.links is not None else None
    pairs = [] if absent is None else [(i, j) for i, j in zip(*absent.nonzero(), strict=True)]
    kept = {i for i, s in enumerate(process.states) if s not in process.absorbing}
    return {
        "states": list(process.states),
        "rates": None if process.rates is None else process.rates.tolist(),
        "unit": process.unit,
        "initial": None if process.initial is None else process.initial.tolist(),
        "misclassification": None
        if process.misclassification is None
        else process.misclassification.tolist(),
        "absorbing": list(process.absorbing),
        "entered_exactly": list(process.entered_exactly),
        "no_links": [
            [process.states[i], process.states[j]] for i, j in pairs if i != j and i in kept
        ],
        "paths": 0 if data is None else data.paths,
        "visits": 0 if data is None else len(data.times),
        "times": None if data is None else [float(data.times.min()), float(data.times.max())],
    }


def jumps(known: Mapping[str, Any]) -> Iterator[str]:
    """Give what `network` found, line by line."""
    states = known["states"]
    if known["rates"] is None:
        yield f"states: {', '.join(states)}"
        yield "rates: not known"
    else:
        unit = f", time in {known['unit']}" if known["unit"] else ""
        yield f"rates from each state (rows) to each other{unit}:"
        yield from _matrix(states, known["rates"])
    if known["initial"] is not None:
        yield f"first state: {_law(states, known['initial'])}"
    if known["misclassification"] is not None:
        yield "each state (rows) is reported as each with probability:"
        yield from _matrix(states, known["misclassification"])
    if known["absorbing"]:
        yield f"never left: {', '.join(known['absorbing'])}"
    if known["entered_exactly"]:
        yield f"time of entry known exactly: {', '.join(known['entered_exactly'])}"
    if known["no_links"]:
        yield f"known not to exist: {', '.join('>'.join(link) for link in known['no_links'])}"
    if known["times"] is None:
        yield "seen: nothing; `sciml infer FILE.csv` brings data"
    else:
        first, last = known["times"]
        paths = f"{known['paths']} path{'' if known['paths'] == 1 else 's'}"
        yield f"seen: {known['visits']} visits of {paths}, t from {first:g} to {last:g}"


def _matrix(states: Sequence[str], rows: Sequence[Sequence[float]]) -> Iterator[str]:
    """The lines of a matrix between states."""
    cells = [[f"{x + 0.0:.4g}" for x in row] for row in rows]
    sizes = [max(len(s), *(len(row[j]) for row in cells)) for j, s in enumerate(states)]
    label = max(map(len, states))
    for name, row in zip(["", *states], [states, *cells], strict=True):
        numbers = (text.rjust(size) for text, size in zip(row, sizes, strict=True))
        yield f"  {name.ljust(label)}  {'  '.join(numbers)}"


def _law(states: Sequence[str], law: Sequence[float]) -> str:
    """Probabilities that are not 0, or the one state that is certain."""
    if max(law) == 1.0:
        return states[law.index(1.0)]
    return ", ".join(f"{s} {p:.4g}" for s, p in zip(states, law, strict=True) if p > 0)


def exact(value: Any) -> str:
    """Return a value so that it can be typed back, numbers as short as that allows."""
    short = f"{value:g}" if isinstance(value, float) else str(value)
    return short if not isinstance(value, float) or float(short) == value else repr(value)


def _bound(value: float) -> str:
    return exact(float(value))
