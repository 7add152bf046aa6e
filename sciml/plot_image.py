"""Pictures of one field in a plane: an image with its colour bar, and the edge of the domain."""

from __future__ import annotations

from typing import Literal

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from sciml.domain import Domain
from sciml.plot_grids import Plane
from sciml.plot_palette import DIVERGING, INK
from sciml.plot_panels import boundary
from sciml.plot_samples import math

SEQUENTIAL, DECADES = "viridis", "magma_r"
"""colours of a field of one sign, and of an error"""
DEPTH = 1e4
"""largest ratio of two errors that have different colours"""
ONE_SIDED = 0.01
"""height of one sign, relative to the other, up to which a field counts as of one sign"""
FLOOR = 1e-18
"""an error of zero"""
EDGE = 400
"""points along each side of the grid on which an edge is searched for"""

Kind = Literal["field", "error", "deviation"]


def norm(fields: list[np.ndarray], kind: Kind) -> tuple[Normalize, str]:
    """Return the scale and the colours that some fields share.

    Fields of both signs are white at zero; errors run over two to four decades, deviations over
    as many as they have, and evenly within one.
    """
    values = np.concatenate([field[np.isfinite(field)] for field in fields])
    if kind != "field":
        values = np.maximum(np.abs(values), FLOOR)
        high = float(np.max(values))
        low = max(float(np.quantile(values, 0.02)), high / DEPTH)
        if kind == "error":
            low = min(low, high / 100)
        return (LogNorm if low < high / 10 else Normalize)(min(low, 0.9 * high), high), DECADES
    low, high = float(np.min(values)), float(np.max(values))
    if low < -ONE_SIDED * high and high > -ONE_SIDED * low:
        peak = max(-low, high)
        return Normalize(-peak, peak), DIVERGING
    if low == high:
        low, high = low - 0.5, high + 0.5
    return Normalize(low, high), SEQUENTIAL


def draw(
    ax: Axes,
    plane: Plane,
    axes: tuple[str, str],
    *,
    scale: tuple[Normalize, str],
    equal: bool,
    bar: bool = True,
) -> None:
    """Draw one field of a plane with names on both axes and, unless told not to, a colour bar."""
    scaling, colours = scale
    values = np.ma.masked_invalid(plane.values)
    if isinstance(scaling, LogNorm):
        values = np.ma.maximum(np.abs(values), FLOOR)
    half_x, half_y = 0.5 * (plane.x[1] - plane.x[0]), 0.5 * (plane.y[1] - plane.y[0])
    smooth = "bilinear" if colours == DECADES else "bicubic"
    image = ax.imshow(
        values,
        origin="lower",
        extent=(
            plane.x[0] - half_x,
            plane.x[-1] + half_x,
            plane.y[0] - half_y,
            plane.y[-1] + half_y,
        ),
        cmap=colours,
        norm=scaling,
        interpolation=smooth if values.count() == values.size else "nearest",
        aspect="equal" if equal else "auto",
    )
    ax.set_xlim(plane.x[0], plane.x[-1])
    ax.set_ylim(plane.y[0], plane.y[-1])
    ax.set_xlabel(math(axes[0]), labelpad=2)
    ax.set_ylabel(math(axes[1]), labelpad=3)
    ax.spines[:].set_visible(True)
    ax.tick_params(length=2.5, labelsize=9, pad=2)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    if bar:
        figure = ax.get_figure(root=True)
        assert isinstance(figure, Figure)
        strip = ax.inset_axes((1.03, 0.0, 0.045, 1.0), label="colour bar")
        colour_bar = figure.colorbar(image, cax=strip)
        colour_bar.outline.set_linewidth(0.6)
        strip.tick_params(length=2, labelsize=8, pad=2)
        if isinstance(scaling, LogNorm):
            strip.yaxis.set_major_locator(LogLocator(numticks=6))
            strip.yaxis.set_minor_formatter(NullFormatter())
            strip.tick_params(which="minor", length=0)
        else:
            strip.yaxis.set_major_locator(MaxNLocator(5))


def scatter(
    ax: Axes,
    points: Float[np.ndarray, "n 2"],
    values: Float[np.ndarray, " n"],
    axes: tuple[str, str],
) -> None:
    """Draw a field known at points that lie on no grid, as coloured dots."""
    scale, colours = norm([values], "field")
    ax.scatter(points[:, 0], points[:, 1], c=values, s=6, norm=scale, cmap=colours)
    ax.set_xlabel(math(axes[0]))
    ax.set_ylabel(math(axes[1]))


def draw_edge(ax: Axes, domain: Domain, horizontal: int) -> None:
    """Draw the edge of a domain of the plane: its curve, or that of the points it contains."""
    curve = boundary(domain)
    if curve is not None:
        turned = curve[:, ::-1] if horizontal else curve
        ax.add_patch(Polygon(turned, fill=False, edgecolor=INK, lw=1.2, label="boundary"))
        return
    bounds = np.asarray(domain.bounding_box, float)
    margin = 0.01 * np.diff(bounds)
    x, y = (np.linspace(lo, hi, EDGE) for lo, hi in bounds + np.hstack([-margin, margin]))
    grid = np.stack([g.ravel() for g in np.meshgrid(x, y, indexing="ij")], axis=1)
    inside = np.asarray(domain.contains(grid), float).reshape(EDGE, EDGE)
    sides = (y, x, inside) if horizontal else (x, y, inside.T)
    edge = ax.contour(*sides, levels=[0.5], colors=INK, linewidths=1.2)
    edge.set_label("boundary")


def open_up(ax: Axes) -> None:
    """Take the frame from an image that has an edge of its own, and give that edge some room."""
    ax.spines[:].set_visible(False)
    for limits, set_limits in ((ax.get_xlim(), ax.set_xlim), (ax.get_ylim(), ax.set_ylim)):
        margin = 0.015 * (limits[1] - limits[0])
        set_limits(limits[0] - margin, limits[1] + margin)


def draw_window(
    ax: Axes, horizontal: Float[np.ndarray, " 2"], vertical: Float[np.ndarray, " 2"]
) -> None:
    """Draw the frame of a detail, (lower, upper) of each axis, in the picture of the whole."""
    corner = (float(horizontal[0]), float(vertical[0]))
    size = (float(np.ptp(horizontal)), float(np.ptp(vertical)))
    frame = Rectangle(corner, *size, fill=False, edgecolor=INK, lw=1.0, label="window")
    frame.set_path_effects([withStroke(linewidth=2.6, foreground="white")])
    ax.add_patch(frame)
