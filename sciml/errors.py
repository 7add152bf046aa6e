"""Errors that a user can meet: each says what is wrong and what would mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sciml.result import Result


class SciMLError(Exception):
    """Base of every error this project raises on purpose.

    Attributes
    ----------
    what : one sentence that names the argument and what is wrong with it.
    mend : one sentence that says what to try instead (may be empty).
    """

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(what, mend)
        self.what = what
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.what}\n  try: {self.mend}" if self.mend else self.what


class UnknownProblem(SciMLError):
    """No problem is registered under this name."""


class UnknownMethod(SciMLError):
    """No method is registered under this name, or it does not serve this kind of problem."""


class BadProblem(SciMLError):
    """A problem's definition or one of its parameters is unusable."""


class NoBoundState(BadProblem):
    """Fewer bound states exist below the continuum than were asked for."""


class BadConfig(SciMLError):
    """A setting is unknown, of the wrong type or out of range."""


class BadData(SciMLError):
    """Data given by the user have the wrong shape, order or values."""


class BadArchive(SciMLError):
    """A run folder is damaged, incomplete or of an unknown version."""


class MissingExtra(SciMLError):
    """An optional dependency is needed here and absent."""


class ShadowedPackage(SciMLError):
    """A file of the user's hides one of our packages."""


class NotConverged(SciMLError):
    """The computation ended without reaching its tolerance; the partial result is attached."""

    def __init__(self, result: Result) -> None:
        super().__init__(
            f"'{result.problem}' by method '{result.method}' ended as {result.status.name}.",
            result.status.advice,
        )
        self.result = result

    def __reduce__(self) -> tuple[type[NotConverged], tuple[Result]]:
        return type(self), (self.result,)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return "Did you mean 'a' or 'b'?" for the nearest of `known`, or "" if none is near."""
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(repr(n) for n in near)}?" if near else ""
