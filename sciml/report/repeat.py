"""How to repeat a run: the command line, and the lines of Python."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sciml import config, definition, describe, query, registry
from sciml import method as methods
from sciml.errors import SciMLError

if TYPE_CHECKING:
    from sciml.result import Result

VERBS = {"expressions": "discover", "rates": "infer"}
"""what only one verb's answers hold -> the verb; all others are solved"""
DATA_TABLE = "TABLE.csv"


@dataclass(frozen=True)
class Recipe:
    """How a run is repeated.

    Attributes
    ----------
    command : what to type, or "" where the command line cannot.
    python : lines of Python.
    note : what both need that the run does not hold, or "".
    """

    command: str
    python: str
    note: str = ""


def recipe(found: Result) -> Recipe:
    """Return how to repeat a result; values that are the defaults are left out."""
    verb = next((verb for name, verb in VERBS.items() if name in found.value), "solve")
    settings = _changed(found.settings, defaults(found))
    parameters = _changed(found.parameters, _parameters(found))
    if found.spec.startswith(definition.UNREGISTERED):
        return _unregistered(found, verb, settings)
    given = {**parameters, **settings}
    hidden = {name: v for name, v in settings.items() if name in found.parameters}
    if verb == "infer":
        given.setdefault("data_seed", found.parameters.get("data_seed", found.seed))
        if given["data_seed"] == found.seed:  # what the verb takes by itself
            given.pop("data_seed")
    method = "" if verb != "solve" else f" -m {shlex.quote(found.method)}"
    command = f"sciml {verb} {shlex.quote(found.spec)}{method}{_seed(found)}{_pairs(given)}"
    if hidden:  # a setting that a parameter of the same name hides
        command = "" if found.run is None else f"sciml solve --config {found.run}/config.toml"
        given = {**parameters, **{k: v for k, v in settings.items() if k not in hidden}}
        arguments = [repr(found.spec), repr(found.method), f"config={hidden!r}", *_keywords(given)]
        python = f"import sciml\n\nresult = sciml.solve({', '.join(_seeded(found, arguments))})"
        return Recipe(command, python, _file_note(found))
    arguments = [repr(found.spec), repr(found.method), *_keywords({**parameters, **settings})]
    call = "sciml.solve"
    if verb == "discover":
        arguments, call = [arguments[0], *arguments[2:]], "discovery.discover"
    python = f"import {call.partition('.')[0]}\n\n"
    python += f"result = {call}({', '.join(_seeded(found, arguments))})"
    return Recipe(command, python, _file_note(found))


def _unregistered(found: Result, verb: str, settings: Mapping[str, Any]) -> Recipe:
    """How to repeat a run whose data or problem came from outside."""
    if verb == "infer":
        names = {k: _names(found, k) for k in ("absorbing", "entered_exactly")}
        options = {"absorbing": names["absorbing"], "exact-times": names["entered_exactly"]}
        given = "".join(f" --{k} {shlex.quote(','.join(v))}" for k, v in options.items() if v)
        command = f"sciml infer {DATA_TABLE}{given}{_seed(found)}{_pairs(settings)}"
        python = {"absorbing": names["absorbing"], "exact": names["entered_exactly"]}
        keywords = _keywords({**{k: list(v) for k, v in python.items() if v}, **settings})
        arguments = _seeded(found, [repr(DATA_TABLE), *keywords])
        return Recipe(
            command,
            f"import mjp\n\nresult = mjp.infer({', '.join(arguments)})",
            f"{DATA_TABLE} stands for the table of visits, which the run does not hold; name its "
            "columns with subject, time and state, and whatever else was said of it.",
        )
    if verb == "discover" and found.value.get("system"):
        folder = "RUN" if found.run is None else str(found.run)
        arguments = _seeded(found, ["kept.problem", *_keywords(settings)])
        return Recipe(
            f"sciml discover {DATA_TABLE} --spec KNOWN.toml{_seed(found)}{_pairs(settings)}",
            f"import discovery\n\nkept = discovery.load({folder!r})\n"
            f"again = discovery.discover({', '.join(arguments)})",
            f"{DATA_TABLE} and KNOWN.toml stand for the files that were given; the run holds the "
            "problem and its data, so that the lines of Python need neither.",
        )
    arguments = _seeded(found, ["problem", repr(found.method), *_keywords(settings)])
    return Recipe(
        "",
        f"import sciml\n\nresult = sciml.solve({', '.join(arguments)})",
        "The problem was built in Python and never registered: build it again as `problem`.",
    )


def _names(found: Result, name: str) -> tuple[str, ...]:
    """Names of states that a jump process says something of, as far as the run tells."""
    problem = query.problem_or_none(found)
    known: tuple[str, ...] = getattr(problem, name, ())
    if problem is None and name == "absorbing":
        rates, states = found.value["rates"], found.value["states"]
        known = tuple(str(s) for s, row in zip(states, rates, strict=True) if not any(row))
    return known


def _file_note(found: Result) -> str:
    path = definition.user_file(found.spec)
    if path is None:
        return ""
    return f"The problem stands in {path}, whose sha256 then was {found.source[:16]}…"


def _parameters(found: Result) -> Mapping[str, Any]:
    """Defaults of the problem's parameters; none where its file may not be executed."""
    if found.spec.startswith(definition.UNREGISTERED) or query.problem_or_none(found) is None:
        return {}
    return registry.entry(found.spec).parameters


def defaults(found: Result) -> Mapping[str, Any]:
    """Return the defaults of the method's settings; {} where the method is gone."""
    problem = query.problem_or_none(found)
    for candidate in methods.DEFAULT if problem is None else (problem.kind,):
        try:
            known = config.fields(methods.get(found.method, candidate).config)
        except SciMLError:
            continue
        if set(known) == set(found.settings):
            return known
    return {}


def _changed(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are not the defaults."""
    missing = object()
    return {k: v for k, v in values.items() if plain(defaults.get(k, missing)) != plain(v)}


def plain(value: Any) -> Any:
    """Return a value with its tuples as lists, as it comes back from a file."""
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def _seed(found: Result) -> str:
    return f" --seed {found.seed}" if found.seed else ""


def _seeded(found: Result, arguments: list[str]) -> list[str]:
    return [*arguments, f"seed={found.seed}"]


def _pairs(values: Mapping[str, Any]) -> str:
    return "".join(f" -p {shlex.quote(f'{k}={_literal(v)}')}" for k, v in values.items())


def _literal(value: Any) -> str:
    """A value as ``-p`` reads it."""
    if value is None:
        return config.NONE
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(_quoted(item) for item in value)}]"
    if isinstance(value, str) and config.parse_value(value) != value:
        return _quoted(value)
    return describe.exact(value)


def _quoted(value: Any) -> str:
    return json.dumps(value) if isinstance(value, str) else _literal(value)


def _keywords(values: Mapping[str, Any]) -> list[str]:
    return [f"{name}={value!r}" for name, value in values.items()]
