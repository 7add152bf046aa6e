"""The table of errors: ours, those published, and those of Chebyshev collocation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from figures.gp import ALL, LINES, SOURCE
from figures.style import Drawing, power, sheet
from figures.work import Work
from sciml.plot_palette import GROUND, colour

PUBLISHED = {
    "student": "published, Student-t mixture",
    "gauss": "published, Gaussian mixture",
    "matern": "published, Matérn without carriers",
    "se": "published, squared exponential",
}
LOOKS = {
    "gp": ("o", colour(0)),
    "chebyshev": ("D", colour(2)),
    "student": ("^", colour(1)),
    "gauss": ("v", colour(1)),
    "matern": ("x", colour(3)),
    "se": ("+", colour(3)),
}


def compute(work: Work, seed: int) -> dict[str, Any]:
    """Return relative L2 errors and processor seconds of `gp` and `chebyshev`, by equation."""
    rows: dict[str, Any] = {}
    for name in ALL:
        found = {m: work.solve(name, m, seed=seed) for m in ("gp", "chebyshev")}
        rows[name] = {
            method: {
                "error": one.metrics["rel_l2"],
                "seconds": one.cpu_seconds,
                "status": one.status.name,
            }
            for method, one in found.items()
        }
    gains = [known.published.best / rows[name]["gp"]["error"] for name, known in ALL.items()]
    numbers = {f"{name}: error of gp": row["gp"]["error"] for name, row in rows.items()}
    numbers |= {
        "worst error of gp": max(row["gp"]["error"] for row in rows.values()),
        "worst error of chebyshev": max(row["chebyshev"]["error"] for row in rows.values()),
        "least gain over the published errors": min(gains),
        "processor seconds of gp, all": sum(row["gp"]["seconds"] for row in rows.values()),
    }
    return {"rows": rows, "numbers": numbers}


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw one line an equation, one mark a method."""
    figure, (ax,) = sheet(height=3.6)
    places = np.arange(len(ALL))[::-1]
    for place, (name, known) in zip(places, ALL.items(), strict=True):
        errors = {method: found["error"] for method, found in data["rows"][name].items()}
        errors |= {kind: getattr(known.published, kind) for kind in PUBLISHED}
        ax.plot([min(errors.values()), max(errors.values())], [place, place], color=GROUND, lw=3)
        for method, error in errors.items():
            marker, look = LOOKS[method]
            label = PUBLISHED.get(method, f"ours: {method}") if place == places[0] else None
            filled = look if method == "gp" else "none"
            mark = look if marker in "x+" else filled
            ax.plot(error, place, marker, color=look, mfc=mark, ms=5, ls="", label=label)
    ax.axhline(len(ALL) - len(LINES) - 0.5, color=GROUND, lw=0.8)
    ax.set_xscale("log")
    ax.set_xlim(3e-16, 4)
    ax.set_yticks(places, [f"{known.title}  {name[3:]}" for name, known in ALL.items()])
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("relative L2 error")
    handles, labels = ax.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=3)
    return Drawing(figure, _caption(data))


def _caption(data: Mapping[str, Any]) -> str:
    numbers = data["numbers"]
    head = ["equation", "gp", "Chebyshev", "StM", "GM", "Matérn", "SE", "gp, CPU s", "status"]
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for name, known in ALL.items():
        ours, chebyshev = data["rows"][name]["gp"], data["rows"][name]["chebyshev"]
        published = [getattr(known.published, kind) for kind in PUBLISHED]
        cells = [f"`{name}`", *map(power, (ours["error"], chebyshev["error"], *published))]
        cells += [f"{ours['seconds']:.1f}", ours["status"]]
        lines.append(f"| {' | '.join(cells)} |")
    return (
        "Relative L2 errors of eleven equations with one set of defaults. The published ones are "
        f"quoted from {SOURCE} (200 to 900 points along each axis): each is the least of 20 "
        "checkpoints against the true solution, "
        "where ours are the last word of a method that does not know it. For advection they are "
        "given u on all four sides, ours on two. `gp` is at least "
        f"{power(numbers['least gain over the published errors'])} times below the better of the "
        "two published mixtures. Chebyshev collocation, run here, does as well on all of these "
        "boxes: the equations are easy for spectral methods. SEVERAL: further solutions of the "
        "equation were found as well; the first is judged. Processor seconds hold the "
        "compilation of whatever this process had not compiled yet.\n\n" + "\n".join(lines)
    )
