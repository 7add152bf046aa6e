"""Processor time against the number of points along each axis."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

import sciml
from figures.gp import SOURCE
from figures.gp.points import count_ticks
from figures.style import Drawing, power, sheet
from figures.work import Work, clock
from sciml.plot_palette import colour
from sciml.plot_spectrum import logarithmic_ticks

CASES = {"line": "gp_u1", "plane": "gp_u6"}
EPOCHS = 100_000
"""epochs of the published runs of both"""
PUBLISHED = {
    "line": {100: 227, 200: 599, 300: 1085, 400: 1665, 900: 7451},
    "plane": {200: 1373, 300: 2546, 400: 8209},
}
"""points along each axis -> seconds of the published runs on the authors' GPUs"""
TITLES = {"line": r"$u_{xx} = f$, one axis", "plane": r"$\nabla^2 u = f$, two axes"}
RIGHT = 1e-6
"""error up to which a solution is right"""
TICKS = (100, 200, 400, 800, 1600)
LABELS = {
    "gp": "gp",
    "chebyshev": "chebyshev",
    "recipe": "the published recipe, run here",
    "published": "published (GPU)",
}


def seconds(problem: str, method: str, points: int, times: int) -> dict[str, float]:
    """Return processor seconds of the last of several solutions (the others compile) and its error.

    Parameters
    ----------
    problem, method : registered names.
    points : along each axis.
    times : how often it is solved.
    """
    for _ in range(times):
        start = time.process_time()
        found = sciml.solve(problem, method, points=points)
        spent = time.process_time() - start
    return {"points": points, "seconds": spent, "error": found.metrics["rel_l2"]}


def recipe(work: Work, problem: str, points: int, chunk: int, seed: int) -> dict[str, float]:
    """Return processor seconds of an epoch of the published recipe, compilation left out."""
    given = {"points": points, "steps": 3 * chunk, "chunk": chunk}
    ended = clock(work.solve(problem, "gp-paper", seed=seed, clocked=True, **given))
    return {"points": points, "seconds": EPOCHS * (ended[-1] - ended[0]) / (2 * chunk)}


def compute(
    work: Work,
    points: Mapping[str, Sequence[int]],
    epochs: Mapping[str, Sequence[int]],
    chunk: int,
    seed: int,
) -> dict[str, Any]:
    """Return processor seconds by method and number of points, on a line and in the plane.

    Parameters
    ----------
    points : "line" and "plane" -> points along each axis for `gp` and `chebyshev`.
    epochs : the same for the published recipe, of which three times `chunk` epochs are run.
    chunk, seed : as said; random seed of the recipe.
    """
    spent: dict[str, Any] = {}
    numbers = {}
    for where, problem in CASES.items():
        spent[where] = {
            method: [
                work.table("gp-seconds", seconds, problem=problem, method=method, points=n, times=2)
                for n in points[where]
            ]
            for method in ("gp", "chebyshev")
        }
        spent[where]["recipe"] = [recipe(work, problem, n, chunk, seed) for n in epochs[where]]
        ours = {row["points"]: row["seconds"] for row in spent[where]["gp"]}
        theirs = {row["points"]: row["seconds"] for row in spent[where]["recipe"]}
        common = max(set(ours) & set(theirs))
        numbers[f"{problem}: points an axis compared"] = common
        numbers[f"{problem}: seconds of gp"] = ours[common]
        numbers[f"{problem}: times faster than the recipe"] = theirs[common] / ours[common]
        numbers[f"{problem}: error of gp at most points"] = spent[where]["gp"][-1]["error"]
    return {"spent": spent, "chunk": chunk, "numbers": numbers}


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw seconds on logarithmic axes, one panel a dimension."""
    figure, axes = sheet(1, 2, height=2.7, sharey=True)
    for ax, (where, title) in zip(axes, TITLES.items(), strict=True):
        found = dict(data["spent"][where])
        listed = PUBLISHED[where].items()
        found["published"] = [{"points": n, "seconds": s} for n, s in listed]
        for i, (method, label) in enumerate(LABELS.items()):
            x = np.array([row["points"] for row in found[method]])
            y = np.array([row["seconds"] for row in found[method]])
            good = np.array([row.get("error", 0.0) <= RIGHT for row in found[method]])
            marker, look = "oDs^"[i], colour((0, 2, 1, 1)[i])
            style = "--" if method == "published" else "-"
            ax.loglog(x, y, style, color=look, lw=1.0)
            ax.plot(x[good], y[good], marker, color=look, ls="", label=label)
            ax.plot(x[~good], y[~good], marker, color=look, mfc="white", ls="")
        ax.set_title(title, loc="center")
        ax.set_xlabel("points along each axis")
        count_ticks(ax, TICKS)
        logarithmic_ticks(ax, count=9)
    axes[0].set_ylabel("seconds")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    return Drawing(figure, _caption(data))


def _caption(data: Mapping[str, Any]) -> str:
    numbers = data["numbers"]
    parts = [
        f"{power(numbers[f'{p}: times faster than the recipe'])} times at "
        f"{numbers[f'{p}: points an axis compared']:.0f} points "
        f"{'' if where == 'line' else 'along each axis '}in {where_words}"
        for (where, p), where_words in zip(
            CASES.items(), ("one dimension", "two dimensions"), strict=True
        )
    ]
    return (
        "Processor seconds of a solution, sin 100x on a line and sin 100x sin 100y in the plane, "
        "against the number of points along each axis at which the "
        "source is known (`gp`), or of collocation (the others). `gp` and `chebyshev`: the second "
        "of two solutions in a process, everything compiled. The published recipe, run here: the "
        f"time of an epoch, from {2 * data['chunk']} epochs after the first {data['chunk']}, times "
        f"the {EPOCHS} epochs of the published runs; those were not run to their end here. "
        f"Triangles: seconds in {SOURCE}, on GPUs of two kinds. Open marks: too few points, the "
        "solution is off by more than 1e-6. "
        f"`gp` is faster than the recipe on the same machine by {' and '.join(parts)}."
    )
