"""Wave functions and densities of a trained network beside the exact ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes

from figures.style import Drawing, power, sheet
from figures.wells import WELLS
from figures.work import Work
from sciml.plot_palette import GROUND, INK, colour
from sciml.problem import EigenProblem

POINTS = 401
"""points of a curve"""
ERRORS = (1e-9, 1e-5)
"""limits of the axis of errors; what is smaller stands at its foot"""
DASHED: dict[str, Any] = {"color": INK, "lw": 0.7, "ls": (0, (4, 3))}
"""look of what is exact"""


def compute(work: Work, method: str, states: int, seed: int) -> dict[str, Any]:
    """Return each well's states at points [n, k], found and exact, with the errors."""
    wells, numbers = {}, {}
    for name in WELLS:
        found = work.solve(name, method, seed=seed, clocked=True, states=states)
        well = found.built
        assert isinstance(well, EigenProblem)
        assert well.wavefunctions is not None
        x = np.linspace(*well.domain.bounding_box[0], POINTS)
        exact = upright(well.wavefunctions(x[:, None], states))
        wells[name] = {
            "x": x,
            "potential": well.potential_at(x[:, None]),
            "psi": aligned(found.predict(x), exact),
            "exact": exact,
            "energies": found.value["energies"],
        }
        numbers[f"{name}: E1"] = found.value["energies"][0]
        numbers[f"{name}: error of E"] = found.metrics["energy_rel_error"]
        numbers[f"{name}: error of ψ"] = found.metrics["wavefunction_rel_error"]
    return {"wells": wells, "method": method, "numbers": numbers}


def aligned(
    psi: Float[np.ndarray, "n k"], exact: Float[np.ndarray, "n k"]
) -> Float[np.ndarray, "n k"]:
    """Return states with the signs of the exact ones."""
    return psi * np.where(np.sum(psi * exact, axis=0) < 0, -1.0, 1.0)


def upright(psi: Float[np.ndarray, "n k"]) -> Float[np.ndarray, "n k"]:
    """Return states with the signs that make each rise at the left end."""
    return psi * np.where(psi[len(psi) // 20] < 0, -1.0, 1.0)


def shade(ax: Axes, x: Float[np.ndarray, " n"], potential: Float[np.ndarray, " n"]) -> None:
    """Shade where V is high."""
    high = potential > 0.5 * (potential.min() + potential.max())
    across = ax.get_xaxis_transform()
    ax.fill_between(x, 0, 1, where=list(high), color=GROUND, lw=0, zorder=0, transform=across)


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw ψ, ψ² and the error of ψ, one column a well."""
    figure, axes = sheet(3, len(WELLS), height=5.2, sharex="col")
    for column, (name, title) in enumerate(WELLS.items()):
        well = {key: np.asarray(v, float) for key, v in data["wells"][name].items()}
        _draw_well(axes[column :: len(WELLS)], well)
        axes[column].set_title(title)
    labels = (r"$\psi_n$", r"$\psi_n^2$", r"$|\psi_n - \mathrm{exact}|$")
    for ax, label in zip(axes[:: len(WELLS)], labels, strict=True):
        ax.set_ylabel(label)
    return Drawing(figure, _caption(data))


def _draw_well(axes: Sequence[Axes], well: Mapping[str, np.ndarray]) -> None:
    x, (top, middle, bottom) = well["x"], axes
    for ax in axes:
        if np.ptp(well["potential"]) > 0:
            shade(ax, x, well["potential"])
        ax.set_xlim(x[0], x[-1])
    for n, energy in enumerate(well["energies"]):
        psi, exact = well["psi"][:, n], well["exact"][:, n]
        for ax, f, g in ((top, psi, exact), (middle, psi**2, exact**2)):
            ax.plot(x, f, color=colour(n), lw=1.6, label=f"$E_{n + 1}={energy:.8g}$")
            ax.plot(x, g, **DASHED)
        bottom.semilogy(x, np.maximum(np.abs(psi - exact), ERRORS[0]), color=colour(n), lw=0.9)
    bottom.set_ylim(ERRORS[0], max(ERRORS[1], *bottom.get_ylim()))
    peak = np.abs(well["psi"]).max()
    top.set_ylim(-1.15 * peak, 2.3 * peak)
    top.legend(loc="upper center", labelspacing=0.2, borderaxespad=0.1)
    bottom.set_xlabel("$x$")


def _caption(data: Mapping[str, Any]) -> str:
    numbers = data["numbers"]
    energies = max(numbers[f"{name}: error of E"] for name in WELLS)
    functions = max(numbers[f"{name}: error of ψ"] for name in WELLS)
    return (
        "Three wells, the three lowest states of each, −ψ″ + V ψ = E ψ; V is high where the ground "
        f"is grey. Colours: method `{data['method']}`, one network for the three states with "
        "trainable energies. Dashes on top: the exact states. The bottom row is the distance of "
        f"the two. Largest relative error of an energy: {power(energies)}; of a wave function in "
        f"L2: {power(functions)}. The parameters of the wells are ours."
    )
