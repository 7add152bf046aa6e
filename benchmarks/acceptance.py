"""A table of acceptance: its rows, and what each has measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Item = dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """What a row measured, in words, and whether that meets what it must."""

    measured: str
    met: bool


@dataclass(frozen=True)
class Row:
    """One line of the acceptance table: what it runs and how the items are judged."""

    what: str
    must: str
    run: Callable[[], Iterable[Item]]
    judge: Callable[[list[Item]], Verdict]
