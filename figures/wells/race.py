"""How far the ground-state energy is off, against the processor time spent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from figures.style import Drawing, power, sheet
from figures.wells import WELLS, exact_energies
from figures.work import Work, clock
from sciml.plot_palette import colour
from sciml.plot_spectrum import logarithmic_ticks

FLOOR = 1e-16
"""errors below are drawn here"""
NAMES = {"paper": "the paper's recipe", "pinn": "pinn, trained", "ritz": "ritz, nothing trained"}


def compute(work: Work, weight: float, states: int, seed: int) -> dict[str, Any]:
    """Return relative errors of E1 and processor seconds, step by step, of three methods.

    Parameters
    ----------
    weight : of the normalisation in the paper's recipe.
    states : that `pinn` and `ritz` compute at once; the recipe computes one.
    seed : random seed.
    """
    settings: dict[str, dict[str, Any]] = {
        "paper": {"norm_weight": weight},
        "pinn": {"states": states},
        "ritz": {"states": states},
    }
    wells: dict[str, Any] = {}
    numbers = {}
    for name in WELLS:
        wells[name] = {}
        for method, given in settings.items():
            found = work.solve(name, method, seed=seed, clocked=True, **given)
            energy, seconds = exact_energies(found, 1)[0], clock(found)
            trained = [abs(row["E1"] / energy - 1) for row in found.history if "E1" in row]
            reported = [abs(e / energy - 1) for e in found.value["energies"][:1]]
            wells[name][method] = {
                "seconds": seconds,
                "trained": trained,
                "reported": reported,
                "spent": seconds[-1],
            }
            last = reported[0] if reported else trained[-1]
            numbers[f"{name}: error of {method}"] = last
            numbers[f"{name}: seconds of {method}"] = seconds[-1]
    return {"wells": wells, "weight": weight, "states": states, "numbers": numbers}


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw the errors on logarithmic axes, one panel a well."""
    figure, axes = sheet(1, len(WELLS), height=2.5, sharey=True)
    for ax, (name, title) in zip(axes, WELLS.items(), strict=True):
        for i, (method, label) in enumerate(NAMES.items()):
            run, look = data["wells"][name][method], {"color": colour((1, 0, 2)[i])}
            if run["trained"]:
                errors = np.maximum(run["trained"], FLOOR)
                ax.loglog(run["seconds"], errors, label=label, **look)
            for error in run["reported"]:
                marker = "os^"[i]
                end = None if run["trained"] else label
                ax.loglog([run["spent"]], [max(error, FLOOR)], marker, ls="", label=end, **look)
        ax.set_title(title)
        ax.set_xlabel("processor seconds")
        ax.set_ylim(FLOOR / 3, 10)
        ax.set_xlim(0.05, 50)
        ax.xaxis.set_major_formatter("{x:g}")
        logarithmic_ticks(ax)
    axes[0].set_ylabel("relative error of $E_1$")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    return Drawing(figure, _caption(data))


def _caption(data: Mapping[str, Any]) -> str:
    numbers = data["numbers"]

    def range_of(what: str) -> str:
        values = [numbers[f"{name}: {what}"] for name in WELLS]
        return f"{power(min(values))} to {power(max(values))}"

    return (
        "Relative error of the lowest energy against processor seconds, compilation included. "
        f"The paper's recipe runs with weight {data['weight']:g} of the normalisation (with 1 it "
        "collapses on all three wells) and follows one state; the other two methods compute "
        f"{data['states']} states at once. Lines: the trained energy after each step. Marks: the "
        "energy that is reported in the end, by the weak form over the network's outputs (none "
        f"where the recipe collapsed). The recipe ends at {range_of('error of paper')}, `pinn` at "
        f"{range_of('error of pinn')}, `ritz` at {range_of('error of ritz')}; an error below "
        "1e-14 is rounding."
    )
