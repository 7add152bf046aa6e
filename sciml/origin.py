"""Where a problem came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Origin:
    """Where a problem came from, so that a saved result can rebuild it.

    Attributes
    ----------
    spec : registered name, or ``file.py:name``.
    parameters : every parameter of the problem with the value it had.
    """

    spec: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
