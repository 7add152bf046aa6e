"""Excited states: the highest wave function, and the errors of all energies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from figures.style import Drawing, power, sheet
from figures.wells import WELLS, exact_energies
from figures.wells.states import DASHED, aligned, shade, upright
from figures.work import Work
from sciml.plot_palette import colour
from sciml.plot_spectrum import logarithmic_ticks
from sciml.problem import EigenProblem

POINTS = 601
FLOOR = 1e-17
"""errors below are drawn here"""


def compute(work: Work, states: int, seed: int) -> dict[str, Any]:
    """Return energies, errors, error bars and nodes of many states, and the last ψ [n]."""
    wells, numbers = {}, {}
    right = True
    for name in WELLS:
        found = work.solve(name, "ritz", seed=seed, states=states)
        well, exact = found.built, exact_energies(found, states)
        assert isinstance(well, EigenProblem)
        assert well.wavefunctions is not None
        x = np.linspace(*well.domain.bounding_box[0], POINTS)
        psi = upright(well.wavefunctions(x[:, None], states))
        energies, lower, upper = (
            np.asarray(found.value[key]) for key in ("energies", "lower_bounds", "upper_bounds")
        )
        right &= found.value["nodes"] == list(range(states))
        wells[name] = {
            "x": x,
            "potential": well.potential_at(x[:, None]),
            "psi": aligned(found.predict(x), psi)[:, -1],
            "exact": psi[:, -1],
            "error": np.abs(energies / exact - 1),
            "bar": (upper - lower) / exact,
        }
        numbers[f"{name}: worst error of E"] = wells[name]["error"].max()
        numbers[f"{name}: error of ψ"] = found.metrics["wavefunction_rel_error"]
    numbers["number of nodes right (1: in all states)"] = float(right)
    return {"wells": wells, "states": states, "numbers": numbers}


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw the highest state above the errors by state, one column a well."""
    figure, axes = sheet(2, len(WELLS), height=3.6, sharey="row")
    for column, (name, title) in enumerate(WELLS.items()):
        well = {key: np.asarray(v, float) for key, v in data["wells"][name].items()}
        top, bottom = axes[column], axes[column + len(WELLS)]
        if np.ptp(well["potential"]) > 0:
            shade(top, well["x"], well["potential"])
        top.plot(well["x"], well["psi"], color=colour(0), lw=1.6, label="ritz")
        top.plot(well["x"], well["exact"], **DASHED, label="exact")
        top.set_title(title)
        top.set_xlabel("$x$")
        top.set_xlim(well["x"][0], well["x"][-1])
        n = np.arange(1, len(well["error"]) + 1)
        bottom.semilogy(n, well["bar"], "_", color=colour(1), ms=7, label="width of error bar")
        shown = np.maximum(well["error"], FLOOR)
        bottom.semilogy(n, shown, "o", color=colour(0), label="true error")
        bottom.set_xlabel("state $n$")
        bottom.xaxis.set_major_locator(MaxNLocator(integer=True))
        bottom.set_ylim(FLOOR / 3, 1e-8)
        logarithmic_ticks(bottom)
    axes[0].set_ylabel(rf"$\psi_{{{data['states']}}}$")
    axes[len(WELLS)].set_ylabel("relative to $E_n$")
    axes[0].legend(loc="upper right", ncols=2, borderaxespad=0.0)
    low, high = axes[0].get_ylim()
    axes[0].set_ylim(low, high + 0.25 * (high - low))
    axes[len(WELLS)].legend(loc="upper right", borderaxespad=0.0)
    return Drawing(figure, _caption(data))


def _caption(data: Mapping[str, Any]) -> str:
    numbers = data["numbers"]
    energies = max(numbers[f"{name}: worst error of E"] for name in WELLS)
    functions = max(numbers[f"{name}: error of ψ"] for name in WELLS)
    return (
        f"The {data['states']} lowest states of each well at once, by method `ritz` (random "
        "features, nothing trained). Above: the highest of them, with the exact one dashed. Below: "
        "the true relative error of every energy, and the width of the error bar that comes with "
        "it without knowing the truth (errors that are zero stand at the foot). Worst error of an "
        f"energy: {power(energies)}; of a wave function in L2: {power(functions)}."
    )
