"""The problem registry: names, aliases, tags, users' files and third parties' packages."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import inspect
import math
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from sciml.errors import (
    BadProblem,
    SciMLError,
    ShadowedPackage,
    UnknownProblem,
    did_you_mean,
)
from sciml.problem import AnyProblem, Origin

Factory = Callable[..., AnyProblem]


@dataclass(frozen=True)
class Entry:
    """One registered problem: its factory and what a listing shows of it."""

    name: str
    factory: Factory
    aliases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """First line of the factory's docstring."""
        return (inspect.getdoc(self.factory) or "").partition("\n")[0]

    @property
    def parameters(self) -> dict[str, Any]:
        """Parameter name -> default value."""
        signature = inspect.signature(self.factory)
        return {name: p.default for name, p in signature.parameters.items()}


_entries: dict[str, Entry] = {}
_loaded: set[str] = set()
BUILTIN = ("problems",)


def register(
    name: str, *, aliases: Iterable[str] = (), tags: Iterable[str] = ()
) -> Callable[[Factory], Factory]:
    """Return a decorator that registers a function ``(parameters with defaults) -> problem``.

    Raises
    ------
    BadProblem : the name is taken by another module, or a parameter has no default.
    """

    def decorate(factory: Factory) -> Factory:
        taken = _entries.get(name)
        if taken is not None and taken.factory.__module__ != factory.__module__:
            raise BadProblem(
                f"problem '{name}' is already registered by {taken.factory.__module__}.",
                "choose another name",
            )
        for parameter in inspect.signature(factory).parameters.values():
            if parameter.default is inspect.Parameter.empty:
                raise BadProblem(
                    f"parameter '{parameter.name}' of problem '{name}' has no default.",
                    "give every parameter a default value",
                )
        _entries[name] = Entry(name, factory, tuple(aliases), tuple(tags))
        return factory

    return decorate


def _load_packages() -> None:
    for module in BUILTIN:
        if module in _loaded:
            continue
        package = importlib.import_module(module)
        if not (package.__doc__ or "").startswith("The registry's problems"):
            raise ShadowedPackage(
                f"the file {package.__file__} hides this project's package '{module}'.",
                f"rename your {module}.py, or run from another folder",
            )
        _loaded.add(module)
    for point in entry_points(group="sciml.problems"):
        if point.value not in _loaded:
            _loaded.add(point.value)
            point.load()


def listing(tag: str | None = None) -> list[Entry]:
    """Return all registered problems sorted by name, or those that carry one tag."""
    _load_packages()
    found = [e for e in _entries.values() if tag is None or tag in e.tags]
    return sorted(found, key=lambda e: e.name)


def _load_file(path: Path) -> dict[str, Entry]:
    """Execute a user's file and return the problems it registers."""
    if not path.is_file():
        raise UnknownProblem(f"there is no file '{path}'.", "check the path before the colon")
    source = path.resolve()
    module_name = f"_sciml_user_{sha256(str(source).encode()).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(module_name, source)
    if spec is None or spec.loader is None:
        raise UnknownProblem(f"'{path}' cannot be read as Python.", "give a file that ends in .py")
    _load_packages()
    saved = dict(_entries)
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        for name in [n for n, e in _entries.items() if e.factory.__module__ == module_name]:
            del _entries[name]
        spec.loader.exec_module(module)
        return {n: e for n, e in _entries.items() if e.factory.__module__ == module_name}
    except SciMLError:
        raise
    except Exception as error:
        raise BadProblem(
            f"running '{path}' failed: {type(error).__name__}: {error}",
            "run the file with python to see where",
        ) from error
    finally:
        _entries.clear()
        _entries.update(saved)


def entry(spec: str) -> Entry:
    """Return the registered problem named by `spec`: a name, an alias or ``file.py:name``.

    Raises
    ------
    UnknownProblem : no such name; the message lists the nearest.
    """
    path, colon, name = spec.rpartition(":")
    if spec.endswith(".py") or (colon and path.endswith(".py")):
        found = _load_file(Path(path if colon and path.endswith(".py") else spec))
        if not colon or not path.endswith(".py"):
            if len(found) != 1:
                raise UnknownProblem(
                    f"'{spec}' registers {len(found)} problems: {sorted(found)}.",
                    f"name one as {spec}:NAME",
                )
            return next(iter(found.values()))
        if name not in found:
            raise UnknownProblem(
                f"'{path}' registers no problem '{name}'. {did_you_mean(name, found)}".rstrip(),
                f"it registers {sorted(found)}",
            )
        return found[name]
    _load_packages()
    for candidate in _entries.values():
        if spec == candidate.name or spec in candidate.aliases:
            return candidate
    names = [n for e in _entries.values() for n in (e.name, *e.aliases)]
    raise UnknownProblem(
        f"no problem is named '{spec}'. {did_you_mean(spec, names)}".rstrip(),
        "`sciml problems` lists all",
    )


def _checked(name: str, parameter: str, default: Any, value: Any) -> Any:
    """Convert an override to the type of its default, or say why it cannot be."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(default, bool):
        ok = isinstance(value, bool)
    elif isinstance(default, float):
        ok = number and (math.isfinite(value) or not math.isfinite(default))
        value = float(value) if ok else value
    elif isinstance(default, int):
        ok = number and float(value).is_integer()
        value = int(value) if ok else value
    elif isinstance(default, tuple):
        ok = isinstance(value, list | tuple)
        value = tuple(tuple(v) if isinstance(v, list) else v for v in value) if ok else value
    else:
        ok = default is None or isinstance(value, type(default))
    if not ok:
        raise BadProblem(
            f"parameter '{parameter}' of '{name}' is {value!r}.",
            f"give a value like its default, {default!r}",
        )
    return value


def get(spec: str, **overrides: Any) -> AnyProblem:
    """Return the problem named by `spec`, with parameters overridden by keyword.

    Raises
    ------
    UnknownProblem : no such problem.
    BadProblem : no such parameter, a value of the wrong type, or an unusable definition.
    """
    found = entry(spec)
    return build(found, spec, overrides)


def build(found: Entry, spec: str, overrides: Mapping[str, Any]) -> AnyProblem:
    """Return the problem of a registry entry with its parameters overridden (see `get`)."""
    defaults = found.parameters
    for parameter in overrides:
        if parameter not in defaults:
            raise BadProblem(
                f"'{found.name}' has no parameter '{parameter}'. "
                f"{did_you_mean(parameter, defaults)}".rstrip(),
                f"its parameters are {sorted(defaults)}" if defaults else "it has no parameters",
            )
    checked = {
        parameter: _checked(found.name, parameter, defaults[parameter], value)
        for parameter, value in overrides.items()
    }
    try:
        problem = found.factory(**checked)
    except SciMLError:
        raise
    except Exception as error:
        raise BadProblem(
            f"building '{spec}' failed: {type(error).__name__}: {error}",
            "check its parameters",
        ) from error
    origin = Origin(spec, {**defaults, **checked})
    return dataclasses.replace(problem, origin=origin)
