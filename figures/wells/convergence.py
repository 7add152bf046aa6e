"""How the loss and the trainable energies of a network converge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from figures.style import Drawing, power, sheet
from figures.wells import WELLS, exact_energies
from figures.work import Work
from sciml.plot_palette import INK, colour
from sciml.plot_spectrum import logarithmic_ticks

FLOOR = 1e-16
"""errors below are drawn here"""


def compute(work: Work, method: str, states: int, seed: int) -> dict[str, Any]:
    """Return the loss and the relative errors of the trained energies of each well, by step."""
    wells: dict[str, Any] = {}
    numbers: dict[str, float] = {}
    for name in WELLS:
        found = work.solve(name, method, seed=seed, clocked=True, states=states)
        exact = exact_energies(found, states)
        trained = np.array([[row[f"E{n + 1}"] for n in range(states)] for row in found.history])
        errors = np.abs(trained / exact - 1)
        wells[name] = {
            "step": [row["step"] for row in found.history],
            "loss": [row["loss"] for row in found.history],
            "errors": errors,
        }
        numbers[f"{name}: steps"] = len(found.history)
        numbers[f"{name}: first error of trained E"] = errors[0].max()
        numbers[f"{name}: last error of trained E"] = errors[-1].max()
        numbers[f"{name}: last loss"] = found.history[-1]["loss"]
    return {"wells": wells, "method": method, "numbers": numbers}


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw the loss above the errors of the energies, one column a well."""
    figure, axes = sheet(2, len(WELLS), height=3.4, sharex="col", sharey="row")
    for column, (name, title) in enumerate(WELLS.items()):
        well = data["wells"][name]
        top, bottom = axes[column], axes[column + len(WELLS)]
        top.semilogy(well["step"], well["loss"], color=INK)
        errors = np.asarray(well["errors"], float)
        for n in range(errors.shape[1]):
            shown = np.maximum(errors[:, n], FLOOR)
            bottom.semilogy(well["step"], shown, color=colour(n), label=f"$E_{n + 1}$")
        top.set_title(title)
        bottom.set_xlabel("step")
    axes[0].set_ylabel("loss")
    axes[len(WELLS)].set_ylabel("relative error of $E_n$")
    axes[len(WELLS)].legend(loc="upper right")
    for ax in axes:
        logarithmic_ticks(ax)
    return Drawing(figure, _caption(data))


def _caption(data: Mapping[str, Any]) -> str:
    numbers = data["numbers"]
    first = max(numbers[f"{name}: first error of trained E"] for name in WELLS)
    last = max(numbers[f"{name}: last error of trained E"] for name in WELLS)
    steps = max(numbers[f"{name}: steps"] for name in WELLS)
    return (
        f"Training by method `{data['method']}` (Levenberg-Marquardt; no guess of the energies is "
        "given: the start is a coarse solution in the untrained network's last layer). Above: the "
        "loss. Below: the relative error of each trainable energy. Both fall together; no state is "
        f"lost or swapped. The largest error goes from {power(first)} after the first step to "
        f"{power(last)} within {steps} steps."
    )
