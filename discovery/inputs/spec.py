"""Systems with a term missing as TOML: what is known, and where something hides.

    [system]
    states = ["x", "y"]

    [known]
    x = "a*x"
    y = "-d*y"

    [params]
    a = 1.3
    d = 1.8

    [[hidden]]
    name = "F1"
    adds_to = "x"
    inputs = ["x", "y"]

    [[hidden]]
    name = "F2"
    adds_to = { y = 1.0 }
    inputs = ["x", "y"]

`[system]` may also hold name, free, periodic, positive and citation; `[bounds]` makes a partial
differential equation (`x = [0, 1]`), `[walls]` says what holds at its faces
(`"x:lower" = { u = "flux" }`), `[units]` and `[truth]` are as in `HiddenTermProblem`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w

from sciml.errors import BadProblem, did_you_mean
from sciml.hidden import Hidden, HiddenTermProblem

SYSTEM = ("name", "states", "free", "periodic", "positive", "citation")
TABLES = ("system", "known", "params", "hidden", "bounds", "walls", "units", "truth")
LISTS = ("states", "free", "periodic", "positive")
TERM = ("name", "adds_to", "inputs")


def read_spec(path: str | Path) -> HiddenTermProblem:
    """Return the problem that a TOML file describes; its name is the file's where it gives none.

    Raises
    ------
    BadProblem : no such file, no valid TOML, an unknown key or one of the wrong type (the key is
        named), or a definition that is unusable as a whole (see `HiddenTermProblem`).
    """
    file = Path(path)
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadProblem(f"'{path}' cannot be read.", "give the path of a TOML file") from error
    except tomllib.TOMLDecodeError as error:
        raise BadProblem(f"'{path}' is no valid TOML: {error}", "correct that line") from error
    _known_keys(given, (*TABLES, *SYSTEM), "")
    system = _table(given, "system")
    _known_keys(system, SYSTEM, "system.")
    for key in (k for k in SYSTEM if k in given):
        if key in system:
            raise BadProblem(f"'{key}' stands in [system] and outside of it.", "leave one out")
        system[key] = given[key]
    for key in ("states", "hidden"):
        if key not in (system if key == "states" else given):
            raise BadProblem(
                f"'{path}' has no '{key}'.",
                'write states = ["x", "y"] in [system]'
                if key == "states"
                else 'write [[hidden]] with name = "F", adds_to = "x", inputs = ["x"]',
            )
    for key in ("name", "citation"):
        if not isinstance(system.get(key, ""), str):
            raise _wrong(f"system.{key}", system[key], "text in quotes")
    names = {key: _names(system.get(key, []), f"system.{key}") for key in LISTS}
    return HiddenTermProblem(
        name=system.get("name", file.stem),
        citation=system.get("citation", ""),
        states=names["states"],
        free=names["free"],
        periodic=names["periodic"],
        positive=names["positive"],
        known=_each(given, "known", str, 'a formula in quotes, such as "a*x"'),
        params=_numbers(_table(given, "params"), "params"),
        hidden=_hidden(given["hidden"]),
        bounds=_bounds(given),
        walls={face: _wall(given, face) for face in _table(given, "walls")},
        units=_each(given, "units", str, 'a unit in quotes, such as "mol/L"'),
        truth=_each(given, "truth", str, 'a formula in quotes, such as "-b*x*y"'),
    )


def _wrong(key: str, value: Any, wanted: str) -> BadProblem:
    return BadProblem(f"'{key}' is {value!r}.", f"give {wanted}")


def _known_keys(given: Mapping[str, Any], known: tuple[str, ...], prefix: str) -> None:
    for key in given:
        if key not in known:
            raise BadProblem(
                f"there is no key '{prefix}{key}'. {did_you_mean(key, known)}".rstrip(),
                f"the keys are {', '.join(known)}",
            )


def _table(given: Mapping[str, Any], key: str) -> dict[str, Any]:
    table = given.get(key, {})
    if not isinstance(table, dict):
        raise _wrong(key, table, f"a table: [{key}]")
    return dict(table)


def _each(given: Mapping[str, Any], key: str, kind: type, wanted: str) -> dict[str, Any]:
    table = _table(given, key)
    for name, value in table.items():
        if not isinstance(value, kind):
            raise _wrong(f"{key}.{name}", value, wanted)
    return table


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _numbers(table: Mapping[str, Any], key: str) -> dict[str, float]:
    for name, value in table.items():
        if not _is_number(value):
            where = "a number"
            if name in LISTS:
                where = f"a number, or move '{name}' into [system]"
            raise _wrong(f"{key}.{name}", value, where)
    return {name: float(value) for name, value in table.items()}


def _names(value: Any, key: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise _wrong(key, value, 'names in quotes: ["x", "y"]')
    return tuple(value)


def _hidden(value: Any) -> tuple[Hidden, ...]:
    terms = [value] if isinstance(value, dict) else value
    if not isinstance(terms, list) or not all(isinstance(t, dict) for t in terms):
        raise _wrong("hidden", value, "tables: [[hidden]]")
    found = []
    for i, term in enumerate(terms):
        _known_keys(term, TERM, f"hidden[{i}].")
        for key in TERM:
            if key not in term:
                raise BadProblem(
                    f"'hidden[{i}].{key}' is missing.", f"each [[hidden]] has {', '.join(TERM)}"
                )
        if not isinstance(term["name"], str):
            raise _wrong(f"hidden[{i}].name", term["name"], "text in quotes")
        adds_to = term["adds_to"]
        if isinstance(adds_to, dict):
            adds_to = _numbers(adds_to, f"hidden[{i}].adds_to")
        elif not isinstance(adds_to, str):
            wanted = "a state in quotes, or factors: { x = -1, y = 1 }"
            raise _wrong(f"hidden[{i}].adds_to", adds_to, wanted)
        found.append(Hidden(term["name"], adds_to, _names(term["inputs"], f"hidden[{i}].inputs")))
    return tuple(found)


def _bounds(given: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    found = {}
    for axis, value in _table(given, "bounds").items():
        pair = isinstance(value, list) and len(value) == 2 and all(map(_is_number, value))
        if not pair or not value[0] < value[1]:
            raise _wrong(f"bounds.{axis}", value, "lower and upper: [0, 1]")
        found[axis] = (float(value[0]), float(value[1]))
    return found


def _wall(given: Mapping[str, Any], face: str) -> dict[str, str]:
    kinds = given["walls"][face]
    if not isinstance(kinds, dict) or not all(isinstance(k, str) for k in kinds.values()):
        raise _wrong(f"walls.{face}", kinds, '{ u = "value" } or { u = "flux" }')
    return dict(kinds)


def write_spec(problem: HiddenTermProblem) -> str:
    """Return a problem as TOML that `read_spec` reads; data and provenance are left out.

    Raises
    ------
    BadProblem : a known part is a function, which TOML cannot hold.
    """
    for state, known in problem.known.items():
        if not isinstance(known, str):
            raise BadProblem(
                f"the known part of '{state}' of '{problem.name}' is a function.",
                "give it as a formula to write it out",
            )
    system: dict[str, Any] = {"name": problem.name}
    for key in LISTS:
        names = getattr(problem, key)
        if names:
            system[key] = list(names)
    if problem.citation:
        system["citation"] = problem.citation
    out: dict[str, Any] = {
        "system": system,
        "known": dict(problem.known),
        "params": {name: float(value) for name, value in problem.params.items()},
        "bounds": {axis: [float(b) for b in bounds] for axis, bounds in problem.bounds.items()},
        "walls": {face: dict(kinds) for face, kinds in problem.walls.items()},
        "units": dict(problem.units),
        "truth": dict(problem.truth),
        "hidden": [
            {
                "name": term.name,
                "adds_to": term.adds_to if isinstance(term.adds_to, str) else term.factors,
                "inputs": list(term.inputs),
            }
            for term in problem.hidden
        ],
    }
    return tomli_w.dumps({key: value for key, value in out.items() if value})
