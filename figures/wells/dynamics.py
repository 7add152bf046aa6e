"""States that move: a packet in a well, and one that meets a barrier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from figures.style import Drawing, page, power
from figures.wells.states import DASHED
from figures.work import Work
from sciml.plot_palette import INK, colour
from sciml.problem import QuantumDynamics

TITLES = {
    "packet_in_well": "a packet between hard walls",
    "tunnelling": "a packet that meets a barrier",
}
"""registered name -> heading"""
FRAMES = 4
"""times whose density is drawn as a line, the first and the last among them"""


def compute(
    work: Work, problems: Sequence[str], times: int, points: int, seed: int
) -> dict[str, Any]:
    """Return densities |ψ|² [times, points], found and exact, and how far they are apart.

    Parameters
    ----------
    problems : registered names, with a reference.
    times, points : numbers of lines of the grid along t and x.
    seed : random seed.
    """
    moved, numbers = {}, {}
    for name in problems:
        found = work.solve(name, "ritz", seed=seed)
        problem = found.built
        assert isinstance(problem, QuantumDynamics)
        assert problem.exact is not None
        (start, end), (left, right) = problem.domain.bounding_box
        t, x = np.linspace(start, end, times), np.linspace(left, right, points)
        grid = np.stack([g.ravel() for g in np.meshgrid(t, x, indexing="ij")], axis=1)
        psi, exact = found.predict(grid), np.asarray(problem.exact(grid), float)
        moved[name] = {
            "t": t,
            "x": x,
            "density": np.sum(psi**2, axis=1).reshape(times, points),
            "exact": np.sum(exact**2, axis=1).reshape(times, points),
            "potential": problem.well.potential_at(x[:, None]),
            "regions": {key: found.value[key] for key in problem.regions},
        }
        apart = np.sqrt(np.sum((psi - exact) ** 2) / np.sum(exact**2))
        numbers[f"{name}: relative L2 error of ψ on the grid"] = float(apart)
        numbers[f"{name}: norm defect"] = found.metrics["norm_defect"]
        for key in problem.regions:
            off = abs(found.value[key] - found.value[f"reference_{key}"])
            numbers[f"{name}: error of the {key.replace('_', ' ')}"] = off
    return {"moved": moved, "numbers": numbers}


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw each density over time and position, and its profiles at a few times."""
    moved = data["moved"]
    figure = page(2.5 * len(moved))
    rows: Any = figure.subfigures(len(moved), 1, squeeze=False)
    for part, (name, one) in zip(rows[:, 0], moved.items(), strict=True):
        left, right = part.subplots(1, 2, width_ratios=(1, 1.3))
        fields = {k: np.asarray(v, float) for k, v in one.items() if k != "regions"}
        image = left.pcolormesh(
            fields["x"],
            fields["t"],
            fields["density"],
            cmap="Blues",
            shading="gouraud",
            rasterized=True,
        )
        part.colorbar(image, ax=left, label=r"$|\psi|^2$", pad=0.02)
        left.set_xlabel("$x$")
        left.set_ylabel("$t$, 1/energy")
        left.set_title(TITLES.get(name, name.replace("_", " ")))
        _draw_frames(right, fields)
    return Drawing(figure, _caption(data))


def _draw_frames(ax: Axes, fields: Mapping[str, np.ndarray]) -> None:
    t, x = fields["t"], fields["x"]
    high = fields["potential"] > 0
    if np.any(high) and not np.all(high):
        for at in (x[high][0], x[high][-1]):
            ax.axvline(float(at), ymax=0.72, color=INK, lw=0.6)
    for i, frame in enumerate(np.linspace(0, len(t) - 1, FRAMES).astype(int)):
        density = fields["density"][frame]
        ax.plot(x, density, color=colour(i), lw=1.5, label=f"$t = {t[frame]:.3g}$")
        ax.plot(x, fields["exact"][frame], **DASHED)
    ax.set_xlim(x[0], x[-1])
    ax.set_ylim(0, 1.3 * float(fields["density"].max()))
    ax.set_xlabel("$x$")
    ax.set_ylabel(r"$|\psi|^2$")
    ax.legend(loc="upper right", ncols=FRAMES // 2)


def _caption(data: Mapping[str, Any]) -> str:
    numbers, told = data["numbers"], []
    for name, one in data["moved"].items():
        error = power(numbers[f"{name}: relative L2 error of ψ on the grid"])
        parts = ", ".join(f"{key.replace('_', ' ')} {v:.4f}" for key, v in one["regions"].items())
        told.append(f"{name} {error}" + (f" ({parts} at the last time)" if parts else ""))
    norm = max(v for key, v in numbers.items() if key.endswith("norm defect"))
    return (
        "Packets that move, i ψ_t = −ψ″ + V ψ, by method `ritz`: an expansion in the states of the "
        "well, without any step in time. Left: the density |ψ|² over position and time. Right: its "
        "profiles at four times, the exact ones dashed on top; thin vertical lines are the edges "
        f"of the barrier. Relative L2 error of ψ over all times: {'; '.join(told)}. The norm "
        f"differs from 1 by {power(norm)} at most."
    )
