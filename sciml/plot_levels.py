"""The picture of bound states on a line: levels in their potential, each with its ψ on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes

from sciml.plot_palette import GROUND, INK, colour
from sciml.problem import AnyProblem, EigenProblem

VISIBLE = 0.02
"""height of ψ, relative to its peak, below which it does not widen the window"""
DRAWN = 0.004
"""height of ψ, relative to its peak, below which only its level is drawn"""
WALL = 1e-5
"""height of ψ one sample from an end above which that end is a hard wall"""
MARGIN = 0.12
"""room around what is seen, relative to its size"""
CLUSTER = 0.03
"""levels closer than this, relative to the height of the picture, share their room"""
LOBES = (0.025, 0.12)
"""least and largest height of a lobe, relative to the height of the picture"""

Vector = Float[np.ndarray, " n"]


@dataclass(frozen=True)
class Diagram:
    """What is drawn: a window of the line, and levels with scaled wave functions.

    Attributes
    ----------
    x, potential : positions in the window, and V there, clipped to just beyond the limits.
    energies : levels, ascending.
    lobes : ψ scaled to units of energy [n, k].
    xlim, ylim : limits of the axes.
    walls : positions of hard walls.
    deltas : (position, strength) of point interactions.
    axis : name of the coordinate.
    """

    x: Vector
    potential: Vector
    energies: Float[np.ndarray, " k"]
    lobes: Float[np.ndarray, "n k"]
    xlim: tuple[float, float]
    ylim: tuple[float, float]
    walls: tuple[float, ...]
    deltas: tuple[tuple[float, float], ...]
    axis: str


def diagram(
    arrays: Mapping[str, np.ndarray],
    energies: Float[np.ndarray, " k"],
    problem: AnyProblem | None,
) -> Diagram:
    """Return what to draw of sampled states: arrays ``x`` [n], ``psi`` [n, k], ``potential`` [n].

    `problem` adds its point interactions and the name of its axis.
    """
    x, psi, potential = (np.asarray(arrays[name], float) for name in ("x", "psi", "potential"))
    psi = psi / np.maximum(np.max(np.abs(psi), axis=0), np.finfo(float).tiny)
    inside, walls = _window(x, psi)
    x, psi, potential = x[inside], psi[inside], potential[inside]
    density = psi[:, 0] ** 2 + np.finfo(float).tiny
    kinetic = float(energies[0] - np.sum(potential * density) / np.sum(density))
    bottom, top = _limits(potential, energies, abs(kinetic))
    height = top - bottom
    edge = 0.03 * (x[-1] - x[0])
    well = problem if isinstance(problem, EigenProblem) else None
    return Diagram(
        x=x,
        potential=np.clip(potential, bottom - height, top + height),
        energies=energies,
        lobes=psi * _amplitudes(energies, height),
        xlim=(
            float(x[0]) - (edge if x[0] in walls else 0.0),
            float(x[-1]) + (edge if x[-1] in walls else 0.0),
        ),
        ylim=(bottom, top),
        walls=walls,
        deltas=() if well is None else well.deltas,
        axis="x" if well is None else well.domain.axes[0],
    )


def _window(x: Vector, psi: Float[np.ndarray, "n k"]) -> tuple[slice, tuple[float, ...]]:
    """The samples where some ψ is seen, with a margin, and the hard walls among the ends."""
    seen = np.flatnonzero(np.max(np.abs(psi), axis=1) > VISIBLE)
    if len(seen) == 0:
        return slice(None), ()
    first, last = seen[0], seen[-1]
    margin = max(2, int(MARGIN * (last - first)))
    first, last = max(first - margin, 0), min(last + margin, len(x) - 1)
    hard = np.max(np.abs(psi[[1, -2]]), axis=1) > WALL
    walls = [float(x[0])] if first == 0 and hard[0] else []
    walls += [float(x[-1])] if last == len(x) - 1 and hard[1] else []
    return slice(first, last + 1), tuple(walls)


def _limits(
    potential: Vector, energies: Float[np.ndarray, " k"], kinetic: float
) -> tuple[float, float]:
    """Limits of the energy axis: all levels, the floor of V unless it is far below, and as much
    of its walls as tells what they are: barriers between wells and plateaus, never a pole."""
    lowest, highest = float(energies[0]), float(energies[-1])
    scale = max(highest - lowest, kinetic, np.finfo(float).tiny)
    floor = float(np.min(potential))
    bottom = min(floor, lowest) if lowest - floor <= 4 * scale else lowest - 0.3 * scale
    reach = highest - bottom if highest > bottom else scale
    rough = highest + 1.2 * reach
    allowed = np.flatnonzero(potential <= highest)
    between = potential[allowed[0] : allowed[-1] + 1] if len(allowed) else potential[:0]
    plateau = float(np.max(potential))
    flat = np.mean(potential > plateau - 0.02 * reach) > 0.08
    wanted = [highest, *([float(np.max(between))] if len(between) else [])]
    wanted += [plateau] if flat else []
    top = max(level for level in wanted if level <= rough)
    span = top - bottom if top > bottom else scale
    return bottom - 0.06 * span, max(top + 0.05 * span, highest + (LOBES[1] + 0.04) * span)


def _amplitudes(energies: Float[np.ndarray, " k"], height: float) -> Float[np.ndarray, " k"]:
    """Heights of the lobes: most of the way to the next level that does not share its room."""
    distance = np.abs(energies[:, None] - energies[None, :])
    distance[distance < CLUSTER * height] = np.inf
    return np.clip(0.46 * distance.min(axis=1), LOBES[0] * height, LOBES[1] * height)


def draw(ax: Axes, shown: Diagram, *, symbol: str = "") -> None:
    """Draw potential, walls, levels, wave functions and labels on the axes.

    A `symbol` stands for the one level there is, instead of E with its number.
    """
    ax.set_xlim(shown.xlim)
    ax.set_ylim(shown.ylim)
    _draw_potential(ax, shown)
    for n, energy in enumerate(shown.energies):
        lobes = shown.lobes[:, n]
        seen = np.flatnonzero(np.abs(lobes) > DRAWN * np.max(np.abs(lobes)))
        span = slice(max(seen[0] - 1, 0), seen[-1] + 2) if len(seen) else slice(None)
        x, line = shown.x[span], energy + lobes[span]
        ax.axhline(energy, color=colour(n), lw=0.6, alpha=0.7, zorder=2)
        ax.fill_between(x, energy, line, color=colour(n), alpha=0.2, lw=0, zorder=3)
        ax.plot(x, line, color=colour(n), lw=1.5, zorder=4, label=f"psi {n + 1}")
    _draw_labels(ax, shown, symbol)
    ax.set_xlabel(f"${shown.axis}$" if len(shown.axis) == 1 else shown.axis)
    ax.set_ylabel("energy")


def _draw_potential(ax: Axes, shown: Diagram) -> None:
    bottom, top = shown.ylim
    ax.fill_between(shown.x, bottom, shown.potential, color=GROUND, lw=0, zorder=0)
    ax.plot(shown.x, shown.potential, color=INK, lw=2.2, zorder=1, label="potential")
    for wall in shown.walls:
        outside = shown.xlim[0] if wall == shown.x[0] else shown.xlim[1]
        ax.axvspan(min(wall, outside), max(wall, outside), color=GROUND, lw=0, zorder=0)
        ax.axvline(wall, color=INK, lw=2.2, zorder=1, label="wall")
    for position, strength in shown.deltas:
        if shown.x[0] <= position <= shown.x[-1]:
            at = float(np.interp(position, shown.x, shown.potential))
            end = top if strength > 0 else bottom
            ax.annotate(
                "",
                (position, end),
                (position, at),
                arrowprops={"arrowstyle": "-|>", "lw": 2.2, "color": INK, "shrinkA": 0},
                zorder=1,
            )


def _draw_labels(ax: Axes, shown: Diagram, symbol: str) -> None:
    """The value of each level at the right edge, moved apart where levels are close."""
    bottom, top = shown.ylim
    count = len(shown.energies)
    room = min(0.055, 1.0 / count)
    size = 10 * min(1.0, room / 0.055 + 0.1)
    order = np.argsort(shown.energies, kind="stable")
    heights = np.empty(count)
    heights[order] = spread((shown.energies[order] - bottom) / (top - bottom), room)
    for n, (energy, text) in enumerate(zip(shown.energies, numbers(shown.energies), strict=True)):
        at = bottom + heights[n] * (top - bottom)
        ax.plot(
            [1.0, 1.015, 1.03, 1.04],
            [energy, energy, at, at],
            transform=ax.get_yaxis_transform(),
            color=colour(n),
            lw=0.6,
            clip_on=False,
            label=f"leader {n + 1}",
        )
        ax.text(
            1.05,
            at,
            f"${symbol or f'E_{{{n + 1}}}'} = {text}$",
            transform=ax.get_yaxis_transform(),
            color=colour(n),
            fontsize=size,
            va="center",
        )


def spread(heights: Float[np.ndarray, " k"], room: float) -> Float[np.ndarray, " k"]:
    """Return ascending heights moved as little as possible (least squares) to be `room` apart.

    They stay in [0, 1] if they fit.
    """
    offsets = room * np.arange(len(heights))
    blocks: list[tuple[float, int]] = []
    for height in heights - offsets:
        mean, size = float(height), 1
        while blocks and blocks[-1][0] > mean:
            before, count = blocks.pop()
            mean, size = (before * count + mean * size) / (count + size), count + size
        blocks.append((mean, size))
    moved = np.concatenate([np.full(size, mean) for mean, size in blocks])
    return np.clip(moved, 0.0, max(0.0, 1.0 - float(offsets[-1]))) + offsets


def numbers(energies: Float[np.ndarray, " k"]) -> list[str]:
    """Return energies as text of five digits, or as many up to nine as tell neighbours apart."""
    texts = []
    for n, energy in enumerate(energies):
        near = [energies[m] for m in (n - 1, n + 1) if 0 <= m < len(energies)]
        digits = 5
        for other in near:
            distinct = [d for d in range(5, 10) if f"{energy:.{d}g}" != f"{other:.{d}g}"]
            digits = max(digits, distinct[0] if distinct else 5)
        texts.append(_mantissa(f"{energy:#.{digits}g}"))
    return texts


def _mantissa(text: str) -> str:
    """A number in mathematical text, powers of ten written as such."""
    mantissa, _, exponent = text.partition("e")
    mantissa = mantissa.removesuffix(".")
    return f"{mantissa} \\times 10^{{{int(exponent)}}}" if exponent else mantissa
