"""A problem in one block: features are added where the solution needs them until it is resolved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from pinn.forward.axis import Axis
from pinn.forward.block import Equations
from pinn.forward.embedding import Embedding
from pinn.forward.space import Space, transferred

USEFUL = 0.1
"""residual up to which a level is where the next one starts"""


@dataclass(frozen=True, eq=False)
class Level:
    """A solution in one space.

    Attributes
    ----------
    space, z : the features, and the head, flat.
    residual : largest relative residual at points held out.
    steps : linear systems solved.
    """

    space: Space
    z: Float[np.ndarray, " n"]
    residual: float
    steps: int

    @property
    def head(self) -> Float[np.ndarray, "..."]:
        """The head by field and axis."""
        return self.z.reshape(self.space.shape)


def embeddings(equations: Equations) -> list[Embedding]:
    """Return the plain or periodic coordinate of each axis."""
    problem = equations.problem
    axes = zip(problem.domain.axes, problem.domain.bounding_box, strict=True)
    return [Embedding(lo, hi, axis in problem.periodic) for axis, (lo, hi) in axes]


def space_of(equations: Equations, coordinates: Sequence[Embedding], sizes: Sequence[int]) -> Space:
    """Return the products of features of these sizes."""
    axes = tuple(
        Axis(e, n, equations.seed + i)
        for i, (e, n) in enumerate(zip(coordinates, sizes, strict=True))
    )
    return Space(axes, len(equations.problem.fields))


def solve_level(equations: Equations, space: Space, before: Level | None) -> Level:
    """Return the solution in a space, from that of the level before."""
    domain = equations.problem.domain
    start = np.zeros(space.size)
    if before is not None and before.residual < USEFUL:
        start = transferred(before.head, before.space.axes, space.axes).ravel()
    found = equations.solve(equations.groups(domain, space), start)
    residual = equations.judge(domain, space, found.z)
    return Level(space, found.z, residual, found.steps)


def grown(level: Level, *, units: int, factor: float) -> list[int] | None:
    """Return the next sizes: more along the axes whose last features carry most; None at the end.

    `units` limits the number of coefficients.
    """
    sizes = [axis.size for axis in level.space.axes]
    tails = level.space.tails(level.head)
    worst = max(tails)
    wanted = [
        int(np.ceil(n * factor)) if tail > 0.03 * worst else n
        for n, tail in zip(sizes, tails, strict=True)
    ]
    if np.prod(wanted) * level.space.fields > units:
        a = int(np.argmax(tails))
        wanted = [int(np.ceil(n * factor)) if i == a else n for i, n in enumerate(sizes)]
    if np.prod(wanted) * level.space.fields > units:
        return None
    return wanted
