"""One look for all figures: sizes for print, on top of the style of our other pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sciml import plot

COLUMN, PAGE = 3.4, 7.0
"""inches of a column and of a page"""
PRINT: dict[str, Any] = {
    "font.size": 8,
    "axes.titlesize": 8.5,
    "axes.labelsize": 8,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "legend.fontsize": 7.5,
    "legend.handlelength": 1.6,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.2,
    "lines.markersize": 3.5,
    "savefig.dpi": 300,
}


@dataclass(frozen=True)
class Drawing:
    """What `draw` of a figure returns.

    Attributes
    ----------
    figure : of matplotlib.
    caption : Markdown, in plain words: what is shown, and what to see in it.
    """

    figure: Figure
    caption: str


@contextmanager
def style() -> Iterator[None]:
    """Give the style; the user's own settings are back afterwards."""
    with plot.style(), matplotlib.rc_context(cast(Any, PRINT)):
        yield


def page(height: float, *, width: float = PAGE) -> Figure:
    """Return an empty figure of a size in inches, which lays itself out without overlaps."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def sheet(
    rows: int = 1, columns: int = 1, *, width: float = PAGE, height: float, **options: Any
) -> tuple[Figure, list[Axes]]:
    """Return a figure of a size in inches, laid out without overlaps, and its axes by rows."""
    figure = page(height, width=width)
    axes = figure.subplots(rows, columns, squeeze=False, **options)
    return figure, [ax for row in axes for ax in row]


def power(value: float) -> str:
    """Return a number of two digits in Markdown, a power of ten written as such."""
    if value == 0 or 1e-2 <= abs(value) < 1e4:
        return f"{value:.2g}" if abs(value) < 100 else f"{value:.0f}"
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    return f"{mantissa}·10{str(int(exponent)).translate(RAISED)}"


RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
"""digits as exponents"""
