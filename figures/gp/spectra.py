"""What is learned of frequencies: the mixture before and after pruning, beside the truth."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from figures.gp import LINES
from figures.style import Drawing, power, sheet
from figures.work import Work
from gp_solver.sparse.ard import solve_ard
from sciml import registry
from sciml.plot_palette import INK, colour
from sciml.plot_spectrum import logarithmic_ticks
from sciml.problem import Problem

TRUE = {
    "gp_u1": {100.0: 1.0},
    "gp_u2": {1.0: 1.0, 20.0: 0.1, 100.0: 0.05},
    "gp_u3": {94.0: 0.5, 106.0: 0.5},
    "gp_u4": {200.0: math.pi * math.sqrt(4 / 3)},
    "gp_u5": {500.0: 1.0},
}
"""radians per unit -> amplitude of each wave in the solution (of x sin 200x the mean square one)"""
FLOOR = 1e-10
"""shares below, relative to the largest, are not drawn"""
GREY = "#9a9a9a"


def compute(
    work: Work, cases: Sequence[tuple[str, float]], points: int, components: int, seed: int
) -> dict[str, Any]:
    """Return shares of the components before and after pruning, carriers and errors, by equation.

    Parameters
    ----------
    cases : equation and highest frequency of its grid, in cycles per unit.
    points, components : how many points the source is known at, and how many frequencies there are.
    seed : random seed.
    """
    found: dict[str, Any] = {}
    numbers: dict[str, float] = {}
    for name, highest in cases:
        learned = partial(
            solve_ard,
            equation(name),
            points=points,
            components=components,
            frequency_max=highest,
            seed=seed,
        )
        before, after = learned(iterations=1).spectrum, learned().spectrum
        run = work.solve(
            name,
            "gp",
            seed=seed,
            frequencies="ard",
            points=points,
            components=components,
            frequency_max=highest,
        )
        true = np.array(list(TRUE[name])) / (2 * math.pi)
        seen = true[true > 0.5 * highest / (components - 1)]
        off = [float(np.min(np.abs(after.carriers - f))) for f in seen]
        found[name] = {
            "frequencies": after.frequencies,
            "before": before.weights,
            "after": after.weights,
            "carriers": after.carriers,
            "true": true,
            "true shares": np.array(list(TRUE[name].values())) / math.sqrt(2),
        }
        numbers[f"{name}: components before"] = len(before.weights)
        numbers[f"{name}: components left"] = after.active
        numbers[f"{name}: worst distance of a carrier, cycles per unit"] = max(off)
        numbers[f"{name}: relative L2 error"] = run.metrics["rel_l2"]
    return {"found": found, "points": points, "numbers": numbers}


def equation(name: str) -> Problem:
    """Return a registered equation."""
    problem = registry.get(name)
    assert isinstance(problem, Problem)
    return problem


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw the shares of all components on a logarithmic axis, one panel an equation."""
    columns = len(data["found"])
    figure, axes = sheet(1, columns, height=2.5, sharey=True)
    for ax, (name, kept) in zip(axes, data["found"].items(), strict=True):
        case = {key: np.asarray(v, float) for key, v in kept.items()}
        top = float(np.max(case["after"]))
        x = case["frequencies"]
        for i, f in enumerate(case["true"]):
            label = "true frequencies" if i == 0 else None
            ax.axvline(f, color=INK, lw=0.7, ls=(0, (4, 3)), label=label)
        looks = (("before", GREY, 2.4, 0.7), ("after", colour(0), 4.0, 1.5))
        for which, look, size, width in looks:
            shares = case[which] / top
            seen = shares > FLOOR
            ax.vlines(x[seen], FLOOR, shares[seen], color=look, lw=width)
            label = f"{which} pruning"
            ax.semilogy(x[seen], shares[seen], "o", color=look, ms=size, ls="", label=label)
        height = np.full(len(case["carriers"]), 30.0)
        ax.plot(case["carriers"], height, "v", color=colour(1), ms=4, ls="", label="recentred")
        ax.set_ylim(FLOOR, 300)
        ax.set_xlim(-0.04 * x[-1], 1.04 * x[-1])
        ax.set_title(LINES[name].title, fontsize=8)
        ax.set_xlabel("cycles per unit of $x$")
        logarithmic_ticks(ax)
    axes[0].set_ylabel("share of the solution")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    return Drawing(figure, _caption(data))


def _caption(data: Mapping[str, Any]) -> str:
    numbers = data["numbers"]

    def worst(what: str) -> float:
        return max(numbers[f"{name}: {what}"] for name in data["found"])

    return (
        "What is learned of the frequencies where none is given: the mixture starts with equally "
        f"spaced frequencies of equal weight (30, as in the paper) and sees the source at "
        f"{data['points']} points. Grey: what each component contributes (root mean square, "
        "relative to the largest) after the first update of the weights. Blue: after the last, "
        "when sparsity has pruned the rest away; frequency zero is the smooth part. Triangles: the "
        "frequencies that are left, moved to where the evidence wants them. Dashes: the "
        "frequencies in the true solution. At most "
        f"{worst('components left'):.0f} components are left; a frequency is off by "
        f"{power(worst('worst distance of a carrier, cycles per unit'))} cycles per unit at worst, "
        f"the solution by {power(worst('relative L2 error'))}. A slow wave, such as sin x of the "
        "second solution, is left to the smooth part."
    )
