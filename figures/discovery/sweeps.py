"""Errors of a learned term against the number of data points and against their noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from figures.discovery import is_right, law_error, search, true_along, worst
from figures.style import Drawing, power, sheet
from figures.work import Work
from sciml.plot_palette import INK, colour
from sciml.plot_spectrum import logarithmic_ticks
from sciml.status import Status

SYSTEM = "lotka_volterra"
LIMITS = (1e-6, 10.0)
"""errors outside stand at the edge"""
TIMES = 200

Row = dict[str, Any]


def measured(
    work: Work, points: int, noise: float, t_end: float, seeds: Sequence[int], seed: int
) -> list[Row]:
    """Return, for every data seed, errors of law and network, and what the search says of itself.

    Parameters
    ----------
    points, noise, t_end : number of times, relative noise and last time of the data.
    seeds : of the data.
    seed : of the search.
    """
    rows = []
    for data_seed in seeds:
        given = {"points": points, "noise": noise, "t_end": t_end, "data_seed": data_seed}
        found = search(work, SYSTEM, given, seed)
        true = true_along(SYSTEM, given, TIMES)
        rows.append(
            {
                "points": points,
                "noise": noise,
                "t_end": t_end,
                "law": law_error(found, true),
                "network": worst(found.arrays["hidden/network"], true.terms),
                "right": float(is_right(found)),
                "confident": float(found.status is Status.CONVERGED),
            }
        )
    return rows


def compute(
    work: Work,
    points: Sequence[int],
    noise: float,
    noises: Sequence[float],
    count: int,
    windows: Sequence[float],
    seeds: Sequence[int],
    seed: int,
) -> dict[str, Any]:
    """Return errors of the hidden terms of Lotka and Volterra's equations.

    Parameters
    ----------
    points : numbers of data points, all with `noise`, up to the first of the windows.
    noises : relative noises, all with `count` points.
    windows : last times of the data.
    seeds, seed : of the data; of the search.
    """
    first = [measured(work, n, noise, windows[0], seeds, seed) for n in points]
    second = {
        f"{t_end:g}": [measured(work, count, e, t_end, seeds, seed) for e in noises]
        for t_end in windows
    }
    everything = [row for rows in first for row in rows]
    everything += [row for many in second.values() for rows in many for row in rows]
    sure = [row for row in everything if row["confident"]]
    numbers: dict[str, float] = {
        "searches": len(everything),
        "searches with the right form": sum(row["right"] for row in everything),
        "confident searches": len(sure),
        "confident and not the right form": sum(not row["right"] for row in sure),
        f"{points[-1]} points: worst error of the law": max(row["law"] for row in first[-1]),
    }
    for window, many in second.items():
        for e, rows in zip(noises, many, strict=True):
            numbers[f"up to t = {window}, noise {e:g}: right forms"] = sum(r["right"] for r in rows)
    return {"points": first, "noise": second, "level": noise, "count": count, "numbers": numbers}


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw errors on logarithmic axes: against points, and against noise for each window."""
    windows = list(data["noise"])
    figure, axes = sheet(1, 1 + len(windows), height=2.7, sharey=True)
    labels = [str(rows[0]["points"]) for rows in data["points"]]
    _panel(axes[0], data["points"], labels)
    axes[0].set_title(f"noise {100 * data['level']:g} %, up to $t={windows[0]}$")
    axes[0].set_xlabel("data points")
    for ax, window in zip(axes[1:], windows, strict=True):
        rows = data["noise"][window]
        _panel(ax, rows, [f"{100 * many[0]['noise']:g} %" for many in rows])
        ax.set_title(f"{data['count']} points, up to $t={window}$")
        ax.set_xlabel("noise")
    axes[0].set_ylabel("error of the hidden terms")
    axes[0].set_ylim(*_limits(data))
    for ax in axes:
        logarithmic_ticks(ax)
    handles, named = axes[0].get_legend_handles_labels()
    figure.legend(handles, named, loc="outside upper center", ncols=len(named))
    return Drawing(figure, _caption(data))


def _limits(data: Mapping[str, Any]) -> tuple[float, float]:
    """Whole decades that hold all errors, with room for a mark at the foot."""
    many = [*data["points"], *(rows for window in data["noise"].values() for rows in window)]
    errors = [row[which] for rows in many for row in rows for which in ("law", "network")]
    ends = np.log10(np.clip([min(errors), max(errors)], *LIMITS))
    return float(10.0 ** (np.floor(ends[0]) - 0.2)), float(10.0 ** np.ceil(ends[1]))


def _panel(ax: Axes, many: Sequence[Sequence[Row]], labels: Sequence[str]) -> None:
    """Errors at equally spaced places, one a setting; marks say what the search says of itself."""
    place = np.arange(len(many))
    for which, look, style in (("network", colour(1), "--"), ("law", colour(0), "-")):
        middle = [float(np.median([row[which] for row in rows])) for rows in many]
        ax.semilogy(place, np.clip(middle, *LIMITS), style, color=look, lw=1.0, label=which)
    kinds = (
        ("right and confident", "o", colour(0)),
        ("right, but ambiguous", "o", "white"),
        ("not the right form", "X", INK),
    )
    for kind, marker, fill in kinds:
        chosen = [
            (i, float(np.clip(row["law"], *LIMITS)))
            for i, rows in enumerate(many)
            for row in rows
            if _kind(row) == kind
        ]
        x, y = np.array(chosen, float).reshape(-1, 2).T
        look = INK if marker == "X" else colour(0)
        ax.plot(x, y, marker, color=look, mfc=fill, ms=4.5, ls="", label=kind)
    ax.set_xticks(place, labels)
    ax.set_xlim(-0.4, len(many) - 0.6)


def _kind(row: Row) -> str:
    if not row["right"]:
        return "not the right form"
    return "right and confident" if row["confident"] else "right, but ambiguous"


def _caption(data: Mapping[str, Any]) -> str:
    numbers = data["numbers"]
    seeds = len(data["points"][0])
    sets = "one data set" if seeds == 1 else f"{seeds} data sets (lines: medians)"
    others = "Right: against the noise."
    if len(data["noise"]) > 1:
        others = "Others: against the noise, with data in a short and in a longer window of time."
    last = next(v for k, v in numbers.items() if k.endswith("points: worst error of the law"))
    return (
        "Relative L2 error of the hidden terms of Lotka and Volterra's equations, along the true "
        f"solution (the worse of the two), for {sets} a setting: the law that was found (marks and "
        "line; what is below 1e-6 stands at the foot), and the network it was read off (dashes). "
        "Left: against the number of data points. "
        f"{others} "
        f"{numbers['searches with the right form']:.0f} of {numbers['searches']:.0f} searches find "
        f"the right form; {numbers['confident searches']:.0f} are confident, and "
        f"{numbers['confident and not the right form']:.0f} of these have another form. With the "
        f"most points the law is off by {power(last)} at worst."
    )
