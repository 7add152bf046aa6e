"""The picture of a learned spectrum: one stem a component, weights on a logarithmic axis."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter

from sciml.plot_palette import colour
from sciml.plot_samples import math

DEPTH = 1e-10
"""weight, relative to the largest, below which a component is not drawn"""
FEW = 40
"""components up to which every stem has a dot"""


def draw(
    ax: Axes,
    axis: str,
    frequencies: Float[np.ndarray, " q"],
    weights: Float[np.ndarray, " q"],
    *,
    labelled: bool = True,
) -> None:
    """Draw the spectrum along one axis of the problem: cycles per unit against weight."""
    top = float(np.max(weights))
    seen = weights >= DEPTH * top
    frequencies, weights = frequencies[seen], weights[seen]
    bottom = min(float(np.min(weights)), 1e-2 * top) / 5
    thin = len(weights) > FEW
    ax.set_yscale("log")
    ax.set_ylim(bottom, 4 * top)
    ax.vlines(
        frequencies, bottom, weights, color=colour(2), lw=0.7 if thin else 1.4, label="weights"
    )
    size = 1.2 if thin else 3.2
    ax.plot(frequencies, weights, "o", color=colour(2), ms=size, label="components", clip_on=False)
    reach = float(np.max(np.abs(frequencies))) or 1.0
    ax.set_xlim(min(0.0, float(np.min(frequencies))) - 0.04 * reach, 1.04 * reach)
    ax.set_xlabel(f"cycles per unit of {math(axis)}")
    ax.set_ylabel("weight" if labelled else "")
    logarithmic_ticks(ax)


def logarithmic_ticks(ax: Axes, *, count: int = 5) -> None:
    """Put at most a handful of whole decades on a logarithmic vertical axis, nothing between."""
    ax.yaxis.set_major_locator(LogLocator(numticks=count))
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.tick_params(axis="y", which="minor", length=0)
