"""Where a one-dimensional potential is rough: jumps, kinks and integrable singularities.

Declared points are taken as declared; further ones are looked for on a fine grid and followed by
bisection until the step, the change of slope or the growth of V has outlived any smooth function.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from sciml.errors import BadProblem
from sciml.problem import EigenProblem

GRID = 4096


@dataclass(frozen=True)
class Interfaces:
    """Rough points of a potential inside a box, sorted by kind.

    Attributes
    ----------
    jumps, kinks : positions where V, or V', jumps.
    deltas : (position, strength) of each point interaction.
    powers : (position, exponent 2 - α) of each |x - c|^(-α) or log singularity (α = 0).
    singular : (position, α) of all singular points, where quadrature must be graded.
    end_powers : exponent ν of ψ ~ (x - end)^ν at the lower and at the upper end (1 if regular).
    undeclared : sentences about points that were found but not declared.
    """

    jumps: tuple[float, ...] = ()
    kinks: tuple[float, ...] = ()
    deltas: tuple[tuple[float, float], ...] = ()
    powers: tuple[tuple[float, float], ...] = ()
    singular: tuple[tuple[float, float], ...] = ()
    end_powers: tuple[float, float] = (1.0, 1.0)
    undeclared: tuple[str, ...] = field(default=(), compare=False)

    @property
    def breaks(self) -> tuple[float, ...]:
        """All rough points, ascending (singular ones may be ends of the box)."""
        points = {*self.jumps, *self.kinks, *(c for c, _ in self.deltas)}
        return tuple(sorted(points | {c for c, _ in self.singular}))


def singular_exponent(problem: EigenProblem, point: float, side: int, reach: float) -> float:
    """Return α of V ~ a + b |x - point|^(-α) on one side, from V at three depths.

    A logarithm has α = 0, and so has a V without any change there; α < 0 is a V that is finite
    with an infinite slope. It is at least -1, a kink.
    """
    depths = reach * np.array([1e-6, 1e-8, 1e-10])
    # V = a + b r^-α: the constant cancels in differences of V at depths in geometric progression
    v = problem.potential_at((point + side * depths)[:, None])
    first, second = v[1] - v[0], v[2] - v[1]
    if first == 0.0 or second / first <= 0.0:
        return 0.0
    return max(-1.0, round(float(np.log(second / first) / np.log(100.0)), 5))


def _end_power(problem: EigenProblem, end: float, side: int, reach: float) -> float:
    """ν of ψ ~ r^ν at a singular end: the indicial root of -kinetic ψ'' + c r^-2 ψ."""
    r = reach * np.array([1e-6, 2e-6])
    scaled = problem.potential_at((end + side * r)[:, None]) * r**2
    strength = (2 * scaled[0] - scaled[1]) / problem.kinetic
    return round(0.5 + float(np.sqrt(max(0.25 + strength, 0.0))), 6)


def _step(v: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n-1"]:
    return np.abs(np.diff(v))


def _outlier(size: Float[np.ndarray, " m"], margin: int, v: Float[np.ndarray, " n"]) -> list[int]:
    """Indices whose size stands out from that of their neighbours `margin` away.

    Differences as small as the rounding errors of V mean nothing.
    """
    padded = np.pad(size, margin, mode="edge")
    around = np.maximum(padded[: len(size)], padded[2 * margin :])
    rounding = 64 * float(np.finfo(float).eps) * float(np.max(np.abs(v)))
    typical = 1e-12 * (1e-300 + np.max(size)) + rounding
    candidates = np.flatnonzero(size > 4.0 * around + typical)
    order = candidates[np.argsort(-size[candidates])]
    chosen: list[int] = []
    for i in order[:64]:
        if all(abs(i - j) > margin for j in chosen):
            chosen.append(int(i))
    return chosen


def _bisected(problem: EigenProblem, left: float, right: float) -> tuple[float, float] | None:
    """The place of a jump of V inside [left, right] and its uncertainty; None if V is continuous.

    The half with the larger step is kept. A step that shrinks on the way is no jump.
    """
    a, b = problem.potential_at(np.array([[left], [right]]))
    first, span = abs(b - a), right - left
    while right - left > max(4 * np.spacing(max(abs(left), abs(right))), 1e-14 * span):
        middle = (left + right) / 2
        c = float(problem.potential_at(np.array([[middle]]))[0])
        if abs(c - a) >= abs(b - c):
            right, b = middle, c
        else:
            left, a = middle, c
        if abs(b - a) < 0.25 * first:
            return None
    return (left + right) / 2, right - left


def find_jumps(
    problem: EigenProblem, x: Float[np.ndarray, " n"], v: Float[np.ndarray, " n"]
) -> list[float]:
    """Return points where V jumps: steps between grid points that bisection does not shrink."""
    steps = _outlier(_step(v), 2, v)
    places = [_bisected(problem, float(x[i]), float(x[i + 1])) for i in steps]
    return [_round(*place) for place in places if place is not None]


def find_bends(
    problem: EigenProblem, x: Float[np.ndarray, " n"], v: Float[np.ndarray, " n"]
) -> tuple[list[float], list[float], list[float]]:
    """Return points where V' jumps, where V is singular, and where V itself jumps a little.

    The change of slope over three grid points stays as the grid is refined around a kink and
    grows at the others; for a smooth V it shrinks with the spacing.
    """
    bend = np.abs(np.diff(v, 2))
    kinks: list[float] = []
    singular: list[float] = []
    jumps: list[float] = []
    for i in _outlier(bend, 3, v):
        spacing = float(x[i + 1] - x[i])
        bracket = float(x[max(i - 1, 0)]), float(x[min(i + 3, len(x) - 1)])
        left, right, growth = _followed(problem, *bracket, bend[i] / spacing)
        point, width = (left + right) / 2, right - left
        if growth <= 0.2:
            continue
        if growth < 5.0:
            kinks.append(_round(*_meeting(problem, point, width, spacing)))
        elif _is_step(problem, point, 1e-4 * spacing):
            place = _bisected(problem, point - 1e-4 * spacing, point + 1e-4 * spacing)
            jumps.append(_round(*(place or (point, width))))
        else:
            singular.append(_pole(problem, left, right))
    return kinks, singular, jumps


def _followed(
    problem: EigenProblem, left: float, right: float, first: float
) -> tuple[float, float, float]:
    """Refine a bracket around the strongest bend of V; also return how much the bend has grown.

    A bend that stays is followed to 1e-6 of the bracket, one that grows to the end of precision.
    """
    size, span = first, right - left
    while size > 0.2 * first:
        end = max(1e-13 * span, 256 * np.spacing(max(abs(left), abs(right))))
        if right - left <= (end if size >= 5.0 * first else 1e-6 * span):
            break
        fine = np.linspace(left, right, 65)
        values = problem.potential_at(fine[:, None], finite=False)
        if np.any(np.isinf(values)):
            pole = float(fine[np.argmax(np.isinf(values))])
            return pole, pole, np.inf
        curve = np.abs(np.diff(values, 2))
        j = int(np.argmax(curve))
        if curve[j] <= 64 * np.finfo(float).eps * np.max(np.abs(values)):
            break  # the rest is rounding
        size = curve[j] / (fine[1] - fine[0])
        left, right = float(fine[max(j - 1, 0)]), float(fine[min(j + 3, 64)])
    return left, right, float(size / first)


def _pole(problem: EigenProblem, left: float, right: float) -> float:
    """The number in [left, right] at which V sticks out most; the middle if that is an end."""
    middle = (left + right) / 2
    x = middle + np.spacing(middle) * np.arange(-1024, 1025)
    v = np.abs(problem.potential_at(x[:, None], finite=False))
    height = np.abs(v - (v[0] + v[-1]) / 2)
    highest = int(np.argmax(height))
    return middle if highest in (0, 2048) else float(x[highest]) + 0.0


def _is_step(problem: EigenProblem, point: float, distance: float) -> bool:
    """Whether V is flat on both sides of a point, compared with the step across it."""
    r = distance * np.array([-1.0, -0.01, 0.01, 1.0])
    v = problem.potential_at((point + r)[:, None])
    return bool(max(abs(v[1] - v[0]), abs(v[3] - v[2])) < 0.1 * abs(v[2] - v[1]))


def _meeting(
    problem: EigenProblem, point: float, width: float, spacing: float
) -> tuple[float, float]:
    """A kink's place and its uncertainty: where the polynomials of either side meet.

    `point` and its uncertainty `width` are kept where these do not meet nearby.
    """
    distance = width + spacing * np.arange(1, 7) / 6
    right, left = (problem.potential_at((point + s * distance)[:, None]) for s in (1, -1))
    gap = np.polynomial.Polynomial.fit(distance, right, 5)(np.array([-width, 0.0, width]))
    gap -= np.polynomial.Polynomial.fit(-distance, left, 5)(np.array([-width, 0.0, width]))
    slope = (gap[2] - gap[0]) / (2 * width)
    if slope == 0.0 or abs(gap[1]) > abs(slope) * width:
        return point, width
    return point - float(gap[1] / slope), 1e-12 * spacing


def _round(point: float, uncertainty: float) -> float:
    """The roundest decimal number within the uncertainty of a located point."""
    for digits in range(16):
        candidate = round(point, digits)
        if abs(candidate - point) <= uncertainty:
            return candidate + 0.0  # no negative zero
    return point


def find(problem: EigenProblem, lower: float, upper: float) -> Interfaces:
    """Return the interfaces of a 1-D problem on a finite box: declared ones, then found ones.

    Raises
    ------
    BadProblem : the potential is not finite at some other point of the box, or not integrable.
    """
    jumps, kinks, singular = _undeclared(problem, lower, upper)
    notes = [f"V jumps at x = {c:g}, which is not declared; treated as a jump." for c in jumps]
    notes += [f"V has a kink at x = {c:g}; treated as one." for c in kinks]
    notes += [f"V is singular at x = {c:g}, which is not declared; treated so." for c in singular]
    reach = upper - lower
    ends: list[float] = [1.0, 1.0]
    orders: list[tuple[float, float]] = []
    for c in (*problem.singular, *singular):
        if c in (lower, upper):
            ends[c == upper] = _end_power(problem, c, 1 if c == lower else -1, reach)
        if lower <= c <= upper:
            alpha = singular_exponent(problem, c, 1 if c < upper else -1, reach)
            if alpha >= 1.0 and lower < c < upper:
                raise BadProblem(
                    f"the potential of '{problem.name}' grows like |x - {c:g}|^-{alpha:g} at "
                    f"x = {c:g}, which is not integrable.",
                    "end the box there and solve the two sides apart",
                )
            orders.append((c, alpha))
    return Interfaces(
        jumps=tuple(sorted(c for c in (*problem.jumps, *jumps) if lower < c < upper)),
        kinks=tuple(sorted(kinks)),
        deltas=tuple((c, s) for c, s in problem.deltas if lower < c < upper),
        powers=tuple(
            (c, 2.0 - alpha)
            for c, alpha in orders
            if lower < c < upper or not float(alpha).is_integer()
        ),
        singular=tuple(orders),
        end_powers=(ends[0], ends[1]),
        undeclared=tuple(notes),
    )


def _undeclared(
    problem: EigenProblem, lower: float, upper: float
) -> tuple[list[float], list[float], list[float]]:
    """Jumps, kinks and singular points of V away from all declared points."""
    spacing = (upper - lower) / GRID
    x = lower + spacing * (np.arange(GRID) + 0.5)
    declared = [*problem.jumps, *problem.singular, *(c for c, _ in problem.deltas)]
    far = np.all(np.abs(x[:, None] - np.array(declared)[None]) > 2.5 * spacing, axis=1)
    jumps: list[float] = []
    kinks: list[float] = []
    singular: list[float] = []
    for part in np.split(np.arange(GRID), np.flatnonzero(np.diff(far.astype(int))) + 1):
        if far[part[0]] and len(part) > 16:
            v = problem.potential_at(x[part, None])
            steps = find_jumps(problem, x[part], v)
            bends, poles, small = find_bends(problem, x[part], v)
            steps += [k for k in small if all(abs(k - j) > 3 * spacing for j in steps)]
            jumps += steps
            kinks += [k for k in bends if all(abs(k - j) > 3 * spacing for j in steps)]
            singular += [k for k in poles if all(abs(k - j) > 3 * spacing for j in steps)]
    return jumps, kinks, singular
