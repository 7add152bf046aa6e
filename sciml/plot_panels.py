"""The picture of bound states in a plane: one panel a state, ψ in a diverging colour map."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.patches import Polygon
from matplotlib.ticker import MaxNLocator
from scipy.ndimage import maximum_filter

from sciml.domain import Box, Disc, Domain, Triangle
from sciml.plot_levels import numbers
from sciml.plot_palette import DIVERGING, INK
from sciml.problem import AnyProblem

VISIBLE = 0.02
"""height of ψ, relative to its peak, below which it does not widen the panels of an open plane"""
CLEAR = 0.002
"""height of ψ around a point, relative to its peak, below which nodal lines mean nothing"""
TITLE = 0.32
"""inches above each panel for its title"""


@dataclass(frozen=True)
class Sheet:
    """How the panels lie on the page.

    Attributes
    ----------
    points : positions of the samples, a grid's points inside the domain.
    outline : closed boundary curve, or None in an open plane.
    xlim, ylim : limits of every panel.
    rows, columns : of the grid of panels.
    panel : width and height of a panel in inches.
    """

    points: Float[np.ndarray, "n 2"]
    outline: Float[np.ndarray, "m 2"] | None
    xlim: tuple[float, float]
    ylim: tuple[float, float]
    rows: int
    columns: int
    panel: tuple[float, float]

    @property
    def size(self) -> tuple[float, float]:
        """Inches of a figure that holds the sheet."""
        width, height = self.panel
        return self.columns * (width + 0.15) + 0.8, self.rows * (height + TITLE) + 0.9


def sheet(
    points: Float[np.ndarray, "n 2"], psi: Float[np.ndarray, "n k"], problem: AnyProblem | None
) -> Sheet:
    """Return the layout of k panels: the whole domain, or as much of the plane as is visible."""
    count = psi.shape[1]
    outline = None if problem is None else boundary(problem.domain)
    size = np.max(np.abs(psi) / np.maximum(np.max(np.abs(psi), axis=0), 1e-300), axis=1)
    near = points if outline is None else outline
    if outline is None and np.any(size > VISIBLE):
        near = points[size > VISIBLE]
    low, high = near.min(axis=0), near.max(axis=0)
    margin = 0.02 * float(np.max(high - low))
    (x0, y0), (x1, y1) = low - margin, high + margin
    columns = count if count <= 3 else math.ceil(math.sqrt(count))
    width = {1: 3.4, 2: 2.6}.get(columns, 2.0)
    aspect = min(max((y1 - y0) / (x1 - x0), 0.2), 5.0)
    return Sheet(
        points=points,
        outline=outline,
        xlim=(float(x0), float(x1)),
        ylim=(float(y0), float(y1)),
        rows=math.ceil(count / columns),
        columns=columns,
        panel=(width, width * aspect),
    )


def draw(
    ax: Axes,
    page: Sheet,
    psi: Float[np.ndarray, "n k"],
    energies: Float[np.ndarray, " k"],
    *,
    symbol: str = "",
) -> None:
    """Draw one panel a state inside the axes; colours run from -max|ψ| to max|ψ| of each.

    A `symbol` stands for the one level there is, instead of E with its number.
    """
    ax.set_axis_off()
    width, height = 1 / page.columns, 1 / page.rows
    title = TITLE / (page.panel[1] + TITLE)
    for n, text in enumerate(numbers(energies)):
        row, column = divmod(n, page.columns)
        low = 1 - (row + 1) * height
        panel = ax.inset_axes((column * width, low, 0.93 * width, (1 - title) * height))
        draw_field(panel, page.points, psi[:, n], outline=page.outline)
        panel.set_xlim(page.xlim)
        panel.set_ylim(page.ylim)
        name = symbol or f"E_{{{n + 1}}}"
        panel.set_title(f"${name} = {text}$", loc="center", fontsize=10, pad=4)
        panel.spines[:].set_visible(False)
        panel.tick_params(length=2, labelsize=8, pad=2)
        for axis, at_edge in (
            (panel.xaxis, n + page.columns >= len(energies)),
            (panel.yaxis, column == 0),
        ):
            axis.set_major_locator(MaxNLocator(2, steps=[1, 2, 5, 10], min_n_ticks=2))
            axis.set_tick_params(labelbottom=at_edge, labelleft=at_edge, size=2 * at_edge)


def draw_field(
    ax: Axes,
    points: Float[np.ndarray, "n 2"],
    values: Float[np.ndarray, " n"],
    *,
    outline: Float[np.ndarray, "m 2"] | None = None,
) -> None:
    """Draw one field known at some points of a rectangular grid, with its nodal lines.

    Where a point of the grid is absent the field counts as zero; nothing is drawn outside the
    outline.
    """
    x, i = np.unique(points[:, 0], return_inverse=True)
    y, j = np.unique(points[:, 1], return_inverse=True)
    inside = np.zeros((len(y), len(x)), bool)
    field = np.zeros((len(y), len(x)))
    inside[j, i], field[j, i] = True, values
    peak = float(np.max(np.abs(field))) or 1.0
    half_x, half_y = 0.5 * (x[1] - x[0]), 0.5 * (y[1] - y[0])
    image = ax.imshow(
        field,
        origin="lower",
        extent=(x[0] - half_x, x[-1] + half_x, y[0] - half_y, y[-1] + half_y),
        cmap=DIVERGING,
        vmin=-peak,
        vmax=peak,
        interpolation="bicubic",
    )
    clear = inside & (maximum_filter(np.abs(field), size=5) > CLEAR * peak)
    nodal = np.where(clear, field, np.nan)
    if np.nanmin(nodal, initial=0.0) < 0 < np.nanmax(nodal, initial=0.0):
        ax.contour(x, y, nodal, levels=[0.0], colors=INK, linewidths=0.6)
    if outline is not None:
        edge = ax.add_patch(Polygon(outline, fill=False, edgecolor=INK, lw=1.3, label="boundary"))
        image.set_clip_path(edge)
    ax.set_aspect("equal")


def boundary(domain: Domain) -> Float[np.ndarray, "m 2"] | None:
    """Return the closed boundary curve of a domain of the plane, or None if it has none to draw."""
    if isinstance(domain, Disc):
        turn = np.linspace(0, 2 * math.pi, 241)
        return np.array(domain.center) + domain.radius * np.stack([np.cos(turn), np.sin(turn)], 1)
    if isinstance(domain, Triangle):
        return np.array([*domain.vertices, domain.vertices[0]])
    if isinstance(domain, Box) and domain.is_bounded:
        (x0, x1), (y0, y1) = domain.bounding_box
        return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)])
    return None
