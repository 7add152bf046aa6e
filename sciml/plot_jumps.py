"""Pictures of inferred jump processes: the network, occupancy over time, slowest relaxation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes

from sciml import plot_network
from sciml.jump_laws import occupancy
from sciml.jumps import uniform_flips
from sciml.occupancy import deviations
from sciml.plot_levels import spread
from sciml.plot_network import Network
from sciml.plot_page import BETWEEN, WIDTH, Page, Panel, Row
from sciml.plot_palette import INK, PALETTE, colour
from sciml.problem import AnyProblem

if TYPE_CHECKING:
    from sciml.result import Result

SLOWEST = "slowest_draws"
"""array of a result that holds draws of the slowest relaxation time, where it has them"""


@dataclass(frozen=True, eq=False)
class Occupancy:
    """Occupancy of states, predicted [t, n] and observed [b, n] with standard errors."""

    states: tuple[str, ...]
    times: Float[np.ndarray, " t"]
    predicted: Float[np.ndarray, "t n"]
    seen_at: Float[np.ndarray, " b"] | None
    seen: Float[np.ndarray, "b n"] | None
    errors: Float[np.ndarray, "b n"] | None


def is_drawable(result: Result) -> bool:
    """Return whether a result holds finite rates of a jump process."""
    rates = result.value.get("rates")
    return rates is not None and bool(np.all(np.isfinite(np.asarray(rates, float))))


def page(result: Result, problem: AnyProblem | None) -> Page:
    """Return the panels of an inferred jump process."""
    unit = getattr(problem, "unit", "")
    network = network_of(result)
    _, height = plot_network.places(network, WIDTH)
    small = 1.75
    wide = WIDTH - BETWEEN - small - 0.35
    drawn = partial(plot_network.draw, network=network, width=WIDTH)
    over = partial(_occupancy, told=occupancies(result), unit=unit)
    slow = partial(_slowest, result=result, unit=unit)
    level = f"{100 * result.value.get('level', 0.9):.0f} %"
    title = f"rates{f' (1/{unit})' if unit else ''} [{level} interval]"
    if network.sure.sum() > plot_network.MOST:
        title += f", the {plot_network.MOST} largest"
    if np.any((network.rates > 0) & ~network.sure):
        title += "; dashed: more likely absent than not"
    return Page(
        (
            Row(height, (Panel(WIDTH, drawn, title),)),
            Row(
                2.4,
                (
                    Panel(wide, over, "occupancy: predicted, and seen ± s.e.", 0.35),
                    Panel(small, slow, "slowest relaxation"),
                ),
            ),
        )
    )


def network_of(result: Result) -> Network:
    """Return the network of a result's rates."""
    value = result.value
    rates, lower, upper = (_matrix(value[k]) for k in ("rates", "lower", "upper"))
    link = value.get("link_probability")
    link = None if link is None else np.asarray(link, float)
    return plot_network.of(value["states"], rates, lower, upper, link)


def _matrix(given: Any) -> Float[np.ndarray, "n n"]:
    """Numbers, infinite where a stored one is not finite."""
    return np.array([[np.inf if v is None else float(v) for v in row] for row in given])


def occupancies(result: Result) -> Occupancy:
    """Return the predicted occupancy, as it is reported where labels are wrong, and the observed.

    Times count from the first visit of each subject. A subject that is seen again within a bin
    after more than twice the slowest relaxation time counts as another one.
    """
    value = result.value
    rates, initial = np.asarray(value["rates"], float), np.asarray(value["initial"], float)
    seen = value.get("occupancy")
    decays = [t for t in value["relaxation_times"] if t and np.isfinite(t)]
    slowest = decays[0] if decays else np.inf
    end = 0.0 if seen is None else float(seen["times"][-1])
    if end <= 0:
        end = 5 * (slowest if decays else 1 / max(float(-np.diag(rates).min()), 1e-300))
    times = np.linspace(0.0, end, 201)
    predicted = occupancy(rates, initial, times)
    noise = value.get("noise") or 0.0
    if noise > 0:
        known = value.get("misclassification")
        wrong = uniform_flips(len(rates), noise) if known is None else np.asarray(known, float)
        predicted = predicted @ wrong
    states = tuple(value["states"])
    if seen is None:
        return Occupancy(states, times, predicted, None, None, None)
    parts = np.asarray(seen["parts"], float)
    at, subjects = np.asarray(seen["times"], float), np.asarray(seen["subjects"], float)
    again = np.maximum(np.diff(at, prepend=at[0]) / (2 * slowest), 1.0)
    independent = np.minimum(subjects * again, np.maximum(np.asarray(seen["visits"]), subjects))
    return Occupancy(states, times, predicted, at, parts, deviations(parts, independent))


