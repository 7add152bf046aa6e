"""Colours of all pictures: distinct to colour-blind readers, legible in print."""

from __future__ import annotations

INK = "#222222"
GROUND = "#e4e4e4"
"""fill under a potential"""
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#AA4499", "#B8860B", "#3A9BD9")
"""after M. Okabe and K. Ito, Color Universal Design (2008), darkened where thin lines need it"""
DIVERGING = "RdBu_r"


def colour(index: int) -> str:
    """Return the colour of the index-th line of a picture."""
    return PALETTE[index % len(PALETTE)]
