"""Finite differences on any grid: local stencils as matrices, walls by reflection or one-sided.

Weights by Fornberg's recursion (Math. Comp. 51, 699 (1988)).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

Wall = Literal["value", "flux", "data", "periodic"]
"""what holds at an end: the state vanishes, its slope vanishes, it is given, it repeats"""


def weights(at: float, nodes: Float[np.ndarray, " n"], order: int) -> Float[np.ndarray, "o n"]:
    """Return the weights of the derivatives 0, …, order at a point, one row each."""
    count = len(nodes)
    found = np.zeros((order + 1, count))
    found[0, 0] = 1.0
    first, offset = 1.0, nodes[0] - at
    for i in range(1, count):
        top = min(i, order)
        second, before = 1.0, offset
        offset = nodes[i] - at
        for j in range(i):
            gap = nodes[i] - nodes[j]
            second *= gap
            if j == i - 1:
                for k in range(top, 0, -1):
                    found[k, i] = (
                        first * (k * found[k - 1, i - 1] - before * found[k, i - 1]) / second
                    )
                found[0, i] = -first * before * found[0, i - 1] / second
            for k in range(top, 0, -1):
                found[k, j] = (offset * found[k, j] - k * found[k - 1, j]) / gap
            found[0, j] = offset * found[0, j] / gap
        first = second
    return found


@dataclass(frozen=True, eq=False)
class Axis:
    """The nodes of one axis of space, with what holds at its two ends.

    Attributes
    ----------
    nodes : ascending [n]; of a periodic axis the upper end is left out.
    length : distance between the ends.
    walls : what holds at the lower and the upper end.
    width : number of nodes of a stencil.
    """

    nodes: Float[np.ndarray, " n"]
    length: float
    walls: tuple[Wall, Wall]
    width: int = 5

    def extended(self) -> tuple[Float[np.ndarray, " e"], Int[np.ndarray, " e"]]:
        """Return the nodes with their images beyond the ends, and which node each stands for."""
        x, n, reach = self.nodes, len(self.nodes), self.width
        every = np.arange(n)
        if self.walls[0] == "periodic":
            positions = np.concatenate([x[-reach:] - self.length, x, x[:reach] + self.length])
            return positions, np.concatenate([every[-reach:], every, every[:reach]])
        positions, owner = x, every
        if self.walls[0] == "flux":
            positions = np.concatenate([2 * x[0] - x[reach:0:-1], positions])
            owner = np.concatenate([every[reach:0:-1], owner])
        if self.walls[1] == "flux":
            positions = np.concatenate([positions, 2 * x[-1] - x[-2 : -reach - 2 : -1]])
            owner = np.concatenate([owner, every[-2 : -reach - 2 : -1]])
        return positions, owner

    def stencil(self, at: float, order: int, width: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the nodes and weights that give a derivative at a point."""
        positions, owner = self.extended()
        count = min(width, len(positions))
        middle = int(np.searchsorted(positions, at - 1e-12 * self.length))
        on_node = middle < len(positions) and abs(positions[middle] - at) < 1e-9 * self.length
        low = middle - count // 2
        low = int(np.clip(low if on_node or count % 2 == 0 else low, 0, len(positions) - count))
        chosen = slice(low, low + count)
        return owner[chosen], weights(at, positions[chosen], order)[order]

    def matrix(self, order: int) -> Float[np.ndarray, "n n"]:
        """Return the matrix of a derivative at all nodes."""
        width = self.width + 2 * (order > 2)
        out = np.zeros((len(self.nodes), len(self.nodes)))
        for i, at in enumerate(self.nodes):
            columns, row = self.stencil(float(at), order, width)
            np.add.at(out[i], columns, row)
        return out


def uniform(lower: float, upper: float, count: int, walls: tuple[Wall, Wall]) -> Axis:
    """Return an axis of equally spaced nodes, the ends among them (the upper if not periodic)."""
    periodic = walls[0] == "periodic"
    nodes = np.linspace(lower, upper, count + periodic)[: count if periodic else None]
    return Axis(nodes, upper - lower, walls)


def graded(
    lower: float,
    upper: float,
    count: int,
    walls: tuple[Wall, Wall],
    steepness: Float[np.ndarray, " m"],
) -> Axis:
    """Return an axis whose nodes crowd where a monitor is large.

    Parameters
    ----------
    steepness : the monitor at equally spaced points from end to end: largest slope of the
        solution there, in units of its range per length of the axis.
    """
    x = np.linspace(lower, upper, len(steepness))
    spread = max(1, len(steepness) // 40)
    kernel = np.ones(2 * spread + 1) / (2 * spread + 1)
    padded = np.pad(steepness, spread, mode="edge")
    monitor = np.sqrt(1.0 + np.convolve(padded, kernel, mode="valid") ** 2)
    total = np.concatenate([[0.0], np.cumsum(0.5 * (monitor[1:] + monitor[:-1]))])
    nodes = np.interp(np.linspace(0, total[-1], count), total, x)
    nodes[0], nodes[-1] = lower, upper
    return Axis(nodes, upper - lower, walls)
