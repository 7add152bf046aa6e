"""The error against the number of points at which the equation is collocated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from figures.gp import ALL, SOURCE
from figures.style import Drawing, power, sheet
from figures.work import Work
from sciml.plot_palette import colour
from sciml.plot_spectrum import logarithmic_ticks

PUBLISHED: dict[str, dict[str, dict[int, float]]] = {
    "gp_u3": {
        "Student-t": {10: 1.00, 50: 0.896, 100: 0.913, 200: 0.890, 300: 3.9e-6},
        "Gaussian": {10: 1.00, 50: 0.776, 100: 0.913, 200: 0.835, 300: 1.5e-5},
    },
    "gp_u6": {
        "Student-t": {10: 1.00, 20: 1.00, 100: 0.170, 200: 0.0736, 300: 1.5e-4, 400: 6.9e-5},
        "Gaussian": {10: 1.00, 50: 0.626, 100: 0.376, 200: 9.7e-4, 300: 4.7e-6, 400: 6.5e-5},
    },
}
"""points an axis -> relative L2 error in the authors' logs after 100 000 epochs"""
RIGHT = 1e-6
"""error up to which a run that says it converged is right"""
LIMITS = (1e-14, 1e6)
TICKS = (10, 20, 50, 100, 200, 400)

Case = tuple[str, float]


def runs(
    work: Work, cases: Sequence[Case], points: Sequence[int], seed: int
) -> dict[str, list[dict[str, Any]]]:
    """Return, for each equation, what `gp` finds from a source known at so many points an axis.

    Each row has the number of points, the error, the root mean squares of error and error bar
    (two standard deviations), both relative to the solution, the coverage, and whether the run
    says that it converged.

    Parameters
    ----------
    cases : equation and highest frequency that is reckoned with, in cycles per unit.
    points : along each axis.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for name, highest in cases:
        found[name] = []
        for count in points:
            run = work.solve(name, "gp", seed=seed, points=count, frequency_max=highest)
            exact = run.arrays["reference"]
            size = float(np.sqrt(np.mean(exact**2)))
            error = float(np.sqrt(np.mean((run.arrays["u"] - exact) ** 2)))
            found[name].append(
                {
                    "points": count,
                    "error": run.metrics["rel_l2"],
                    "rms error": error / size,
                    "rms bar": 2 * float(np.sqrt(np.mean(run.arrays["sd"] ** 2))) / size,
                    "coverage": run.metrics["coverage"],
                    "converged": float(run.status.ok),
                }
            )
    return found


def compute(
    work: Work,
    lines: Sequence[Case],
    planes: Sequence[Case],
    points: Sequence[int],
    grids: Sequence[int],
    seed: int,
) -> dict[str, Any]:
    """Return errors by equation and number of points, on a line and in the plane.

    Parameters
    ----------
    lines, planes : equations, each with its highest frequency in cycles per unit.
    points, grids : how many points, on lines and along each axis of planes.
    seed : random seed.
    """
    both = {"line": runs(work, lines, points, seed), "plane": runs(work, planes, grids, seed)}
    rows = [row for found in both.values() for one in found.values() for row in one]
    wrong = [r for r in rows if r["converged"] and not r["error"] <= RIGHT]
    silent = [r for r in rows if not r["converged"] and r["error"] <= RIGHT]
    numbers: dict[str, float] = {
        "runs": len(rows),
        "runs that say they converged": sum(r["converged"] for r in rows),
        "of these, wrong (error above 1e-6)": len(wrong),
        "right, but not converged by their own word": len(silent),
    }
    for found in both.values():
        for name, one in found.items():
            numbers[f"{name}: error at most points"] = one[-1]["error"]
    return {**both, "numbers": numbers}


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw errors on logarithmic axes; open marks are runs that say they did not converge."""
    figure, axes = sheet(1, 2, height=3.2, sharey=True)
    for ax, where in zip(axes, ("line", "plane"), strict=True):
        names = list(data[where])
        for i, name in enumerate(names):
            _curve(ax, data[where][name], colour(i), ALL[name].title)
        for name in names:
            for j, (kind, errors) in enumerate(PUBLISHED.get(name, {}).items()):
                look = {"color": colour(names.index(name)), "lw": 0.8, "ls": "--", "ms": 3.5}
                label = f"published, {kind}: {ALL[name].title}"
                ax.loglog(list(errors), list(errors.values()), "^v"[j], label=label, **look)
        ax.set_ylim(*LIMITS)
        count_ticks(ax, TICKS)
        ax.legend(loc="lower left", fontsize=6.5)
        logarithmic_ticks(ax, count=6)
    axes[0].set_xlabel("points")
    axes[1].set_xlabel("points along each axis")
    axes[0].set_ylabel("relative L2 error")
    axes[0].set_title("on a line")
    axes[1].set_title("in the plane")
    return Drawing(figure, _caption(data))


def count_ticks(ax: Axes, counts: Sequence[int]) -> None:
    """Put these numbers of points, and no others, on a logarithmic horizontal axis."""
    ax.set_xticks(counts, [str(n) for n in counts])
    ax.xaxis.set_minor_locator(NullLocator())


def _curve(ax: Axes, rows: Sequence[Mapping[str, float]], look: str, label: str) -> None:
    x = np.array([r["points"] for r in rows])
    y = np.clip([r["error"] for r in rows], *LIMITS)
    good = np.array([bool(r["converged"]) for r in rows])
    ax.loglog(x, y, color=look, lw=1.0, label=label)
    ax.plot(x[good], y[good], "o", color=look, ms=4, ls="")
    ax.plot(x[~good], y[~good], "o", color=look, mfc="white", ms=4, ls="")


def _caption(data: Mapping[str, Any]) -> str:
    numbers = data["numbers"]
    last = {n: rows[-1] for where in ("line", "plane") for n, rows in data[where].items()}
    enough = [row["error"] for row in last.values() if row["converged"]]
    open_ = [
        f"`{name}` (off by {power(row['error'])})"
        for name, row in last.items()
        if not row["converged"]
    ]
    words = f" Not converged with the most points: {', '.join(open_)}." if open_ else ""
    return (
        "Relative L2 error of `gp` when it knows the source at so many equally spaced points only. "
        "Filled: runs that say they converged; open: runs that say that the points do not suffice. "
        f"{numbers['runs']:.0f} runs, "
        f"{numbers['runs that say they converged']:.0f} converged, of which "
        f"{numbers['of these, wrong (error above 1e-6)']:.0f} are wrong by more than 1e-6. With "
        f"the most points those that converge are off by {power(max(enough, default=0.0))} at "
        f"worst.{words} Triangles and dashes: {SOURCE}, "
        "after 100 000 epochs. Too few points make a fast source look like a slow one, whose "
        "solution is far larger: this is what `gp` finds where an error exceeds 1."
    )
