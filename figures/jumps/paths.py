"""Error of the rates against the number of paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter

from figures.jumps.estimates import NAMES, errors, summary
from figures.style import COLUMN, Drawing, power, sheet
from figures.work import Work
from sciml.plot_palette import colour


def compute(
    work: Work, paths: Sequence[int], points: int, v: float, batches: int
) -> dict[str, Any]:
    """Return the mean error of every estimate, and its standard error, by number of paths."""
    found = {}
    for i, count in enumerate(paths):
        case = {"v": v, "paths": count, "points": points, "flips": 0.0, "batches": batches}
        found[str(count)] = work.table(f"jumps-paths-{count}", errors, **case)
        if work.report is not None:
            work.report(i + 1, len(paths), {"paths": float(count)})
    means, spreads = summary(found)
    numbers = {
        f"{count} paths: {name}": means[name][i] for i, count in enumerate(paths) for name in means
    }
    ahead = np.asarray(means["default"]) / np.asarray(means["likelihood"])
    numbers["default over maximum likelihood, worst"] = float(ahead.max())
    return {
        "paths": paths,
        "points": points,
        "v": v,
        "batches": batches,
        "means": means,
        "spreads": spreads,
        "numbers": numbers,
    }


def draw(data: Mapping[str, Any]) -> Drawing:
    """Draw one line an estimate."""
    figure, (ax,) = sheet(width=COLUMN, height=2.9)
    draw_lines(ax, data["paths"], data)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel("number of paths")
    ax.set_ylabel("RMSE of the rates, 1/time")
    ax.xaxis.set_major_formatter("{x:g}")
    plain_decades(ax)
    ax.legend(loc="lower left")
    return Drawing(figure, _caption(data))


def plain_decades(ax: Axes) -> None:
    """Label a logarithmic vertical axis at 1 and 3 of every decade, without powers."""
    ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 3.0)))
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_formatter(NullFormatter())


def draw_lines(ax: Axes, places: Sequence[float], data: Mapping[str, Any]) -> None:
    """Draw means with standard errors against places, one line an estimate."""
    for i, (name, label) in enumerate(NAMES.items()):
        look: dict[str, Any] = {"color": colour(i), "marker": "os^D"[i], "lw": 1.1, "capsize": 1.5}
        ax.errorbar(places, data["means"][name], data["spreads"][name], label=label, **look)


def _caption(data: Mapping[str, Any]) -> str:
    numbers, paths = data["numbers"], data["paths"]
    few, many = paths[0], paths[-1]
    return (
        f"Root mean square error of the 30 rates of the flashing ratchet (V = {data['v']:g}, "
        f"{data['points']} visits a path): means over {data['batches']} batches with standard "
        "errors. All estimates see the same visits. With few paths the network, which has seen "
        f"many other processes, is ahead of maximum likelihood ({few} paths: "
        f"{power(numbers[f'{few} paths: network'])} against "
        f"{power(numbers[f'{few} paths: likelihood'])}); with many the refined default stays with "
        f"it ({many} paths: {power(numbers[f'{many} paths: default'])} against "
        f"{power(numbers[f'{many} paths: likelihood'])}). Changes over holding time miss the jumps "
        "between visits and stop improving."
    )
