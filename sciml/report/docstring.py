"""What the docstring of a registered problem says, part by part."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Docstring:
    """A docstring in parts.

    Attributes
    ----------
    summary : its first line, with the equation.
    text : the paragraphs below it.
    parameters : names such as "a, d" -> what they mean.
    sections : heading -> paragraph, of the other sections.
    """

    summary: str = ""
    text: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    sections: Mapping[str, str] = field(default_factory=dict)


def parse(doc: str | None) -> Docstring:
    """Return the parts of a docstring whose section headings are underlined with dashes."""
    lines = inspect.cleandoc(doc or "").splitlines()
    at = [i for i in range(len(lines) - 1) if re.fullmatch(r"-{3,}", lines[i + 1].strip())]
    first = at[0] if at else len(lines)
    head = _paragraphs(lines[:first])
    ends = [*at[1:], len(lines)] if at else []
    found = {lines[i].strip(): lines[i + 2 : end] for i, end in zip(at, ends, strict=True)}
    parameters = _entries(found.pop("Parameters", []))
    sections = {name: " ".join(_paragraphs(part)) for name, part in found.items()}
    return Docstring(head[0] if head else "", tuple(head[1:]), parameters, sections)


def _paragraphs(lines: list[str]) -> list[str]:
    """Paragraphs, each on one line."""
    text = "\n".join(line.strip() for line in lines)
    return [" ".join(part.split()) for part in re.split(r"\n{2,}", text) if part.strip()]


def _entries(lines: list[str]) -> dict[str, str]:
    """Entries ``name, name : meaning``, whose further lines are indented."""
    entries: dict[str, str] = {}
    for line in lines:
        start = re.match(r"(\w+(?:, \w+)*) : (.*)", line)
        if start:
            entries[start[1]] = start[2].strip()
        elif entries and line.startswith(" "):
            last = next(reversed(entries))
            entries[last] = f"{entries[last]} {line.strip()}"
    return entries
