"""The picture of a state that moves: |ψ|² over time and space, and what is conserved below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes

from sciml import plot_image
from sciml.errors import BadData, SciMLError
from sciml.plot_grids import Plane
from sciml.plot_page import BAR, WIDTH, Page, Panel, Row, shared
from sciml.plot_palette import INK, colour
from sciml.plot_samples import math
from sciml.plot_spectrum import logarithmic_ticks
from sciml.problem import AnyProblem

if TYPE_CHECKING:
    from sciml.result import Result

FINE = (481, 301)
"""fresh samples along time and space"""
VISIBLE = 1e-3
"""|ψ|², relative to its peak, below which it does not widen the picture"""
FLOOR = 1e-17
"""a defect of zero, on a logarithmic axis"""


def is_drawable(result: Result) -> bool:
    """Return whether a result holds the course of a state that moves."""
    return "course" in result.value and "u" in result.arrays


def page(result: Result, problem: AnyProblem | None) -> Page:
    """Return the panels of a state that moves; `problem` adds the name of its axis.

    Raises
    ------
    BadData : the fields are not finite, or lie on no grid.
    """
    plane = density(result)
    axis = "x" if problem is None else problem.domain.axes[1]
    scale = plot_image.norm([plane.values], "field")

    def image(ax: Axes) -> None:
        plot_image.draw(ax, plane, ("t", axis), scale=scale, equal=False)

    def below(ax: Axes) -> None:
        _draw_regions(ax, result, axis)

    def defects(ax: Axes) -> None:
        _draw_defects(ax, result)

    return Page(
        (
            Row(2.4, (Panel(WIDTH - BAR, image, "$|\\psi|^2$", BAR),)),
            Row(1.6, shared([below, defects])),
        )
    )


def density(result: Result) -> Plane:
    """Return |ψ|² over time (horizontal) and space, where it is seen, from fresh samples if any.

    Raises
    ------
    BadData : the fields are not finite, or lie on no grid.
    """
    points, u = (np.asarray(result.arrays[name], float) for name in ("points", "u"))
    times, places = np.unique(points[:, 0]), np.unique(points[:, 1])
    if len(times) * len(places) != len(u) or not np.all(np.isfinite(u)):
        raise BadData(
            f"this result ({result.status.name}) holds no finite state on a grid to draw.",
            result.status.advice if not result.status.ok else "solve again",
        )
    values = np.sum(u**2, axis=1).reshape(len(times), len(places))
    seen = np.flatnonzero(np.max(values, axis=0) > VISIBLE * np.max(values))
    low, high = places[max(seen[0] - 3, 0)], places[min(seen[-1] + 3, len(places) - 1)]
    finer = (np.linspace(times[0], times[-1], FINE[0]), np.linspace(low, high, FINE[1]))
    try:
        psi = result.predict(grid(*finer))
    except SciMLError:
        inside = (places >= low) & (places <= high)
        return Plane(times, places[inside], values[:, inside].T)
    return Plane(*finer, np.sum(psi**2, axis=1).reshape(FINE).T)


def grid(times: Float[np.ndarray, " t"], places: Float[np.ndarray, " x"]) -> np.ndarray:
    """Return the points (t, x) of a grid [t x, 2], time by time."""
    return np.stack([g.ravel() for g in np.meshgrid(times, places, indexing="ij")], axis=1)


def _draw_regions(ax: Axes, result: Result, axis: str) -> None:
    """The probability of each region over time; without regions, the mean position."""
    course = result.value["course"]
    regions = [n for n in course if n not in ("t", "norm", "energy", "mean_x")]
    for i, name in enumerate(regions):
        ax.plot(course["t"], course[name], color=colour(i), lw=1.4, label=name.replace("_", " "))
    if regions:
        ax.set_ylabel("probability")
        ax.set_ylim(-0.03, 1.03)
        ax.legend(fontsize=8, loc="center left", handlelength=1.2)
    else:
        ax.plot(course["t"], course["mean_x"], color=colour(0), lw=1.2)
        ax.set_ylabel(f"$\\langle${math(axis)}$\\rangle$")
    ax.set_xlim(course["t"][0], course["t"][-1])
    ax.set_xlabel("$t$", labelpad=2)


def _draw_defects(ax: Axes, result: Result) -> None:
    """Defects of norm and energy over time, and the error of ψ where a reference is known."""
    course = result.value["course"]
    t = np.asarray(course["t"], float)
    energy = np.asarray(course["energy"], float)
    lines = {
        "$|\\,\\|\\psi\\|^2 - 1|$": np.abs(np.asarray(course["norm"], float) - 1.0),
        "$|E - E(0)|\\,/\\,|E(0)|$": np.abs(energy - energy[0]) / (abs(energy[0]) or 1.0),
    }
    for i, (name, values) in enumerate(lines.items()):
        shown = np.maximum(values, FLOOR)
        ax.semilogy(t[1:], shown[1:], color=colour(i), lw=0.9, label=name)
    if "reference" in result.arrays:
        times = np.unique(result.arrays["points"][:, 0])
        u, exact = result.arrays["u"], result.arrays["reference"]
        off, size = (np.sum(v.reshape(len(times), -1) ** 2, axis=1) for v in (u - exact, exact))
        error = np.maximum(np.sqrt(off / size), FLOOR)
        ax.semilogy(times, error, color=INK, lw=1.2, label="error of $\\psi$")
    ax.set_xlim(t[0], t[-1])
    ax.set_xlabel("$t$", labelpad=2)
    ax.set_ylim(bottom=FLOOR / 2)
    logarithmic_ticks(ax)
    ax.legend(
        fontsize=8,
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        ncols=len(ax.get_lines()),
        handlelength=1.0,
        columnspacing=0.8,
        borderaxespad=0.2,
    )
