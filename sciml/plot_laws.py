"""Pictures of laws that were discovered: data and fit, hidden terms, front, short list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes

from sciml.plot_palette import INK, colour

if TYPE_CHECKING:
    from sciml.result import Result

SIZE = (9.0, 6.6)
"""inches of a new figure"""

GREY = "0.55"
LONGEST = 46
"""characters of a formula that is written beside a bar"""


def is_drawable(result: Result) -> bool:
    """Return whether a result holds laws and what they were fitted to."""
    return "hidden/law" in result.arrays


def draw(ax: Axes, result: Result) -> None:
    """Draw four panels inside the axes."""
    ax.set_axis_off()
    _data(_panel(ax, 0, 0), result)
    _hidden(_panel(ax, 1, 0), result)
    _front(_panel(ax, 0, 1), result)
    _shortlist(_panel(ax, 1, 1), result)


def _panel(ax: Axes, column: int, row: int) -> Axes:
    width, height = 0.42, 0.37
    return ax.inset_axes((0.04 + 0.54 * column, 0.56 - 0.52 * row, width, height))


def _states(result: Result) -> list[str]:
    return list(result.value.get("noise", {}))


def _data(ax: Axes, result: Result) -> None:
    """Measurements and fit: over time, or fit against measurement for fields."""
    arrays, states = result.arrays, _states(result)
    if "fit/states/0" not in arrays:
        seen, fitted = arrays["data/values/0"], arrays["fit/values/0"]
        for i, state in enumerate(states):
            ax.plot(seen[:, i], fitted[:, i], ".", ms=3, color=colour(i), label=state)
        ends = np.array([np.nanmin(seen), np.nanmax(seen)])
        ax.plot(ends, ends, "-", lw=0.8, color=INK)
        ax.set_xlabel("measured")
        ax.set_ylabel("fitted")
    else:
        number = 0
        while f"fit/states/{number}" in arrays:
            times = arrays[f"data/points/{number}"][:, 0]
            for i, state in enumerate(states):
                label = state if number == 0 else None
                ax.plot(times, arrays[f"data/values/{number}"][:, i], "o", ms=3, color=colour(i))
                ax.plot(
                    arrays[f"fit/times/{number}"],
                    arrays[f"fit/states/{number}"][:, i],
                    "-",
                    lw=1.3,
                    color=colour(i),
                    label=label,
                )
            number += 1
        ax.set_xlabel("t")
    ax.set_title("data and fit")
    ax.legend(fontsize=9)


def _hidden(ax: Axes, result: Result) -> None:
    """Hidden terms along the solution: the network ± 2 sd, the law on top."""
    arrays = result.arrays
    law, network, sd = arrays["hidden/law"], arrays["hidden/network"], arrays["hidden/sd"]
    names = list(result.value["expressions"])
    if arrays["hidden/points"].shape[1] > 1:
        for m, name in enumerate(names):
            ax.errorbar(
                law[:, m],
                network[:, m],
                2 * sd[:, m],
                fmt=".",
                ms=3,
                lw=0.5,
                color=colour(m),
                label=name,
            )
        ends = np.array([law.min(), law.max()])
        ax.plot(ends, ends, "-", lw=0.8, color=INK)
        ax.set_xlabel("law")
        ax.set_ylabel("network ± 2 sd")
    else:
        t = arrays["hidden/points"][:, 0]
        for m, name in enumerate(names):
            ax.fill_between(
                t,
                network[:, m] - 2 * sd[:, m],
                network[:, m] + 2 * sd[:, m],
                color=colour(m),
                alpha=0.2,
                lw=0,
            )
            ax.plot(t, network[:, m], "--", lw=1.0, color=colour(m))
            ax.plot(t, law[:, m], "-", lw=1.3, color=colour(m), label=name)
        ax.set_xlabel("t")
    ax.set_title("hidden terms: network ± 2 sd (dashed), law")
    ax.legend(fontsize=9)


def _front(ax: Axes, result: Result) -> None:
    """Misfit against complexity of the laws that no simpler law fits better."""
    front = result.value["pareto"]
    x = [entry["complexity"] for entry in front]
    y = [entry["chi2"] for entry in front]
    ax.step(x, y, where="post", color=GREY, lw=1.0)
    ax.plot(x, y, "o", ms=4, color=INK)
    best = result.value["shortlist"][0]
    ax.plot(best["complexity"], best["chi2"], "o", ms=8, mfc="none", color=colour(1))
    ax.set_yscale("log")
    ax.set_xlabel("complexity")
    ax.set_ylabel(r"$\chi^2$")
    ax.set_title("front of the laws (ring: chosen)")


def _shortlist(ax: Axes, result: Result) -> None:
    """Weights of the laws that the data do not exclude."""
    listed: list[dict[str, Any]] = result.value["shortlist"][:6]
    place = np.arange(len(listed))
    ax.barh(place, [entry["weight"] for entry in listed], color=colour(0), height=0.45)
    for i, entry in enumerate(listed):
        text = ",  ".join(f"{k} = {v}" for k, v in entry["expressions"].items())
        text = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
        ax.text(0.0, i - 0.33, text, fontsize=8, va="bottom")
    ax.set_ylim(len(listed) - 0.4, -0.9)
    ax.set_xlim(0, 1)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("weight")
    ax.set_title("laws that are not excluded")
