"""Whether intervals of the rates hold the truth as often as they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

import mjp
import sciml
from figures.style import COLUMN, Drawing, sheet
from figures.work import Work
from sciml.jumps import JumpProcess
from sciml.plot_palette import INK, colour

NAMES = {"none": "network alone", "auto": "default, refined"}
"""refinement -> its name in print"""


def compute(
    work: Work,
    processes: Sequence[str],
    levels: Sequence[float],
    paths: int,
    noise: float,
    batches: int,
) -> dict[str, Any]:
    """Return how often intervals hold the truth, by level, for each process and refinement.

    Parameters
    ----------
    processes : registered names.
    levels : probabilities of the intervals.
    paths, noise, batches : paths of each data set, rate of wrong labels, data sets of a process.
    """
    found: dict[str, dict[str, list[float]]] = {refine: {} for refine in NAMES}
    for i, name in enumerate(processes):
        case = {"name": name, "levels": levels, "paths": paths, "noise": noise, "batches": batches}
        held = work.table(f"jumps-calibration-{name}", coverage, **case)
        for refine in NAMES:
            found[refine][name] = held[refine]
        if work.report is not None:
            work.report(i + 1, len(processes), {"held": float(np.mean(held["auto"]))})
    mean = {r: np.mean(list(by.values()), axis=0) for r, by in found.items()}
    gaps = {r: np.asarray(m) - np.asarray(levels) for r, m in mean.items()}
    numbers = {f"{NAMES[r]}: part held minus level, least": float(g.min()) for r, g in gaps.items()}
    numbers |= {f"{NAMES[r]}: part held minus level, most": float(g.max()) for r, g in gaps.items()}
    return {
        "levels": levels,
        "found": found,
        "mean": mean,
        "batches": batches,
        "paths": paths,
        "numbers": numbers,
    }


def coverage(
    name: str, levels: Sequence[float], paths: int, noise: float, batches: int
) -> dict[str, list[float]]:
    """Return the part of a process's links whose rate lies in its interval, by level."""
    held: dict[str, list[list[float]]] = {refine: [] for refine in NAMES}
    for seed in range(batches):
        process = sciml.get(name, paths=paths, noise=noise, data_seed=seed)
        assert isinstance(process, JumpProcess)
        assert process.rates is not None
        where = process.allowed & (process.rates > 0)
        for refine, kept in held.items():
            row = []
            for level in levels:
                told = mjp.infer(process.data, refine=refine, level=level, seed=seed).value
                lower, upper = np.asarray(told["lower"]), np.asarray(told["upper"])
                inside = (lower <= process.rates) & (process.rates <= upper)
                row.append(float(inside[where].mean()))
            kept.append(row)
    return {refine: np.mean(rows, axis=0).tolist() for refine, rows in held.items()}


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw the part held against the level: means thick, single processes thin."""
    figure, (ax,) = sheet(width=COLUMN, height=3.1)
    levels = np.asarray(data["levels"], float)
    ax.plot([0, 1], [0, 1], color=INK, lw=0.7, ls=(0, (4, 3)))
    for i, (refine, label) in enumerate(NAMES.items()):
        for held in data["found"][refine].values():
            ax.plot(levels, held, color=colour(i), lw=0.5, alpha=0.4)
        ax.plot(levels, data["mean"][refine], "os"[i] + "-", color=colour(i), label=label)
    ax.set_xlim(levels[0] - 0.03, 1)
    ax.set_ylim(min(0.4, levels[0] - 0.03), 1.01)
    ax.set_xlabel("level of the intervals")
    ax.set_ylabel("part of the rates held")
    ax.legend(loc="lower right")
    return Drawing(figure, _caption(data))


def _caption(data: Mapping[str, Any]) -> str:
    names = ", ".join(f"`{name}`" for name in data["found"]["auto"])
    told = [
        f"{label} {100 * data['numbers'][f'{label}: part held minus level, least']:+.0f} to "
        f"{100 * data['numbers'][f'{label}: part held minus level, most']:+.0f}"
        for label in NAMES.values()
    ]
    return (
        "How many rates of existing links lie in their intervals, against the probability that the "
        f"intervals claim: {data['batches']} data sets of {data['paths']} paths of each of the "
        f"processes {names}. Thick: the mean over processes; thin: each one. On the dashed line "
        "intervals are as wide as they should be, above it too wide, below too narrow. Mean minus "
        f"level, in percentage points: {'; '.join(told)}."
    )
