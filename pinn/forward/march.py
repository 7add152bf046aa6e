"""Evolution in time, window after window, each as long as a few features in time resolve.

A window's solution is a block of space and time; its first instant is the last of the window
before. The residual at points held out decides: a window that leaves too much is tried again with
more features in space, if they carry what is missing, or half as long; one that leaves little is
followed by a longer one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from pinn.forward import collocation
from pinn.forward.axis import Axis
from pinn.forward.block import CONDITIONS, Equations
from pinn.forward.embedding import Embedding
from pinn.forward.rows import GivenRows
from pinn.forward.space import Space, transferred
from pinn.forward.stretch import SMALLEST, fitted
from sciml.domain import Box

FEATURES, FINE = 8, 14
"""features in time of a window, and those for tolerances below 1e-5"""
SHORTEST = 2.0**-12
"""of a window, relative to all of the time"""
SHORT = 10.0
"""tolerances that the shortest windows may leave"""
ROUGH = 1.0
"""tails to which coordinates fit a window that was not resolved"""
HALVED = 6
"""how often a window without a finite residual is halved"""
GROWN, NEAR = 4, 100.0
"""how often features in space are added for one window; residuals, in tolerances, at which they
are before the window is shortened"""


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
    tolerance : relative residual of an accepted window.
    units : largest number of coefficients of a window.
    """

    equations: Equations
    axis: int
    order: int
    tolerance: float
    units: int

    @property
    def moments(self) -> int:
        """Features in time of a window."""
        return FEATURES if self.tolerance > 1e-5 else FINE

    def space(self, attempt: Attempt) -> Space:
        """Return the functions of a window."""
        seed = self.equations.seed
        pairs = zip(attempt.coordinates, attempt.sizes, strict=True)
        axes = [Axis(e, n, seed + i) for i, (e, n) in enumerate(pairs)]
        moments = Embedding(attempt.start, attempt.start + attempt.length)
        axes[self.axis] = Axis(moments, attempt.sizes[self.axis], seed)
        return Space(tuple(axes), len(self.equations.problem.fields))

    def allowed(self, length: float) -> float:
        """Return the residual at which a window is accepted.

        Short windows add little to the residual of the whole (their mean square counts with their
        length), and may leave more: initial data need not be smooth.
        """
        lower, upper = self.equations.problem.domain.bounding_box[self.axis]
        return self.tolerance * min(SHORT, max(1.0, 0.3 * ((upper - lower) / length) ** 0.5))

    def box(self, start: float, end: float) -> Box:
        """Return the box of a window."""
        problem = self.equations.problem
        bounds = dict(zip(problem.domain.axes, problem.domain.bounding_box, strict=True))
        return Box({**bounds, problem.domain.axes[self.axis]: (start, end)})

    def solve(self, attempt: Attempt, before: Window | None) -> Window:
        """Return the solution of one window."""
        equations, name = self.equations, self.equations.problem.domain.axes[self.axis]
        start, end = attempt.start, attempt.start + attempt.length
        space, box = self.space(attempt), self.box(start, end)

        def faces(face: str) -> bool:
            return before is None or not face.startswith(f"{name}:")

        groups = list(equations.groups(box, space, faces))
        first = np.zeros(space.size)
        if before is not None:
            groups.append(self._initial(start, space, before))
            first = self._constant(start, space, before).ravel()
        found = equations.solve(groups, first)
        residual = equations.judge(box, space, found.z, faces, 200)
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


@dataclass(frozen=True)
class Attempt:
    """What is tried next.

    Attributes
    ----------
    start, length : of the window.
    coordinates, sizes : embedding of each axis, and its number of features.
    grown, halved : how often, for this window, features in space were added, and how often it
        was halved since.
    refitted : whether the coordinates were chosen anew for it.
    """

    start: float
    length: float
    coordinates: tuple[Embedding, ...]
    sizes: tuple[int, ...]
    grown: int = 0
    halved: int = 0
    refitted: bool = False


