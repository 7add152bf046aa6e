"""Levels on their potentials, of every well and billiard that is registered."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from figures.style import Drawing, page, power
from figures.work import Work
from sciml import plot_levels, registry
from sciml.plot_palette import DIVERGING, GROUND, INK, colour
from sciml.problem import EigenProblem

TAG = "schrodinger"
COLUMNS = 4
ON_A_LINE = 400
"""points of a curve at most"""
VISIBLE = 0.01
"""height of ψ, relative to its peak, below which it does not widen a panel in the plane"""


def wells() -> list[str]:
    """Return the names of all registered wells."""
    return [entry.name for entry in registry.listing(TAG) if registry.get(entry.name).kind == KIND]


KIND = EigenProblem.kind


def compute(work: Work, seed: int) -> dict[str, Any]:
    """Return every well's picture and the worst error of its energies."""
    pictures, numbers = {}, {}
    for name in wells():
        found = work.solve(name, "ritz", seed=seed)
        well = found.built
        assert isinstance(well, EigenProblem)
        psi = np.asarray(found.arrays["psi"], float)
        if well.dimension == 1:
            energies = np.asarray(found.value["energies"], float)
            pictures[name] = _line(plot_levels.diagram(found.arrays, energies, well))
        else:
            state = min(3, psi.shape[1] - 1)
            points = np.asarray(found.arrays["points"], float)
            pictures[name] = {
                "points": points,
                "psi": psi[:, state],
                "state": state + 1,
                "energy": found.value["energies"][state],
            }
        numbers[f"{name}: error of E"] = found.metrics["energy_rel_error"]
    numbers["wells"] = len(pictures)
    numbers["worst error of E"] = max(v for k, v in numbers.items() if k.endswith("error of E"))
    return {"pictures": pictures, "numbers": numbers}


def _line(shown: plot_levels.Diagram) -> dict[str, Any]:
    """A diagram as plain data, thinned to what a small panel shows."""
    step = max(1, len(shown.x) // ON_A_LINE)
    return {
        "x": shown.x[::step],
        "potential": shown.potential[::step],
        "energies": shown.energies,
        "lobes": shown.lobes[::step],
        "xlim": shown.xlim,
        "ylim": shown.ylim,
        "walls": shown.walls,
        "deltas": shown.deltas,
    }


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw one small panel a well."""
    lines = {k: p for k, p in data["pictures"].items() if "points" not in p}
    planes = {k: p for k, p in data["pictures"].items() if "points" in p}
    rows = math.ceil(len(lines) / COLUMNS)
    figure = page(1.6 * rows + 1.5)
    halves: Any = figure.subfigures(2, 1, height_ratios=(1.6 * rows, 1.5))
    above, below = halves
    axes = above.subplots(rows, COLUMNS, squeeze=False).ravel()
    for ax in axes[len(lines) :]:
        ax.set_axis_off()
    for ax, (name, picture) in zip(axes, lines.items(), strict=False):
        _draw_line(ax, picture)
        ax.set_title(name.replace("_", " "), fontsize=7.5, pad=3)
        ax.tick_params(labelsize=6.5)
    above.supxlabel("$x$", fontsize=8)
    above.supylabel("energy", fontsize=8)
    for ax, (name, picture) in zip(
        below.subplots(1, len(planes), squeeze=False).ravel(), planes.items(), strict=True
    ):
        _draw_plane(ax, picture)
        ax.set_title(name.replace("_", " "), fontsize=7.5, pad=3, loc="center")
    return Drawing(figure, _caption(data))


def _draw_line(ax: Axes, picture: Mapping[str, Any]) -> None:
    x, lobes = np.asarray(picture["x"]), np.asarray(picture["lobes"])
    bottom, top = picture["ylim"]
    ax.set_xlim(picture["xlim"])
    ax.set_ylim(bottom, top)
    ax.fill_between(x, bottom, picture["potential"], color=GROUND, lw=0, zorder=0)
    ax.plot(x, picture["potential"], color=INK, lw=1.0, zorder=1)
    for wall in picture["walls"]:
        ax.axvline(wall, color=INK, lw=1.6, zorder=1)
    for position, strength in picture["deltas"]:
        end = top if strength > 0 else bottom
        at = float(np.interp(position, x, picture["potential"]))
        arrow = {"arrowstyle": "-|>", "color": INK, "lw": 1.0, "shrinkA": 0}
        ax.annotate("", (position, end), (position, at), arrowprops=arrow)
    for n, energy in enumerate(picture["energies"]):
        ax.axhline(energy, color=colour(n), lw=0.5, alpha=0.7, zorder=2)
        ax.fill_between(x, energy, energy + lobes[:, n], color=colour(n), alpha=0.25, lw=0)
        ax.plot(x, energy + lobes[:, n], color=colour(n), lw=0.8, zorder=4)
    ax.xaxis.set_major_locator(MaxNLocator(4))
    ax.yaxis.set_major_locator(MaxNLocator(4))


def _draw_plane(ax: Axes, picture: Mapping[str, Any]) -> None:
    x, y = np.asarray(picture["points"], float).T
    psi = np.asarray(picture["psi"], float)
    top = np.abs(psi).max()
    seen = np.abs(psi) > VISIBLE * top
    ax.tricontourf(x, y, psi, levels=np.linspace(-top, top, 17), cmap=DIVERGING)
    ax.set_xlim(x[seen].min(), x[seen].max())
    ax.set_ylim(y[seen].min(), y[seen].max())
    ax.set_aspect("equal")
    ax.set_axis_off()
    text = f"$E_{picture['state']} = {picture['energy']:.6g}$"
    ax.text(0.5, -0.02, text, transform=ax.transAxes, ha="center", va="top", fontsize=7)


def _caption(data: Mapping[str, Any]) -> str:
    numbers = data["numbers"]
    return (
        f"All {numbers['wells']:.0f} registered wells and billiards, by method `ritz` with its "
        "defaults. On a line: the potential (black, grey below), each level at its energy and its "
        "wave function on it, scaled to the room there is; an arrow is a point interaction. In the "
        "plane: one wave function, blue below zero and red above. Horizontal axes are x, vertical "
        f"ones energies. Worst relative error of an energy: {power(numbers['worst error of E'])}."
    )
