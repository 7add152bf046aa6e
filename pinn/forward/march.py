"""Evolution in time, window after window, each as long as a few features in time resolve.

A window's solution is a block of space and time; its first instant is the last of the window
before. The residual at points held out decides: a window that leaves too much is tried again with
more features in space, if they carry what is missing, or half as long; one that leaves little is
followed by a longer one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from pinn.forward import collocation
from pinn.forward.axis import Axis
from pinn.forward.block import CONDITIONS, Equations
from pinn.forward.embedding import Embedding
from pinn.forward.rows import GivenRows
from pinn.forward.space import Space, transferred
from sciml.domain import Box

FEATURES = 8
"""features in time of a window"""
SHORTEST = 2.0**-12
"""of a window, relative to all of the time"""


@dataclass(frozen=True, eq=False)
class Window:
    """The solution from one time to another.

    Attributes
    ----------
    space : features; those of the evolving axis span the window.
    head : by field and axis.
    residual : largest relative residual at points held out.
    steps : linear systems solved.
    """

    space: Space
    head: Float[np.ndarray, "..."]
    residual: float
    steps: int


@dataclass(frozen=True, eq=False)
class Course:
    """How an evolution is followed.

    Attributes
    ----------
    equations : the problem.
    axis : index of the evolving axis; `order` conditions hold at its start.
    order : highest derivative along it.
    others : coordinates of all axes (that of the evolving axis is replaced).
    tolerance : relative residual of an accepted window.
    units : largest number of coefficients of a window.
    """

    equations: Equations
    axis: int
    order: int
    others: tuple[Embedding, ...]
    tolerance: float
    units: int

    def space(self, start: float, end: float, sizes: Sequence[int]) -> Space:
        """Return the functions of a window."""
        seed = self.equations.seed
        axes = [Axis(e, n, seed + i) for i, (e, n) in enumerate(zip(self.others, sizes, strict=True))]
        axes[self.axis] = Axis(Embedding(start, end), sizes[self.axis], seed)
        return Space(tuple(axes), len(self.equations.problem.fields))

    def box(self, start: float, end: float) -> Box:
        """Return the box of a window."""
        problem = self.equations.problem
        bounds = dict(zip(problem.domain.axes, problem.domain.bounding_box, strict=True))
        return Box({**bounds, problem.domain.axes[self.axis]: (start, end)})

    def solve(
        self, start: float, end: float, sizes: Sequence[int], before: Window | None, *, guess: bool
    ) -> Window:
        """Return the solution of one window."""
        equations, name = self.equations, self.equations.problem.domain.axes[self.axis]
        space, box = self.space(start, end, sizes), self.box(start, end)

        def faces(face: str) -> bool:
            return before is None or not face.startswith(f"{name}:")

        groups = list(equations.groups(box, space, faces))
        first = np.zeros(space.size)
        if before is not None:
            groups.append(self._initial(start, space, before))
        if guess and before is not None:
            first = self._constant(start, space, before).ravel()
        found = equations.solve(groups, first)
        residual = equations.judge(box, space, found.z, equations.theta, faces, 200)
        return Window(space, found.z.reshape(space.shape), residual, found.steps)

    def _initial(self, start: float, space: Space, before: Window) -> GivenRows:
        """Rows that say that a window starts where the one before ended."""
        lines = [axis.nodes(1.3) for axis in space.axes]
        lines[self.axis] = (np.array([start]), np.ones(1))
        points, shares = collocation.product(lines)
        tables = []
        for k in range(self.order):
            index = tuple(k if a == self.axis else 0 for a in range(len(space.axes)))
            table = space.table(points, index)
            values = before.space.values(before.head, points, index)
            if k:  # in units of the window's length, as the rows of the field itself
                length = space.axes[self.axis].embedding
                table, values = ((length.upper - length.lower) ** k * v for v in (table, values))
            tables += [(f, table, values[:, f]) for f in range(space.fields)]
        return GivenRows(tuple(tables), shares, space, emphasis=CONDITIONS)

    def _constant(self, start: float, space: Space, before: Window) -> Float[np.ndarray, "..."]:
        """The head of what stays as it was when the window before ended."""
        a = self.axis + 1
        old = before.space.axes[self.axis].features(np.array([start]))[0]
        ended = np.expand_dims(np.tensordot(before.head, old, ((a,), (0,))), a)
        x, _ = space.axes[self.axis].nodes(2.0)
        steady = np.linalg.lstsq(space.axes[self.axis].features(x), np.ones(len(x)), rcond=1e-12)[0]
        shape = [1] * ended.ndim
        shape[a] = len(steady)
        held = ended * steady.reshape(shape)
        axes = list(before.space.axes)
        axes[self.axis] = space.axes[self.axis]
        return transferred(held, axes, space.axes)


@dataclass(frozen=True, eq=False)
class Attempt:
    """What is tried next: from where, how long, with which features."""

    start: float
    length: float
    sizes: tuple[int, ...]


def following(course: Course, attempt: Attempt, window: Window, end: float) -> tuple[Attempt, bool]:
    """Return what to try after a window, and whether the window is accepted."""
    whole = end - course.equations.problem.domain.bounding_box[course.axis][0]
    good = window.residual <= course.tolerance
    spatial = [a for a in range(len(attempt.sizes)) if a != course.axis]
    tails = window.space.tails(window.head)
    lacking = [a for a in spatial if tails[a] > course.tolerance]
    if not good:
        more = list(attempt.sizes)
        for a in lacking:
            if tails[a] > 0.3 * max(tails[b] for b in spatial):
                more[a] = int(np.ceil(1.25 * more[a]))
        fits = np.prod(more) * window.space.fields <= course.units
        if lacking and fits and max(tails[a] for a in lacking) > 0.1 * tails[course.axis]:
            return replace(attempt, sizes=tuple(more)), False
        if attempt.length > SHORTEST * whole and tails[course.axis] > course.tolerance * 1e-3:
            return replace(attempt, length=attempt.length / 2), False
    start = attempt.start + attempt.length
    length = attempt.length
    if window.residual < 0.1 * course.tolerance:
        length *= 1.6
    if end - start < 1.05 * length:
        length = end - start
    elif end - start < 2 * length:
        length = (end - start) / 2
    return Attempt(start, length, attempt.sizes), True
