"""Error bars against true errors: the share of points whose bar holds the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from figures.gp import ALL
from figures.gp.noisy import shares
from figures.gp.points import TICKS, Case, count_ticks, runs
from figures.style import Drawing, power, sheet
from figures.work import Work
from sciml.plot_palette import INK, colour
from sciml.plot_spectrum import logarithmic_ticks

LIMITS = (1e-16, 1e5)
ROUNDING = 1e-11
"""relative errors below, of nearly singular systems, differ from machine to machine"""


def compute(
    work: Work,
    lines: Sequence[Case],
    planes: Sequence[Case],
    points: Sequence[int],
    grids: Sequence[int],
    draws: int,
    seed: int,
) -> dict[str, Any]:
    """Return coverage from few points, and by level under noise.

    Parameters
    ----------
    lines, planes, points, grids, seed : as of the errors against points.
    draws : how many data sets with noise (5 % in the source, 2 % at the ends) are solved.
    """
    found = {"line": runs(work, lines, points, seed), "plane": runs(work, planes, grids, seed)}
    noisy = work.table("gp-noisy", shares, draws=draws, source=0.05, boundary=0.02)
    observed = np.mean(noisy["inside"], axis=0)
    rows = {k: [r for one in v.values() for r in one] for k, v in found.items()}
    converged = [r for one in rows.values() for r in one if r["converged"]]
    least = min(converged, key=lambda r: r["coverage"])
    above = [r["coverage"] for r in converged if r["rms error"] > ROUNDING]
    few = [r["coverage"] for r in rows["line"] if not r["converged"]]
    plane = [r["coverage"] for r in rows["plane"] if not r["converged"]]
    numbers: dict[str, float] = {
        "converged runs": len(converged),
        "least coverage of a converged run": least["coverage"],
        "of those with errors above rounding": min(above, default=1.0),
        "its error": least["rms error"],
        "its bar": least["rms bar"],
        "noise: coverage of the 95 % band": float(observed[noisy["levels"].index(0.95)]),
        "noise: coverage of the 50 % band": float(observed[noisy["levels"].index(0.5)]),
        "noise: median error": float(np.median(noisy["errors"])),
    }
    if few:
        numbers["too few points on a line: least coverage"] = min(few)
    if plane:
        numbers["too few points in the plane: least coverage"] = min(plane)
    return {**found, "noisy": {**noisy, "observed": observed}, "draws": draws, "numbers": numbers}


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw coverage against points, bars against errors, and shares against levels under noise."""
    figure, (few, wide, noisy) = sheet(1, 3, height=2.7)
    names = [*data["line"], *data["plane"]]
    for i, name in enumerate(names):
        rows = data["line"].get(name) or data["plane"][name]
        _marks(few, rows, "points", "coverage", i, name)
        _marks(wide, rows, "rms bar", "rms error", i, name)
    few.axhline(0.95, color=INK, lw=0.7, ls=(0, (4, 3)))
    few.set_xscale("log")
    count_ticks(few, TICKS)
    few.set_ylim(-0.04, 1.04)
    few.set_xlabel("points along each axis")
    few.set_ylabel("share inside the 95 % band")
    wide.set_xscale("log")
    wide.set_yscale("log")
    wide.plot(LIMITS, LIMITS, color=INK, lw=0.7, ls=(0, (4, 3)))
    wide.set_xlim(*LIMITS)
    wide.set_ylim(*LIMITS)
    wide.set_xlabel("two sd, relative")
    wide.set_ylabel("true error, relative")
    logarithmic_ticks(wide)
    levels = np.asarray(data["noisy"]["levels"])
    for row in data["noisy"]["inside"]:
        noisy.plot(levels, row, color=colour(0), lw=0.4, alpha=0.4)
    noisy.plot(levels, data["noisy"]["observed"], "o-", color=colour(0), label="mean")
    noisy.plot([0, 1], [0, 1], color=INK, lw=0.7, ls=(0, (4, 3)))
    noisy.set_xlim(0, 1)
    noisy.set_ylim(0, 1.02)
    noisy.set_xlabel("level of the band")
    noisy.set_ylabel("share inside, noisy data")
    handles, labels = few.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=5)
    return Drawing(figure, _caption(data))


def _marks(
    ax: Axes, rows: Sequence[Mapping[str, float]], across: str, up: str, index: int, name: str
) -> None:
    x, y = (np.array([r[key] for r in rows]) for key in (across, up))
    if up == "rms error":
        x, y = np.clip(x, *LIMITS), np.clip(y, *LIMITS)
    good = np.array([bool(r["converged"]) for r in rows])
    marker, look = "os^vDP<>"[index % 8], colour(index)
    if up == "coverage":
        ax.plot(x, y, color=look, lw=0.6)
    ax.plot(x[good], y[good], marker, color=look, ms=4, ls="", label=ALL[name].title)
    ax.plot(x[~good], y[~good], marker, color=look, mfc="white", ms=4, ls="")


def _caption(data: Mapping[str, Any]) -> str:
    numbers = data["numbers"]
    plane = numbers.get("too few points in the plane: least coverage")
    line = numbers.get("too few points on a line: least coverage")
    words = "" if line is None else f" On a line too few points leave it at {line:.2f} or more."
    if plane is not None:
        words += (
            f" In the plane they do not: there it falls to {plane:.2f}, so that the bar of a run "
            "that says it did not converge must not be believed."
        )
    return (
        "Error bars of `gp` against true errors. Left: share of the plotted points whose 95 % band "
        "holds the truth, against the number of points at which the source is known. Filled: runs "
        "that say they converged; open: those that say that the points do not suffice. Middle: "
        "the same runs, width of the bar (two standard deviations) against the error, root mean "
        "squares; below the line the bar is wider. The least coverage of a converged run is "
        f"{numbers['least coverage of a converged run']:.2f}, where the error is "
        f"{power(numbers['its error'])} and the bar {power(numbers['its bar'])}.{words} "
        "Right: noise of 5 % in the "
        f"source at 200 points and of 2 % at the ends, {data['draws']} data sets (thin lines): "
        "share of the truth inside bands of each level. The 95 % band holds "
        f"{numbers['noise: coverage of the 95 % band']:.3f} of the truth, with a median error of "
        f"{power(numbers['noise: median error'])}."
    )
