"""The picture of a jump process's network: states, arrows as wide as rates, labels where they fit.

All lengths are inches: the axes are scaled so that a unit is one inch of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch

from sciml.plot_palette import INK, PALETTE, colour

FAINT = "#c4c4c4"
NEGLIGIBLE = 1e-3
"""part of the largest rate below which a link that is doubtful too is not drawn"""
MOST = 24
"""labels, of the largest rates"""
BEND = 0.16
"""height of an arrow's arc over its length: the two ways between states stand apart"""
CHARACTER, LINE = 0.0066, 0.0165
"""inches of width and height of a character, for each point of its size"""
ACROSS, ROW = 6, 1.25
"""states of a chain that stand on one line, and inches between two lines"""
PLACES = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74)
"""where along an arrow its label may stand, the best first"""


@dataclass(frozen=True, eq=False)
class Network:
    """What is drawn.

    Attributes
    ----------
    states : names.
    rates, lower, upper : of i -> j, [n, n].
    sure : links that exist more likely than not, [n, n].
    """

    states: tuple[str, ...]
    rates: Float[np.ndarray, "n n"]
    lower: Float[np.ndarray, "n n"]
    upper: Float[np.ndarray, "n n"]
    sure: Bool[np.ndarray, "n n"]

    @property
    def order(self) -> tuple[int, ...]:
        """The states along a line where the sure links form a chain, else ()."""
        joined = self.sure | self.sure.T
        degree = joined.sum(1)
        ends = np.flatnonzero(degree == 1)
        if len(ends) != 2 or degree.max() > 2 or degree.min() < 1:
            return ()
        walk = [int(ends[0])]
        while len(walk) < len(joined):
            onward = [int(j) for j in np.flatnonzero(joined[walk[-1]]) if j not in walk]
            if not onward:
                return ()
            walk += onward
        return tuple(walk)


def places(network: Network, width: float) -> tuple[Float[np.ndarray, "n 2"], float]:
    """Return where the states stand in inches, and the height that they need."""
    n, order = len(network.states), network.order
    if order:
        return _along(order, width)
    radius = 1.25 if n < 5 else 1.75 if n < 8 else 2.15
    height = 2 * radius + 0.8
    angle = 0.5 * np.pi - 2 * np.pi * np.arange(n) / n
    across = min(1.3 * radius, 0.5 * width - 0.8)
    at = np.stack([0.5 * width + across * np.cos(angle), radius * np.sin(angle)], axis=1)
    at[:, 1] += 0.5 * (height - at[:, 1].max() - at[:, 1].min())
    return at, height


