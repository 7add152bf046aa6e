"""Error bars against true errors, of every well with a reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from figures.style import COLUMN, Drawing, power, sheet
from figures.wells import WELLS
from figures.wells.diagrams import wells
from figures.work import Work
from sciml.plot_palette import INK, colour

FLOOR = 1e-17
"""errors below are drawn here"""


def compute(work: Work, states: int, seeds: list[int]) -> dict[str, Any]:
    """Return relative error and relative width of the bar of every state.

    Parameters
    ----------
    states : that `pinn` computes of the three wells.
    seeds : with which every well is solved by `ritz`.
    """
    runs = [work.solve(name, "ritz", seed=seed) for seed in seeds for name in wells()]
    runs += [work.solve(name, "pinn", seed=0, clocked=True, states=states) for name in WELLS]
    found: dict[str, dict[str, list[float]]] = {}
    inside = 0
    for run in runs:
        kept = found.setdefault(run.method, {"error": [], "bar": []})
        columns = ("reference_energies", "energies", "lower_bounds", "upper_bounds")
        for exact, energy, lower, upper in zip(*(run.value[c] for c in columns), strict=False):
            inside += lower <= exact <= upper
            kept["error"].append(abs(energy / exact - 1))
            kept["bar"].append((upper - lower) / abs(exact))
    count = sum(len(kept["bar"]) for kept in found.values())
    widths = [w for kept in found.values() for w in kept["bar"]]
    return {
        "methods": found,
        "numbers": {
            "states": count,
            "states outside their bar": count - inside,
            "median width of a bar": float(np.median(widths)),
        },
    }


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw every state as a point: width of its bar against its true error."""
    figure, (ax,) = sheet(width=COLUMN, height=2.9)
    for i, (method, kept) in enumerate(data["methods"].items()):
        bars = np.asarray(kept["bar"])
        errors = np.maximum(kept["error"], FLOOR)
        ax.loglog(bars, errors, "os"[i], color=colour(i), alpha=0.6, mew=0, label=method)
    ends = np.array([1e-14, 1e-6])
    ax.plot(ends, ends, color=INK, lw=0.7)
    ax.text(2e-9, 5e-10, "error = bar", fontsize=7.5, va="top")
    ax.set_xlabel("width of the error bar, relative to $E$")
    ax.set_ylabel("true error, relative to $E$")
    ax.set_ylim(FLOOR / 2, 1e-7)
    ax.set_xlim(1e-14, 1e-6)
    ax.legend(loc="upper left")
    return Drawing(figure, _caption(data))


def _caption(data: Mapping[str, Any]) -> str:
    numbers = data["numbers"]
    return (
        f"Every state of every registered well ({numbers['states']:.0f} in all): the width of the "
        "error bar, found without the truth, against the true error of the energy. Below the line "
        "the bar is wider than the error. "
        f"{numbers['states outside their bar']:.0f} states lie outside their bar; its median "
        f"width is {power(numbers['median width of a bar'])} of the energy. Errors below 1e-17 "
        "stand at the foot. The bars are estimates, not proofs."
    )
