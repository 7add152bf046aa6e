"""What a report says of a problem: its equation in words, its parameters, where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sciml import definition, describe, describe_wells, query, registry
from sciml.errors import SciMLError
from sciml.hidden import Hidden, HiddenTermProblem
from sciml.jumps import JumpProcess
from sciml.problem import AnyProblem, Condensate, EigenProblem, Problem, QuantumDynamics
from sciml.report.docstring import Docstring, parse

if TYPE_CHECKING:
    from sciml.result import Result


@dataclass(frozen=True)
class Account:
    """A problem as a reader meets it.

    Attributes
    ----------
    summary : one line, with the equation where the problem is a registered one.
    text : further paragraphs.
    lines : domain, conditions, states and the like, one line each.
    parameters : (names, values, meaning) of each.
    citation : where the problem comes from, or "".
    note : what could not be said and why, or "".
    """

    summary: str
    text: tuple[str, ...]
    lines: tuple[str, ...]
    parameters: tuple[tuple[str, str, str], ...]
    citation: str
    note: str


def account(found: Result) -> Account:
    """Return what is known of a result's problem; a user's file is not executed for it."""
    problem = query.problem_or_none(found)
    doc, note = Docstring(), ""
    if problem is None and found.value.get("system"):
        problem = _system(found.value["system"])
    if found.spec.startswith(definition.UNREGISTERED):
        note = "" if problem is not None else _unregistered(found)
    elif problem is not None:
        doc = parse(registry.entry(found.spec).factory.__doc__)
    else:
        note = _why(found)
    lines = tuple(_lines(problem)) if problem is not None else ()
    return Account(
        summary=doc.summary or _kind(found, problem),
        text=doc.text,
        lines=lines,
        parameters=tuple(_parameters(found.parameters, doc.parameters)),
        citation=doc.sections.get("Reference", "") or getattr(problem, "citation", ""),
        note=note,
    )


def _why(found: Result) -> str:
    """Why a problem cannot be rebuilt."""
    try:
        _ = found.built
    except SciMLError as error:
        what = error.what[:1].upper() + error.what[1:]
        return f"{what} Try: {error.mend}." if error.mend else what
    return ""


def _unregistered(found: Result) -> str:
    if "rates" in found.value:
        return ""
    return (
        "The problem was built in Python and never registered: the run keeps its answer, not its "
        "equation."
    )


def _kind(found: Result, problem: AnyProblem | None) -> str:
    """What kind of problem it is, where no docstring says more."""
    if "rates" in found.value:
        states = found.value["states"]
        return f"A Markov jump process between {', '.join(map(str, states))}, seen at visits."
    if problem is not None:
        kind = "equation with a hidden term" if "term" in problem.kind else problem.kind
        return f"{'An' if kind[0] in 'aeiou' else 'A'} {kind}, with no description of its own."
    if "energies" in found.value:
        return "Bound states of a potential."
    return "A differential equation." if "u" in found.arrays else ""


def _lines(problem: AnyProblem) -> list[str]:
    """What `sciml problems show` says of the definition, line by line."""
    if isinstance(problem, Problem):
        return list(describe.lines(describe.equation(problem)))
    if isinstance(problem, HiddenTermProblem):
        known = describe.unfinished(problem)
        return [line for line in describe.slots(known) if not line.startswith("measured: nothing")]
    if isinstance(problem, JumpProcess):
        told = describe.network(replace(problem, rates=None, misclassification=None))
        return [line for line in describe.jumps(told) if not line.startswith("rates:")]
    if isinstance(problem, QuantumDynamics | Condensate):
        return list(describe_wells.contents(describe_wells.well(problem)))
    if isinstance(problem, EigenProblem):
        return list(_well(problem))
    return []


def _well(problem: EigenProblem) -> list[str]:
    """Domain, operator and declared points of bound states."""
    bounds = zip(problem.domain.axes, problem.domain.bounding_box, strict=True)
    places = ", ".join(
        f"{a} from {describe.exact(float(lo))} to {describe.exact(float(hi))}"
        for a, (lo, hi) in bounds
    )
    kinetic = describe.exact(float(problem.kinetic))
    lines = [
        f"domain: {type(problem.domain).__name__}, {places}",
        f"equation: −{'' if problem.kinetic == 1 else f'{kinetic} '}∇²ψ + V ψ = E ψ",
    ]
    for what, points in (("V jumps at", problem.jumps), ("V is singular at", problem.singular)):
        if points:
            lines.append(f"{what}: {', '.join(describe.exact(float(c)) for c in points)}")
    for position, strength in problem.deltas:
        lines.append(
            f"point interaction: {describe.exact(float(strength))} δ(x − "
            f"{describe.exact(float(position))})"
        )
    known = "known, every result is scored against them" if problem.energies else "not known"
    return [*lines, f"reference energies: {known}"]


def _parameters(
    values: Mapping[str, Any], meanings: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """Rows of the table of parameters, in the docstring's order, then those it does not name."""
    rows, told = [], set()
    for names, meaning in meanings.items():
        own = [name for name in names.split(", ") if name in values]
        told |= set(own)
        if own:
            said = ", ".join(describe.exact(values[name]) for name in own)
            rows.append((", ".join(own), said, meaning))
    rest = [name for name in values if name not in told]
    return rows + [(name, describe.exact(values[name]), "") for name in rest]


def _system(system: Mapping[str, Any]) -> HiddenTermProblem:
    """The problem of a search that keeps it with its answer, without its data."""
    rest: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in system.items()}
    rest["hidden"] = tuple(
        Hidden(h["name"], h["adds_to"], tuple(h["inputs"])) for h in system["hidden"]
    )
    rest["bounds"] = {axis: (pair[0], pair[1]) for axis, pair in system["bounds"].items()}
    return HiddenTermProblem(**rest)