def _along(order: tuple[int, ...], width: float) -> tuple[Float[np.ndarray, "n 2"], float]:
    """A chain along a line, or along two where it is long: there and back."""
    n = len(order)
    across = n if n <= ACROSS else (n + 1) // 2
    step = min((width - 1.0) / max(across - 1, 1), 2.2)
    arc, rows = 2 * BEND * step, -(-n // across)
    place = np.arange(n)
    column = np.where(place < across, place, 2 * across - 1 - place)
    at = np.empty((n, 2))
    at[list(order), 0] = 0.5 * width + step * (column - 0.5 * (across - 1))
    at[list(order), 1] = 0.55 + arc + ROW * (rows - 1 - place // across)
    return at, 1.1 + 2 * arc + ROW * (rows - 1)


def marked(index: int) -> tuple[str, str, str]:
    """Return fill, edge and ink of a state: filled for six colours, then hollow for six more."""
    own = colour(index)
    return (own, own, "white") if index % 12 < len(PALETTE) else ("white", own, own)


def draw(ax: Axes, network: Network, width: float) -> None:
    """Draw states and arrows on axes that are `width` inches wide."""
    at, height = places(network, width)
    ax.set_axis_off()
    ax.set_xlim(0, width)
    ax.set_ylim(0, height)
    n = len(network.states)
    size = 0.24 if n < 8 else 0.19
    taken = [(x, y, size, size) for x, y in at]
    taken += _states(ax, network, at, size)
    top = float(np.max(network.rates, initial=0.0)) or 1.0
    off = ~np.eye(n, dtype=bool)
    drawn = np.argwhere(off & (network.sure | (network.rates > NEGLIGIBLE * top)))
    links = sorted(drawn.tolist(), key=lambda ij: -network.rates[ij[0], ij[1]])
    for i, j in links:
        share = network.rates[i, j] / top
        _arrow(ax, at[i], at[j], size, share, len(links), sure=bool(network.sure[i, j]))
    said = [(i, j) for i, j in links if network.sure[i, j]][:MOST]
    points = 8.5 if len(said) <= 8 else 7.5 if len(said) <= 20 else 6.5
    for whole in (True, False):
        said = [ij for ij in said if not _labelled(ax, network, at, ij, points, taken, whole)]


def _states(
    ax: Axes, network: Network, at: Float[np.ndarray, "n 2"], size: float
) -> list[tuple[float, float, float, float]]:
    """Circles with their names, inside where they are short; the places of names outside."""
    taken = []
    centre = at.mean(0)
    for i, name in enumerate(network.states):
        fill, edge, ink = marked(i)
        ax.add_patch(Circle((at[i, 0], at[i, 1]), size, fc=fill, ec=edge, lw=1.6, zorder=3))
        if len(name) <= 3:
            ax.text(
                at[i, 0], at[i, 1], name, color=ink, ha="center", va="center", fontsize=10, zorder=4
            )
            continue
        shown = name if len(name) <= 18 else f"{name[:17]}…"
        half = 0.5 * CHARACTER * 9 * len(shown)
        side = float(np.sign(at[i, 0] - centre[0]))
        if network.order or abs(at[i, 0] - centre[0]) < 2 * size:
            up = 0.0 if network.order else float(np.sign(at[i, 1] - centre[1]))
            x, y = at[i, 0], at[i, 1] + (up or -1.0) * (size + 0.13)
        else:
            x, y = at[i, 0] + side * (size + 0.07 + half), at[i, 1]
        ax.text(x, y, shown, ha="center", va="center", fontsize=9, zorder=6)
        taken.append((x, y, half, 0.09))
    return taken


def _control(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The middle point of the arc between two states, to the left of its way."""
    way = end - start
    return 0.5 * (start + end) + 2 * BEND * np.array([-way[1], way[0]])


def _point(start: np.ndarray, end: np.ndarray, t: float) -> np.ndarray:
    middle = _control(start, end)
    return (1 - t) ** 2 * start + 2 * t * (1 - t) * middle + t**2 * end


def _arrow(
    ax: Axes,
    start: np.ndarray,
    end: np.ndarray,
    size: float,
    share: float,
    links: int,
    *,
    sure: bool,
) -> None:
    strength = float(np.sqrt(max(share, 0.0)))
    width = 0.5 + (3.2 if links <= 24 else 2.0) * strength
    grey = 0.45 if links <= 24 else 0.78 - 0.38 * strength
    ax.add_patch(
        FancyArrowPatch(
            (start[0], start[1]),
            (end[0], end[1]),
            connectionstyle=f"arc3,rad={-2 * BEND}",
            arrowstyle=f"-|>,head_length={2.6 + width},head_width={1.2 + 0.5 * width}",
            shrinkA=72 * size + 2,
            shrinkB=72 * size + 2,
            lw=width if sure else 0.6,
            ls="-" if sure else (0, (4, 3)),
            color=f"{grey:.2f}" if sure else FAINT,
            zorder=2 if sure else 1,
            label="link" if sure else "doubtful link",
        )
    )


def _labelled(
    ax: Axes,
    network: Network,
    at: Float[np.ndarray, "n 2"],
    link: tuple[int, int],
    points: float,
    taken: list[tuple[float, float, float, float]],
    whole: bool,
) -> bool:
    """Write a link's rate, with its interval if `whole`, where nothing else stands; or do not."""
    i, j = link
    text = number(network.rates[i, j])
    if whole:
        text += f"\n[{number(network.lower[i, j])}, {number(network.upper[i, j])}]"
    lines = text.split("\n")
    half = 0.5 * CHARACTER * points * max(map(len, lines)), 0.5 * LINE * points * len(lines)
    for t in PLACES:
        x, y = _point(at[i], at[j], t)
        if any(abs(x - a) < half[0] + w and abs(y - b) < half[1] + h for a, b, w, h in taken):
            continue
        taken.append((x, y, *half))
        ax.text(
            x,
            y,
            text,
            fontsize=points,
            ha="center",
            va="center",
            linespacing=1.0,
            color=INK,
            zorder=5,
            bbox={"boxstyle": "square,pad=0.08", "fc": "white", "ec": "none", "alpha": 0.85},
        )
        return True
    return False


def number(value: float) -> str:
    """Return a rate of two or three digits, as short as it is legible."""
    if not np.isfinite(value):
        return "∞"
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        digits = 2 if value == 0 else max(0, 1 - int(np.floor(np.log10(abs(value)))))
        return f"{value:.{min(digits, 2 if abs(value) >= 0.1 else 4)}f}" if value else "0"
    mantissa, _, exponent = f"{value:.0e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def of(
    states: Sequence[str],
    rates: Float[np.ndarray, "n n"],
    lower: Float[np.ndarray, "n n"],
    upper: Float[np.ndarray, "n n"],
    link: Float[np.ndarray, "n n"] | None,
) -> Network:
    """Return the network of rates; without probabilities of links, those with a rate are sure."""
    off = ~np.eye(len(states), dtype=bool)
    present = off & (rates > 0)
    sure = present & (link >= 0.5) if link is not None else present
    return Network(tuple(states), rates, lower, upper, sure)