def _occupancy(ax: Axes, told: Occupancy, unit: str) -> None:
    """Lines predicted, dots seen, in the colours of the network's states."""
    n = len(told.states)
    for i in range(n):
        fill, edge, _ = plot_network.marked(i)
        dash = "-" if i % 12 < len(PALETTE) else (0, (4, 1.5))
        ax.plot(told.times, told.predicted[:, i], color=edge, lw=1.3, ls=dash)
        if told.seen_at is not None and told.seen is not None and told.errors is not None:
            ax.errorbar(
                told.seen_at,
                told.seen[:, i],
                np.minimum(told.errors[:, i], [told.seen[:, i], 1 - told.seen[:, i]]),
                fmt="o",
                ms=3.4,
                mfc=fill,
                mec=edge,
                ecolor=edge,
                elinewidth=0.8,
                clip_on=False,
            )
    top = max(float(told.predicted.max()), _highest(told))
    ax.set_ylim(0, min(1.03, 1.06 * top))
    ax.set_xlim(0, 1.01 * told.times[-1])
    ax.set_xlabel(f"time since the first visit{f' ({unit})' if unit else ''}")
    ax.set_ylabel("part of the paths")
    _names(ax, told)


def _highest(told: Occupancy) -> float:
    """The upper end of the highest error bar."""
    return (
        0.0 if told.seen is None or told.errors is None else float(np.max(told.seen + told.errors))
    )


def _names(ax: Axes, told: Occupancy) -> None:
    """The states at the right ends of their lines, apart from each other."""
    low, high = ax.get_ylim()
    n = len(told.states)
    ends = (told.predicted[-1] - low) / (high - low)
    order = np.argsort(ends)
    gap = 0.075 if n < 8 else 0.052
    for i, y in zip(order, spread(ends[order], gap), strict=True):
        name = told.states[i] if len(told.states[i]) <= 9 else f"{told.states[i][:8]}…"
        ax.text(
            1.015,
            y,
            name,
            transform=ax.transAxes,
            color=colour(int(i)),
            fontsize=9 if n < 8 else 8,
            va="center",
        )


def _slowest(ax: Axes, result: Result, unit: str) -> None:
    """Draws of the slowest relaxation time, else its interval as a bar."""
    value = result.value
    found = next(iter(value["relaxation_times"]), None)
    ends = value.get("slowest_interval")
    ax.spines["left"].set_visible(False)
    ax.set_yticks([])
    ax.set_xlabel(f"relaxation time{f' ({unit})' if unit else ''}")
    ax.locator_params(axis="x", nbins=3)
    draws = np.asarray(result.arrays.get(SLOWEST, []), float).ravel()
    draws = draws[np.isfinite(draws)]
    if len(draws):
        inner = draws[draws <= np.quantile(draws, 0.99)]
        ax.hist(inner, bins=24, color=colour(0), alpha=0.35, lw=0, label="draws")
    height = ax.get_ylim()[1] if len(draws) else 1.0
    ax.set_ylim(0, height)
    y = 0.06 * height if len(draws) else 0.5
    if ends is not None:
        ax.plot(ends, [y, y], "-", color=colour(0), lw=6, solid_capstyle="butt", label="interval")
    if found is not None and np.isfinite(found):
        ax.plot([found], [y], "o", ms=6, color=INK, mec="white", label="estimate")
        text = plot_network.number(found)
        if ends is not None:
            text += f"\n[{plot_network.number(ends[0])}, {plot_network.number(ends[1])}]"
        else:
            text += "\nno interval"
        ax.text(0.5, 0.97, text, transform=ax.transAxes, ha="center", va="top", fontsize=9)
        low, high = (found, found) if ends is None else (min(ends[0], found), max(ends[1], found))
        if not len(draws):
            room = 0.35 * (high - low) or 0.5 * found
            ax.set_xlim(max(0.0, low - room), high + room)
        else:
            ax.set_ylim(0, 1.35 * height)
    else:
        ax.text(0.5, 0.5, "none", transform=ax.transAxes, ha="center", va="center")
