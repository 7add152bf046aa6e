"""Settings: frozen dataclasses, their form as TOML, and ``key=value`` strings."""

from __future__ import annotations

import dataclasses
import datetime
import json
import tomllib
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from sciml.errors import BadConfig, did_you_mean

NONE = "none"
"""how None is written where TOML, which has no null, needs a word for it"""


def parse_value(text: str) -> Any:
    """Return the value that a TOML literal stands for, or the text itself if it is none."""
    try:
        parsed = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        try:
            return float(text)
        except ValueError:
            return text
    value = parsed.get("value")
    dates = (datetime.date, datetime.time)
    return text if len(parsed) != 1 or isinstance(value, dates) else value


def parse_pairs(pairs: Iterable[str]) -> dict[str, Any]:
    """Return the values of ``key=value`` strings by key.

    Raises
    ------
    BadConfig : no equals sign, or one key twice.
    """
    values: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        key = key.strip()
        if not equals or not key or not text.strip():
            raise BadConfig(f"'{pair}' is no key=value pair.", "write for example -p V0=20")
        if key in values:
            raise BadConfig(f"'{key}' is given twice.", "give each name once")
        values[key] = parse_value(text.strip())
    return values


def check_seed(seed: Any) -> None:
    """Raise BadConfig for what is no seed of random numbers."""
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise BadConfig(f"seed is {seed!r}.", "give a whole number from 0 to 4294967295")


def fields(config_type: type) -> dict[str, Any]:
    """Return the names of a config dataclass's settings with their defaults."""
    return dataclasses.asdict(config_type())


def build(config_type: type, overrides: Mapping[str, Any]) -> Any:
    """Return a config dataclass with some settings overridden, names and types checked.

    Raises
    ------
    BadConfig : an unknown name, a value of the wrong type, or one out of range.
    """
    hints = get_type_hints(config_type)
    known = [f.name for f in dataclasses.fields(config_type)]
    checked = {}
    for key, value in overrides.items():
        if key not in known:
            raise BadConfig(
                f"there is no setting '{key}'. {did_you_mean(key, known)}".rstrip(),
                f"the settings are {', '.join(known)}" if known else "there are no settings",
            )
        try:
            checked[key] = _convert(hints[key], value)
        except TypeError as error:
            raise BadConfig(
                f"setting '{key}' is {value!r}.", f"give {describe(hints[key])}"
            ) from error
    return config_type(**checked)


def describe(hint: Any) -> str:
    """Return what a setting of this type takes, in words."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return f"one of {', '.join(repr(a) for a in arguments)}"
    if origin in (Union, types.UnionType):
        return " or ".join(describe(a) for a in arguments)
    if origin is tuple:
        if arguments[-1] is Ellipsis:
            return f"a list, each entry {describe(arguments[0])}"
        return f"a list of {len(arguments)}: {', '.join(describe(a) for a in arguments)}"
    words = {
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        str: "text, in quotes if it reads as a number",
        types.NoneType: f"'{NONE}'",
    }
    return words.get(hint, f"a {getattr(hint, '__name__', hint)}")


def _convert(hint: Any, value: Any) -> Any:
    """Convert a value to a type, or raise TypeError."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        if any(value == a and type(value) is type(a) for a in arguments):
            return value
    elif origin in (Union, types.UnionType):
        return _convert_union(arguments, value)
    elif origin is tuple and isinstance(value, list | tuple):
        if arguments[-1] is Ellipsis:
            return tuple(_convert(arguments[0], v) for v in value)
        if len(arguments) == len(value):
            return tuple(_convert(a, v) for a, v in zip(arguments, value, strict=True))
    elif hint is types.NoneType:
        if value is None or value == NONE:
            return None
    elif hint is Any:
        return value
    elif hint in (int, float) and isinstance(value, int | float) and not isinstance(value, bool):
        if hint is float or float(value).is_integer():
            return hint(value)
    elif hint in (bool, str) and isinstance(value, hint):
        return value
    raise TypeError(f"{value!r} is not {describe(hint)}")


def _convert_union(members: tuple[Any, ...], value: Any) -> Any:
    """The value as the first type that takes it, None and exact types before conversions."""
    exact = [m for m in members if isinstance(m, type) and type(value) is m]
    for member in (*exact, *sorted(members, key=lambda m: m is not types.NoneType)):
        try:
            return _convert(member, value)
        except TypeError:
            continue
    raise TypeError(f"{value!r} fits none of {members}")


@dataclass(frozen=True)
class RunFile:
    """What a run was asked to do: the content of its ``config.toml``.

    Attributes
    ----------
    problem : registered name or ``file.py:name``; "" where the file names none.
    method : name of the method; "" for the problem's default.
    seed : random seed; None where the file names none.
    source : sha256 of the user's file that defines the problem; "" for registered ones.
    parameters : of the problem.
    settings : of the method.
    """

    problem: str = ""
    method: str = ""
    seed: int | None = None
    source: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)


def to_toml(run: RunFile, defaults: Mapping[str, Any]) -> str:
    """Return a run as TOML; a None that is the setting's default is left out.

    Raises
    ------
    BadConfig : a value has no form in TOML.
    """
    import tomli_w

    table = dataclasses.asdict(run)
    head = {key: value for key, value in table.items() if value not in ("", None)}
    head["parameters"] = {k: v for k, v in run.parameters.items() if v is not None}
    head["settings"] = {
        k: NONE if v is None else v
        for k, v in run.settings.items()
        if not (v is None and defaults.get(k) is None)
    }
    try:
        return tomli_w.dumps(_plain(head))
    except TypeError as error:
        raise BadConfig(
            f"a parameter of '{run.problem}' cannot be written to a file: {error}.",
            "use numbers, text and lists as parameters",
        ) from error


def _plain(value: Any) -> Any:
    """Turn NumPy's and JAX's scalars and arrays into Python's numbers and lists."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if type(value).__module__.partition(".")[0] in ("numpy", "jax", "jaxlib"):
        return value.tolist()
    return value


def from_toml(text: str, where: str) -> RunFile:
    """Return the run that a TOML text describes; `where` names the file in messages.

    Raises
    ------
    BadConfig : invalid TOML, an unknown key or table, or a value of the wrong type.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(f"'{where}' is no valid TOML: {error}.", "mend that line") from error
    known = {f.name: f.default for f in dataclasses.fields(RunFile)}
    for key, value in table.items():
        if key not in known:
            raise BadConfig(
                f"'{where}' has an unknown key '{key}'. {did_you_mean(key, known)}".rstrip(),
                f"its keys are {', '.join(known)}",
            )
        wanted, words = {
            "seed": (int, "a whole number"),
            "parameters": (dict, "a table"),
            "settings": (dict, "a table"),
        }.get(key, (str, "text"))
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise BadConfig(f"'{key}' in '{where}' is {value!r}.", f"give {words}")
    return RunFile(**table)


def read_run_file(path: Path) -> RunFile:
    """Return the run that a TOML file describes (see `from_toml`).

    Raises
    ------
    BadConfig : the file cannot be read, or its content is unusable.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadConfig(
            f"'{path}' cannot be read: {error.strerror}.", "give the path of a run's config.toml"
        ) from error
    except UnicodeDecodeError as error:
        raise BadConfig(f"'{path}' is no text file.", "give a TOML file in UTF-8") from error
    return from_toml(text, str(path))


def content_hash(run: RunFile) -> str:
    """Return 8 hexadecimal digits that differ for runs with different content."""
    content = json.dumps(_plain(dataclasses.asdict(run)), sort_keys=True, default=str)
    return sha256(content.encode()).hexdigest()[:8]
