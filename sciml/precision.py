"""Scoped float64: the numerics run in double precision whatever the session's global setting."""

from __future__ import annotations

from contextlib import AbstractContextManager

import jax


def float64() -> AbstractContextManager[object]:
    """Return a context in which JAX computes in float64 (the global setting is left alone)."""
    return jax.enable_x64(True)
