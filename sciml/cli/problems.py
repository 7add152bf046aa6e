"""``sciml problems``: what can be solved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sciml import describe, describe_wells
from sciml.cli import options, output, show

if TYPE_CHECKING:
    from rich.console import Console

    from sciml.registry import Entry

app = typer.Typer(name="problems", help="List the problems, or show one.", rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def problems(
    context: typer.Context,
    tag: Annotated[str | None, typer.Option("--tag", help="Only those with this tag.")] = None,
    _json: options.Json = False,
    _debug: options.Debug = False,
) -> output.Answer | None:
    """List the registered problems, or show one in full."""
    if context.invoked_subcommand is not None:
        return None
    from sciml import registry
    from sciml.errors import UnknownProblem, did_you_mean

    found = registry.listing(tag)
    if tag is not None and not found:
        tags = sorted({t for entry in registry.listing() for t in entry.tags})
        raise UnknownProblem(
            f"no problem has the tag '{tag}'. {did_you_mean(tag, tags)}".rstrip(),
            f"the tags are {', '.join(tags)}",
        )

    def shown(console: Console) -> None:
        columns = {
            "problem": [e.name for e in found],
            "what it is": [e.summary for e in found],
            "tags": [" ".join(e.tags) for e in found],
        }
        output.table(console, columns)
        show.say(console, "`sciml problems show NAME` explains one, `sciml solve NAME` solves it.")
        if any("hidden-term" in e.tags for e in found):
            show.say(console, "`sciml discover NAME` finds the law that hides in one.")

    return output.Answer({"problems": [_brief(e) for e in found]}, shown)


def _brief(entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "summary": entry.summary,
        "tags": list(entry.tags),
        "aliases": list(entry.aliases),
    }


@app.command("show")
def show_problem(
    name: Annotated[str, typer.Argument(help="Registered name, or file.py:name.")],
    parameters: options.Pairs = None,
    _json: options.Json = False,
    _debug: options.Debug = False,
) -> output.Answer:
    """Show a problem: its equation and parameters, and what is known of its answer."""
    import inspect

    from sciml import config, registry
    from sciml import method as methods
    from sciml.jumps import JumpProcess
    from sciml.precision import float64
    from sciml.problem import Condensate, EigenProblem, HiddenTermProblem, Problem, QuantumDynamics

    entry = registry.entry(name)
    with float64():
        problem = registry.build(entry, name, config.parse_pairs(parameters or []))
        energies = None
        if isinstance(problem, EigenProblem) and problem.energies is not None:
            energies = [float(e) for e in problem.energies(problem.states)]
        equation = describe.equation(problem) if isinstance(problem, Problem) else None
        unfinished = None
        if isinstance(problem, HiddenTermProblem):
            unfinished = describe.unfinished(problem)
        well = None
        if isinstance(problem, QuantumDynamics | Condensate):
            well = describe_wells.well(problem)
        network = describe.network(problem) if isinstance(problem, JumpProcess) else None
    method = methods.DEFAULT.get(problem.kind)
    data = {
        **_brief(entry),
        "kind": problem.kind,
        "doc": inspect.getdoc(entry.factory) or "",
        "parameters": dict(problem.origin.parameters) if problem.origin is not None else {},
        "method": method,
        "settings": config.fields(methods.get(method, problem.kind).config) if method else {},
        "equation": equation,
        "well": well,
        "unfinished": unfinished,
        "network": network,
        "reference_energies": energies,
        "citation": problem.citation,
    }
    return output.Answer(data, lambda console: _shown(console, data))


def _shown(console: Console, data: dict[str, Any]) -> None:
    """Print what is known of one problem."""
    from sciml import config

    show.say(console, f"{data['name']}\n\n{data['doc']}\n")
    if data["parameters"]:
        show.say(console, "parameters:")
    for key, value in data["parameters"].items():
        show.say(console, f"  -p {key}={output.exact(value)}")
    for line in describe.lines(data["equation"]) if data["equation"] else ():
        show.say(console, line)
    for line in describe_wells.contents(data["well"]) if data["well"] else ():
        show.say(console, line)
    for line in describe.slots(data["unfinished"]) if data["unfinished"] else ():
        show.say(console, line)
    for line in describe.jumps(data["network"]) if data["network"] else ():
        show.say(console, line)
    if data["settings"]:
        show.say(console, f"settings of its default method '{data['method']}':")
    for key, value in data["settings"].items():
        show.say(console, f"  -p {key}={config.NONE if value is None else output.exact(value)}")
    if data["reference_energies"]:
        show.say(console, "reference energies:")
    for i, energy in enumerate(data["reference_energies"] or ()):
        show.say(console, f"  {i}  {energy:.12g}")
    if data["citation"]:
        show.say(console, f"source: {data['citation']}")
