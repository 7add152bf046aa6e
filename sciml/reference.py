"""Asking a problem's own reference, which is the user's code and may fail in any way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float


class ReferenceFailed(Exception):
    """A problem's reference raised an exception, or answered with something unusable."""


def ask(reference: Callable[..., Any], *arguments: Any) -> Float[np.ndarray, "..."]:
    """Return what a reference answers, as an array.

    Raises
    ------
    ReferenceFailed : the reference raised an exception, or its answer is no array of numbers.
    """
    try:
        return np.asarray(reference(*arguments), float)
    except Exception as error:
        words = f"{type(error).__name__}: {error}".splitlines()[0]
        raise ReferenceFailed(words) from error
