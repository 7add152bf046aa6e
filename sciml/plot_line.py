"""The picture of fields on a line: the solution, a detail where it oscillates fast, the error."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from sciml import plot_samples
from sciml.plot_palette import GROUND, INK, colour
from sciml.plot_samples import Samples
from sciml.plot_spectrum import logarithmic_ticks
from sciml.score_fields import LEVEL

CROWDED = 130
"""turns of a line from which its range is drawn instead, and a detail beside it"""
BUSY = 70
"""turns from which a line is drawn thin, and an error under a curve along its maxima"""
FLAT = 0.03
"""width of that range, relative to the whole, below which it looks like a line"""
COARSE = 24
"""samples a period below which fresh ones are asked for"""
FINE = 9601
"""fresh samples along the whole line"""
SHOWN = 6
"""periods in a detail"""
VISIBLE = 0.004
"""half-width of a band, relative to the range, below which it hides behind its line"""
FLOOR = 1e-18
"""an error of zero, on a logarithmic axis"""

Vector = Float[np.ndarray, " n"]
Fields = Float[np.ndarray, "n k"]


@dataclass(frozen=True, eq=False)
class Line:
    """Fields along a line, in the order of x.

    Attributes
    ----------
    x, u : positions [n] and fields [n, k].
    reference, deviation, branches : beside them, or None.
    period : samples in one period, where the line is crowded; else 0.
    """

    x: Vector
    u: Fields
    reference: Fields | None
    deviation: Fields | None
    branches: Float[np.ndarray, "n m"] | None
    period: int = 0

    @property
    def range(self) -> tuple[Fields, Fields]:
        """Curves through the troughs, and through the crests: lowest and highest in a period."""
        return -_crests(-self.u), _crests(self.u)


def _crests(u: Fields) -> Fields:
    """Columns that run straight from one local maximum to the next, nowhere below u."""
    at = np.arange(len(u))
    found = []
    for column in u.T:
        tops = 1 + np.flatnonzero((column[1:-1] >= column[:-2]) & (column[1:-1] > column[2:]))
        straight = column
        if len(tops) > 1:
            ends = (tops[[0, 1]], tops[[-1, -2]])  # run on to both ends as between the last two
            slopes = [(column[i] - column[j]) / (i - j) for i, j in ends]
            inside = np.interp(at, tops, column[tops])
            beyond = slopes[0] * np.minimum(at - tops[0], 0) + slopes[1] * np.maximum(
                at - tops[-1], 0
            )
            straight = inside + beyond
        found.append(np.maximum(straight, column))
    return np.stack(found, axis=1)


def whole(samples: Samples) -> Line:
    """Return the whole line, with fresh samples if it was sampled too coarsely to be drawn."""
    order = np.argsort(samples.points[:, 0], kind="stable")
    x, u = samples.points[order, 0], samples.u[order]
    reference, deviation, branches = (
        None if array is None else array[order]
        for array in (samples.reference, samples.deviation, samples.branches)
    )
    turns = plot_samples.turns(u)
    if turns * COARSE > 2 * len(x):
        finer = np.linspace(x[0], x[-1], FINE)
        found = samples.fresh(finer[:, None])
        if found is not None:
            deviation, branches = (_at(finer, x, deviation), None)
            x, (u, reference) = finer, found
            turns = plot_samples.turns(u)
    line = Line(x, u, reference, deviation, branches)
    if turns < CROWDED:
        return line
    crowded = Line(x, u, reference, deviation, branches, math.ceil(2.2 * len(x) / turns))
    low, high = crowded.range
    return crowded if np.max(high - low) > FLAT * np.ptp(u) else line


def detail(samples: Samples, line: Line) -> Line:
    """Return a few periods of a crowded line: in the middle, unless its range is narrow there."""
    low, high = line.range
    reach = math.ceil(SHOWN * line.period / 2.2)
    width = uniform_filter1d(np.max(high - low, axis=1), 2 * reach, mode="nearest")
    middle = len(width) // 2
    if width[middle] < 0.5 * np.max(width):
        middle = int(np.argmax(width))
    middle = min(max(middle, reach), len(width) - 1 - reach)
    part = slice(max(middle - reach, 0), middle + reach + 1)
    branches = None if line.branches is None else line.branches[part]
    deviation = None if line.deviation is None else line.deviation[part]
    reference = None if line.reference is None else line.reference[part]
    x, u = line.x[part], line.u[part]
    finer = np.linspace(x[0], x[-1], 601)
    found = samples.fresh(finer[:, None]) if branches is None else None
    if found is None:
        return Line(x, u, reference, deviation, branches)
    return Line(finer, *found, _at(finer, x, deviation), None)


def _at(
    finer: Float[np.ndarray, " m"], x: Vector, columns: Fields | None
) -> Float[np.ndarray, "m k"] | None:
    """Columns known at x, at other positions."""
    if columns is None:
        return None
    return np.stack([np.interp(finer, x, column) for column in columns.T], axis=1)


def draw(ax: Axes, samples: Samples, line: Line) -> None:
    """Draw fields with their 95 % bands, the closed form dashed, other solutions thin."""
    for i, name in enumerate(samples.fields):
        label, shade = plot_samples.math(name), colour(i)
        if line.period:
            low, high = (side[:, i] for side in line.range)
            ax.fill_between(line.x, low, high, color=shade, alpha=0.35, lw=0, label=label)
            for side in (low, high):
                ax.plot(line.x, side, color=shade, lw=0.8, label="range")
        else:
            width = 1.5 if plot_samples.turns(line.u) < BUSY else 1.0
            ax.plot(line.x, line.u[:, i], color=shade, lw=width, zorder=4, label=label)
    if not line.period:
        _draw_beside(ax, line)
    if line.branches is not None:
        for i, branch in enumerate(line.branches.T[1:], start=1):
            label = "other solutions" if i == 1 else f"solution {i + 1}"
            ax.plot(line.x, branch, color=colour(i), lw=0.7, zorder=2, label=label)
    _draw_observations(ax, samples, line)
    ax.set_xlim(line.x[0], line.x[-1])
    ax.set_xlabel(plot_samples.math(samples.axes[0]))


def _draw_beside(ax: Axes, line: Line) -> None:
    """Bands wide enough to be seen, and the closed form."""
    if line.deviation is not None:
        half = LEVEL * line.deviation
        seen = np.max(half, axis=0) > VISIBLE * (np.ptp(line.u) or 1.0)
        for i in map(int, np.flatnonzero(seen)):
            band = (line.u[:, i] - half[:, i], line.u[:, i] + half[:, i])
            ax.fill_between(line.x, *band, color=colour(i), alpha=0.22, lw=0, label="95 % band")
    if line.reference is not None:
        for exact in line.reference.T:
            ax.plot(line.x, exact, color=INK, lw=1.0, dashes=(4, 3), zorder=5, label="closed form")


def _draw_observations(ax: Axes, samples: Samples, line: Line) -> None:
    """Dots where the solution was measured."""
    measured = None if samples.problem is None else samples.problem.observations
    if measured is None:
        return
    x = measured.points[:, 0]
    inside = (line.x[0] <= x) & (x <= line.x[-1])
    ax.plot(
        x[inside],
        measured.values[inside],
        "o",
        mfc="none",
        mec=INK,
        mew=0.6,
        ms=3,
        alpha=0.7,
        zorder=3,
        label="observations",
    )


def legend(ax: Axes) -> None:
    """Put the names of what is drawn above a panel, at its right, each once; none for one name."""
    handles, labels = ax.get_legend_handles_labels()
    shown = {
        label: handle
        for handle, label in zip(handles, labels, strict=True)
        if label not in ("range", "window", "every error") and not label.startswith("solution ")
    }
    if len(shown) > 1:
        ax.legend(
            shown.values(),
            shown.keys(),
            loc="lower right",
            bbox_to_anchor=(1.0, 1.0),
            ncols=len(shown),
            fontsize=9,
            handlelength=1.6,
            columnspacing=1.2,
            borderaxespad=0.2,
        )


def mark(ax: Axes, part: Line) -> None:
    """Shade the window of a detail in the panel of the whole line."""
    ax.axvspan(part.x[0], part.x[-1], color=GROUND, lw=0, zorder=0, label="window")


def draw_error(ax: Axes, samples: Samples, line: Line) -> None:
    """Draw |error| on a logarithmic axis, and half the 95 % band; without a reference that only."""
    ax.set_yscale("log")
    shown: list[Fields] = []
    if line.reference is not None:
        errors = np.maximum(np.abs(line.u - line.reference), FLOOR)
        for i, error in enumerate(errors.T):
            _draw_decades(ax, line.x, error, colour(1 if len(samples.fields) == 1 else i))
        shown.append(errors)
    if line.deviation is not None:
        half = np.maximum(LEVEL * line.deviation, FLOOR)
        for i, band in enumerate(half.T):
            shade = INK if line.reference is not None else colour(i)
            ax.plot(line.x, band, color=shade, lw=1.0, ls="--", label="half of 95 % band")
        shown.append(half)
    heights = np.concatenate([s.ravel() for s in shown])
    low, high = np.quantile(heights, 0.02), np.max(heights)
    ax.set_ylim(low / 3, high * 4)
    ax.set_xlim(line.x[0], line.x[-1])
    ax.set_xlabel(plot_samples.math(samples.axes[0]))
    ax.set_ylabel("|error|" if line.reference is not None else "half of 95 % band")
    logarithmic_ticks(ax)
    if len(shown) > 1:
        legend(ax)


def _draw_decades(ax: Axes, x: Vector, error: Vector, shade: str) -> None:
    """One error: where it crosses zero often, its running maximum over its own faint line."""
    if plot_samples.turns(error[:, None]) < BUSY:
        ax.plot(x, error, color=shade, lw=1.2, label="|error|")
        return
    ax.plot(x, error, color=shade, lw=0.4, alpha=0.35, label="every error")
    nearby = max(3, len(x) // 60)
    most = np.log(maximum_filter1d(error, nearby, mode="nearest"))
    smooth = np.exp(uniform_filter1d(most, nearby, mode="nearest"))
    ax.plot(x, smooth, color=shade, lw=1.3, label="|error|")