def refit(
    course: Course, attempt: Attempt, window: Window, tails: list[float] | None = None
) -> Attempt:
    """Return an attempt whose features along each axis of space represent a window's end.

    Of a window that was not resolved, `tails` say how rough a picture it gives: the coordinates
    that suit that best are taken, with no fewer features than it had.
    """
    coordinates, sizes = list(attempt.coordinates), list(attempt.sizes)
    bounds = np.array([(a.embedding.lower, a.embedding.upper) for a in window.space.axes])
    rng = np.random.default_rng(course.equations.seed)
    for a in range(len(sizes)):
        if a == course.axis:
            continue
        positions, _ = window.space.axes[a].nodes(4.0)
        lines = []
        for _ in range(4 if len(sizes) > 2 else 1):
            for moment in (bounds[course.axis].mean(), bounds[course.axis, 1]):
                points = np.repeat(rng.uniform(*bounds.T)[None], len(positions), axis=0)
                points[:, a], points[:, course.axis] = positions, moment
                lines.append(window.space.values(window.head, points, (0,) * len(sizes)))
        coordinates[a], count = fitted(
            np.concatenate(lines, axis=1),
            positions,
            coordinates[a],
            max(course.tolerance / 30, ROUGH * tails[a] if tails else 0.0),
            limit=int(1.2 * sizes[a]),
        )
        sizes[a] = max(sizes[a] if tails else SMALLEST, int(1.15 * count) + 2)
    return limited(course, replace(attempt, coordinates=tuple(coordinates), sizes=tuple(sizes)))


def limited(course: Course, attempt: Attempt) -> Attempt:
    """Return the attempt with no more features in space than the limit allows."""
    others = [n for a, n in enumerate(attempt.sizes) if a != course.axis]
    fields = len(course.equations.problem.fields)
    allowed = course.units / attempt.sizes[course.axis] / fields
    shrink = min(1.0, (allowed / np.prod(others)) ** (1 / len(others)))
    sizes = [
        n if a == course.axis else max(4, int(n * shrink)) for a, n in enumerate(attempt.sizes)
    ]
    return replace(attempt, sizes=tuple(sizes))


def following(course: Course, attempt: Attempt, window: Window, end: float) -> tuple[Attempt, bool]:
    """Return what to try after a window, and whether the window is accepted."""
    whole = end - course.equations.problem.domain.bounding_box[course.axis][0]
    tails = window.space.tails(window.head)
    space = max(t for a, t in enumerate(tails) if a != course.axis)
    if window.residual > course.allowed(attempt.length) and attempt.length > SHORTEST * whole:
        again = _again(course, attempt, window, tails)
        if again is not None:
            return again, False
    start, length = attempt.start + attempt.length, attempt.length
    if window.residual < 0.1 * course.tolerance or tails[course.axis] < 0.1 * space:
        length *= 1.6
    if end - start < 1.05 * length:
        length = end - start
    elif end - start < 2 * length:
        length = (end - start) / 2
    tried = replace(attempt, start=start, length=length, grown=0, halved=0, refitted=False)
    if attempt.grown or space < 1e-3 * course.tolerance:
        tried = refit(course, tried, window)
    return tried, True


def _again(course: Course, attempt: Attempt, window: Window, tails: list[float]) -> Attempt | None:
    """What to try instead of a window that leaves too much; None where nothing would help.

    Features in space are added, then chosen anew, where they are what is missing; else the window
    is halved. Where no more of them are allowed, a shorter window would leave as much.
    """
    if not np.isfinite(window.residual):
        last = attempt.halved >= HALVED
        return (
            None if last else replace(attempt, length=attempt.length / 2, halved=attempt.halved + 1)
        )
    space = max(t for a, t in enumerate(tails) if a != course.axis)
    lacking = space > tails[course.axis] or tails[course.axis] < 0.1 * course.tolerance
    near = window.residual < NEAR * course.tolerance
    if lacking and (near or attempt.halved > 1) and attempt.grown < GROWN:
        more = [
            n if a == course.axis or tails[a] < 0.1 * space else int(np.ceil(1.25 * n))
            for a, n in enumerate(attempt.sizes)
        ]
        tried = replace(attempt, sizes=tuple(more), grown=attempt.grown + 1, halved=0)
        tried = limited(course, tried)
        if tried.sizes != attempt.sizes:
            return tried
    if near and lacking and not attempt.refitted:
        tried = refit(course, replace(attempt, refitted=True), window, tails)
        if tried.coordinates != attempt.coordinates:
            return tried
    if near and space > tails[course.axis] and attempt.grown < GROWN:
        return None
    return replace(attempt, length=attempt.length / 2, halved=attempt.halved + 1)
