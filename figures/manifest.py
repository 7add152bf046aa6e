"""The manifest: what every figure needs, and which numbers must come out."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sciml.errors import BadConfig, did_you_mean

PATH = Path(__file__).with_name("manifest.json")
PROFILES = ("quick", "paper")


@dataclass(frozen=True)
class Expected:
    """A number that a figure must show.

    Attributes
    ----------
    name : of the number, among the figure's own.
    low, high : where it must lie, ends included (None: no such end).
    """

    name: str
    low: float | None = None
    high: float | None = None

    def met(self, got: float | None) -> bool:
        """Return whether a number is there and lies where it must."""
        if got is None or got != got:
            return False
        return (self.low is None or self.low <= got) and (self.high is None or got <= self.high)

    @property
    def words(self) -> str:
        """Where it must lie, for people."""
        if self.low is None or self.high is None:
            return f"≤ {self.high:.6g}" if self.low is None else f"≥ {self.low:.6g}"
        if self.low == self.high:
            return f"{self.low:.6g}"
        middle, half = 0.5 * (self.low + self.high), 0.5 * (self.high - self.low)
        return f"{middle:.12g} ± {half:.1g}"


@dataclass(frozen=True)
class Profile:
    """One way to compute a figure: arguments of `compute`, seconds on two cores, what to expect."""

    inputs: Mapping[str, Any]
    seconds: float
    expected: tuple[Expected, ...]


@dataclass(frozen=True)
class Entry:
    """One figure.

    Attributes
    ----------
    id, title, source : its name, its heading, and the paper that is known for it.
    compute, draw : where its functions live, as ``module:function``.
    profiles : by name, all of `PROFILES`.
    """

    id: str
    title: str
    source: str
    compute: str
    draw: str
    profiles: Mapping[str, Profile]


def function(place: str) -> Callable[..., Any]:
    """Return the function that lives at ``module:function``."""
    module, _, name = place.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


def _expected(name: str, given: Mapping[str, float]) -> Expected:
    """{"at_most"}, {"at_least"}, {"value"}, or {"value", "within"} (absolute)."""
    unknown = set(given) - {"at_most", "at_least", "value", "within"}
    if unknown or not given:
        raise BadConfig(f"'{name}' expects {dict(given)}.", "give at_most, at_least or value")
    if "value" in given:
        within = given.get("within", 0.0)
        return Expected(name, given["value"] - within, given["value"] + within)
    return Expected(name, given.get("at_least"), given.get("at_most"))


def _profile(given: Mapping[str, Any]) -> Profile:
    expected = tuple(_expected(name, e) for name, e in given["expected"].items())
    return Profile(given["inputs"], given["seconds"], expected)


@cache
def entries() -> dict[str, Entry]:
    """Return all figures by id, in the order in which they are made."""
    found = {}
    for name, given in json.loads(PATH.read_text(encoding="utf-8")).items():
        profiles = {p: _profile(given["profiles"][p]) for p in PROFILES}
        plain = {key: given[key] for key in ("title", "source", "compute", "draw")}
        found[name] = Entry(id=name, profiles=profiles, **plain)
    return found


def chosen(ids: Iterable[str]) -> list[Entry]:
    """Return the figures of these ids in the manifest's order, all where none is named.

    Raises
    ------
    BadConfig : an unknown id; the message lists all.
    """
    known, wanted = entries(), list(ids)
    for name in wanted:
        if name not in known:
            raise BadConfig(
                f"no figure is named '{name}'. {did_you_mean(name, known)}".rstrip(),
                f"the figures are {', '.join(known)}",
            )
    return [entry for entry in known.values() if not wanted or entry.id in wanted]


def checked_profile(name: str) -> str:
    """Return the name of a profile.

    Raises
    ------
    BadConfig : there is no such profile.
    """
    if name not in PROFILES:
        raise BadConfig(f"profile is '{name}'.", f"choose from {', '.join(PROFILES)}")
    return name
