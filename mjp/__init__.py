"""Markov jump processes: rate matrices from observed paths, by a pretrained network and exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mjp.verb import infer as infer

__all__ = ["infer"]


def __getattr__(name: str) -> Any:
    if name != "infer":
        raise AttributeError(f"module 'mjp' has no attribute '{name}'")
    from mjp.verb import infer

    return infer
