"""Solutions on a line, and how far they are off at every point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from figures.gp import LINES, box, exact
from figures.style import Drawing, power, sheet
from figures.work import Work
from sciml.plot_palette import INK, colour
from sciml.plot_spectrum import logarithmic_ticks

CURVE, ERRORS = 601, 1201
"""points of a solution and of an error"""
FLOOR = 1e-17
"""errors below are drawn here"""
COLUMNS = 4


def compute(work: Work, seed: int) -> dict[str, Any]:
    """Return solutions on part of the axis, errors and error bars on all of it, by equation.

    Errors and bars (two standard deviations) are relative to the largest value of the solution.
    """
    lines, numbers = {}, {}
    for name, known in LINES.items():
        found = work.solve(name, "gp", seed=seed)
        ((lower, upper),) = box(found)
        near = np.linspace(lower, lower + known.shown[0] * (upper - lower), CURVE)[:, None]
        all_of_it = np.linspace(lower, upper, ERRORS)[:, None]
        truth = exact(found, all_of_it)
        top = float(np.max(np.abs(truth)))
        lines[name] = {
            "near": near[:, 0],
            "u": found.predict(near)[:, 0],
            "exact": exact(found, near),
            "x": all_of_it[:, 0],
            "error": np.abs(found.predict(all_of_it)[:, 0] - truth) / top,
            "bar": 2 * found.std(all_of_it)[:, 0] / top,
        }
        numbers[f"{name}: relative L2 error"] = found.metrics["rel_l2"]
        numbers[f"{name}: largest error"] = float(np.max(lines[name]["error"]))
    numbers["worst relative L2 error"] = max(
        v for k, v in numbers.items() if k.endswith("relative L2 error")
    )
    return {"lines": lines, "numbers": numbers}


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw each solution above its error, four columns."""
    figure, axes = sheet(4, COLUMNS, height=5.4)
    for i, (name, known) in enumerate(LINES.items()):
        row, column = divmod(i, COLUMNS)
        top, bottom = axes[2 * row * COLUMNS + column], axes[(2 * row + 1) * COLUMNS + column]
        line = {key: np.asarray(v, float) for key, v in data["lines"][name].items()}
        top.plot(line["near"], line["u"], color=colour(0), lw=1.4, label="gp")
        top.plot(line["near"], line["exact"], color=INK, lw=0.6, ls=(0, (4, 3)), label="exact")
        top.set_title(known.title, fontsize=8)
        top.set_xlim(line["near"][0], line["near"][-1])
        error, bar = np.maximum(line["error"], FLOOR), np.maximum(line["bar"], FLOOR)
        bottom.semilogy(line["x"], error, color=colour(1), lw=0.5, label="|error|")
        bottom.semilogy(line["x"], bar, color=colour(0), lw=0.9, label="two sd of gp")
        bottom.set_xlim(line["x"][0], line["x"][-1])
        bottom.set_ylim(FLOOR, 1e-6)
        bottom.set_xlabel("$x$")
        logarithmic_ticks(bottom)
        if column == 0:
            top.set_ylabel("$u$")
            bottom.set_ylabel("relative to max $|u|$")
    above, below = axes[2 * COLUMNS + COLUMNS - 1], axes[-1]
    for ax, source in ((above, axes[0]), (below, axes[COLUMNS])):
        ax.set_axis_off()
        ax.legend(*source.get_legend_handles_labels(), loc="center")
    return Drawing(figure, _caption(data))


def _caption(data: Mapping[str, Any]) -> str:
    numbers = data["numbers"]
    return (
        "The seven equations on a line, u″ = f and (cubic) u″ + u (u² − 1) = f with u given at "
        "both ends, by method `gp` with its defaults. Above: the solution on the first part of the "
        "axis, the exact one dashed. Below, on the whole axis: the true error at each of "
        f"{ERRORS} points, and the error bar (two standard deviations) that `gp` gives without "
        "knowing the truth. Largest relative L2 error: "
        f"{power(numbers['worst relative L2 error'])}."
    )
