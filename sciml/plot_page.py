"""A page of panels: rows of them, laid out in inches inside one axes of matplotlib."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from matplotlib.axes import Axes

TOP, LEFT, BETWEEN, BELOW, BAR = 0.3, 0.65, 0.78, 0.68, 0.55
"""inches above all rows, left of a row, between two panels, below a row, and for a colour bar"""
WIDTH = 6.6
"""inches from the left end of a row's first panel to the right end of its last"""

Draw = Callable[[Axes], None]


@dataclass(frozen=True)
class Panel:
    """One panel.

    Attributes
    ----------
    width, right : inches of the panel, and of the room at its right.
    draw : draws it on its own axes.
    title : above it, or "".
    """

    width: float
    draw: Draw
    title: str = ""
    right: float = 0.0


@dataclass(frozen=True)
class Row:
    """Panels side by side, of one height in inches."""

    height: float
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Page:
    """Rows of panels, from the top."""

    rows: tuple[Row, ...]

    @property
    def inches(self) -> tuple[float, float]:
        """Width and height of all rows with the room around them."""
        widths = [
            LEFT + sum(p.width + p.right + BETWEEN for p in row.panels) - BETWEEN
            for row in self.rows
        ]
        return max(widths), TOP + sum(row.height + BELOW for row in self.rows)

    @property
    def size(self) -> tuple[float, float]:
        """Inches of a figure whose only axes hold the page, with matplotlib's margins."""
        width, height = self.inches
        return width / 0.775, height / 0.77


def shared(drawings: list[Draw], *, width: float = WIDTH) -> tuple[Panel, ...]:
    """Return panels that share the width of a row equally."""
    each = (width - BETWEEN * (len(drawings) - 1)) / len(drawings)
    return tuple(Panel(each, drawing) for drawing in drawings)


def draw(ax: Axes, page: Page) -> None:
    """Draw all panels inside the axes."""
    ax.set_axis_off()
    width, height = page.inches
    top = height - TOP
    for row in page.rows:
        left, top = LEFT, top - row.height
        for panel in row.panels:
            place = (left / width, top / height, panel.width / width, row.height / height)
            inset = ax.inset_axes(place)
            panel.draw(inset)
            if panel.title:
                inset.set_title(panel.title, loc="left", fontsize=10, pad=4)
            left += panel.width + panel.right + BETWEEN
        top -= BELOW
